/// A stretch of memory that is sent with others as if they were one.
@safe
package struct MemoryPiece {
    /// Valid until the send has completed.
    package var start: UnsafeRawPointer
    package var count: Int

    package init(start: UnsafeRawPointer, count: Int) {
        unsafe self.start = unsafe start
        self.count = count
    }

    package var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: count) }
}
