import Glibc
import Synchronization
import Terminal
import Uring

/// SIGINT and SIGTERM as an orderly end: the first asks for it, the second ends the process at once.
///
/// The signals are blocked in every thread and taken by one that waits for them, so no handler runs in the
/// middle of anything.
final class StopSignals: Sendable {
    private let arrived = Atomic(false)

    /// Whether the operator asked for the end.
    var hasArrived: Bool { arrived.load(ordering: .relaxed) }

    /// Call before other threads are started: they inherit what is blocked.
    static func watch(_ onFirst: @escaping @Sendable () -> Void) throws -> StopSignals {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGINT)
        unsafe sigaddset(&set, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        let signals = StopSignals()
        _ = try NativeThread.start { signals.wait(onFirst) }
        return signals
    }

    private func wait(_ onFirst: @Sendable () -> Void) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGINT)
        unsafe sigaddset(&set, SIGTERM)
        var signal: Int32 = 0
        while unsafe sigwait(&set, &signal) == 0 {
            if arrived.exchange(true, ordering: .relaxed) { exitNow() }
            onFirst()
        }
    }

    /// What was under way may be in doubt; that is what a second signal asks for.
    private func exitNow() {
        Console.write("\u{1B}[?25h\n", to: Console.error.isLive ? STDERR_FILENO : -1)
        _exit(130)
    }
}
