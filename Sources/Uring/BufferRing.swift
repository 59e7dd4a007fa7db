internal import CLiburing
internal import Glibc

/// Buffers lent to the kernel, which picks one whenever bytes arrive for a multishot receive.
///
/// Connections that are silent hold no memory: the buffers serve whoever has something to say. A completion
/// names its buffer; once its bytes have been read, `recycle` lends it again. When all are taken the kernel
/// ends the receive with `-ENOBUFS`: nothing is lost, the bytes wait in the socket. Recycle what has been
/// read, then arm the receive again.
@safe
package struct BufferRing: ~Copyable {
    package let group: UInt16
    package let count: Int
    package let bufferSize: Int

    private let handle: RingHandle
    private let entries: UnsafeMutablePointer<io_uring_buf_ring>
    private let memory: UnsafeMutableRawPointer
    private let mask: Int32

    /// Makes and lends all buffers.
    ///
    /// - Parameters:
    ///   - count: a power of two up to 32,768.
    ///   - bufferSize: bytes in each; more arrives as several completions.
    package init(
        for ring: borrowing Ring, group: UInt16, count: Int, bufferSize: Int
    ) throws(RingError) {
        precondition(
            count > 0 && count <= 32_768 && count.nonzeroBitCount == 1, "a power of two up to 32,768")
        precondition(bufferSize > 0 && bufferSize <= Int(UInt32.max), "a buffer has bytes")
        self.group = group
        self.count = count
        self.bufferSize = bufferSize
        handle = ring.handle
        mask = Int32(count - 1)
        let entryBytes = count * MemoryLayout<io_uring_buf>.stride
        let shared = UnsafeMutableRawPointer.allocate(byteCount: entryBytes, alignment: 4_096)
        unsafe shared.initializeMemory(as: UInt8.self, repeating: 0, count: entryBytes)
        unsafe entries = shared.assumingMemoryBound(to: io_uring_buf_ring.self)
        unsafe memory = UnsafeMutableRawPointer.allocate(byteCount: count * bufferSize, alignment: 4_096)
        var registration = io_uring_buf_reg()
        registration.ring_addr = UInt64(UInt(bitPattern: shared))
        registration.ring_entries = UInt32(count)
        registration.bgid = group
        let status = unsafe io_uring_register_buf_ring(handle.native, &registration, 0)
        guard status == 0 else {
            unsafe shared.deallocate()
            unsafe memory.deallocate()
            throw RingError(code: -status)
        }
        for index in 0..<count { recycle(UInt16(index)) }
    }

    deinit {
        _ = unsafe io_uring_unregister_buf_ring(handle.native, Int32(group))
        unsafe UnsafeMutableRawPointer(entries).deallocate()
        unsafe memory.deallocate()
    }

    /// The bytes of a receive: valid until the buffer is recycled.
    ///
    /// - Parameter byteCount: the completion's result.
    package func bytes(of bufferID: UInt16, count byteCount: Int32) -> UnsafeRawBufferPointer {
        precondition(byteCount >= 0 && Int(byteCount) <= bufferSize && Int(bufferID) < count, "no such bytes")
        return unsafe UnsafeRawBufferPointer(
            start: memory + Int(bufferID) * bufferSize, count: Int(byteCount))
    }

    /// Lends a buffer to the kernel again, at once. Exactly once for each completion that names it.
    package func recycle(_ bufferID: UInt16) {
        precondition(Int(bufferID) < count, "no such buffer")
        unsafe io_uring_buf_ring_add(
            entries, memory + Int(bufferID) * bufferSize, UInt32(bufferSize), bufferID, mask, 0)
        unsafe io_uring_buf_ring_advance(entries, 1)
    }
}
