internal import CLiburing
internal import Glibc

/// SIGINT and SIGTERM as a request to end in good order.
package enum StopSignals {
    /// Takes the next of `steps` with each of them that comes, on a thread of its own; behind the last, the next one
    /// ends the process at once with exit code 130, after `beforeExit`.
    ///
    /// To be called before other threads are started: they inherit that these signals are not for them.
    package static func watch(
        _ steps: [@Sendable () -> Void], beforeExit: @escaping @Sendable () -> Void = {}
    ) throws(SystemFault) {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGINT)
        unsafe sigaddset(&signals, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        let awaited = signals
        _ = try NativeThread.start {
            for step in steps {
                next(of: awaited)
                step()
            }
            next(of: awaited)
            beforeExit()
            _exit(130)
        }
    }

    private static func next(of signals: sigset_t) {
        var signals = signals
        var signal: Int32 = 0
        while unsafe sigwait(&signals, &signal) != 0 {}
    }
}
