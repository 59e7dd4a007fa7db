internal import CLiburing
internal import Glibc

/// The way into a worker's sleep: any thread signals, and the ring that watches it completes.
///
/// Signals that come before the worker looks may fall together into one completion; none is lost.
package final class WakeUp: Sendable {
    let descriptor: Int32

    package init() throws(SystemFault) {
        let made = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard made >= 0 else { throw SystemFault("make an eventfd") }
        descriptor = made
    }

    deinit { _ = Glibc.close(descriptor) }

    /// Safe from every thread and from a signal handler.
    package func signal() {
        var one: UInt64 = 1
        // Fails only when 2⁶⁴ − 2 signals stand unread: then the worker is awake anyway.
        _ = unsafe write(descriptor, &one, MemoryLayout<UInt64>.size)
    }
}
