import Synchronization

/// Whether anybody has answered yet, over all workers of a run: a receiver that never does ends the run, one
/// that turns away what is too much for it does not.
package final class FirstContact: Sendable {
    private struct State {
        var isMade = false
        /// Sessions that were greeted and are not ready yet.
        var greeted = 0
        var failures = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// A session got its greeting.
    func greeted() { state.withLock { $0.greeted += 1 } }

    /// A session that was greeted is ready.
    func made() {
        state.withLock { state in
            state.isMade = true
            state.greeted -= 1
        }
    }

    /// A session has ended without having been ready.
    ///
    /// - Parameter most: failures that are borne.
    /// - Returns: whether to give up: so many have failed, none was ever ready, and none is about to be.
    func failed(wasGreeted: Bool, atMost most: Int) -> Bool {
        state.withLock { state in
            state.failures += 1
            if wasGreeted { state.greeted -= 1 }
            return !state.isMade && state.greeted == 0 && state.failures >= most
        }
    }

    /// A session was ended by us before it was ready.
    func givenUp(wasGreeted: Bool) {
        if wasGreeted { state.withLock { $0.greeted -= 1 } }
    }
}
