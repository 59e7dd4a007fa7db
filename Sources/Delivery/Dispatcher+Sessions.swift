import Primitives

extension Dispatcher {
    /// The session can take messages: whatever failed before is forgiven.
    package mutating func sessionIsReady(in lane: Int) {
        prove(lane)
        lanes[lane].opening -= 1
    }

    /// A session of the lane stands.
    mutating func prove(_ lane: Int) {
        lanes[lane].failures = 0
        lanes[lane].isProven = true
        list(lane)
    }

    /// The session stands and nothing waits for it.
    package mutating func sessionIsIdle(_ slot: Int, in lane: Int) {
        lanes[lane].idleSessions.append(slot)
        if !lanes[lane].isAmongIdle { idleLanes.append(lane) }
        lanes[lane].isAmongIdle = true
        list(lane)
    }

    /// An idle session is about to be ended.
    package mutating func idleSessionLeaves(_ slot: Int, in lane: Int) {
        lanes[lane].idleSessions.removeAll { $0 == slot }
    }

    /// A session of the lane has ended.
    ///
    /// - Parameters:
    ///   - wasReady: `sessionIsReady` was called for it.
    ///   - failed: it could not be made ready. The lane then pauses, each time for twice as long.
    /// - Returns: whether the lane gives up: it has no session and has failed as often as it may.
    package mutating func sessionEnded(in lane: Int, wasReady: Bool, failed: Bool, at now: Instant) -> Bool {
        sessions -= 1
        if !wasReady { lanes[lane].opening -= 1 }
        if lanes[lane].pace >= 0 { giveBackSession(lane) }
        loseSession(lane)
        if isCrowded && isEntitled(lane) { claim(lane) }
        guard failed else { return false }
        lanes[lane].isProven = false
        let failures = lanes[lane].failures + 1
        lanes[lane].failures = failures
        lanes[lane].pausedUntil =
            now + min(limits.firstPause * (1 << Int64(min(failures - 1, 20))), limits.longestPause)
        return hasGivenUp(lane)
    }

    /// The lane has one session less, which may be reason for another.
    mutating func loseSession(_ lane: Int) {
        lanes[lane].sessions -= 1
        list(lane)
        if lanes[lane].share != nil { visit(lane) }
    }

    /// Sessions that connect or stand, by site; sites without are left out.
    package var sessionsBySite: [(site: Int, sessions: Int)] {
        mails.compactMap { mail in
            let sessions = mail.lanes.reduce(0) { $0 + lanes[$1].sessions }
            return sessions > 0 ? (site: lanes[mail.lanes.lowerBound].site, sessions: sessions) : nil
        }
    }

    /// Whether every session that the mail of all lanes can keep busy stands and is ready.
    package var hasAllSessions: Bool {
        lanes.allSatisfy { lane in
            lane.opening == 0
                && lane.sessions >= min(limits.sessionsPerSite, limits.sessions, mails[lane.mail].count)
        }
    }

    /// Messages of the lane that wait for a session.
    package func waitingCount(in lane: Int) -> Int { mails[lanes[lane].mail].count }

    /// The number of the lane's site.
    package func site(of lane: Int) -> Int { lanes[lane].site }
}
