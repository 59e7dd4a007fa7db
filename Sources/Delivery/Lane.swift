import Pacing
import Primitives

/// What a lane wants next.
package enum LaneDecision: Hashable, Sendable {
    /// An idle session of this slot can take a message.
    case send(Int)
    case connect
    case wait(until: Instant)
    /// Waits for its turn at a limit, by the limit's place.
    case queue(Int)
    case idle
}

/// The mail of one site, for the lanes that it goes out by.
struct SiteMail {
    var waiting = RecordQueue()
    /// Messages that came back from a lost session; they go first.
    var returned = RecordQueue()
    /// Messages still to be made up, for a benchmark.
    var madeUp = 0..<0
    /// The site's lanes, one for each source.
    let lanes: Range<Int>
    /// What watches over the site's health, by its place; -1 for nothing.
    let care: Int

    init(lanes: Range<Int>, care: Int = -1) {
        self.lanes = lanes
        self.care = care
    }

    /// Messages that wait for a session.
    var count: Int { waiting.count + returned.count + madeUp.count }

    /// Its parts, for `Dispatcher.readAhead`.
    var readAhead: Int64 { Int64(waiting.count &+ returned.count &+ madeUp.upperBound &+ care) }

    /// The number of the next message to be made up.
    mutating func takeMadeUp() -> Int? {
        guard let number = madeUp.first else { return nil }
        madeUp = number + 1..<madeUp.upperBound
        return number
    }
}

/// The way of a site's mail from one source: its sessions, and what they may do.
package struct Lane {
    /// The site's number in the run.
    package let site: Int
    /// Where the mail of the site waits.
    let mail: Int
    /// What binds the lane besides the run's limits, by its place; -1 for nothing.
    var pace: Int
    /// Of a lane that nothing binds.
    var recent = RecentRate()
    /// Sessions that connect or stand.
    package internal(set) var sessions = 0
    /// Of these, those that are not ready yet.
    var opening = 0
    /// Standing sessions without work.
    var idleSessions: [Int] = []
    /// Sessions in a row that could not be made.
    var failures = 0
    var pausedUntil = Instant.zero
    /// Whether the latest session to be made became ready. Until one has, a lane with a pace makes one at a time, so
    /// that a host which is not there costs one failure and the next host has its turn.
    var isProven = false
    /// Whether the lane stands in the dispatcher's list of lanes to look at.
    var isListed = false
    /// Whether the lane waits for a place among the worker's sessions.
    var isCrowdedOut = false
    /// Whether it stands among those who are entitled to one.
    var isAmongEntitled = false
    /// Whether the lane stands among those that may have an idle session.
    var isAmongIdle = false

    /// Of a site that all workers share: what this worker's part of it is. Nil for a site of its own.
    package internal(set) var share: LaneShare?

    init(site: Int, mail: Int, pace: Int = -1) {
        self.site = site
        self.mail = mail
        self.pace = pace
    }

    /// Its parts, for `Dispatcher.readAhead`.
    var readAhead: Int64 { Int64(pace) &+ pausedUntil.nanoseconds &+ (share == nil ? 0 : 1) }

    /// What should happen next, given how many messages wait, the limits and the time. Next: `Worker.turn`.
    func next(waiting waitingCount: Int, at now: Instant, within limits: Limits) -> LaneDecision {
        guard waitingCount > 0 else { return .idle }
        if let slot = idleSessions.last { return .send(slot) }
        guard sessions < share?.sessions ?? limits.sessionsPerSite else { return .idle }
        guard opening < limits.openingPerSite else { return .idle }
        guard sessions == 0 || waitingCount >= sessions * limits.messagesPerNewSession else { return .idle }
        return now < pausedUntil ? .wait(until: pausedUntil) : .connect
    }
}
