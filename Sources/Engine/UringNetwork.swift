import Glibc
import Primitives
import Uring

/// The network of the kernel: one io_uring per worker, one wait a turn.
///
/// Made, used and dropped on the worker's thread. Receiving is multishot into buffers that all connections
/// share, so a silent session lends the kernel nothing. Descriptors are closed only after every request on
/// them has completed: memory lent to the kernel is never reused early.
package struct UringNetwork: ~Copyable, Network {
    private enum Operation {
        static let connect: UInt8 = 1
        static let receive: UInt8 = 2
        static let send: UInt8 = 3
        static let cancel: UInt8 = 4
        static let wake: UInt8 = 5
    }

    private struct Slot {
        var descriptor: Int32 = -1
        /// Requests that the kernel has not completed for good.
        var pending = 0
        var isReceiving = false
        var isSending = false
        var sendCount = 0
        /// How much the kernel took of a send that was out at `close`.
        var taken: Int?
        var isClosing = false
    }

    package private(set) var now: Instant
    private var ring: Ring
    private let buffers: BufferRing
    private var slots: [Slot]
    private let wakeUp: WakeUp?
    /// The buffer that was handed out last, to be lent to the kernel again.
    private var lentBuffer: UInt16?
    /// Slots whose `connectFailed` or `closed` is known without asking the kernel.
    private var local: [Completion] = []

    /// - Parameter wakeUp: ends a wait early when another thread signals it.
    package init(connections: Int, wakeUp: WakeUp?) throws(RingError) {
        var ring = try Ring(entries: 4_096, completionEntries: min(65_536, max(4_096, connections * 4)))
        buffers = try BufferRing(for: ring, group: 0, count: 1_024, bufferSize: 2_048)
        if let wakeUp { ring.watch(wakeUp, token: Token(operation: Operation.wake, slot: 0)) }
        self.ring = ring
        slots = [Slot](repeating: Slot(), count: connections)
        self.wakeUp = wakeUp
        now = MonotonicClock.now
    }

    package mutating func connect(_ slot: ConnectionSlot, to address: SocketAddress, from source: SocketAddress?) {
        slots[slot] = Slot()
        do {
            slots[slot].descriptor = try StreamSocket.open(for: address, from: source)
        } catch {
            local.append(.connectFailed(slot, NetworkFault(errno: error.code)))
            return
        }
        slots[slot].pending += 1
        ring.connect(slots[slot].descriptor, to: address, token: token(Operation.connect, slot))
    }

    package mutating func send(_ slot: ConnectionSlot, _ bytes: UnsafeRawBufferPointer) {
        beginSending(slot, bytes.count)
        unsafe ring.send(slots[slot].descriptor, bytes, token: token(Operation.send, slot))
    }

    package mutating func send(_ slot: ConnectionSlot, gathered pieces: [MemoryPiece]) {
        beginSending(slot, pieces.reduce(0) { $0 + $1.count })
        ring.send(slots[slot].descriptor, gathered: pieces, token: token(Operation.send, slot))
    }

    private mutating func beginSending(_ slot: ConnectionSlot, _ count: Int) {
        precondition(!slots[slot].isSending && !slots[slot].isClosing, "one send at a time")
        slots[slot].isSending = true
        slots[slot].sendCount = count
        slots[slot].pending += 1
    }

    package mutating func close(_ slot: ConnectionSlot) {
        slots[slot].isClosing = true
        if slots[slot].pending > 0 {
            slots[slot].pending += 1
            ring.cancelAll(on: slots[slot].descriptor, token: token(Operation.cancel, slot))
        } else {
            finishClosing(slot)
        }
    }

    package mutating func wait(until deadline: Instant) {
        returnBuffer()
        ring.submitAndWait(until: local.isEmpty ? deadline : .zero)
        now = MonotonicClock.now
    }

    package mutating func nextCompletion() -> Completion? {
        returnBuffer()
        while let raw = ring.nextCompletion() {
            if let completion = translate(raw) { return completion }
        }
        return local.popLast()
    }

    private mutating func translate(_ raw: RawCompletion) -> Completion? {
        let slot = Int(raw.token.slot)
        switch raw.token.operation {
        case Operation.connect: return connectEnded(slot, raw.result)
        case Operation.receive: return received(slot, raw)
        case Operation.send: return sendEnded(slot, Int(raw.result))
        case Operation.cancel:
            requestEnded(slot)
            return nil
        default:
            if !raw.hasMore, let wakeUp { ring.watch(wakeUp, token: raw.token) }
            return .woken
        }
    }

    private mutating func connectEnded(_ slot: ConnectionSlot, _ result: Int32) -> Completion? {
        defer { requestEnded(slot) }
        guard !slots[slot].isClosing else { return nil }
        guard result >= 0 else { return .connectFailed(slot, NetworkFault(errno: -result)) }
        receive(slot)
        return .connected(slot)
    }

    private mutating func receive(_ slot: ConnectionSlot) {
        slots[slot].pending += 1
        slots[slot].isReceiving = true
        ring.receiveMultishot(
            slots[slot].descriptor, into: buffers.group, token: token(Operation.receive, slot))
    }

    private mutating func received(_ slot: ConnectionSlot, _ raw: RawCompletion) -> Completion? {
        if let buffer = raw.bufferID { lentBuffer = buffer }
        if !raw.hasMore { slots[slot].isReceiving = false }
        defer { if !raw.hasMore { requestEnded(slot) } }
        guard !slots[slot].isClosing else {
            returnBuffer()
            return nil
        }
        if raw.result > 0, let buffer = raw.bufferID {
            if !raw.hasMore { receive(slot) }
            return unsafe .received(slot, buffers.bytes(of: buffer, count: raw.result))
        }
        switch -raw.result {
        case 0: return .ended(slot, nil)
        case ENOBUFS:
            // All buffers are lent out and will be back before the kernel looks again.
            receive(slot)
            return nil
        case let code: return .ended(slot, NetworkFault(errno: code))
        }
    }

    private mutating func sendEnded(_ slot: ConnectionSlot, _ result: Int) -> Completion? {
        defer { requestEnded(slot) }
        slots[slot].isSending = false
        if slots[slot].isClosing {
            slots[slot].taken = max(0, result)
            return nil
        }
        if result == slots[slot].sendCount { return .sent(slot) }
        let fault = result < 0 ? NetworkFault(errno: Int32(-result)) : .reset
        return .sendFailed(slot, taken: max(0, result), fault)
    }

    private mutating func requestEnded(_ slot: ConnectionSlot) {
        slots[slot].pending -= 1
        if slots[slot].isClosing && slots[slot].pending == 0 { finishClosing(slot) }
    }

    /// The descriptor is closed outside the ring: by now nothing can block, and no completion is needed.
    private mutating func finishClosing(_ slot: ConnectionSlot) {
        if slots[slot].descriptor >= 0 { StreamSocket.close(slots[slot].descriptor) }
        local.append(.closed(slot, taken: slots[slot].taken))
        slots[slot].descriptor = -1
    }

    private mutating func returnBuffer() {
        guard let buffer = lentBuffer else { return }
        lentBuffer = nil
        buffers.recycle(buffer)
    }

    private func token(_ operation: UInt8, _ slot: ConnectionSlot) -> Token {
        Token(operation: operation, slot: UInt32(slot))
    }
}

extension NetworkFault {
    init(errno code: Int32) {
        switch code {
        case ECONNREFUSED: self = .refused
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN: self = .unreachable
        case ETIMEDOUT: self = .timedOut
        case ECONNRESET, EPIPE, ECONNABORTED: self = .reset
        case EMFILE, ENFILE: self = .noDescriptors
        default: self = .other(code)
        }
    }
}
