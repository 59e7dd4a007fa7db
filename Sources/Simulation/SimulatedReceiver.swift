import Pacing
import Primitives
import SMTP
import Uring

/// A receiver in the simulated network, found by its port whatever the address.
package struct SimulatedReceiver {
    /// Decides about a command or message before any fault does; nil leaves it to the faults.
    ///
    /// `path` is the address of `mail` and `recipient`, else empty.
    package typealias Script = (_ event: ReceiverEvent, _ path: String) -> ReceiverAnswer?

    package var port: UInt16
    package var offer = ReceiverOffer()
    /// Nil for the faults of the network.
    package var faults: FaultPlan?
    /// Connections at one time; what is beyond gets 421 in place of the greeting. Nil for no limit.
    package var connectionLimit: Int?
    /// Messages that may begin in a time; a MAIL beyond it gets 421 and the receiver closes. Nil for no limit.
    package var rateLimit: Rate?
    /// From so long after the network's beginning on, another rate; nil lifts the limit.
    package var rateLimitChanges: [(after: Interval, rate: Rate?)] = []
    /// MAIL commands that one session may have accepted; the next gets 421 and the receiver closes.
    package var messagesPerSession: Int?
    /// Rate and connections are those of each source address by itself.
    package var limitsPerSource = false
    package var script: Script = { _, _ in nil }

    package init(port: UInt16) {
        self.port = port
    }

    var limits: ReceiverLimits {
        var limits = ReceiverLimits()
        limits.rate = rateLimit
        limits.rateChanges = rateLimitChanges.map { ReceiverLimits.RateChange(after: $0.after, rate: $0.rate) }
        limits.connections = connectionLimit
        limits.messagesPerSession = messagesPerSession
        limits.perSource = limitsPerSource
        return limits
    }
}

/// A message that a simulated receiver has accepted: it was about to say 250, whether that arrived or not.
package struct AcceptedMessage: Equatable {
    package var port: UInt16
    /// Which connection of the network brought it, counted from 0.
    package var connection: Int
    package var time: Instant
    package var reversePath: String
    package var recipients: [String]
    /// Octets of the content, dots removed.
    package var contentCount: Int
    package var contentFingerprint: Fingerprint
    /// The first `headCount` octets of the content.
    package var head: [UInt8]
    /// The value of the Message-ID field in `head`, if there is one.
    package var messageID: String?
    /// Whether the worker has been handed the whole final reply.
    package var replyWasDelivered = false

    package static let headCount = 2_048
    /// The seed of `contentFingerprint`, for comparing with content that a test has composed.
    package static let fingerprintSeed: UInt64 = 0
}

/// What a simulated receiver has seen.
package struct ReceiverRecord {
    package let port: UInt16
    package internal(set) var accepted: [AcceptedMessage] = []
    /// For whom the end of a content has come, and when, whatever the answer was.
    package internal(set) var ended: [(recipients: [String], time: Instant)] = []
    package var connectionCount: Int { connections.count }
    package internal(set) var openConnections = 0
    /// The most connections that stood at one time.
    package internal(set) var mostConnections = 0
    /// Every connection that reached the receiver, in order; `closed` is nil while it stands.
    package internal(set) var connections: [(opened: Instant, closed: Instant?, source: SocketAddress?)] = []
    /// Every MAIL that came, accepted or not, in order.
    package internal(set) var mails: [(time: Instant, source: SocketAddress?)] = []
    package var mailCount: Int { mails.count }
    /// Forward-paths of all RCPT commands in order, accepted or not.
    package internal(set) var recipients: [String] = []
    /// What the client did against the protocol, in order. After a refused command, those that were already
    /// on their way count as well.
    package internal(set) var faults: [ReceiverFault] = []
    /// What no refusal excuses.
    package internal(set) var violations: [Violation] = []

    init(port: UInt16) {
        self.port = port
    }

    /// A client that did not wait for a reply which it had to wait for.
    package enum Violation: Equatable, Sendable {
        /// Bytes before the greeting (RFC 5321 3.1).
        case beforeGreeting
        /// A command before the reply to the one before, without PIPELINING.
        case withoutPipelining
        /// Something behind EHLO, HELO, NOOP, VRFY or HELP in one group (RFC 2920 3.1).
        case behindGroupEnd
        /// Content before 354.
        case contentBeforeGoAhead
    }
}
