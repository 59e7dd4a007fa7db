// Bytes in arrays, for what travels in pieces of any length.

extension [UInt8] {
    @inlinable
    public mutating func append(_ span: Span<UInt8>) {
        // A span of bytes is copied as one piece only by way of its buffer.
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends the lowest `count` bytes of a value, the lowest first.
    @inlinable
    public mutating func append(littleEndian value: UInt64, count: Int) {
        append(addingCapacity: count) { output in
            var rest = value
            for _ in 0..<count {
                output.append(UInt8(truncatingIfNeeded: rest))
                rest >>= 8
            }
        }
    }

    @inlinable
    public init(copying span: Span<UInt8>) {
        self = []
        append(span)
    }
}

extension OutputSpan<UInt8> {
    /// Appends bytes as one piece.
    @inlinable
    public mutating func append(_ span: Span<UInt8>) {
        precondition(span.count <= freeCapacity, "what is appended fits")
        unsafe span.withUnsafeBytes { source in
            unsafe withUnsafeMutableBufferPointer { memory, count in
                let room = unsafe UnsafeMutableRawBufferPointer(memory)[count..<count + source.count]
                unsafe UnsafeMutableRawBufferPointer(rebasing: room).copyMemory(from: source)
                count += source.count
            }
        }
    }
}

extension Span<UInt8> {
    /// The value that `append(littleEndian:count:)` has written.
    @inlinable
    public func littleEndian(at start: Int, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for offset in 0..<count { value |= UInt64(self[start + offset]) << UInt64(8 * offset) }
        return value
    }
}
