import Primitives

/// What a campaign's manifest says, checked, with defaults in place.
package struct Manifest: Hashable, Sendable {
    /// What the recipients have to do with the sender.
    package enum MailClass: String, Hashable, Sendable, CaseIterable {
        case bulk
        case transactional
    }

    /// How many round trips are saved where a receiver offers pipelining.
    package enum Grouping: String, Hashable, Sendable, CaseIterable {
        /// As much as the receiver's answers allow.
        case auto
        /// One command, one reply.
        case lockstep
        /// The body of a message and the commands of the next in one write.
        case grouped
        /// Several whole messages in one write, where the receiver offers CHUNKING.
        case chunked
    }

    /// What becomes of a recipient of whom nobody knows whether the server has taken the message.
    package enum InDoubt: String, Hashable, Sendable, CaseIterable {
        /// Nothing, until a person decides.
        case hold
        /// It is sent again, and may come twice.
        case resend
    }

    package struct Mailbox: Hashable, Sendable {
        package var name: String?
        package var address: String
    }

    package struct Recipients: Hashable, Sendable {
        /// As written; `-` is standard input.
        package var file: String
        /// The column that holds the address.
        package var addressColumn: String
    }

    package struct Limits: Hashable, Sendable {
        /// Connections to one site at a time.
        package var sessionsPerSite = 4
        /// Messages on one connection before it is closed.
        package var messagesPerSession = 200
        /// Connections to all sites together: what a server with usual limits takes from one client. Those that
        /// find no place in its queue look as if they stood, and wait for a greeting that never comes.
        package var sessions = 50
        /// The keys that the manifest has: what it says itself goes before what shaping rules say.
        package var given: Set<String> = []
    }

    /// When a recipient whose delivery was put off is tried again.
    package struct Retry: Hashable, Sendable {
        package enum Delays: Hashable, Sendable {
            /// Each delay is the one before it times `factor`, and none is longer than `most`.
            case doubling(first: Interval, factor: Double, most: Interval)
            /// These, and the last of them from then on. Empty: nothing is tried again.
            case list([Interval])
        }

        package var delays = Delays.doubling(first: .seconds(300), factor: 2, most: .seconds(4 * 3_600))
        /// Counted from the first attempt.
        package var giveUp = Interval.seconds(72 * 3_600)
    }

    package var name: String
    package var mailClass: MailClass
    package var from: Mailbox
    package var replyTo: String?
    package var envelopeFrom: String
    package var subject: String
    /// Letter files and suppression lists as written, relative to the manifest.
    package var html: String?
    package var text: String?
    package var recipients: Recipients
    package var suppression: [String] = []
    /// Where all mail goes that the directory does not know better; nil only with a directory.
    package var route: Route?
    package var limits = Limits()
    package var grouping = Grouping.auto
    /// Messages under way in one session when chunked.
    package var depth = 16
    package var inDoubt: InDoubt
    package var retry = Retry()
    /// Whether what receivers answer slows mail down.
    package var isAdaptive = true
    /// Files of shaping rules as written; nil for no shaping, empty for the shipped rules alone.
    package var shapingFiles: [String]?
    /// The file that says which hosts take the mail of a domain, as written.
    package var directoryFile: String?
    /// Empty when the system chooses where mail comes from.
    package var sources: [Source] = []
    package var pools: [Pool] = []
    /// The pool that carries the campaign; nil for all sources alike.
    package var pool: Int?
    /// Nil when mail may go out at any time.
    package var sendWindow: Window?
}

extension Manifest.MailClass {
    /// Better one newsletter too few than two of them; better two codes than none.
    package var inDoubtByDefault: Manifest.InDoubt {
        switch self {
        case .bulk: .hold
        case .transactional: .resend
        }
    }
}

/// The keys a manifest may have.
package enum ManifestKeys {
    package static let root = [
        "name", "class", "from", "reply-to", "envelope-from", "subject", "html", "text", "recipients",
        "suppression", "route", "limits", "grouping", "depth", "in-doubt", "retry",
        "adaptive", "shaping", "directory", "sources", "pools", "pool", "share-pool", "send-window",
    ]
    package static let recipients = ["file", "address", "defaults"]
    package static let limits = ["sessions-per-site", "messages-per-session", "sessions"]
    package static let retry = ["first", "factor", "most", "delays", "give-up"]
    static let required = ["name", "class", "from", "envelope-from", "subject", "recipients"]
}
