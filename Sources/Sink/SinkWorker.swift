internal import Glibc
internal import Primitives
internal import SMTP
internal import Uring

/// One thread of a sink: a ring, a listening socket and the connections that came in through it.
///
/// All of a turn's replies leave together, one send a connection, after the lines of the messages they
/// accept have been written.
struct SinkWorker: ~Copyable {
    static let bufferGroup: UInt16 = 0
    private static let sweepInterval = Interval.seconds(1)

    let shared: SinkShared
    let index: Int
    let listener: Int32
    var ring: Ring
    let buffers: BufferRing
    var connections: ConnectionTable
    var desk: SinkDesk
    var delayed = DelayedReplies()
    /// Decides the random part of delays.
    var delays: SeededRandom
    /// Connections to look at before the turn ends.
    var marked: [Int] = []
    var isAccepting = false
    var nextSweep = Instant.zero
    var stopDeadline = Instant.never
    var lastComplaint = Instant(nanoseconds: .min)

    /// To be made on the thread that runs it. The listening socket stays the caller's.
    init(_ shared: SinkShared, index: Int, listener: Int32) throws(RingError) {
        let capacity = shared.options.connectionsPerWorker
        let ring = try Ring(entries: 1_024, completionEntries: min(65_536, max(4_096, capacity * 2)))
        buffers = try BufferRing(for: ring, group: SinkWorker.bufferGroup, count: 512, bufferSize: 16_384)
        self.ring = ring
        self.shared = shared
        self.index = index
        self.listener = listener
        desk = SinkDesk(
            script: RefusalScript(shared.options.refusals, seed: shared.options.seed), limits: shared.limits)
        delays = SeededRandom(seed: shared.options.seed &+ UInt64(index))
        connections = ConnectionTable(capacity: capacity)
        marked.reserveCapacity(capacity)
    }

    /// Serves until the sink is stopped and the last connection is closed.
    ///
    /// Next: `SinkWorker.turn`.
    mutating func run() {
        desk.beginTurn()
        nextSweep = desk.now + SinkWorker.sweepInterval
        ring.watch(shared.wakeUps[index], token: Token(.wake))
        accept()
        while !(desk.isStopping && connections.openCount == 0 && !isAccepting) { turn() }
        shared.tallies[index].publish(desk.counts)
    }

    private mutating func turn() {
        ring.submitAndWait(until: min(nextSweep, stopDeadline, delayed.earliest))
        desk.beginTurn()
        while let completion = ring.nextCompletion() { take(completion) }
        if shared.isStopping && !desk.isStopping { beginStopping() }
        if desk.now >= nextSweep { sweep() }
        releaseDelayed()
        writeLog()
        settleMarked()
        if desk.now >= stopDeadline { abandonAll() }
        shared.tallies[index].publish(desk.counts)
    }

    private mutating func take(_ completion: RawCompletion) {
        let slot = Int(completion.token.slot)
        switch Request(rawValue: completion.token.operation) {
        case .accept: takeAccepted(completion)
        case .receive: takeReceived(completion, slot)
        case .send: takeSent(completion, slot)
        case .close: takeClosed(slot)
        case .wake: if !completion.hasMore { ring.watch(shared.wakeUps[index], token: Token(.wake)) }
        case .cancel, nil: break
        }
    }

    private mutating func writeLog() {
        guard !desk.lines.isEmpty, let log = shared.log else { return }
        do throws(SinkFault) {
            try unsafe log.write(desk.lines.bytes)
        } catch {
            shared.fail(error)
            abandonAll()
        }
        desk.lines.removeAll()
    }

    /// Once a second is exact enough for limits of minutes.
    private mutating func sweep() {
        nextSweep = desk.now + SinkWorker.sweepInterval
        if !isAccepting && !desk.isStopping { accept() }
        for slot in 0..<connections.usedCount {
            let silence = desk.now - connections[slot].lastActivity
            switch connections[slot].phase {
            case .serving where silence > shared.options.idleLimit:
                hangUp(slot, "421 4.4.2 Idle for too long, closing\r\n")
            case .draining where silence > shared.options.idleLimit, .lingering where silence > .seconds(2):
                abandon(slot)
            case .free, .serving, .draining, .lingering, .closing:
                break
            }
        }
    }

    private mutating func beginStopping() {
        desk.isStopping = true
        stopDeadline = desk.now + shared.options.grace
        ring.cancel(Token(.accept), token: Token(.cancel))
        for slot in 0..<connections.usedCount
        where connections[slot].phase == .serving && connections[slot].session.recipientCount == 0 {
            hangUp(slot, "421 4.3.2 Service is shutting down\r\n")
        }
    }

    private mutating func hangUp(_ slot: Int, _ lastWord: StaticString) {
        connections[slot].hangUp(lastWord)
        connections[slot].lastActivity = desk.now
        mark(slot)
    }

    /// Closes everything now. Replies that wait are dropped: they may promise what did not happen.
    private mutating func abandonAll() {
        stopDeadline = .never
        for slot in 0..<connections.usedCount where connections[slot].phase != .free { abandon(slot) }
        settleMarked()
    }
}

/// What a completion is the end of.
enum Request: UInt8 {
    case accept = 1
    case receive, send, close, cancel, wake
}

extension Token {
    init(_ request: Request, slot: Int = 0) {
        self.init(operation: request.rawValue, slot: UInt32(truncatingIfNeeded: slot))
    }
}
