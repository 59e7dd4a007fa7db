extension Span where Element == UInt8 {
    /// The place of the first byte of this value at or behind `start`, or nil: eight bytes a step.
    @inlinable
    public func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        precondition(start >= 0 && start <= count, "the search begins within the span")
        var index = start
        while index &+ 8 <= count {
            let found = places(of: byte, in: uncheckedWord(at: index))
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < count {
            if self[index] == byte { return index }
            index &+= 1
        }
        return nil
    }

    /// The place of the first byte of either value at or behind `start`, or nil: eight bytes a step.
    @inlinable
    public func firstIndex(of one: UInt8, or other: UInt8, from start: Int) -> Int? {
        precondition(start >= 0 && start <= count, "the search begins within the span")
        var index = start
        while index &+ 8 <= count {
            let word = uncheckedWord(at: index)
            let found = places(of: one, in: word) | places(of: other, in: word)
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < count {
            if self[index] == one || self[index] == other { return index }
            index &+= 1
        }
        return nil
    }

    /// Eight bytes as one number, the first of them the lowest.
    @inlinable
    public func word(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= count &- 8, "a word lies within the span")
        return uncheckedWord(at: offset)
    }

    /// Whether the bytes of a range stand at `offset` as well: eight bytes a step. Not when the span ends before.
    @inlinable
    public func repeats(_ range: Range<Int>, at offset: Int) -> Bool {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count && offset >= 0, "the range lies within the span")
        guard range.count <= count &- offset else { return false }
        guard range.count >= 8 else {
            for index in 0..<range.count where self[range.lowerBound &+ index] != self[offset &+ index] { return false }
            return true
        }
        var differences: UInt64 = 0
        var index = 0
        while index &+ 8 < range.count {
            differences |= uncheckedWord(at: range.lowerBound &+ index) ^ uncheckedWord(at: offset &+ index)
            index &+= 8
        }
        let last = range.count &- 8
        return differences | (uncheckedWord(at: range.lowerBound &+ last) ^ uncheckedWord(at: offset &+ last)) == 0
    }

    /// In bounds by what the caller has checked; any alignment will do.
    @inlinable
    @inline(__always)
    func uncheckedWord(at offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }

    /// Whether every byte passes a test that looks at eight of them together.
    ///
    /// - Parameter faults: not zero when a byte of the word does not pass; the letter `a` must.
    @inlinable
    @inline(__always)
    public func isFree(of faults: (UInt64) -> UInt64) -> Bool {
        guard count >= 8 else { return faults(shortWord) == 0 }
        var found: UInt64 = 0
        var index = 0
        while index &+ 8 < count {
            found |= faults(uncheckedWord(at: index))
            index &+= 8
        }
        return found | faults(uncheckedWord(at: count &- 8)) == 0
    }

    /// Fewer than eight bytes, and behind them `a`.
    @inlinable
    var shortWord: UInt64 {
        var word: UInt64 = 0x6161_6161_6161_6161
        for index in 0..<count { word = word << 8 | UInt64(self[index]) }
        return word
    }

    /// Whether no byte is beyond 0x7F.
    @inlinable
    public var isASCII: Bool { isFree { $0 & 0x8080_8080_8080_8080 } }

    /// Whether any byte is a control character of ASCII, CR, LF, NUL, TAB and the like.
    @inlinable
    public var holdsControlByte: Bool { !isFree(of: controlFaults) }

    /// Whether every byte is visible ASCII and none is an angle bracket.
    @inlinable
    public var isVisibleWithoutAngles: Bool { isFree(of: wordFaults) }

    /// Whether every byte is visible ASCII or a space, and none is `=`.
    @inlinable
    public var isPrintableWithoutEquals: Bool {
        isFree { controlFaults($0) | $0 & 0x8080_8080_8080_8080 | places(of: UInt8(ascii: "="), in: $0) }
    }
}

/// Not zero when the word holds this byte: the high bit of the first one that does, and perhaps some behind it.
@inlinable
@inline(__always)
public func places(of byte: UInt8, in word: UInt64) -> UInt64 {
    let difference = word ^ 0x0101_0101_0101_0101 &* UInt64(byte)
    return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
}

/// Not zero when a byte of the word is below 0x20 or 0x7F.
@inlinable
@inline(__always)
func controlFaults(_ word: UInt64) -> UInt64 {
    let low = (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
    return low | places(of: 0x7F, in: word)
}

/// Not zero when a byte of the word is a control byte, a space, an angle bracket or not ASCII.
@inlinable
@inline(__always)
func wordFaults(_ word: UInt64) -> UInt64 {
    let isBlank = (word &- 0x2121_2121_2121_2121) & ~word
    // The two brackets differ in one bit only.
    let angle = places(of: 0x3E, in: word | 0x0202_0202_0202_0202)
    return (word | isBlank) & 0x8080_8080_8080_8080 | places(of: 0x7F, in: word) | angle
}
