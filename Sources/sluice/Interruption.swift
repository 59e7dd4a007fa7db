import Glibc
import Synchronization
import Terminal
import Uring

/// Whether the operator has asked for the end, by Ctrl-C or SIGTERM.
final class Interruption: Sendable {
    private let arrived = Atomic(false)

    var hasArrived: Bool { arrived.load(ordering: .relaxed) }

    /// Takes a step for each signal; one more ends the process at once, and what is under way may or may not
    /// arrive. Call before other threads are started.
    static func watch(
        _ first: @escaping @Sendable () -> Void, then: @escaping @Sendable () -> Void
    ) throws(SystemFault) -> Interruption {
        let interruption = Interruption()
        let notingFirst: @Sendable () -> Void = {
            interruption.arrived.store(true, ordering: .relaxed)
            first()
        }
        try StopSignals.watch([notingFirst, then]) {
            if Console.error.isLive { Console.write(ProgressDisplay.showCursor + "\n", to: STDERR_FILENO) }
        }
        return interruption
    }
}
