/// A fixed piece of memory to write into and read back, owned by whoever holds it.
@safe
public struct ByteBuffer: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer

    public init(capacity: Int) {
        unsafe memory = .allocate(byteCount: max(capacity, 1), alignment: 16)
    }

    deinit {
        unsafe memory.deallocate()
    }

    public var capacity: Int { unsafe memory.count }

    /// A writer that starts at the beginning again. Use it only while the buffer lives.
    public mutating func writer() -> ByteWriter {
        unsafe ByteWriter(memory)
    }

    /// The bytes between two offsets of what was written last.
    @_lifetime(borrow self)
    public func bytes(_ range: Range<Int>) -> Span<UInt8> {
        precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "the buffer is smaller")
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: memory[range])
        return unsafe _overrideLifetime(bytes.bindMemory(to: UInt8.self).span, borrowing: self)
    }
}
