import Delivery
import Primitives
import SMTP

/// One place in a worker's table of connections, free or in use.
struct Connection: ~Copyable {
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
    /// The site of the lane.
    var site = 0
    /// The source of the lane.
    var source = 0
    /// Which of the site's hosts it is.
    var host = 0
    /// Whether the lane has more to heed than the run's limits.
    var isPaced = false
    /// Whether a rate of messages bound the lane when the session was opened.
    var isRateBound = false
    /// How long to wait for what.
    var patience = Patience.delivery
    var session = Session(grouping: .lockstep)
    var parser = ReplyParser()
    /// The rows of the session's open messages, oldest first.
    var inFlight = RecordQueue()
    /// What is being sent, while it is.
    var output: OutputBuffer?
    /// Set while the output waits for its intents to be durable.
    var parked: ParkedSend?
    /// How many contents the last send held, and where in it each of them ended.
    var contentsInSend = 0
    var contentEnds = InlineArray<32, Int32>(repeating: 0)
    /// How many bytes the kernel took of a send that failed; none of one that is parked.
    var taken: Int?
    /// A final reply that came while its send was still out, and what came behind it.
    var held: [UInt8] = []
    /// Messages begun.
    var messages = 0
    /// How many recipients of a message the session may name: the receiver may have a limit (RFC 9422).
    var recipientsPerMessage = 1
    /// Messages that are open no longer; counted where there is a journal.
    var finished = 0
    var wasReady = false
    var wasGreeted = false
    var isIdle = false
    /// The session ends when its messages are done: another worker is to have it.
    var isRetiring = false
    /// In the list of connections that may have something to say.
    var isListed = false
    /// Why the session ends other than by QUIT.
    var trouble: Trouble?
    var connectStarted = Instant.zero
    var envelopeWritten = Instant.zero
    var contentWritten = Instant.zero

    // These are asked with every message: inlined, they read a field and do not copy the connection.
    var isSending: Bool { @inline(__always) get { output != nil } }

    /// Whether the next reply is the verdict on a content of which it is not known whether it was taken whole.
    var verdictMustWait: Bool {
        @inline(__always) get { isSending && parked == nil && session.awaited.isVerdictOnContent }
    }

    /// Whether what comes next is a verdict that must wait.
    var mustHold: Bool {
        @inline(__always) get { verdictMustWait && parser.isBetweenReplies }
    }

    /// Whether the content of an open message was submitted.
    var hasCommitted: Bool {
        session.committedTransactions > (parked == nil ? 0 : contentsInSend)
    }

    /// Whether the kernel has taken all of the oldest message's content. Known once its send has ended.
    var contentWasTaken: Bool {
        @inline(__always) get {
            guard let taken else { return true }
            return taken >= endOfContent(0)
        }
    }

    /// Whether the content of an open message, counted from the oldest, can have reached the receiver whole,
    /// so that its fate is in doubt.
    ///
    /// Not when the kernel stopped taking bytes before the CRLF.CRLF that ends it.
    func mayHaveEndedContent(ofOpen index: Int) -> Bool {
        guard index < session.committedTransactions else { return false }
        return (taken ?? .max) > endOfContent(index) - 5
    }

    /// Takes replies that decide nothing; how many there were.
    mutating func takeAssents(in input: Span<UInt8>, at cursor: inout Int) -> Int {
        session.takeAssents(in: input, at: &cursor, by: &parser)
    }

    /// Notes that a content ends here in the send that is being put together.
    mutating func noteEndOfContent(_ offset: Int) {
        contentEnds[contentsInSend] = Int32(offset)
        contentsInSend += 1
    }

    /// Where the content of an open message ended in the last send; 0 when an earlier send held it.
    private func endOfContent(_ index: Int) -> Int {
        let place = contentsInSend - (session.committedTransactions - index)
        return place >= 0 && place < contentsInSend ? Int(contentEnds[place]) : 0
    }
}

extension OwedReplies.Command? {
    /// Whether the reply decides about a content that was written.
    var isVerdictOnContent: Bool {
        switch self {
        case .content, .chunk: true
        case .greeting, .hello, .reset, .mail, .recipient, .data, .loneDot, .quit, nil: false
        }
    }
}
