package import Pacing
package import Primitives
package import SMTP
package import Uring

/// What a sink listens on, says and keeps.
package struct SinkOptions: Sendable {
    /// With port 0 the kernel picks one.
    package var listen = SocketAddress.loopback(port: 2_525)
    /// What the sink offers after EHLO.
    package var offer = ReceiverOffer()
    /// A line for each accepted message is appended here; nil keeps no log.
    package var logPath: String?
    /// Each accepted message becomes a file in this directory, which is made if need be; nil keeps none.
    package var storePath: String?
    /// How long a reply waits after the input that caused it was read, at least; the greeting after the connection.
    package var replyDelay = Interval.zero
    /// What is added to that at most, at random: replies of one session keep their order.
    package var replyDelaySpread = Interval.zero
    /// Commands that are refused on purpose.
    package var refusals: [ScriptedRefusal] = []
    /// What clients may do; shared by all workers.
    package var limits = ReceiverLimits()
    /// 400...599, to a MAIL beyond the rate; after 421 the sink closes (RFC 5321 3.8).
    package var rateAnswer = 421
    /// Decides which commands the refusals hit, and the random part of delays.
    package var seed: UInt64 = 1
    /// Threads, each with a ring and a listening socket of its own; at least 1.
    package var workers = 1
    /// Connections that one worker serves at a time; more are told 421.
    package var connectionsPerWorker = 16_384
    /// A connection that says nothing for so long is told 421 (RFC 5321 4.5.3.2.7 asks for 5 minutes).
    package var idleLimit = Interval.seconds(300)
    /// How long `stop` waits for messages that are on their way.
    package var grace = Interval.seconds(5)

    package init() {}
}
