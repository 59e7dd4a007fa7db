import Engine
import Primitives
import SMTP
import Simulation
import Testing
import Uring

/// A network and one connected slot, with memory to send from.
@safe
private struct Bench: ~Copyable {
    var network: SimulatedNetwork
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4_096, alignment: 16)

    init(_ receiver: SimulatedReceiver = SimulatedReceiver(port: 25), faults: FaultPlan = .none) {
        network = SimulatedNetwork(seed: 1, faults: faults, receivers: [receiver])
        network.keepsTrace = true
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0x20)
        network.connect(0, to: .loopback(port: 25), from: nil)
    }

    deinit {
        unsafe memory.deallocate()
    }

    mutating func send(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe memory.copyBytes(from: bytes)
        unsafe network.send(0, UnsafeRawBufferPointer(rebasing: memory[..<bytes.count]))
    }

    /// Fetches what comes within a second.
    @discardableResult
    mutating func settle() -> [String] {
        let end = network.now + .seconds(1)
        let before = network.trace.count
        while network.now < end {
            network.wait(until: end)
            while network.nextCompletion() != nil {}
        }
        return network.trace[before...].map { String($0.split(separator: " ")[2]) }
    }
}

@Suite("Simulated network: a worker that breaks the contract is stopped")
struct SimulatedContractTests {
    @Test("A second send while one is out")
    func secondSend() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var bench = Bench()
            bench.settle()
            bench.send("NOOP\r\n")
            bench.send("NOOP\r\n")
        }
        expectMessage("a second send on slot 0 while one is out", in: result)
    }

    @Test("A send before `connected`")
    func earlySend() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var bench = Bench()
            bench.send("NOOP\r\n")
        }
        expectMessage("a send on slot 0 before `connected`", in: result)
    }

    @Test("A send after `close`")
    func lateSend() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var bench = Bench()
            bench.settle()
            bench.network.close(0)
            bench.send("NOOP\r\n")
        }
        expectMessage("a send on slot 0 after `close`", in: result)
    }

    @Test("A slot used again before its `closed`")
    func slotReuse() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var bench = Bench()
            bench.network.close(0)
            bench.network.connect(0, to: .loopback(port: 25), from: nil)
        }
        expectMessage("slot 0 is used again before its `closed` has come", in: result)
    }

    @Test("Memory changed before the report")
    func earlyReuse() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var bench = Bench()
            bench.settle()
            bench.send("NOOP\r\n")
            unsafe bench.memory[0] = 0x58
            bench.settle()
        }
        expectMessage("the memory of a send changed before its report", in: result)
    }

    @Test("Memory changed between `close` and `closed`")
    func reuseAfterClose() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var bench = Bench()
            bench.settle()
            bench.send("NOOP\r\n")
            bench.network.close(0)
            unsafe bench.memory[0] = 0x58
            bench.settle()
        }
        expectMessage("the memory of a send changed before its report", in: result)
    }

    @Test("A wait that nothing can end")
    func endlessWait() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var bench = Bench()
            bench.settle()
            bench.network.wait(until: .never)
        }
        expectMessage("the worker waits for ever", in: result)
    }

    @Test("Waiting again and again without time passing")
    func livelock() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var bench = Bench()
            bench.settle()
            for _ in 0..<200_000 { bench.network.wait(until: bench.network.now) }
        }
        expectMessage("the worker waits again and again", in: result)
    }

    @Test("After `ended` nothing more is received, and sends are still reported, once each")
    func afterEnd() {
        var faults = FaultPlan.none
        faults.halfClose = 1
        var bench = Bench(faults: faults)
        bench.settle()
        bench.send("NOOP\r\n")
        #expect(bench.settle().sorted() == ["ended", "sent"])
        bench.send("NOOP\r\nQUIT\r\n")
        #expect(bench.settle() == ["sent"])
        bench.send("NOOP\r\n")
        #expect(bench.settle() == ["sent"])
        bench.send("NOOP\r\n")
        #expect(bench.settle() == ["sendFailed"])
        bench.network.close(0)
        #expect(bench.settle() == ["closed"])
        #expect(bench.network.slotsInUse == 0)
    }

    @Test("A broken connection is told once on each way")
    func afterReset() {
        var faults = FaultPlan.none
        faults.resetBeforeReply = 1
        var bench = Bench(faults: faults)
        bench.settle()
        bench.send("NOOP\r\n")
        #expect(bench.settle().contains("ended"))
        bench.send("NOOP\r\n")
        #expect(bench.settle() == ["sendFailed"])
    }

    /// Optimized builds stop without a message.
    private func expectMessage(_ message: String, in result: ExitTest.Result?) {
        #if DEBUG
            let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
            #expect(text.contains(message))
        #endif
    }

    @Test("A completion that has not been fetched, and a wake without a cause, end a wait at once")
    func promptWait() {
        var bench = Bench()
        bench.network.wait(until: .never)
        let connected = bench.network.now
        bench.network.wait(until: .never)
        #expect(bench.network.now == connected)
        var faults = FaultPlan.none
        faults.spuriousWake = 1
        var woken = Bench(faults: faults)
        woken.network.wait(until: .never)
        #expect(woken.network.now == .zero)
    }

    @Test("Memory may be used again once the send is reported")
    func reuse() {
        var bench = Bench()
        bench.settle()
        for _ in 0..<5 {
            bench.send("NOOP\r\n")
            bench.settle()
        }
        #expect(bench.network.finish()[0].faults.isEmpty)
    }
}

@Suite("Simulated receiver: a client that does not wait is noticed")
struct ImpatienceTests {
    struct Case: CustomTestStringConvertible {
        var name: String
        var sends: [String]
        var violations: [ReceiverRecord.Violation]
        var pipelining = true
        var testDescription: String { name }
    }

    private static let envelope = "MAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\n"

    static let cases = [
        Case(
            name: "what RFC 2920 allows",
            sends: [
                "EHLO c.example\r\n", envelope + "DATA\r\n", "x\r\n.\r\n" + envelope + "DATA\r\n",
                ".\r\nQUIT\r\n",
            ],
            violations: []),
        Case(
            name: "behind EHLO", sends: ["EHLO c.example\r\nMAIL FROM:<a@one.example>\r\n"],
            violations: [.behindGroupEnd]),
        Case(
            name: "content with DATA", sends: ["EHLO c.example\r\n", envelope + "DATA\r\nx\r\n.\r\n"],
            violations: [.contentBeforeGoAhead, .contentBeforeGoAhead]),
        Case(
            name: "a lone dot with DATA", sends: ["EHLO c.example\r\n", envelope + "DATA\r\n.\r\n"],
            violations: [.contentBeforeGoAhead]),
        Case(
            name: "a group without PIPELINING", sends: ["EHLO c.example\r\n", envelope],
            violations: [.withoutPipelining], pipelining: false),
        Case(
            name: "a group after HELO", sends: ["HELO c.example\r\n", envelope],
            violations: [.withoutPipelining]),
        Case(
            name: "lockstep without PIPELINING",
            sends: ["EHLO c.example\r\n", "MAIL FROM:<a@one.example>\r\n", "RCPT TO:<b@two.example>\r\n"],
            violations: [], pipelining: false),
    ]

    @Test("Groups", arguments: cases)
    func groups(example: Case) {
        var receiver = SimulatedReceiver(port: 25)
        receiver.offer.pipelining = example.pipelining
        var bench = Bench(receiver)
        bench.settle()
        for text in example.sends {
            bench.send(text)
            bench.settle()
        }
        #expect(bench.network.finish()[0].violations == example.violations)
    }

    @Test("A command before the greeting")
    func beforeGreeting() {
        var faults = FaultPlan.none
        faults.slowReplies = 1
        var bench = Bench(faults: faults)
        bench.settle()
        bench.send("EHLO c.example\r\n")
        bench.settle()
        #expect(bench.network.finish()[0].violations == [.beforeGreeting])
    }
}
