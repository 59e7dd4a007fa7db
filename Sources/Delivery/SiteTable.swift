import Primitives

/// The sites of a campaign, numbered in the order in which the recipients name them.
///
/// A site is where mail goes: domains that share mail exchangers are one site, when somebody says that they do.
package struct SiteTable {
    /// Sites by domain.
    private var numbers: [Fingerprint: Int] = [:]
    private var numbersByName: [String: Int] = [:]
    /// By number; of a site that is nothing but a domain, that in lower case.
    package private(set) var names: [String] = []
    /// Recipients so far, by number.
    package private(set) var recipients: [Int] = []
    private let seed: UInt64
    /// Domains seen lately, by the end of their fingerprint: a table that stays in the cache.
    private var recent = [Recent](repeating: Recent(), count: 256)

    private struct Recent {
        var domain = Fingerprint(of: Span(), seed: 0)
        var number = -1
    }

    /// - Parameter seed: keys the table; not predictable by who wrote the list.
    package init(seed: UInt64) {
        self.seed = seed
    }

    /// The number of the site that a checked address belongs to.
    ///
    /// - Parameters:
    ///   - atSign: where the `@` stands.
    ///   - counts: whether it is another recipient of the site.
    ///   - name: the name of a domain's site; asked once for each domain, in lower case.
    package mutating func admit(
        _ address: Span<UInt8>, atSign: Int, counts: Bool = true, by name: (String) -> String = { $0 }
    ) -> Int {
        let domain = address.extracting((atSign + 1)...)
        let fingerprint = Fingerprint(of: domain, foldingFrom: 0, seed: seed)
        let place = Int(truncatingIfNeeded: fingerprint.low % 256)
        if recent[place].number < 0 || recent[place].domain != fingerprint {
            recent[place] = Recent(domain: fingerprint, number: number(of: domain, fingerprint, by: name))
        }
        let number = recent[place].number
        if counts { recipients[number] += 1 }
        return number
    }

    private mutating func number(
        of domain: Span<UInt8>, _ fingerprint: Fingerprint, by name: (String) -> String
    ) -> Int {
        if let number = numbers[fingerprint] { return number }
        let number = self.number(of: name(lowerCase(domain)))
        numbers[fingerprint] = number
        return number
    }

    private mutating func number(of name: String) -> Int {
        if let number = numbersByName[name] { return number }
        numbersByName[name] = names.count
        names.append(name)
        recipients.append(0)
        return names.count - 1
    }

    private func lowerCase(_ domain: Span<UInt8>) -> String {
        let bytes = domain.indices.map { domain[$0] >= 0x41 && domain[$0] <= 0x5A ? domain[$0] + 0x20 : domain[$0] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
