import Pacing
import Primitives

// What refusals teach.
extension Dispatcher {
    /// Hears a sign of how much the receiver takes.
    package mutating func note(_ sign: Backoff.Sign, in lane: Int, at now: Instant) -> BackoffChange? {
        if lanes[lane].pace < 0 && limits.learns && sign.isTrouble { beginLearning(lane, at: now) }
        let pace = lanes[lane].pace
        guard pace >= 0, paces[pace].learns else { return nil }
        let change = backoffs[pace].note(sign, at: now)
        paces[pace].learn(from: backoffs[pace])
        if change != nil { list(lane) }
        return change
    }

    /// Hears that messages were accepted of a lane that nothing binds.
    @inline(__always)
    package mutating func noteAccepted(_ count: Int, inUnpaced lane: Int, at now: Instant) {
        lanes[lane].recent.note(count, at: now)
    }

    /// Until now nothing was kept of the lane but how much was accepted.
    private mutating func beginLearning(_ lane: Int, at now: Instant) {
        var plan = LanePlan()
        plan.learns = true
        let backoff = Backoff(
            sessionLimit: limits.sessionsPerSite, acceptedPerSecond: lanes[lane].recent.perSecond(at: now), at: now)
        lanes[lane].pace = addPace(plan, backoff, at: now)
    }

    /// - Returns: its place.
    mutating func addPace(_ plan: LanePlan, _ backoff: Backoff, at now: Instant) -> Int {
        paces.append(LanePace(plan, &limitTable, at: now))
        if plan.learns { paces[paces.count - 1].learn(from: backoff) }
        backoffs.append(backoff)
        memories.append(LaneMemory(plan))
        return paces.count - 1
    }
}

extension Backoff.Sign {
    fileprivate var isTrouble: Bool {
        switch self {
        case .accepted, .sessionReady: false
        case .deferred, .blocked, .shutDown, .connectFailed: true
        }
    }
}
