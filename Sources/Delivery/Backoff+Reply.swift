import Pacing
import SMTP

extension Backoff.Sign {
    /// What a verdict's cause says about how much the receiver takes; nil when it is about one recipient or one
    /// message only.
    ///
    /// Enhanced codes decide where there are any (RFC 3463): x.1 and x.2 are about an address or a mailbox, x.6 and
    /// most of x.5 about a message; x.3, x.4 and x.7 about the receiver, the way to it, or its policy.
    package init?(_ reply: Reply) {
        switch reply.severity {
        case .success, .intermediate: self = .accepted
        case .transient:
            guard reply.code != 421 else {
                self = .shutDown
                return
            }
            switch reply.enhanced?.subject {
            case 1, 2, 6: return nil
            case 7: self = Backoff.Sign.isGreylisting(reply) ? .deferred : .blocked
            default: self = .deferred
            }
        case .permanent:
            guard reply.enhanced?.subject == 7 else { return nil }
            self = .blocked
        }
    }

    /// 4.7.1 to a recipient is the usual answer of a greylist: a policy, and none about the sender.
    private static func isGreylisting(_ reply: Reply) -> Bool { reply.code == 450 || reply.code == 451 }
}
