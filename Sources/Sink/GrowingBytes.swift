internal import Primitives

/// Bytes in memory of their own that grows when it must and is kept when they are dropped: after warm-up
/// nothing is allocated.
@safe
struct GrowingBytes: ~Copyable {
    private var memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(capacity: Int) {
        unsafe memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { unsafe memory.deallocate() }

    var isEmpty: Bool { count == 0 }

    /// Valid until the next change.
    var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: memory[0..<count])
    }

    /// A writer behind the bytes, with room for `room` more: `take` makes what it wrote part of them.
    mutating func writer(room: Int) -> ByteWriter {
        if unsafe memory.count - count < room { grow(to: count + room) }
        return unsafe ByteWriter(UnsafeMutableRawBufferPointer(rebasing: memory[count...]))
    }

    /// - Parameter writer: the one that `writer` made last.
    mutating func take(_ writer: ByteWriter) {
        let isWithin = unsafe count + writer.count <= memory.count
        precondition(!writer.overflowed && isWithin, "the writer had room")
        count += writer.count
    }

    mutating func append(copying source: UnsafeRawBufferPointer) {
        guard unsafe !source.isEmpty else { return }
        var writer = writer(room: source.count)
        unsafe writer.append(copying: source)
        take(writer)
    }

    mutating func append(_ source: Span<UInt8>) {
        unsafe source.withUnsafeBytes { bytes in unsafe append(copying: bytes) }
    }

    mutating func append(_ text: StaticString) {
        unsafe append(
            copying: UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// For what is said once a session; a hot path has bytes.
    mutating func append(text: String) {
        append(text.utf8Span.span)
    }

    mutating func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "bytes can only be cut to what they hold")
        count = newCount
    }

    mutating func removeAll() { count = 0 }

    /// Takes bytes away from the beginning and appends them to others.
    mutating func moveFirst(_ moved: Int, to other: inout GrowingBytes) {
        precondition(moved >= 0 && moved <= count, "bytes can only be moved that are there")
        unsafe other.append(copying: UnsafeRawBufferPointer(rebasing: bytes[..<moved]))
        unsafe memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[moved...]))
        count -= moved
    }

    private mutating func grow(to needed: Int) {
        let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(needed, memory.count * 2), alignment: 16)
        unsafe larger.copyMemory(from: bytes)
        unsafe memory.deallocate()
        unsafe memory = larger
    }
}
