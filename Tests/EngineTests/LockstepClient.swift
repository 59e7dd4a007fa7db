import Engine
import Primitives
import SMTP
import Simulation
import Testing
import Uring

/// The smallest sender there is, for trying the simulated network: one command, one reply, each message once.
///
/// It also checks that the network keeps the contract of `Network`, as a worker has to rely on it.
@safe
struct LockstepClient: ~Copyable {
    enum Outcome: Equatable {
        case waiting
        case accepted
        case refused
        case unknown
    }

    private enum Step {
        case greeting
        case hello
        case mail
        case recipient
        case data
        case content
        case quit
    }

    private struct Slot {
        var isOpen = false
        var isClosing = false
        var isSending = false
        var hasEnded = false
        var step = Step.greeting
        var message: Int?
        var sentOnSession = 0
        var line: [UInt8] = []
        /// The first digit of a reply that came before the report that its command has been sent.
        var early: Character?
        var deadline = Instant.never
    }

    var network: SimulatedNetwork
    private(set) var outcomes: [Outcome]
    private var slots: [Slot]
    private let memory: UnsafeMutableRawBufferPointer
    private let port: UInt16
    private let messagesPerSession: Int
    /// Each slot connects from one of these, in turn.
    private let sources: [SocketAddress?]

    private static let slotMemory = 1_024

    init(
        _ network: consuming SimulatedNetwork, port: UInt16, messages: Int, slots: Int,
        messagesPerSession: Int = 3, sources: [SocketAddress?] = [nil]
    ) {
        self.network = network
        self.port = port
        self.messagesPerSession = messagesPerSession
        self.sources = sources
        outcomes = Array(repeating: .waiting, count: messages)
        self.slots = Array(repeating: Slot(), count: slots)
        unsafe memory = .allocate(byteCount: slots * LockstepClient.slotMemory, alignment: 16)
    }

    deinit {
        unsafe memory.deallocate()
    }

    static func content(_ message: Int) -> String {
        "Message-ID: <\(message)@one.example>\r\n\r\nNumber \(message)\r\n.dot\r\n"
    }

    /// Until every message has an outcome and every slot is free, or the turns are used up.
    mutating func run(turns: Int = 100_000) {
        for _ in 0..<turns {
            connectFreeSlots()
            guard slots.contains(where: \.isOpen) else { return }
            network.wait(until: slots.map(\.deadline).min() ?? .never)
            while let completion = network.nextCompletion() { apply(completion) }
            expire()
        }
        Issue.record("the client is not done after \(turns) turns")
    }

    private mutating func connectFreeSlots() {
        for index in slots.indices where !slots[index].isOpen && outcomes.contains(.waiting) {
            slots[index] = Slot()
            slots[index].isOpen = true
            slots[index].deadline = network.now + .seconds(700)
            network.connect(index, to: .loopback(port: port), from: sources[index % sources.count])
        }
    }

    private mutating func apply(_ completion: Completion) {
        switch completion {
        case .connected(let slot):
            expectReporting(slot)
        case .connectFailed(let slot, _):
            expectReporting(slot)
            takeMessage(slot)
            close(slot)
        case .received(let slot, let bytes):
            expectReporting(slot)
            #expect(!slots[slot].hasEnded)
            unsafe receive(slot, [UInt8](bytes))
        case .sent(let slot), .sendFailed(let slot, _, _):
            expectReporting(slot)
            #expect(slots[slot].isSending)
            slots[slot].isSending = false
            if let digit = slots[slot].early.take() { reply(slot, digit) }
        case .ended(let slot, _):
            expectReporting(slot)
            #expect(!slots[slot].hasEnded)
            slots[slot].hasEnded = true
            close(slot)
        case .closed(let slot, _):
            #expect(slots[slot].isClosing)
            slots[slot] = Slot()
        case .woken:
            break
        }
    }

    private func expectReporting(_ slot: Int) {
        #expect(slots[slot].isOpen && !slots[slot].isClosing)
    }

    private mutating func receive(_ slot: Int, _ bytes: [UInt8]) {
        for byte in bytes where !slots[slot].isClosing {
            slots[slot].line.append(byte)
            guard byte == 0x0A else { continue }
            let line = String(decoding: slots[slot].line, as: UTF8.self)
            slots[slot].line = []
            if !line.dropFirst(3).hasPrefix("-") { reply(slot, line.first) }
        }
    }

    private mutating func reply(_ slot: Int, _ digit: Character?) {
        guard !slots[slot].isSending else {
            slots[slot].early = digit
            return
        }
        switch (slots[slot].step, digit) {
        case (.greeting, "2"): say(slot, .hello, "EHLO client.example\r\n")
        case (.hello, "2"): nextMessage(slot)
        case (.mail, "2"): say(slot, .recipient, "RCPT TO:<\(slots[slot].message ?? 0)@two.example>\r\n")
        case (.recipient, "2"): say(slot, .data, "DATA\r\n")
        case (.data, "3"):
            say(slot, .content, stuffed(LockstepClient.content(slots[slot].message ?? 0)) + ".\r\n")
        case (.content, "2"):
            end(slot, .accepted)
            nextMessage(slot)
        case (.content, "4"), (.content, "5"), (.mail, "4"), (.mail, "5"), (.recipient, "4"),
            (.recipient, "5"):
            end(slot, .refused)
            close(slot)
        case _:
            close(slot)
        }
    }

    private func stuffed(_ content: String) -> String {
        content.split(separator: "\r\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix(".") ? ".\($0)" : "\($0)" }.joined(separator: "\r\n")
    }

    private mutating func nextMessage(_ slot: Int) {
        takeMessage(slot)
        guard slots[slot].message != nil, slots[slot].sentOnSession < messagesPerSession else {
            releaseMessage(slot)
            return say(slot, .quit, "QUIT\r\n")
        }
        slots[slot].sentOnSession += 1
        say(slot, .mail, "MAIL FROM:<bounces@one.example>\r\n")
    }

    private mutating func takeMessage(_ slot: Int) {
        slots[slot].message = outcomes.firstIndex(of: .waiting)
        if let message = slots[slot].message { outcomes[message] = .unknown }
    }

    private mutating func releaseMessage(_ slot: Int) {
        if let message = slots[slot].message { outcomes[message] = .waiting }
        slots[slot].message = nil
    }

    private mutating func end(_ slot: Int, _ outcome: Outcome) {
        if let message = slots[slot].message { outcomes[message] = outcome }
        slots[slot].message = nil
    }

    private mutating func say(_ slot: Int, _ step: Step, _ text: String) {
        let start = slot * LockstepClient.slotMemory
        let bytes = Array(text.utf8)
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + bytes.count]).copyBytes(
            from: bytes)
        slots[slot].step = step
        slots[slot].isSending = true
        slots[slot].deadline = network.now + .seconds(700)
        unsafe network.send(slot, UnsafeRawBufferPointer(rebasing: memory[start..<start + bytes.count]))
    }

    private mutating func close(_ slot: Int) {
        if slots[slot].step == .content && slots[slot].early == "2" { end(slot, .accepted) }
        // Each session uses up a message at least, so that no fault can make a run endless.
        if slots[slot].message == nil && slots[slot].sentOnSession == 0 { takeMessage(slot) }
        slots[slot].isClosing = true
        slots[slot].deadline = .never
        network.close(slot)
    }

    private mutating func expire() {
        for index in slots.indices where slots[index].isOpen && !slots[index].isClosing {
            if slots[index].deadline <= network.now { close(index) }
        }
    }
}
