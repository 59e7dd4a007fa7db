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
    public mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { source in unsafe append(copying: source) }
    }

    @inlinable
    public mutating func append(_ text: StaticString) {
        unsafe append(copying: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inlinable
    public mutating func append(copying source: UnsafeRawBufferPointer) {
        guard remaining >= source.count else { return overflow() }
        guard let start = source.baseAddress else { return }
        unsafe (base + filled).copyMemory(from: start, byteCount: source.count)
        filled &+= source.count
    }

    /// Appends the lowest `count` bytes of a value, the lowest first.
    @inlinable
    public mutating func append(littleEndian value: UInt64, count: Int) {
        var rest = value
        for _ in 0..<count {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Appends a number in decimal, without leading zeros.
    @inlinable
    public mutating func append(decimal value: Int) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        var rest = value.magnitude
        repeat {
            first &-= 1
            digits[first] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
            rest /= 10
        } while rest > 0
        if value < 0 { append(0x2D) }
        append(digits.span.extracting(first..<20))
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
