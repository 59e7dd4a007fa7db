import Primitives

/// How likely each fault is, from 0 (never) to 1: each value is the chance at one opportunity.
///
/// A plan without faults still has a network: bytes take time and may come in pieces.
package struct FaultPlan: Sendable {
    // At one connection attempt.
    package var connectionRefused = 0.0
    /// `connectFailed(.timedOut)`, but only after more than two minutes.
    package var connectionTimesOut = 0.0

    // At one connection, for its whole life.
    package var greetingRefused = 0.0
    /// 421 in place of the greeting.
    package var greetingBusy = 0.0
    package var extendedHelloRefused = 0.0
    package var withoutPipelining = 0.0
    package var withoutChunking = 0.0
    /// 354 although no recipient was accepted (RFC 2920 3.1).
    package var dataWithoutRecipients = 0.0
    /// Replies come byte by byte, seconds apart.
    package var slowReplies = 0.0
    /// The network takes the bytes of a send in small pieces, late.
    package var smallWindow = 0.0

    // At one command, or at the end of one message.
    package var mailRefused = 0.0
    package var recipientRefused = 0.0
    package var dataRefused = 0.0
    package var messageRefused = 0.0
    /// 421, then the receiver closes.
    package var closing = 0.0
    /// The connection breaks before the reply; a message is not accepted.
    package var resetBeforeReply = 0.0
    /// The connection breaks in the middle of the reply; a message is accepted.
    package var resetInReply = 0.0
    /// The message is accepted, then the connection breaks before the reply (RFC 1047).
    package var acceptedThenReset = 0.0
    /// The receiver sends nothing more, but goes on reading.
    package var halfClose = 0.0
    /// The receiver never says anything again.
    package var silence = 0.0
    /// Nothing moves any more, in either direction: a send is never done.
    package var stall = 0.0
    /// One reply too many.
    package var unsolicitedReply = 0.0
    /// A line that is no reply, before the reply.
    package var garbage = 0.0
    /// Some time after the reply 421 and the end, if nothing comes meanwhile.
    package var idleClosing = 0.0

    // At one piece of content.
    package var resetInContent = 0.0
    /// A 452 before the content has ended, then the receiver closes.
    package var refusalInContent = 0.0

    // At one wait.
    package var spuriousWake = 0.0
    /// The wait returns late, with everything that came meanwhile.
    package var lateWait = 0.0

    /// The chance that bytes are cut at random places, in both directions.
    package var splits = 0.5
    /// The longest time that bytes travel in one direction.
    package var latency = Interval.milliseconds(20)

    package init() {}

    /// A quiet network: nothing fails.
    package static var none: FaultPlan { FaultPlan() }

    /// The same pace, and nothing fails.
    var healed: FaultPlan {
        var plan = FaultPlan.none
        plan.splits = splits
        plan.latency = latency
        return plan
    }

    /// Half of all faults, each with a chance of its own, chosen by the seed.
    ///
    /// Fewer kinds of faults in one run find more than all at once: one does not hide the other.
    package static func swarm(seed: UInt64) -> FaultPlan {
        var random = SeededRandom(seed: seed ^ 0xFA17_5EED)
        var plan = FaultPlan()
        for fault in perConnection where random.oneIn(2) {
            plan[keyPath: fault] = [0.02, 0.1, 0.3][Int.random(in: 0..<3, using: &random)]
        }
        for fault in perCommand where random.oneIn(2) {
            plan[keyPath: fault] = [0.001, 0.01, 0.05][Int.random(in: 0..<3, using: &random)]
        }
        plan.splits = [0, 0.1, 0.9][Int.random(in: 0..<3, using: &random)]
        let latencies: [Interval] = [.microseconds(50), .milliseconds(20), .seconds(2)]
        plan.latency = latencies[Int.random(in: 0..<3, using: &random)]
        return plan
    }

    private static var perConnection: [WritableKeyPath<FaultPlan, Double>] {
        [
            \.connectionRefused, \.connectionTimesOut, \.greetingRefused, \.greetingBusy,
            \.extendedHelloRefused,
            \.withoutPipelining, \.withoutChunking, \.dataWithoutRecipients, \.slowReplies, \.smallWindow,
            \.spuriousWake, \.lateWait,
        ]
    }

    private static var perCommand: [WritableKeyPath<FaultPlan, Double>] {
        [
            \.mailRefused, \.recipientRefused, \.dataRefused, \.messageRefused, \.closing, \.resetBeforeReply,
            \.resetInReply, \.acceptedThenReset, \.halfClose, \.silence, \.stall, \.unsolicitedReply,
            \.garbage,
            \.idleClosing, \.resetInContent, \.refusalInContent,
        ]
    }
}

extension SeededRandom {
    mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &self) < probability
    }

    /// A time from nothing to `longest`.
    mutating func interval(upTo longest: Interval) -> Interval {
        Interval(nanoseconds: Int64.random(in: 0...max(0, longest.nanoseconds), using: &self))
    }
}
