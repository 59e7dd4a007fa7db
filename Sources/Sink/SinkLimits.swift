internal import Pacing
internal import Primitives
internal import SMTP
internal import Synchronization
internal import Uring

/// The limits of a sink, kept by all of its workers together.
final class SinkLimits: Sendable {
    /// Which limit was the reason.
    enum Reason {
        case rate
        case connections
        case messages
    }

    private let messagesPerSession: Int
    private let rateRefusal: ReceiverRefusal
    private let gate: Mutex<ReceiverGate<String>>

    init(_ options: SinkOptions) {
        messagesPerSession = options.limits.messagesPerSession ?? .max
        rateRefusal = ReceiverRefusal(
            options.rateAnswer, options.rateAnswer < 500 ? "4.7.0" : "5.7.1",
            "Message rate exceeded, try again later")
        gate = Mutex(ReceiverGate(options.limits, begun: MonotonicClock.now))
    }

    func admit(_ source: String?, at now: Instant) -> Bool {
        gate.withLock { $0.admit(source, at: now) }
    }

    func leave(_ source: String?) {
        gate.withLock { $0.leave(source) }
    }

    /// Lets a message begin, or says which limit is against it.
    func reasonAgainstMessage(_ source: String?, messages: Int, at now: Instant) -> Reason? {
        guard messages < messagesPerSession else { return .messages }
        return gate.withLock { $0.takeMessage(from: source, at: now) } ? nil : .rate
    }

    func answer(to reason: Reason) -> ReceiverAnswer {
        switch reason {
        case .rate: rateRefusal.code == 421 ? .hangUp(rateRefusal) : .refuse(rateRefusal)
        case .connections: .hangUp(.tooManyConnections)
        case .messages: .hangUp(.tooManyMessages)
        }
    }
}

extension ReceiverRefusal {
    static let tooManyConnections = ReceiverRefusal(421, "4.7.0", "Too many connections, try again later")
    static let tooManyMessages = ReceiverRefusal(421, "4.7.0", "Too many messages in this session")
}
