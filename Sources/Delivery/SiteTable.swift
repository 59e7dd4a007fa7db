import Primitives

/// The sites of a campaign, numbered in the order in which the recipients name them.
///
/// A site is where mail goes; as long as nothing says that domains share mail exchangers, that is the domain.
package struct SiteTable {
    private var numbers: [Fingerprint: Int] = [:]
    /// The lower-cased domain, by number.
    package private(set) var names: [String] = []
    /// Recipients so far, by number.
    package private(set) var recipients: [Int] = []
    private let seed: UInt64

    /// - Parameter seed: keys the table; not predictable by who wrote the list.
    package init(seed: UInt64) {
        self.seed = seed
    }

    /// The number of the site that a checked address belongs to.
    ///
    /// - Parameters:
    ///   - atSign: where the `@` stands.
    ///   - counts: whether it is another recipient of the site.
    package mutating func admit(_ address: Span<UInt8>, atSign: Int, counts: Bool = true) -> Int {
        var lowered = InlineArray<256, UInt8>(repeating: 0)
        let count = min(address.count - atSign - 1, 256)
        for index in 0..<count { lowered[index] = lowercased(address[atSign + 1 + index]) }
        let domain = lowered.span.extracting(0..<count)
        let fingerprint = Fingerprint(of: domain, seed: seed)
        if let number = numbers[fingerprint] {
            if counts { recipients[number] += 1 }
            return number
        }
        numbers[fingerprint] = names.count
        names.append(String(decoding: (0..<count).map { domain[$0] }, as: UTF8.self))
        recipients.append(counts ? 1 : 0)
        return names.count - 1
    }

    private func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte + 0x20 : byte
    }
}
