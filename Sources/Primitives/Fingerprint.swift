internal import CProcessor

/// 128 bits that stand for a byte string in sets too large to hold the strings themselves.
///
/// Keyed: without the seed nobody can make two addresses that meet. Among ten million strings the chance of
/// one accidental meeting is below 10⁻²⁴. Not a cryptographic hash.
public struct Fingerprint: Hashable, Sendable {
    public var low: UInt64
    public var high: UInt64

    /// - Parameter foldingFrom: from this byte on, ASCII capitals count as small letters.
    public init(of bytes: Span<UInt8>, foldingFrom: Int = .max, seed: UInt64) {
        low = seed ^ 0x9E37_79B9_7F4A_7C15
        high = seed ^ 0xD1B5_4A32_D192_ED03
        let count = bytes.count
        var index = 0
        while index &+ 8 <= count {
            mix(Fingerprint.lowerCase(bytes.uncheckedWord(at: index), from: foldingFrom &- index))
            index &+= 8
        }
        if index < count {
            mix(Fingerprint.lowerCase(Fingerprint.rest(of: bytes, from: index), from: foldingFrom &- index))
        }
        let length = UInt64(truncatingIfNeeded: count)
        low = Fingerprint.folded(low ^ length, 0x8EBC_6AF0_9C88_C6E3)
        high = Fingerprint.folded(high ^ length, 0x5899_65CC_7537_4CC3)
    }

    @inline(__always)
    private mutating func mix(_ word: UInt64) {
        low = Fingerprint.folded(low ^ word, 0xA076_1D64_78BD_642F)
        high = Fingerprint.folded(high ^ word, 0xE703_7ED1_A0B4_28DB)
    }

    /// The bytes that are left, fewer than eight, with zeros behind them.
    private static func rest(of bytes: Span<UInt8>, from start: Int) -> UInt64 {
        let rest = bytes.count &- start
        if bytes.count >= 8 { return bytes.uncheckedWord(at: bytes.count &- 8) >> UInt64(8 &* (8 &- rest)) }
        var word: UInt64 = 0
        for offset in 0..<rest { word |= UInt64(bytes[offset]) << UInt64(8 &* offset) }
        return word
    }

    /// Makes small letters of the capitals of a word, from one of its bytes on.
    @inline(__always)
    private static func lowerCase(_ word: UInt64, from first: Int) -> UInt64 {
        let (ones, sevens, highs): (UInt64, UInt64, UInt64) = (
            0x0101_0101_0101_0101, 0x7F7F_7F7F_7F7F_7F7F, 0x8080_8080_8080_8080
        )
        let low = word & sevens
        let isCapital = ((low &+ ones &* (0x80 - 0x41)) ^ (low &+ ones &* (0x80 - 0x5B))) & ~word & highs
        guard isCapital != 0 && first < 8 else { return word }
        return word | (isCapital & (.max << UInt64(8 &* max(0, first)))) >> 2
    }

    /// Both halves of a 128-bit product, folded: every bit of the input moves every bit of the result.
    @inline(__always)
    private static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (high, low) = left.multipliedFullWidth(by: right)
        return high ^ low
    }
}

/// A set of fingerprints: 12 bytes a slot; 15 to 19 bytes a fingerprint of millions, up to 30 of fewer.
///
/// Split into shards that grow one at a time, and by a quarter when they are large, so that growing a set of millions
/// never holds two copies of it, never leaves half of it empty, and never stops its user for long. Keeps 104 of the
/// 128 bits: among ten million fingerprints the chance of one that is taken for another is below 10⁻¹⁷.
public struct FingerprintSet: ~Copyable, Sendable {
    private var shards: [Shard]
    public private(set) var count = 0

    public init() {
        shards = (0..<256).map { _ in Shard() }
    }

    /// Adds a fingerprint; false when it was there already.
    public mutating func insert(_ fingerprint: Fingerprint) -> Bool {
        let isNew = shards[Int(fingerprint.high >> 56)].insert(Slot(fingerprint))
        if isNew { count += 1 }
        return isNew
    }

    /// Makes room for so many in an empty set, which then need not grow.
    public mutating func reserve(_ expected: Int) {
        guard count == 0 else { return }
        let each = expected / shards.count
        // Shards differ by some times the root of what they hold.
        let slots = (each + 4 * Int(Double(each).squareRoot()) + 16) / 4 * 5
        for index in shards.indices { shards[index] = Shard(slots: slots) }
    }

    /// Adds many fingerprints at a time, sixteen or so: for that they wait for memory together and not one by one.
    public mutating func insert(_ fingerprints: Span<Fingerprint>) {
        fetch(fingerprints)
        for index in fingerprints.indices { _ = insert(fingerprints[index]) }
    }

    /// Has the processor's cache fetch the places of fingerprints that will be asked for soon, sixteen or so.
    public mutating func fetch(_ fingerprints: Span<Fingerprint>) {
        for index in fingerprints.indices {
            shards[Int(fingerprints[index].high >> 56)].fetch(Slot(fingerprints[index]))
        }
    }

    /// How large a full shard becomes. Each step copies all of it, which small ones save.
    static func nextSlotCount(after count: Int) -> Int { count < 8_192 ? 2 * count : count + count / 4 }

    /// The memory of all slots.
    var byteCount: Int { shards.reduce(0) { $0 + $1.byteCount } }

    public func contains(_ fingerprint: Fingerprint) -> Bool {
        shards[Int(fingerprint.high >> 56)].contains(Slot(fingerprint))
    }

    /// Three words instead of one and a half: so there is no gap behind it.
    private struct Slot: Equatable {
        let low: UInt32
        let middle: UInt32
        let high: UInt32

        /// Marks a free slot. A real string meets it with a chance of 2⁻⁹⁶.
        static let empty = Slot(Fingerprint(low: 0, high: 0))

        init(_ fingerprint: Fingerprint) {
            low = UInt32(truncatingIfNeeded: fingerprint.low)
            middle = UInt32(truncatingIfNeeded: fingerprint.low >> 32)
            high = UInt32(truncatingIfNeeded: fingerprint.high)
        }

        var isEmpty: Bool { low | middle | high == 0 }

        /// Where it belongs among so many slots.
        func place(among count: Int) -> Int {
            Int(truncatingIfNeeded: (UInt64(middle) << 32 | UInt64(low)).multipliedFullWidth(by: UInt64(count)).high)
        }
    }

    private struct Shard {
        private var slots: [Slot]
        private var used = 0

        init(slots count: Int = 16) {
            slots = [Slot](repeating: .empty, count: count)
        }

        var byteCount: Int { slots.count * MemoryLayout<Slot>.stride }

        mutating func insert(_ slot: Slot) -> Bool {
            if used * 5 >= slots.count * 4 { grow() }
            let index = place(of: slot)
            guard slots[index].isEmpty else { return false }
            slots[index] = slot
            used += 1
            return true
        }

        // Mutating, since to read a shard in its array would count references.
        mutating func fetch(_ slot: Slot) {
            unsafe slots.withUnsafeMutableBufferPointer { slots in
                guard let first = slots.baseAddress else { return }
                let place = unsafe first + slot.place(among: slots.count)
                unsafe sluice_prefetch(place)
                // The search often goes on into the next line of the cache.
                unsafe sluice_prefetch(place + 4)
            }
        }

        func contains(_ slot: Slot) -> Bool {
            !slots[place(of: slot)].isEmpty
        }

        /// The slot that holds the fingerprint, or the free one where it belongs.
        private func place(of slot: Slot) -> Int {
            var index = slot.place(among: slots.count)
            while !slots[index].isEmpty && slots[index] != slot {
                index += 1
                if index == slots.count { index = 0 }
            }
            return index
        }

        private mutating func grow() {
            let old = slots
            slots = [Slot](repeating: .empty, count: FingerprintSet.nextSlotCount(after: old.count))
            for slot in old where !slot.isEmpty { slots[place(of: slot)] = slot }
        }
    }
}

extension Fingerprint {
    fileprivate init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}
