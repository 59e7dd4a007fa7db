internal import Glibc
import Primitives
import Testing

@testable import Uring

/// What a worker does with connections, on real loopback sockets, both ends on one ring.
@Suite struct ConnectionTests {
    @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
    func bytesGoThereAndBack(address: String) throws {
        let pair = try Pair(address)
        let text = Array("EHLO there.example\r\n".utf8)
        try pair.send(text, from: pair.client)
        #expect(pair.receive(text.count, at: .server) == text)
        try pair.send(text.reversed(), from: pair.server)
        #expect(pair.receive(text.count, at: .client) == text.reversed())
    }

    @Test func moreBytesThanAllBuffersHoldArriveInOrder() throws {
        let pair = try Pair("127.0.0.1:0")
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try pair.send(bytes, from: pair.client)
        #expect(pair.receive(bytes.count, at: .server) == bytes)
        #expect(pair.exhaustions > 0, "8 buffers of 512 bytes must have run out")
    }

    @Test func gatheredPiecesArriveAsTheirWhole() throws {
        let pair = try Pair("127.0.0.1:0")
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        for count in [1, 2, 1_024] {
            try pair.sendGathered(bytes, pieces: count, from: pair.client)
            #expect(pair.receive(bytes.count, at: .server) == bytes)
        }
    }

    @Test func moreListsThanThereIsRoomForAreSubmittedEarly() throws {
        let pair = try Pair("127.0.0.1:0", entries: 64)
        let bytes = (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        unsafe bytes.withUnsafeBytes { memory in
            for _ in 0..<30 { unsafe pair.startGathered(memory, pieces: 1_000, from: pair.client) }
            #expect(pair.receive(30 * bytes.count, at: .server) == (0..<30).flatMap { _ in bytes })
        }
    }

    @Test func aClosedPeerEndsTheReceive() throws {
        let pair = try Pair("127.0.0.1:0")
        StreamSocket.finishSending(pair.client)
        #expect(pair.end(at: .server) == 0)
    }

    @Test func cancellingEndsTheReceive() throws {
        let pair = try Pair("127.0.0.1:0")
        pair.ring.cancel(
            Pair.token(.receive, .server), token: Token(operation: Operation.other.rawValue, slot: 0))
        #expect(pair.end(at: .server) == -ECANCELED)
        pair.ring.cancelAll(on: pair.client, token: Token(operation: Operation.other.rawValue, slot: 0))
        #expect(pair.end(at: .client) == -ECANCELED)
    }

    @Test func nobodyListening() throws {
        var ring = try Ring(entries: 8, completionEntries: 16)
        let listener = try StreamSocket.listen(on: .loopback(port: 0), shared: false)
        let address = try #require(StreamSocket.localAddress(of: listener))
        StreamSocket.close(listener)
        let descriptor = try StreamSocket.open(for: address)
        ring.connect(descriptor, to: address, token: Token(rawValue: 1))
        ring.submitAndWait(until: MonotonicClock.now + .seconds(5))
        let completion = ring.nextCompletion()
        #expect(completion?.result == -ECONNREFUSED)
        StreamSocket.close(descriptor)
    }

    @Test func aTakenPortIsAFault() throws {
        let listener = try StreamSocket.listen(on: .loopback(port: 0), shared: false)
        defer { StreamSocket.close(listener) }
        let address = try #require(StreamSocket.localAddress(of: listener))
        let fault = #expect(throws: SystemFault.self) {
            _ = try StreamSocket.listen(on: address, shared: false)
        }
        #expect(fault?.code == EADDRINUSE)
    }
}

private enum Operation: UInt8 {
    case accept = 1
    case connect, receive, send, other
}

private enum End: UInt32 {
    case client = 0
    case server
}

/// A connection with both ends on one ring, each receiving into few and small buffers.
private final class Pair {
    var ring: Ring
    let buffers: BufferRing
    let listener: Int32
    let client: Int32
    private(set) var server: Int32 = -1
    private(set) var exhaustions = 0
    private var received: [End: [UInt8]] = [.client: [], .server: []]
    private var ended: [End: Int32] = [:]

    static func token(_ operation: Operation, _ end: End) -> Token {
        Token(operation: operation.rawValue, slot: end.rawValue)
    }

    init(_ text: String, entries: Int = 8) throws {
        ring = try Ring(entries: entries, completionEntries: 64)
        buffers = try BufferRing(for: ring, group: 3, count: 8, bufferSize: 512)
        let wanted = try #require(SocketAddress(text))
        listener = try StreamSocket.listen(on: wanted, shared: true)
        let address = try #require(StreamSocket.localAddress(of: listener))
        client = try StreamSocket.open(for: address)
        ring.acceptMultishot(listener, token: Pair.token(.accept, .server))
        ring.connect(client, to: address, token: Pair.token(.connect, .client))
        pump { pair in pair.server >= 0 }
        #expect(server >= 0)
        #expect(StreamSocket.peerAddress(of: client) == address)
        ring.receiveMultishot(client, into: 3, token: Pair.token(.receive, .client))
        ring.receiveMultishot(server, into: 3, token: Pair.token(.receive, .server))
    }

    deinit {
        for descriptor in [listener, client, server] { StreamSocket.close(descriptor) }
    }

    func send(_ bytes: [UInt8], from descriptor: Int32) throws {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { unsafe copy.deallocate() }
        unsafe copy.copyBytes(from: bytes)
        unsafe ring.send(
            descriptor, UnsafeRawBufferPointer(copy),
            token: Token(operation: Operation.send.rawValue, slot: 9))
        sent = nil
        pump { pair in pair.sent != nil }
        #expect(sent == Int32(bytes.count))
    }

    func sendGathered(_ bytes: [UInt8], pieces: Int, from descriptor: Int32) throws {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { unsafe copy.deallocate() }
        unsafe copy.copyBytes(from: bytes)
        sent = nil
        unsafe startGathered(UnsafeRawBufferPointer(copy), pieces: pieces, from: descriptor)
        pump { pair in pair.sent != nil }
        #expect(sent == Int32(bytes.count))
    }

    /// - Parameter memory: valid until the send has completed.
    func startGathered(_ memory: UnsafeRawBufferPointer, pieces: Int, from descriptor: Int32) {
        guard let start = memory.baseAddress else { return }
        let list = (0..<pieces).map { index in
            let range = index * memory.count / pieces..<(index + 1) * memory.count / pieces
            return unsafe MemoryPiece(start: start + range.lowerBound, count: range.count)
        }
        ring.send(descriptor, gathered: list, token: Token(operation: Operation.send.rawValue, slot: 9))
    }

    private var sent: Int32?

    func receive(_ count: Int, at end: End) -> [UInt8] {
        pump { pair in pair.received[end, default: []].count >= count }
        return received.updateValue([], forKey: end) ?? []
    }

    func end(at end: End) -> Int32? {
        pump { pair in pair.ended[end] != nil }
        return ended[end]
    }

    private func pump(until isDone: (Pair) -> Bool) {
        let deadline = MonotonicClock.now + .seconds(5)
        while !isDone(self), MonotonicClock.now < deadline {
            ring.submitAndWait(until: deadline)
            while let completion = ring.nextCompletion() { take(completion) }
        }
    }

    private func take(_ completion: RawCompletion) {
        switch Operation(rawValue: completion.token.operation) {
        case .accept: server = completion.result
        case .send: sent = completion.result
        case .receive: takeReceived(completion)
        case .connect, .other, nil: #expect(completion.result >= 0)
        }
    }

    private func takeReceived(_ completion: RawCompletion) {
        guard let end = End(rawValue: completion.token.slot) else { return }
        if let buffer = completion.bufferID {
            unsafe received[end, default: []] += buffers.bytes(of: buffer, count: completion.result)
            buffers.recycle(buffer)
        }
        guard !completion.hasMore else { return }
        if completion.result == -ENOBUFS { exhaustions += 1 }
        if completion.result > 0 || completion.result == -ENOBUFS {
            let descriptor = end == .client ? client : server
            ring.receiveMultishot(descriptor, into: 3, token: completion.token)
        } else {
            ended[end] = completion.result
        }
    }
}
