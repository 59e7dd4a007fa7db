import Delivery
import Measurement
import Primitives
import Uring

/// A network in memory whose receivers accept everything at once: for counting what a worker itself costs.
///
/// It stands in the worker's module because only there the worker is specialised for it, as it is for
/// `UringNetwork`; from another module every call would go through a table, and other code would be counted.
@safe
package struct EchoNetwork: ~Copyable, Network {
    package private(set) var now = Instant.zero
    private var receivers: [EchoReceiver]
    private var ready: [Completion] = []
    private var nextReady = 0

    package init(connections: Int) {
        receivers = (0..<connections).map { _ in EchoReceiver() }
    }

    deinit {
        for receiver in receivers { unsafe receiver.replies.deallocate() }
    }

    package mutating func connect(_ slot: ConnectionSlot, to address: SocketAddress, from source: SocketAddress?) {
        receivers[slot].expected = .command
        ready.append(.connected(slot))
        ready.append(unsafe .received(slot, receivers[slot].answer("220 echo\r\n")))
    }

    package mutating func send(_ slot: ConnectionSlot, _ bytes: UnsafeRawBufferPointer) {
        ready.append(.sent(slot))
        let replies = unsafe receivers[slot].hear(bytes)
        if replies.count > 0 { ready.append(unsafe .received(slot, replies)) }
    }

    package mutating func send(_ slot: ConnectionSlot, gathered pieces: [MemoryPiece]) {
        ready.append(.sent(slot))
        let replies = unsafe receivers[slot].hear(pieces)
        if replies.count > 0 { ready.append(unsafe .received(slot, replies)) }
    }

    package mutating func close(_ slot: ConnectionSlot) { ready.append(.closed(slot, taken: nil)) }

    package mutating func wait(until deadline: Instant) {
        now = now + .microseconds(100)
        if ready.isEmpty { now = max(now, deadline) }
    }

    package mutating func nextCompletion() -> Completion? {
        guard nextReady < ready.count else {
            ready.removeAll(keepingCapacity: true)
            nextReady = 0
            return nil
        }
        nextReady += 1
        return ready[nextReady - 1]
    }
}

/// The other end of one connection. Its functions are kept whole, so that a profiler can leave them out.
@safe
private struct EchoReceiver {
    enum Expected {
        case command
        case content
        /// So many bytes of a chunk.
        case chunk(Int)
    }

    var expected = Expected.command
    let replies = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)

    @inline(never)
    mutating func answer(_ text: StaticString) -> UnsafeRawBufferPointer {
        var writer = unsafe ByteWriter(replies)
        writer.append(text)
        return unsafe writer.written
    }

    /// What is said to all that came in one send.
    @inline(never)
    mutating func hear(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var writer = unsafe ByteWriter(replies)
        unsafe hear(bytes, &writer)
        return unsafe writer.written
    }

    /// Pieces may end anywhere but within a command.
    @inline(never)
    mutating func hear(_ pieces: [MemoryPiece]) -> UnsafeRawBufferPointer {
        var writer = unsafe ByteWriter(replies)
        for piece in pieces { unsafe hear(piece.bytes, &writer) }
        return unsafe writer.written
    }

    @inline(__always)
    private mutating func hear(_ bytes: UnsafeRawBufferPointer, _ writer: inout ByteWriter) {
        let input = unsafe bytes.bindMemory(to: UInt8.self).span
        var cursor = 0
        while cursor < input.count {
            if case .chunk(let count) = expected {
                let taken = min(count, input.count - cursor)
                cursor += taken
                expected = taken == count ? .command : .chunk(count - taken)
                if taken == count { writer.append("250 2.0.0 ok\r\n") }
                continue
            }
            guard let end = input.firstIndex(of: 0x0A, from: cursor) else { break }
            obey(input.extracting(cursor..<end + 1), &writer)
            cursor = end + 1
        }
        precondition(!writer.overflowed, "the replies to one send fit their buffer")
    }

    private mutating func obey(_ line: Span<UInt8>, _ writer: inout ByteWriter) {
        if case .content = expected {
            guard line.count == 3, line[0] == UInt8(ascii: ".") else { return }
            expected = .command
            return writer.append("250 2.0.0 ok\r\n")
        }
        switch line[0] {
        case UInt8(ascii: "E"):
            writer.append("250-echo\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 CHUNKING\r\n")
        case UInt8(ascii: "D"):
            expected = .content
            writer.append("354 go\r\n")
        case UInt8(ascii: "B"):
            expected = .chunk(EchoReceiver.number(in: line))
        case UInt8(ascii: "Q"):
            writer.append("221 2.0.0 bye\r\n")
        default:
            writer.append("250 2.0.0 ok\r\n")
        }
    }

    private static func number(in line: Span<UInt8>) -> Int {
        var value = 0
        for index in line.indices where line[index] &- 0x30 <= 9 { value = value * 10 + Int(line[index] &- 0x30) }
        return value
    }
}

/// A worker's whole run over an `EchoNetwork`.
package enum EchoRun {
    /// Sends made-up messages numbered from 0, and returns how many were accepted.
    package static func perform(_ mission: Mission, messages: Int, outcomes: any OutcomeListener) -> Int {
        var worker = Worker(
            network: EchoNetwork(connections: mission.limits.sessions), mission: mission, outcomes: outcomes)
        worker.dispatcher.admitMadeUp(0..<messages, site: 0)
        worker.dispatcher.close()
        worker.run()
        return worker.tally.counts.accepted
    }
}
