import Glibc
import Primitives
import Testing
import Uring

@testable import Engine

/// The contract of `Network`, kept by the kernel's sockets. Everything happens on the test's own thread.
@Suite struct UringNetworkTests {
    @Test func aClosedPortIsRefused() throws {
        let listener = try StreamSocket.listen(on: .loopback(port: 0), shared: false)
        let address = try #require(StreamSocket.localAddress(of: listener))
        StreamSocket.close(listener)
        var network = try UringNetwork(connections: 2, wakeUp: nil)
        network.connect(0, to: address, from: nil)
        #expect(network.nextEvent() == "connectFailed 0 refused")
        network.close(0)
        #expect(network.nextEvent() == "closed 0 nil")
    }

    @Test func bytesComeAndTheEndAfterThem() throws {
        var pair = try ConnectedPair()
        pair.peerSends("220 hello\r\n")
        pair.closePeer()
        #expect(pair.network.nextEvent() == "received 0 220 hello\r\n")
        #expect(pair.network.nextEvent() == "ended 0 nil")
        pair.network.close(0)
        #expect(pair.network.nextEvent() == "closed 0 nil")
    }

    @Test func whatThePeerSaidBeforeAResetIsHeard() throws {
        var pair = try ConnectedPair()
        pair.peerSends("554 no\r\n")
        pair.resetPeer()
        #expect(pair.network.nextEvent() == "received 0 554 no\r\n")
        #expect(pair.network.nextEvent() == "ended 0 reset")
        pair.network.close(0)
        #expect(pair.network.nextEvent() == "closed 0 nil")
    }

    @Test func aSendIsReportedWhenTheKernelHasTakenIt() throws {
        var pair = try ConnectedPair()
        pair.send(count: 10)
        #expect(pair.network.nextEvent() == "sent 0")
        #expect(pair.peerReads(10) == 10)
    }

    @Test func aSendThatIsCutOffTellsHowMuchWasTaken() throws {
        var pair = try ConnectedPair()
        // More than any socket buffer holds, to a peer that does not read.
        pair.send(count: 64 << 20)
        pair.network.wait(until: pair.network.now + .milliseconds(50))
        #expect(pair.network.nextCompletion() == nil)
        pair.network.close(0)
        let closed = pair.network.nextClosed()
        let taken = try #require(closed)
        #expect(taken > 0 && taken < 64 << 20)
    }

    @Test func aSendToAPeerThatHasGoneFails() throws {
        var pair = try ConnectedPair()
        pair.send(count: 64 << 20)
        pair.network.wait(until: pair.network.now + .milliseconds(50))
        pair.resetPeer()
        var events = Set<String>()
        for _ in 0..<2 { events.insert(String(pair.network.nextEvent().prefix { $0 != " " })) }
        #expect(events == ["sendFailed", "ended"])
    }

    @Test func anotherThreadEndsTheWait() throws {
        let wakeUp = try WakeUp()
        var network = try UringNetwork(connections: 1, wakeUp: wakeUp)
        let thread = try NativeThread.start { wakeUp.signal() }
        #expect(network.nextEvent() == "woken")
        thread.join()
    }

    @Test func aWaitEndsAtItsDeadline() throws {
        var network = try UringNetwork(connections: 1, wakeUp: nil)
        let start = network.now
        network.wait(until: start + .milliseconds(20))
        #expect(network.nextCompletion() == nil)
        #expect(network.now >= start + .milliseconds(20))
    }
}

/// A connection of slot 0 that stands, and its other end.
@safe
private struct ConnectedPair: ~Copyable {
    var network: UringNetwork
    private var peer: Int32
    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 20, alignment: 64)

    init() throws {
        let listener = try StreamSocket.listen(on: .loopback(port: 0), shared: false)
        defer { StreamSocket.close(listener) }
        let address = try #require(StreamSocket.localAddress(of: listener))
        var network = try UringNetwork(connections: 1, wakeUp: nil)
        network.connect(0, to: address, from: nil)
        let event = network.nextEvent()
        self.network = network
        peer = accept(listener, nil, nil)
        #expect(event == "connected 0" && peer >= 0)
    }

    deinit {
        if peer >= 0 { StreamSocket.close(peer) }
        unsafe memory.deallocate()
    }

    mutating func send(count: Int) {
        unsafe network.send(0, UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }

    func peerSends(_ text: String) {
        let count = unsafe text.withCString { unsafe write(peer, $0, text.utf8.count) }
        #expect(count == text.utf8.count)
    }

    func peerReads(_ count: Int) -> Int {
        var buffer = [UInt8](repeating: 0, count: count)
        return unsafe read(peer, &buffer, count)
    }

    mutating func closePeer() {
        StreamSocket.close(peer)
        peer = -1
    }

    /// Closes so that the kernel sends a reset.
    mutating func resetPeer() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(peer, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        closePeer()
    }
}

extension UringNetwork {
    /// The next completion as text; waits for it up to five seconds.
    fileprivate mutating func nextEvent() -> String {
        let deadline = MonotonicClock.now + .seconds(5)
        while MonotonicClock.now < deadline {
            if let completion = nextCompletion() { return words(completion) }
            wait(until: deadline)
        }
        return "nothing"
    }

    fileprivate mutating func nextClosed() -> Int? {
        let deadline = MonotonicClock.now + .seconds(5)
        while MonotonicClock.now < deadline {
            if case .closed(_, let taken) = nextCompletion() { return taken }
            wait(until: deadline)
        }
        return nil
    }

    private func words(_ completion: Completion) -> String {
        switch completion {
        case .connected(let slot): "connected \(slot)"
        case .connectFailed(let slot, let fault): "connectFailed \(slot) \(fault)"
        case .received(let slot, let bytes): unsafe "received \(slot) \(String(decoding: bytes, as: UTF8.self))"
        case .sent(let slot): "sent \(slot)"
        case .sendFailed(let slot, let taken, _): "sendFailed \(slot) \(taken)"
        case .ended(let slot, let fault): "ended \(slot) \(fault.map { "\($0)" } ?? "nil")"
        case .closed(let slot, let taken): "closed \(slot) \(taken.map { "\($0)" } ?? "nil")"
        case .woken: "woken"
        }
    }
}
