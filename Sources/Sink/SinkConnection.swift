internal import Primitives
internal import SMTP

/// One client: where its bytes go in, and where its replies wait to be sent.
///
/// Kept in place in its worker's table and used for one client after the other; its memory stays.
struct SinkConnection: ~Copyable {
    enum Phase {
        case free
        case serving
        /// The dialogue is over: what is gathered is still sent, what comes in is dropped.
        case draining
        /// All is sent, and the client has been told; it closes first, or time is up.
        ///
        /// Closing with unread input would throw away replies that the client has not read yet.
        case lingering
        /// Waiting for the kernel to give back what was lent to it, then for the close itself.
        case closing
    }

    var phase = Phase.free
    var descriptor: Int32 = -1
    var lastActivity = Instant.zero

    /// Requests that the kernel has and has not completed.
    var isReceiving = false
    var isSending = false
    var isClosing = false
    /// Receiving is cancelled because the client sends commands without reading replies.
    var isPaused = false
    /// The client will send nothing more.
    var hasEnded = false
    /// Counts among the connections that the sink's limits let in.
    var isAdmitted = false
    /// Already in the worker's list of connections to look at before the turn ends.
    var isMarked = false

    var session: ReceiverSession
    /// Names the session among all of the sink, whatever its slot.
    var sessionNumber: UInt64 = 0
    /// The client's address, when limits ask for it.
    var source: String?
    /// Commands of the session that a script may have refused.
    var commandCount: UInt64 = 0
    /// Replies of this turn, and of turns before while a send is under way.
    var gathered = GrowingBytes(capacity: 4_096)
    /// So many bytes of `gathered` have been given a time, and so many of these, the last, are not due yet.
    /// Without a delay neither is used.
    var scheduled = 0
    var heldBack = 0
    /// When the last of the replies held back is due: none goes out before an earlier one.
    var lastDue = Instant.zero
    /// Lent to the kernel while `isSending`.
    var sending = GrowingBytes(capacity: 4_096)
    var record: MessageRecord?
    var stored: StoredMessage?

    init(offer: ReceiverOffer) {
        session = ReceiverSession(offer: offer)
    }

    /// - Parameter greeting: a refusal is all that the client hears.
    mutating func begin(
        descriptor newDescriptor: Int32, number: UInt64, offer: ReceiverOffer, greeting: ReceiverAnswer,
        now: Instant
    ) {
        descriptor = newDescriptor
        phase = .serving
        lastActivity = now
        isReceiving = false
        isSending = false
        isClosing = false
        isPaused = false
        hasEnded = false
        sessionNumber = number
        commandCount = 0
        gathered.removeAll()
        scheduled = 0
        heldBack = 0
        lastDue = .zero
        sending.removeAll()
        session = ReceiverSession(offer: offer)
        var writer = gathered.writer(room: ReceiverSession.longestReply)
        session.greet(greeting, into: &writer)
        gathered.take(writer)
        if session.isFinished { phase = .draining }
    }

    /// Ends the dialogue from outside of it: 421 may come at any time (RFC 5321 3.8).
    mutating func hangUp(_ lastWord: StaticString) {
        gathered.append(lastWord)
        phase = .draining
    }

    /// Whether replies wait that may be sent now.
    var hasDueReplies: Bool { gathered.count > heldBack }

    /// Moves the replies that are due to where the kernel will read them.
    mutating func beginSend() {
        if heldBack == 0 {
            swap(&gathered, &sending)
            gathered.removeAll()
        } else {
            sending.removeAll()
            gathered.moveFirst(gathered.count - heldBack, to: &sending)
        }
        scheduled = heldBack
        isSending = true
    }
}
