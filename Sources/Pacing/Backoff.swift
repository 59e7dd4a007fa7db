import Primitives

/// What a receiver takes, learned from its replies: one for each (source, site).
///
/// Messages per time are unlimited until the first trouble, or soon after a slow start. From the first trouble on the
/// rate at which the receiver accepted is the measure (`LearnedRate`). Sessions follow the arithmetic of Postfix's
/// scheduler (`SessionWindow`).
///
/// Greylisting puts off the first attempt for every new recipient, however slowly they come. From here it looks like a
/// limit of zero: the rate falls to one message a second within half a minute. It falls no further as long as nothing
/// is accepted, since nothing is learned from that. Once second attempts are accepted the rate rises with each of them,
/// and a decrease that cured nothing is followed by a wait twice as long, up to nine minutes: the rate goes up faster
/// than first attempts push it down.
///
/// Time that goes backwards counts as no time. Nothing here allocates.
package struct Backoff: Hashable, Sendable {
    /// What a reply or a fault says about how much the receiver takes.
    package enum Sign: Hashable, Sendable, CaseIterable {
        /// A 2xx to a message.
        case accepted
        /// A 4xx to a message that may mean "too fast": rate, policy, greylisting. Not a full mailbox.
        case deferred
        /// A reply that names the sender's address or reputation, 4.7.x or 5.7.x: trouble without a second look.
        case blocked
        /// 421 in place of the greeting, or a session that was ended or lost. Whoever also lost a message to it notes
        /// `deferred` as well.
        case shutDown
        case connectFailed
        /// The greeting and the hello were answered well.
        case sessionReady
    }

    private var rate: LearnedRate
    private var sessions: SessionWindow
    /// What the latest changes said: a slow rise is told in steps.
    private var toldRate = 0.0
    private var toldSessions: Int

    /// - Parameters:
    ///   - sessionLimit: the most sessions ever, from 1 to 1,000,000.
    ///   - initial: how many it opens with; 5 is Postfix's initial_destination_concurrency.
    ///   - startsSlowly: messages begin with a hundred a second, and with twice as many after each tenth of a second
    ///     in which they are accepted: a receiver's limit is then met, and not overrun.
    package init(sessionLimit: Int, initial: Int = 5, startsSlowly: Bool = false) {
        rate = LearnedRate(startsSlowly: startsSlowly)
        sessions = SessionWindow(most: sessionLimit, initial: initial)
        toldSessions = sessions.most
    }

    /// For a receiver that got mail at full speed, by all sessions, until its first trouble.
    ///
    /// - Parameter acceptedPerSecond: what it accepted of late.
    package init(sessionLimit: Int, acceptedPerSecond: Double, at now: Instant) {
        rate = LearnedRate(acceptedPerSecond: acceptedPerSecond, at: now)
        sessions = SessionWindow(most: sessionLimit, initial: sessionLimit)
        toldSessions = sessions.most
    }

    /// How many sessions may stand or be opened now.
    package var sessionLimit: Int { sessions.window }

    /// Messages per second; nil as long as there is no limit.
    package var messageRate: Double? { rate.limit }

    /// Whether messages are spaced, by what was learned or by a slow start.
    package var isPaced: Bool { rate.isPaced }

    /// `now` when a message may go now, otherwise the instant at which one may.
    package func opens(at now: Instant) -> Instant { rate.opens(at: now) }

    /// A message goes now.
    package mutating func take(at now: Instant) { rate.take(at: now) }

    /// - Returns: a change that deserves a record: every step down, and each rise by a quarter.
    package mutating func note(_ sign: Sign, at now: Instant) -> BackoffChange? {
        let (oldRate, oldSessions) = (rate.limit, sessions.window)
        switch sign {
        case .accepted:
            rate.noteAccepted(at: now)
            sessions.noteAccepted(at: now)
        case .deferred: rate.noteDeferred(at: now)
        case .blocked: rate.noteBlocked(at: now)
        case .shutDown, .connectFailed: sessions.noteFailure(at: now)
        case .sessionReady: sessions.noteReady(at: now)
        }
        return rateChange(from: oldRate, sign, now) ?? sessionChange(from: oldSessions, sign, now)
    }

    private mutating func rateChange(from old: Double?, _ sign: Sign, _ now: Instant) -> BackoffChange? {
        guard let new = rate.limit else { return nil }
        let hasFallen = new < old ?? .infinity
        guard hasFallen || new >= toldRate * 1.25 else { return nil }
        let from = hasFallen ? old : toldRate
        toldRate = new
        return BackoffChange(
            what: .messageRate(from: from, to: new), cause: sign, mayRise: hasFallen ? rate.mayRise : now)
    }

    private mutating func sessionChange(from old: Int, _ sign: Sign, _ now: Instant) -> BackoffChange? {
        let new = sessions.window
        let hasFallen = new < old
        // The first opening is the plan, not a change of it.
        guard hasFallen || (new > toldSessions && (new * 4 >= toldSessions * 5 || new == sessions.most)) else {
            return nil
        }
        let from = hasFallen ? old : toldSessions
        toldSessions = new
        return BackoffChange(
            what: .sessions(from: from, to: new), cause: sign, mayRise: hasFallen ? sessions.mayRise(from: now) : now)
    }
}

/// A change of what is sent to a receiver, for the record.
package struct BackoffChange: Hashable, Sendable {
    package enum What: Hashable, Sendable {
        /// Messages per second; from nil when there was no limit.
        case messageRate(from: Double?, to: Double)
        case sessions(from: Int, to: Int)
    }

    package var what: What
    package var cause: Backoff.Sign
    /// Before this instant it does not rise. Whether it does then depends on what the receiver accepts.
    package var mayRise: Instant
}
