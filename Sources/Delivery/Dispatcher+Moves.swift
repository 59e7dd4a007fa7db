import Primitives

// Sessions that change lanes. What nothing but the run's limits binds goes by the one source to the one destination:
// a session that has no more to do for one site serves the next as well as a new one would, and is there already.
extension Dispatcher {
    /// Gives a session without work to the lane that has waited longest for a place among the worker's sessions.
    ///
    /// - Returns: the lane, which has the session from now on; nil when nobody waits, or who is first needs a session
    ///   of its own.
    package mutating func moveSession(from lane: Int, at now: Instant) -> Int? {
        guard mayMove(lane) else { return nil }
        while let next = firstOfCrowd, mayMove(next) {
            leaveCrowd()
            if decision(about: next, at: now) == .connect {
                move(from: lane, to: next)
                return next
            }
        }
        return nil
    }

    /// An idle session of another lane that this one may have: it has it from now on.
    mutating func takeMovable(for lane: Int) -> Int? {
        guard mayMove(lane) else { return nil }
        while let other = idleLanes.last, mayMove(other) {
            if let slot = lanes[other].idleSessions.popLast() {
                move(from: other, to: lane)
                return slot
            }
            forgetIdleLane()
        }
        return nil
    }

    private func mayMove(_ lane: Int) -> Bool { lanes[lane].pace < 0 }

    private mutating func move(from old: Int, to new: Int) {
        lanes[old].sessions -= 1
        lanes[new].sessions += 1
        lanes[new].failures = 0
        lanes[new].isProven = true
        list(old)
        list(new)
        if lanes[old].share != nil { visit(old) }
    }
}
