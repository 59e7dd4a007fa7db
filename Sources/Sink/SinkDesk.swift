internal import Primitives
internal import Uring

/// What a worker's connections hand in during a turn, and what they are told about it.
struct SinkDesk: ~Copyable {
    let script: RefusalScript
    /// Lines of this turn, to be written before its replies are sent.
    var lines = GrowingBytes(capacity: 65_536)
    private(set) var counts = SinkCounts()
    /// No new message is begun.
    var isStopping = false
    private(set) var now = Instant.zero
    /// The time of day, in nanoseconds since 1970.
    private(set) var time: Int64 = 0

    init(script: RefusalScript) { self.script = script }

    /// Reads the clocks, once for all that a turn does.
    mutating func beginTurn() {
        now = MonotonicClock.now
        time = WallClock.nanoseconds
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
}
