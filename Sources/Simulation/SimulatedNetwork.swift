import Engine
import Pacing
import Primitives
import SMTP
import Uring

/// A network in memory with virtual time and seeded faults: the same seed and the same calls give the same run.
///
/// It keeps the contract of `Network` to the letter and stops the process when the worker does not: a second
/// send while one is out, a slot used before its `closed`, memory changed before its report, a wait that
/// nothing can end. Received memory is overwritten as soon as the loan is over.
@safe
package struct SimulatedNetwork: ~Copyable, Network {
    package internal(set) var now = Instant.zero
    /// The faults of receivers that have none of their own; for connections made from now on.
    package var faults: FaultPlan
    /// Connections made from this time on have no faults any more: what is left of the work must get done.
    package var healing = Instant.never
    /// Whether every completion is kept as a line of text in `trace`.
    package var keepsTrace = false
    package private(set) var trace: [String] = []
    /// Stands for the whole run so far: equal for equal runs.
    package private(set) var traceHash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Of the worker, if it has one.
    package var journal: SimulatedJournal?
    var journalDue = Instant.never

    let receivers: [SimulatedReceiver]
    /// One for each receiver, in their order.
    package internal(set) var records: [ReceiverRecord]
    /// One for each receiver, in their order.
    var gates: [ReceiverGate<SocketAddress>]
    var random: SeededRandom
    var queue = EventQueue<Happening>()
    var connectionCount = 0
    /// A `ByteWriter` writes to memory that somebody else owns: the network, here.
    let replyMemory: UnsafeMutableRawBufferPointer

    /// The connection of each slot; nil when the slot is free.
    private var slots: [SimulatedConnection?] = []
    private var ready: [Report] = []
    private var nextReady = 0
    /// What `received` lends: the contract is about memory, not arrays, so that a kernel can fulfil it.
    private let lentMemory: UnsafeMutableRawBufferPointer
    private var lentCount = 0
    private var idleWaits = 0

    /// Bytes that `received` hands over at most.
    static let longestPiece = 4_096

    package init(seed: UInt64, faults: FaultPlan = .none, receivers: [SimulatedReceiver]) {
        self.faults = faults
        self.receivers = receivers
        records = receivers.map { ReceiverRecord(port: $0.port) }
        gates = receivers.map { ReceiverGate($0.limits, begun: .zero) }
        random = SeededRandom(seed: seed)
        unsafe replyMemory = .allocate(byteCount: 2 * ReceiverSession.longestReply, alignment: 16)
        unsafe lentMemory = .allocate(byteCount: SimulatedNetwork.longestPiece, alignment: 16)
    }

    deinit {
        unsafe replyMemory.deallocate()
        unsafe lentMemory.deallocate()
    }

    /// Slots that have not been given back, or whose `closed` has not been fetched.
    package var slotsInUse: Int { slots.count { $0 != nil } }

    /// Lets everything that is under way at the receivers happen, and gives back what they have seen.
    package mutating func finish() -> [ReceiverRecord] {
        while let time = queue.nextTime, let happening = queue.popFirst() {
            now = max(now, time)
            happen(happening)
        }
        return records
    }
}

// What the worker asks for.
extension SimulatedNetwork {
    package mutating func connect(_ slot: ConnectionSlot, to address: SocketAddress, from source: SocketAddress?) {
        precondition(slot >= 0, "a slot counts from 0")
        while slots.count <= slot { slots.append(nil) }
        precondition(slots[slot] == nil, "slot \(slot) is used again before its `closed` has come")
        let receiver = receivers.firstIndex { $0.port == address.port }
        slots[slot] = open(slot, receiver, source)
    }

    package mutating func send(_ slot: ConnectionSlot, _ bytes: UnsafeRawBufferPointer) {
        unsafe send(slot, lending: [bytes])
    }

    package mutating func send(_ slot: ConnectionSlot, gathered pieces: [MemoryPiece]) {
        unsafe send(slot, lending: pieces.map { unsafe $0.bytes })
    }

    private mutating func send(_ slot: ConnectionSlot, lending pieces: [UnsafeRawBufferPointer]) {
        let connection = connection(slot, "a send")
        precondition(connection.sending == nil, "a second send on slot \(slot) while one is out")
        let isSomething = unsafe !pieces.isEmpty && pieces.allSatisfy { unsafe !$0.isEmpty }
        precondition(isSomething, "a send of nothing on slot \(slot)")
        switch connection.client {
        case .connected: break
        case .connecting: preconditionFailure("a send on slot \(slot) before `connected`")
        case .failed: preconditionFailure("a send on slot \(slot) after `connectFailed`")
        case .closing, .closed: preconditionFailure("a send on slot \(slot) after `close`")
        }
        unsafe connection.sending = SimulatedConnection.Sending(pieces, repliesSeen: connection.repliesSeen)
        beginSending(connection)
    }

    package mutating func close(_ slot: ConnectionSlot) {
        let connection = connection(slot, "a close")
        precondition(connection.isReporting, "a second close of slot \(slot)")
        giveUp(connection)
    }

    private func connection(_ slot: ConnectionSlot, _ call: String) -> SimulatedConnection {
        precondition(slots.indices.contains(slot), "\(call) on slot \(slot), which was never connected")
        guard let connection = slots[slot] else {
            preconditionFailure("\(call) on slot \(slot), which is free")
        }
        return connection
    }
}

// What the worker is told.
extension SimulatedNetwork {
    /// One completion that waits to be fetched.
    enum Report {
        case connected(SimulatedConnection)
        case connectFailed(SimulatedConnection, NetworkFault)
        case received(SimulatedConnection, [UInt8])
        case sent(SimulatedConnection)
        case sendFailed(SimulatedConnection, NetworkFault)
        case ended(SimulatedConnection, NetworkFault?)
        case closed(SimulatedConnection)
        case woken
    }

    package mutating func wait(until deadline: Instant) {
        endLoan()
        followJournal()
        let before = now
        if random.chance(faults.spuriousWake) { ready.append(.woken) }
        let slack = random.chance(faults.lateWait) ? random.interval(upTo: .seconds(2)) : .zero
        var end = hasReports ? now + slack : max(now, deadline)
        while let time = queue.nextTime, time <= end, let happening = queue.popFirst() {
            now = max(now, time)
            happen(happening)
            if hasReports { end = min(end, max(now, time + slack)) }
        }
        if !hasReports { sleep(until: deadline) }
        idleWaits = now == before ? idleWaits + 1 : 0
        precondition(idleWaits < 100_000, "the worker waits again and again, and no time passes")
    }

    private mutating func sleep(until deadline: Instant) {
        precondition(deadline != .never, "the worker waits for ever: nothing is under way")
        now = max(now, deadline)
    }

    package mutating func nextCompletion() -> Completion? {
        endLoan()
        while hasReports {
            let report = ready[nextReady]
            nextReady += 1
            if let completion = hand(report) {
                note(completion)
                return completion
            }
        }
        ready.removeAll(keepingCapacity: true)
        nextReady = 0
        return nil
    }

    mutating func report(_ report: Report) {
        ready.append(report)
    }

    private var hasReports: Bool { nextReady < ready.count }

    /// Nil for what came before the worker closed the slot and was not fetched in time.
    private mutating func hand(_ report: Report) -> Completion? {
        switch report {
        case .connected(let connection):
            guard connection.isReporting else { return nil }
            connection.client = .connected
            return .connected(connection.slot)
        case .connectFailed(let connection, let fault):
            guard connection.isReporting else { return nil }
            connection.client = .failed
            return .connectFailed(connection.slot, fault)
        case .received(let connection, let bytes):
            return connection.isReporting ? lend(bytes, of: connection) : nil
        case .sent(let connection):
            guard connection.isReporting else { return nil }
            endSending(connection)
            return .sent(connection.slot)
        case .sendFailed(let connection, let fault):
            guard connection.isReporting else { return nil }
            let taken = connection.sending?.takenCount ?? 0
            endSending(connection)
            return .sendFailed(connection.slot, taken: taken, fault)
        case .ended(let connection, let fault):
            return connection.isReporting ? .ended(connection.slot, fault) : nil
        case .closed(let connection):
            let taken = connection.sending?.takenCount
            endSending(connection)
            connection.client = .closed
            slots[connection.slot] = nil
            return .closed(connection.slot, taken: taken)
        case .woken:
            return .woken
        }
    }

    private func endSending(_ connection: SimulatedConnection) {
        connection.sending?.checkMemory()
        connection.sending = nil
    }

    private mutating func lend(_ bytes: [UInt8], of connection: SimulatedConnection) -> Completion {
        unsafe lentMemory.copyBytes(from: bytes)
        lentCount = bytes.count
        connection.repliesSeen += bytes.count
        for (message, end) in connection.unseen where end <= connection.repliesSeen {
            records[connection.receiver].accepted[message].replyWasDelivered = true
        }
        connection.unseen.removeAll { $0.end <= connection.repliesSeen }
        return unsafe .received(
            connection.slot, UnsafeRawBufferPointer(rebasing: lentMemory[..<bytes.count]))
    }

    /// Whoever reads a loan after its end reads this.
    private mutating func endLoan() {
        for index in 0..<lentCount { unsafe lentMemory[index] = 0xDD }
        lentCount = 0
    }

    private mutating func note(_ completion: Completion) {
        let line = completion.traceLine(at: now)
        for byte in line.utf8 { traceHash = (traceHash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        if keepsTrace { trace.append(line) }
    }
}

extension Completion {
    fileprivate func traceLine(at time: Instant) -> String {
        let text =
            switch self {
            case .connected(let slot): "\(slot) connected"
            case .connectFailed(let slot, let fault): "\(slot) connectFailed \(fault)"
            case .received(let slot, let bytes):
                unsafe "\(slot) received \(String(decoding: bytes, as: UTF8.self).debugDescription)"
            case .sent(let slot): "\(slot) sent"
            case .sendFailed(let slot, let taken, let fault): "\(slot) sendFailed at \(taken) \(fault)"
            case .ended(let slot, let fault): "\(slot) ended \(fault.map { "\($0)" } ?? "by the peer")"
            case .closed(let slot, let taken): "\(slot) closed\(taken.map { " at \($0)" } ?? "")"
            case .woken: "woken"
            }
        return "\(time.nanoseconds) \(text)"
    }
}
