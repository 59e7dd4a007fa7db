import Primitives
import SMTP

/// Told about every verdict, on the worker's thread, in the order in which they fall.
package protocol OutcomeListener: AnyObject {
    /// Whether it matters with which words and at what times a message was accepted, and not only that it was: then
    /// acceptances are heard one by one.
    var wantsAcceptances: Bool { get }

    /// - Parameters:
    ///   - row: the recipient's packed row; lent for the call.
    ///   - recipients: how many recipients of the message the verdict is about.
    ///   - text: the words of the server's reply, lent for the call; empty when no reply decided, and when it
    ///     accepted and the worker keeps no journal.
    func settled(
        _ row: Span<UInt8>, recipients: Int, _ verdict: Verdict, text: Span<UInt8>, _ attempt: Attempt)

    /// Called in place of `settled` for messages that are accepted many at a time; only where `wantsAcceptances` is
    /// false.
    func accepted(_ row: Span<UInt8>)
}

/// Keeps a worker's word durably: what it is about to commit, and how that ended. One for each worker, called on
/// the worker's thread.
///
/// What is noted is durable only when `durable` has reached the number that `handOver` gave it. The worker submits
/// no end of a message before its intent is durable.
package protocol Journal: AnyObject {
    /// The message to this recipient is about to be committed.
    ///
    /// - Returns: the number that `durable` must have reached before it may be.
    func intends(_ row: Span<UInt8>) -> UInt64

    /// Nothing of the message's end was handed to the kernel: what was intended did not happen.
    func withdraws(_ row: Span<UInt8>)

    /// The recipient is for later, without an attempt: its send window has closed.
    ///
    /// - Parameter until: microseconds since 1970.
    func postpones(_ row: Span<UInt8>, until: Int64)

    /// Counts a message of a warmup. Noted together with the intent or the outcome that it belongs to, it is durable
    /// together with that, never later.
    func counts(_ count: WarmupCount)

    /// Nothing goes to a scope for some time; a suspension of the same scope before gives way to this one.
    ///
    /// - Parameters:
    ///   - scope: what is suspended, as its rule names it. The text is the key.
    ///   - until: microseconds since 1970. A time that has passed lifts the suspension.
    ///   - rule: where the rule stands that asks for it.
    func suspends(scope: String, until: Int64, reason: String, rule: String)

    /// Notes a decision for those who ask later.
    func audits(_ what: String)

    /// Passes on what was noted since the last call.
    ///
    /// - Returns: the number of what was noted last; the same as before when there was nothing.
    func handOver(at now: Instant) -> UInt64

    /// All up to this number would survive a loss of power now. May be asked on any thread; the worker is woken
    /// when it has grown.
    var durable: UInt64 { get }

    /// Nothing will become durable any more: no further message may be committed.
    var hasFailed: Bool { get }
}

/// A journal of workers without warmups, rules and windows has nothing of them to keep.
extension Journal {
    package func postpones(_ row: Span<UInt8>, until: Int64) {}
    package func counts(_ count: WarmupCount) {}
    package func suspends(scope: String, until: Int64, reason: String, rule: String) {}
    package func audits(_ what: String) {}
}

/// A message that a warmup counts.
package struct WarmupCount: Hashable, Sendable {
    package enum Event: UInt8, CaseIterable, Sendable {
        /// Its intent is noted.
        case intended
        case delivered
        case failed
    }

    /// Stands for a source and a site, by whoever keeps the journal.
    package var key: Int32
    /// The local day, counted as the warmup counts days.
    package var day: Int32
    /// The local hour of the day.
    package var hour: UInt8
    /// The stage of the warmup on this day.
    package var stage: UInt16
    package var event: Event

    package init(key: Int32, day: Int32, hour: UInt8, stage: UInt16, event: Event) {
        self.key = key
        self.day = day
        self.hour = hour
        self.stage = stage
        self.event = event
    }
}

/// When an attempt at a message took place.
package struct Attempt: Hashable, Sendable {
    /// The number of the site in the run.
    package var site: Int
    /// Messages of its session before this one.
    package var sessionMessages = 0
    /// When the session's connection was asked for; zero when there was no session.
    package var connectStarted = Instant.zero
    /// When MAIL was written; zero when it was not.
    package var envelopeWritten = Instant.zero
    /// When the content was written; zero when it was not.
    package var contentWritten = Instant.zero
    package var ended: Instant

    package init(site: Int, ended: Instant) {
        self.site = site
        self.ended = ended
    }
}
