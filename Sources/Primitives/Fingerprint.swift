/// 128 bits that stand for a byte string in sets too large to hold the strings themselves.
///
/// Keyed: without the seed nobody can make two addresses that meet. Among ten million strings the chance of
/// one accidental meeting is below 10⁻²⁴. Not a cryptographic hash.
public struct Fingerprint: Hashable, Sendable {
    public var low: UInt64
    public var high: UInt64

    public init(of bytes: Span<UInt8>, seed: UInt64) {
        var low = seed ^ 0x9E37_79B9_7F4A_7C15
        var high = seed ^ 0xD1B5_4A32_D192_ED03
        var index = 0
        while index < bytes.count {
            let word = Fingerprint.word(bytes, at: index)
            low = Fingerprint.folded(low ^ word, 0xA076_1D64_78BD_642F)
            high = Fingerprint.folded(high ^ word, 0xE703_7ED1_A0B4_28DB)
            index += 8
        }
        let length = UInt64(bytes.count)
        self.low = Fingerprint.folded(low ^ length, 0x8EBC_6AF0_9C88_C6E3)
        self.high = Fingerprint.folded(high ^ length, 0x5899_65CC_7537_4CC3)
    }

    private static func word(_ bytes: Span<UInt8>, at start: Int) -> UInt64 {
        var word: UInt64 = 0
        for offset in 0..<min(8, bytes.count - start) {
            word |= UInt64(bytes[start + offset]) << UInt64(8 * offset)
        }
        return word
    }

    /// Both halves of a 128-bit product, folded: every bit of the input moves every bit of the result.
    private static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (high, low) = left.multipliedFullWidth(by: right)
        return high ^ low
    }
}

/// A set of fingerprints that grows in small steps: 16 bytes a slot, never more than four fifths full.
///
/// Split into shards that double one at a time, so that growing a set of millions never holds two copies of
/// it and never stops its user for long.
public struct FingerprintSet: ~Copyable, Sendable {
    private var shards: [Shard]
    public private(set) var count = 0

    public init() {
        shards = (0..<256).map { _ in Shard() }
    }

    /// Adds a fingerprint; false when it was there already.
    public mutating func insert(_ fingerprint: Fingerprint) -> Bool {
        let isNew = shards[Int(fingerprint.high >> 56)].insert(fingerprint)
        if isNew { count += 1 }
        return isNew
    }

    public func contains(_ fingerprint: Fingerprint) -> Bool {
        shards[Int(fingerprint.high >> 56)].contains(fingerprint)
    }

    private struct Shard {
        private var slots = [Fingerprint](repeating: .empty, count: 16)
        private var used = 0

        mutating func insert(_ fingerprint: Fingerprint) -> Bool {
            if used * 5 >= slots.count * 4 { grow() }
            let index = place(of: fingerprint)
            guard slots[index] == .empty else { return false }
            slots[index] = fingerprint
            used += 1
            return true
        }

        func contains(_ fingerprint: Fingerprint) -> Bool {
            slots[place(of: fingerprint)] == fingerprint
        }

        /// The slot that holds the fingerprint, or the free one where it belongs.
        private func place(of fingerprint: Fingerprint) -> Int {
            let mask = slots.count - 1
            var index = Int(truncatingIfNeeded: fingerprint.low) & mask
            while slots[index] != .empty && slots[index] != fingerprint { index = (index + 1) & mask }
            return index
        }

        private mutating func grow() {
            let old = slots
            slots = [Fingerprint](repeating: .empty, count: old.count * 2)
            for fingerprint in old where fingerprint != .empty { slots[place(of: fingerprint)] = fingerprint }
        }
    }
}

extension Fingerprint {
    /// Marks a free slot. A real string meets it with a chance of 2⁻¹²⁸.
    fileprivate static let empty = Fingerprint(low: 0, high: 0)

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}
