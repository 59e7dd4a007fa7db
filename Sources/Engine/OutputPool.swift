import Primitives

/// Memory for one send, lent to the network until the send has ended.
@safe
struct OutputBuffer {
    fileprivate let base: UnsafeMutableRawPointer
    let capacity: Int

    func writer() -> ByteWriter {
        unsafe ByteWriter(UnsafeMutableRawBufferPointer(start: base, count: capacity))
    }

    func bytes(_ count: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base, count: count)
    }
}

/// Output buffers, used again by whichever session speaks next: silent sessions hold none.
@safe
struct OutputPool: ~Copyable {
    /// Holds a turn of most campaigns; a larger message gets memory of its own.
    static let standardCapacity = 65_536

    private var free: [OutputBuffer] = []

    init() {}

    deinit {
        for buffer in free { unsafe buffer.base.deallocate() }
    }

    mutating func take(atLeast capacity: Int = OutputPool.standardCapacity) -> OutputBuffer {
        if capacity <= OutputPool.standardCapacity, let buffer = free.popLast() { return buffer }
        let size = max(capacity, OutputPool.standardCapacity)
        return unsafe OutputBuffer(base: .allocate(byteCount: size, alignment: 64), capacity: size)
    }

    mutating func give(_ buffer: OutputBuffer) {
        if buffer.capacity == OutputPool.standardCapacity {
            free.append(buffer)
        } else {
            unsafe buffer.base.deallocate()
        }
    }
}
