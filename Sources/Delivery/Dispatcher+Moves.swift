import Primitives

// Sessions that change lanes. What nothing but the run's limits binds goes by the one source to the one destination:
// a session that has no more to do for one site serves the next as well as a new one would, and is there already.
extension Dispatcher {
    /// Gives a session without work to the lane whose turn it is to have a place among the worker's sessions.
    ///
    /// - Returns: the lane, which has the session from now on; nil when nobody waits, or who is first needs a session
    ///   of its own.
    package mutating func moveSession(from lane: Int, at now: Instant) -> Int? {
        guard mayMove(lane), let next = nextOfCrowd(at: now, ifMovable: true) else { return nil }
        move(from: lane, to: next)
        return next
    }

    /// An idle session of another lane that this one may have: it has it from now on.
    mutating func takeMovable(for lane: Int) -> Int? {
        guard mayMove(lane), let idle = takeIdleSession(ifMovable: true) else { return nil }
        move(from: idle.lane, to: lane)
        return idle.slot
    }

    func mayMove(_ lane: Int) -> Bool { lanes[lane].pace < 0 }

    private mutating func move(from old: Int, to new: Int) {
        loseSession(old)
        lanes[new].sessions += 1
        prove(new)
    }
}
