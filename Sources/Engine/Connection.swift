import Delivery
import Primitives
import SMTP

/// One place in a worker's table of connections, free or in use.
struct Connection {
    enum State {
        /// Can go to: `connecting`.
        case free
        /// Can go to: `open` when it stands, `closing` when it fails or takes too long.
        case connecting
        /// Can go to: `closing`.
        case open
        /// Given up; the kernel may still use its memory. Can go to: `free`.
        case closing
    }

    var state = State.free
    var lane = 0
    var session = Session(grouping: .grouped)
    var parser = ReplyParser()
    /// The rows of the session's open messages, oldest first.
    var inFlight = RecordQueue()
    /// What is being sent, while it is.
    var output: OutputBuffer?
    /// How many bytes of the last send reach up to the end of a content; 0 when it held none.
    var commitOffset = 0
    /// How many bytes the kernel took of a send that failed.
    var taken: Int?
    /// A final reply that came while its send was still out, and what came behind it.
    var held: [UInt8] = []
    var messages = 0
    var wasReady = false
    var isIdle = false
    /// In the list of connections that may have something to say.
    var isListed = false
    /// Why the session ends other than by QUIT.
    var trouble: Trouble?
    var connectStarted = Instant.zero
    var envelopeWritten = Instant.zero
    var contentWritten = Instant.zero

    var isSending: Bool { output != nil }

    /// Whether the kernel has taken all of the content written last. Known once its send has ended.
    var contentWasTaken: Bool { (taken ?? .max) >= commitOffset }

    /// Whether the content written last can have reached the receiver whole, so that its fate is in doubt.
    ///
    /// Not when the kernel stopped taking bytes before the CRLF.CRLF that ends it.
    var mayHaveEndedContent: Bool {
        guard let taken else { return true }
        return taken > commitOffset - 5
    }
}
