import Measurement
import Primitives
import SMTP

/// How one attempt at a message ended, and why.
package struct Verdict: Hashable, Sendable {
    package var outcome: Outcome
    package var cause: Cause

    package enum Cause: Hashable, Sendable {
        /// The server's reply decided.
        case reply(Reply)
        /// The message is larger than the server takes (RFC 1870 6.1): nothing was sent.
        case tooLarge
        /// The message has more recipients than the server takes (RFC 9422 4): these were not named.
        case tooManyRecipients
        /// No session could be made, or each was lost before the message was committed.
        case noSession(Trouble)
        /// The session broke after the content was sent and before the final reply (RFC 1047).
        case lostAfterContent(Trouble)
    }

    package init(outcome: Outcome, cause: Cause) {
        self.outcome = outcome
        self.cause = cause
    }

    /// The verdict that a reply pronounces at a stage; its class alone decides (RFC 5321 4.3.2).
    ///
    /// 552 to RCPT means "too many recipients" at some servers and is treated as 452 (RFC 5321 4.5.3.1.10).
    /// Next: `OutcomeListener.settled`.
    package init(_ reply: Reply, at stage: Stage) {
        cause = .reply(reply)
        switch reply.severity {
        case .success, .intermediate: outcome = .accepted
        case .transient: outcome = .deferred
        case .permanent: outcome = stage == .recipient && reply.code == 552 ? .deferred : .refused
        }
    }
}

/// Why a session could not be made or could not go on.
package enum Trouble: Hashable, Sendable {
    case connectionRefused
    case hostUnreachable
    case timedOut(Wait)
    case connectionLost
    case noDescriptors
    case systemError(Int32)
    /// Nobody knows where the site's mail goes.
    case noRoute
    /// The site's domains take no mail at all (RFC 7505).
    case takesNoMail
    /// The server refused the greeting or the hello.
    case rejected(Reply)
    /// 421.
    case shutdown
    /// We ended it: a message was refused and the next one's envelope was out without a RSET before it.
    case endedForSafety
    case protocolFault(SessionFault)

    /// What was being waited for.
    package enum Wait: Hashable, Sendable {
        case connect
        case reply(OwedReplies.Command)
        case send
    }
}
