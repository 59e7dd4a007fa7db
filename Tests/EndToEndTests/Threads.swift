import Glibc
import Uring

/// Runs blocking work on a thread of its own, so that no thread of the tests is held up.
///
/// No signal is blocked there, as it is on threads of the pool: children inherit that, and could not be ended.
func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        do throws(SystemFault) {
            _ = try NativeThread.start {
                unblockSignals()
                continuation.resume(with: Swift.Result { try work() })
            }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

private func unblockSignals() {
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
}
