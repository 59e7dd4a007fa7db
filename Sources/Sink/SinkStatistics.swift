internal import Synchronization

/// What a sink has taken in.
package struct SinkStatistics: Equatable, Sendable {
    /// Connections that were greeted.
    package var sessions = 0
    /// Accepted messages.
    package var messages = 0
    /// Recipients of accepted messages.
    package var recipients = 0
    /// Octets of the content of accepted messages.
    package var bytes = 0
    /// What limits refused.
    package var turnedAway = TurnedAway()
    /// From the first connection to the last accepted message; 0 before there are both.
    package var seconds = 0.0

    package init() {}

    package var messagesPerSecond: Double { seconds > 0 ? Double(messages) / seconds : 0 }
}

/// How often each limit of a sink was the reason of a refusal.
package struct TurnedAway: Equatable, Sendable {
    /// MAIL beyond the rate.
    package var byRate = 0
    /// Connections beyond those that may be open at one time, or beyond what a worker has room for.
    package var byConnections = 0
    /// MAIL beyond the messages of a session.
    package var byMessages = 0

    package var sum: Int { byRate + byConnections + byMessages }

    subscript(reason: SinkLimits.Reason) -> Int {
        get {
            switch reason {
            case .rate: byRate
            case .connections: byConnections
            case .messages: byMessages
            }
        }
        set {
            switch reason {
            case .rate: byRate = newValue
            case .connections: byConnections = newValue
            case .messages: byMessages = newValue
            }
        }
    }

    static func + (left: TurnedAway, right: TurnedAway) -> TurnedAway {
        var sum = left
        sum.byRate += right.byRate
        sum.byConnections += right.byConnections
        sum.byMessages += right.byMessages
        return sum
    }
}

/// What one worker has taken in, in a form that other threads may read at any time.
///
/// The worker counts in plain memory and publishes once a turn.
final class SinkTally: Sendable {
    private let sessions = Atomic(0)
    private let messages = Atomic(0)
    private let recipients = Atomic(0)
    private let bytes = Atomic(0)
    private let byRate = Atomic(0)
    private let byConnections = Atomic(0)
    private let byMessages = Atomic(0)
    private let first = Atomic(Int64.max)
    private let last = Atomic(Int64.min)

    func publish(_ counts: SinkCounts) {
        sessions.store(counts.sessions, ordering: .relaxed)
        messages.store(counts.messages, ordering: .relaxed)
        recipients.store(counts.recipients, ordering: .relaxed)
        bytes.store(counts.bytes, ordering: .relaxed)
        byRate.store(counts.turnedAway.byRate, ordering: .relaxed)
        byConnections.store(counts.turnedAway.byConnections, ordering: .relaxed)
        byMessages.store(counts.turnedAway.byMessages, ordering: .relaxed)
        first.store(counts.firstSession, ordering: .relaxed)
        last.store(counts.lastMessage, ordering: .relaxed)
    }

    var counts: SinkCounts {
        var counts = SinkCounts()
        counts.sessions = sessions.load(ordering: .relaxed)
        counts.messages = messages.load(ordering: .relaxed)
        counts.recipients = recipients.load(ordering: .relaxed)
        counts.bytes = bytes.load(ordering: .relaxed)
        counts.turnedAway.byRate = byRate.load(ordering: .relaxed)
        counts.turnedAway.byConnections = byConnections.load(ordering: .relaxed)
        counts.turnedAway.byMessages = byMessages.load(ordering: .relaxed)
        counts.firstSession = first.load(ordering: .relaxed)
        counts.lastMessage = last.load(ordering: .relaxed)
        return counts
    }
}

/// The counters of one worker; times are nanoseconds of the monotonic clock.
struct SinkCounts: Equatable {
    var sessions = 0
    var messages = 0
    var recipients = 0
    var bytes = 0
    var turnedAway = TurnedAway()
    var firstSession = Int64.max
    var lastMessage = Int64.min

    mutating func add(_ other: SinkCounts) {
        sessions += other.sessions
        messages += other.messages
        recipients += other.recipients
        bytes += other.bytes
        turnedAway = turnedAway + other.turnedAway
        firstSession = min(firstSession, other.firstSession)
        lastMessage = max(lastMessage, other.lastMessage)
    }

    var statistics: SinkStatistics {
        var statistics = SinkStatistics()
        statistics.sessions = sessions
        statistics.messages = messages
        statistics.recipients = recipients
        statistics.bytes = bytes
        statistics.turnedAway = turnedAway
        if lastMessage > firstSession { statistics.seconds = Double(lastMessage - firstSession) / 1e9 }
        return statistics
    }
}
