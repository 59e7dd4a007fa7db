import Engine
import Glibc
import Primitives
import SMTP
import Uring

/// One connection: what the client did with it, what is under way, and the receiver at its other end.
@safe
final class SimulatedConnection {
    enum Client {
        case connecting
        /// The worker knows that the connection stands.
        case connected
        case failed
        case closing
        case closed
    }

    /// What the worker has asked to send and has not been told about yet.
    @safe
    struct Sending {
        /// Belongs to the worker, who lends it until the report; read while it is lent, never after.
        let memory: [UnsafeRawBufferPointer]
        /// What the memory held when the send began: it may not change before the report.
        let bytes: [UInt8]
        var takenCount = 0
        /// Bytes of replies that the worker had been handed when it asked.
        let repliesSeen: Int
        /// A report is on its way.
        var isReported = false
    }

    let number: Int
    let slot: ConnectionSlot
    let receiver: Int
    /// Where the worker has it come from.
    let source: SocketAddress?
    let faults: FaultPlan
    var client = Client.connecting
    var sending: Sending?

    /// Neither direction moves any more.
    var isStalled = false
    /// Sends fail from here on.
    var isBroken = false
    /// The end of the replies has been decided: nothing more goes to the client.
    var hasEnded = false
    var isSlow = false
    var hasSmallWindow = false
    /// Nothing arrives or is delivered before these, so that bytes stay in order.
    var lastArrival = Instant.zero
    var lastDelivery = Instant.zero

    // The receiver's end.
    var session: ReceiverSession
    var isReading = false
    var isSilent = false
    /// Its place in `ReceiverRecord.connections` while the receiver counts it as open.
    var openRecord: Int?
    /// Counts among the connections that the receiver's limits let in.
    var isAdmitted = false
    /// Bytes under way are lost: the connection broke.
    var losesArrivals = false
    var losesReplies = false
    var refusesExtendedHello = false
    var isPipelining = false
    /// What a client does wrong that does not wait for the last reply; nil when it need not.
    var impatience: ReceiverRecord.Violation? = .beforeGreeting
    /// The receiver has said something that no client could expect: whether it waits cannot be judged.
    var isLying = false
    /// Replies so far, in bytes: written by the receiver, ends of the last regular one, handed to the worker.
    var repliesWritten = 0
    var lastReplyEnd = 0
    var repliesSeen = 0
    /// Accepted messages whose reply the worker has not seen whole: place in the record, end of the reply.
    var unseen: [(message: Int, end: Int)] = []
    var reversePath = ""
    var recipients: [String] = []
    var content: [UInt8] = []
    /// Counts what came, for `idleClosing`.
    var arrivals = 0

    init(
        number: Int, slot: ConnectionSlot, receiver: Int, source: SocketAddress?, offer: ReceiverOffer,
        faults: FaultPlan
    ) {
        self.number = number
        self.slot = slot
        self.receiver = receiver
        self.source = source
        self.faults = faults
        session = ReceiverSession(offer: offer)
    }

    /// Whether the worker may still be told something other than `closed`.
    var isReporting: Bool {
        switch client {
        case .connecting, .connected, .failed: true
        case .closing, .closed: false
        }
    }
}

extension SimulatedConnection.Sending {
    init(_ memory: [UnsafeRawBufferPointer], repliesSeen: Int) {
        unsafe self.memory = unsafe memory
        var copy: [UInt8] = []
        unsafe memory.forEach { unsafe copy.append(contentsOf: $0) }
        bytes = copy
        self.repliesSeen = repliesSeen
    }

    /// The contract lends the memory to the network until the report: whoever writes to it earlier would,
    /// with a kernel, send other bytes than it meant to.
    func checkMemory() {
        // Piece by piece, and by the C library: a simulation looks at every byte of every send, also where nothing is
        // optimized.
        var start = 0
        unsafe memory.forEach { piece in
            let isUnchanged = unsafe bytes.withUnsafeBytes { bytes in
                guard let kept = bytes.baseAddress, let lent = piece.baseAddress else { return unsafe piece.isEmpty }
                return unsafe memcmp(kept + start, lent, piece.count) == 0
            }
            precondition(isUnchanged, "the memory of a send changed before its report")
            start += piece.count
        }
    }
}
