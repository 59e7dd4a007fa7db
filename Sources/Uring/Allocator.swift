internal import CLiburing

/// The C library's allocator, which serves everybody in the process.
package enum Allocator {
    /// From now on blocks of at least so many bytes come from the system one by one and go back to it: arrays that
    /// grow leave no holes behind them. To be called before there are other threads.
    package static func keepApart(blocksFrom byteCount: Int32) {
        _ = mallopt(M_MMAP_THRESHOLD, byteCount)
    }
}
