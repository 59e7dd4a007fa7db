/// Appends bytes to memory that somebody else owns, and never past its end.
///
/// What does not fit is dropped and `overflowed` is set: the caller checks once, after the last append, and
/// starts again with a larger buffer. The owner keeps the memory alive for as long as the writer is used.
@frozen
@safe
public struct ByteWriter {
    @usableFromInline let base: UnsafeMutableRawPointer
    public let capacity: Int
    @usableFromInline var filled = 0
    @usableFromInline var lost = false

    /// - Parameter memory: valid and not written by anybody else during the writer's life.
    @inlinable
    public init(_ memory: UnsafeMutableRawBufferPointer) {
        guard let start = memory.baseAddress else { preconditionFailure("a writer needs memory to write to") }
        unsafe base = start
        capacity = memory.count
    }

    /// Bytes written so far.
    @inlinable
    public var count: Int { filled }

    /// Whether an append did not fit.
    @inlinable
    public var overflowed: Bool { lost }

    @inlinable
    public var remaining: Int { capacity - filled }

    /// The bytes written so far.
    @inlinable
    public var written: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base, count: filled)
    }

    @inlinable
    public mutating func append(_ byte: UInt8) {
        guard remaining >= 1 else { return overflow() }
        unsafe base.storeBytes(of: byte, toByteOffset: filled, as: UInt8.self)
        filled &+= 1
    }

    @inlinable
    @inline(__always)
    public mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { source in unsafe append(copying: source) }
    }

    /// Appends bytes that are all visible ASCII and no angle brackets, checked on their way: eight a step.
    ///
    /// - Returns: false when there are others; then nothing is appended.
    @inlinable
    public mutating func append(visibleWithoutAngles bytes: Span<UInt8>) -> Bool {
        let count = bytes.count
        guard count >= 8, remaining >= count else {
            guard bytes.isVisibleWithoutAngles else { return false }
            append(bytes)
            return true
        }
        let place = unsafe base + filled
        var faults: UInt64 = 0
        var index = 0
        while index &+ 8 < count {
            let word = bytes.uncheckedWord(at: index)
            faults |= wordFaults(word)
            unsafe place.storeBytes(of: word.littleEndian, toByteOffset: index, as: UInt64.self)
            index &+= 8
        }
        let last = bytes.uncheckedWord(at: count &- 8)
        unsafe place.storeBytes(of: last.littleEndian, toByteOffset: count &- 8, as: UInt64.self)
        guard faults | wordFaults(last) == 0 else { return false }
        filled &+= count
        return true
    }

    @inlinable
    @inline(__always)
    public mutating func append(_ text: StaticString) {
        unsafe append(copying: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inlinable
    @inline(__always)
    public mutating func append(copying source: UnsafeRawBufferPointer) {
        guard remaining >= source.count else { return overflow() }
        guard let start = source.baseAddress else { return }
        unsafe (base + filled).copyMemory(from: start, byteCount: source.count)
        filled &+= source.count
    }

    /// Appends the lowest `count` bytes of a value, the lowest first.
    @inlinable
    public mutating func append(littleEndian value: UInt64, count: Int) {
        precondition(count >= 0 && count <= 8, "a value has eight bytes")
        guard remaining >= count else { return overflow() }
        if remaining >= 8 {
            // One store: what is written behind is free, and overwritten by the next append.
            unsafe base.storeBytes(of: value.littleEndian, toByteOffset: filled, as: UInt64.self)
            filled &+= count
            return
        }
        var rest = value
        for offset in 0..<count {
            unsafe base.storeBytes(
                of: UInt8(truncatingIfNeeded: rest), toByteOffset: filled &+ offset, as: UInt8.self)
            rest >>= 8
        }
        filled &+= count
    }

    /// Appends a number in decimal, without leading zeros.
    @inlinable
    public mutating func append(decimal value: Int) {
        if value < 0 { append(0x2D) }
        var rest = value.magnitude
        if rest < 100_000_000 && remaining >= 8 { return append(eightDigits: UInt64(rest)) }
        let digits = ByteWriter.digitCount(of: rest)
        guard remaining >= digits else { return overflow() }
        filled &+= digits
        var place = filled
        repeat {
            place &-= 1
            let quotient = rest / 10
            let digit = UInt8(truncatingIfNeeded: rest &- quotient &* 10) &+ 0x30
            unsafe base.storeBytes(of: digit, toByteOffset: place, as: UInt8.self)
            rest = quotient
        } while rest > 0
    }

    /// All digits at once: the value is split into halves, quarters and digits that share one word.
    ///
    /// - Parameter value: below 100,000,000. The eight bytes behind what is written must be free.
    @inlinable
    mutating func append(eightDigits value: UInt64) {
        let halves = value / 10_000 | (value % 10_000) << 32
        let hundreds = (halves &* 10_486) >> 20 & 0x7F_0000_007F
        let pairs = hundreds | (halves &- hundreds &* 100) << 16
        let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
        let digits = tens | (pairs &- tens &* 10) << 8
        // The first digit is the lowest byte; the last one is written even when it is a zero.
        let zeros = (digits | 1 << 56).trailingZeroBitCount & ~7
        let text = (digits | 0x3030_3030_3030_3030) >> UInt64(zeros)
        unsafe base.storeBytes(of: text.littleEndian, toByteOffset: filled, as: UInt64.self)
        filled &+= 8 &- zeros / 8
    }

    /// How many digits `append(decimal:)` writes.
    @inlinable
    public static func digitCount(of value: UInt) -> Int {
        var digits = 1
        var limit: UInt = 10
        while value >= limit {
            digits &+= 1
            if digits == 20 { break }
            limit &*= 10
        }
        return digits
    }

    /// Leaves room for `count` bytes, to be written later by way of `gap`.
    @inlinable
    public mutating func skip(_ count: Int) {
        guard remaining >= count else { return overflow() }
        filled &+= count
    }

    /// A writer for the room that `skip` left.
    @inlinable
    public func gap(_ range: Range<Int>) -> ByteWriter {
        precondition(range.lowerBound >= 0 && range.upperBound <= filled, "a gap lies in what was written")
        return unsafe ByteWriter(
            UnsafeMutableRawBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    /// Takes bytes out of the middle; what follows moves up.
    @inlinable
    public mutating func remove(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= filled, "only what was written is removed")
        let rest = filled - range.upperBound
        unsafe (base + range.lowerBound).copyMemory(from: base + range.upperBound, byteCount: rest)
        filled &-= range.count
    }

    /// Forgets everything after the first `newCount` bytes.
    @inlinable
    public mutating func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= filled, "a writer can only be cut to what it holds")
        filled = newCount
    }

    @usableFromInline
    mutating func overflow() {
        lost = true
    }
}
