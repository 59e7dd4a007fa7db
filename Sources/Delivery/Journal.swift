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
