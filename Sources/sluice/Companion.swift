import Synchronization
import Uring

/// A thread that accompanies some work, and ends with it.
final class Companion: Sendable {
    private let mustFinish = Atomic(false)

    /// Whether the work is over: the thread should end soon.
    var isOver: Bool { mustFinish.load(ordering: .relaxed) }

    /// Does `body`, with a thread beside it that does `task`; returns when both have ended.
    static func run<Result>(
        _ task: @escaping @Sendable (Companion) -> Void, while body: () throws -> Result
    ) throws -> Result {
        let companion = Companion()
        let thread = try NativeThread.start { task(companion) }
        defer {
            companion.mustFinish.store(true, ordering: .relaxed)
            thread.join()
        }
        return try body()
    }
}
