internal import Primitives
internal import SMTP
internal import Uring

/// What a worker's connections hand in during a turn, and what they are told about it.
struct SinkDesk: ~Copyable {
    let script: RefusalScript
    /// Nil when there are no limits.
    let limits: SinkLimits?
    /// Lines of this turn, to be written before its replies are sent.
    var lines = GrowingBytes(capacity: 65_536)
    private(set) var counts = SinkCounts()
    /// No new message is begun.
    var isStopping = false
    private(set) var now = Instant.zero
    private var connections: UInt64 = 0
    /// The time of day, in nanoseconds since 1970.
    private(set) var time: Int64 = 0

    init(script: RefusalScript, limits: SinkLimits?) {
        self.script = script
        self.limits = limits
    }

    /// Reads the clocks, once for all that a turn does.
    mutating func beginTurn() {
        now = MonotonicClock.now
        time = WallClock.nanoseconds
    }

    /// Names the next connection among those of this worker, whether it is let in or not.
    mutating func nextConnection() -> UInt64 {
        connections += 1
        return connections
    }

    mutating func countSession() {
        counts.sessions += 1
        counts.firstSession = min(counts.firstSession, now.nanoseconds)
    }

    mutating func count(recipients: Int, bytes: Int) {
        counts.messages += 1
        counts.recipients += recipients
        counts.bytes += bytes
        counts.lastMessage = now.nanoseconds
    }

    mutating func countTurnedAway(_ reason: SinkLimits.Reason) { counts.turnedAway[reason] += 1 }

    /// What MAIL gets in place of 250 when it is beyond a limit.
    ///
    /// - Parameter messages: MAIL commands that the session was let have so far.
    mutating func refusalByLimit(_ source: String?, messages: Int) -> ReceiverAnswer? {
        guard let limits else { return nil }
        guard let reason = limits.reasonAgainstMessage(source, messages: messages, at: now) else { return nil }
        countTurnedAway(reason)
        return limits.answer(to: reason)
    }
}
