import Primitives

/// The way of nearly all addresses: only the bytes that are neither letters nor digits are looked at one by one.
extension Address {
    /// Where the `@` stands in a good address of 8 to 64 bytes whose last is a letter.
    ///
    /// - Returns: nil for all others: of them each byte must be looked at, if only for the reason.
    static func atSignOfPlain(_ bytes: Span<UInt8>) -> Int? {
        let count = bytes.count
        guard count >= 8 && count <= 64, isLetter(bytes[count &- 1]) else { return nil }
        var signs = placesOfSigns(bytes)
        var atSign: Int?
        // Before the first part, as if a separator stood there.
        var separator = -1
        while signs != 0 {
            let index = signs.trailingZeroBitCount
            signs &= signs &- 1
            switch bytes[index] {
            case UInt8(ascii: "."):
                guard index > separator + 1 else { return nil }
                separator = index
            case UInt8(ascii: "@"):
                guard atSign == nil, index > separator + 1 else { return nil }
                (atSign, separator) = (index, index)
            case UInt8(ascii: "-"):
                // The last byte is a letter: one follows.
                guard atSign == nil || index > separator + 1 && bytes[index + 1] != UInt8(ascii: ".") else {
                    return nil
                }
            case let byte:
                guard atSign == nil, isAtomText(byte) else { return nil }
            }
        }
        guard let atSign, separator > atSign else { return nil }
        return atSign
    }

    /// A bit for each byte that is neither a letter nor a digit, the first the lowest.
    private static func placesOfSigns(_ bytes: Span<UInt8>) -> UInt64 {
        var signs: UInt64 = 0
        var index = 0
        while index &+ 8 < bytes.count {
            signs |= placesOfSigns(inWord: bytes.word(at: index)) << UInt64(index)
            index &+= 8
        }
        // The last eight bytes: some of them may be noted twice, which changes nothing.
        let last = bytes.count &- 8
        return signs | placesOfSigns(inWord: bytes.word(at: last)) << UInt64(last)
    }

    @inline(__always)
    private static func placesOfSigns(inWord word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        // Without their high bits no byte carries into the next.
        let low = word & ~highs
        let small = low | ones &* 0x20
        let letters = (small &+ ones &* (0x80 - 0x61)) ^ (small &+ ones &* (0x80 - 0x7B))
        let digits = (low &+ ones &* (0x80 - 0x30)) ^ (low &+ ones &* (0x80 - 0x3A))
        let found = (~(letters | digits) | word) & highs
        // The product moves the high bit of each byte to a place of its own.
        return (found &* 0x0002_0408_1020_4081) >> 56
    }
}
