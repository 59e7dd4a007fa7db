import Engine
import Primitives
import SMTP
import Simulation
import Testing
import Uring

@Suite("Simulated network")
struct SimulatedNetworkTests {
    private static let port: UInt16 = 25

    private func run(
        seed: UInt64, _ faults: FaultPlan = .none, messages: Int = 40, slots: Int = 4
    ) -> (
        trace: [String], hash: UInt64, outcomes: [LockstepClient.Outcome], record: ReceiverRecord, inUse: Int
    ) {
        var network = SimulatedNetwork(
            seed: seed, faults: faults, receivers: [SimulatedReceiver(port: SimulatedNetworkTests.port)])
        network.keepsTrace = true
        var client = LockstepClient(
            network, port: SimulatedNetworkTests.port, messages: messages, slots: slots)
        client.run()
        let records = client.network.finish()
        return (
            client.network.trace, client.network.traceHash, client.outcomes, records[0],
            client.network.slotsInUse
        )
    }

    @Test("Without faults every message arrives once, whole, and to its own recipient")
    func quiet() {
        let (_, _, outcomes, record, inUse) = run(seed: 1)
        #expect(outcomes.allSatisfy { $0 == .accepted })
        #expect(inUse == 0)
        #expect(record.violations.isEmpty && record.faults.isEmpty)
        #expect(record.mostConnections <= 4 && record.mostConnections > 1 && record.openConnections == 0)
        let numbers = record.accepted.map { $0.recipients }
        #expect(Set(numbers) == Set((0..<40).map { ["\($0)@two.example"] }) && numbers.count == 40)
        for message in record.accepted {
            let number = message.recipients[0].prefix { $0 != "@" }
            let content = Array(LockstepClient.content(Int(number) ?? -1).utf8)
            #expect(message.head == content && message.contentCount == content.count)
            #expect(
                message.contentFingerprint
                    == Fingerprint(of: content.span, seed: AcceptedMessage.fingerprintSeed))
            #expect(message.messageID == "<\(number)@one.example>")
            #expect(message.reversePath == "bounces@one.example" && message.replyWasDelivered)
        }
    }

    @Test("The same seed gives the same run, another seed another", arguments: 0..<20)
    func repeatable(seed: UInt64) {
        let first = run(seed: seed, .swarm(seed: seed))
        let second = run(seed: seed, .swarm(seed: seed))
        #expect(
            first.trace == second.trace && first.hash == second.hash
                && first.record.accepted == second.record.accepted)
        #expect(first.hash != run(seed: seed + 1_000, .swarm(seed: seed)).hash)
    }

    @Test(
        "Whatever fails: the contract holds, each slot comes free, and the record knows what arrived",
        arguments: 0..<200)
    func chaos(seed: UInt64) {
        var faults = FaultPlan.swarm(seed: seed)
        // A lie can make a client believe in an acceptance that never was; all else cannot.
        faults.unsolicitedReply = 0
        faults.garbage = 0
        let (_, _, outcomes, record, inUse) = run(seed: seed, faults)
        #expect(inUse == 0, "seed \(seed)")
        #expect(record.violations.isEmpty, "seed \(seed)")
        #expect(!outcomes.contains(.waiting), "seed \(seed)")
        #expect(record.openConnections == 0 && record.mostConnections <= 4, "seed \(seed)")
        var accepted: [Int: AcceptedMessage] = [:]
        for message in record.accepted {
            let number = Int(message.recipients[0].prefix { $0 != "@" }) ?? -1
            #expect(accepted.updateValue(message, forKey: number) == nil, "seed \(seed): \(number) twice")
            #expect(message.head == Array(LockstepClient.content(number).utf8), "seed \(seed)")
        }
        for (number, outcome) in outcomes.enumerated() {
            switch outcome {
            case .accepted: #expect(accepted[number]?.replyWasDelivered == true, "seed \(seed)")
            case .refused, .waiting: #expect(accepted[number] == nil, "seed \(seed)")
            case .unknown: #expect(accepted[number]?.replyWasDelivered != true, "seed \(seed)")
            }
        }
    }

    struct FaultCase: CustomTestStringConvertible {
        var name: String
        var fault: any WritableKeyPath<FaultPlan, Double> & Sendable
        var shows: String
        var accepted = 0
        var testDescription: String { name }
    }

    static let faultCases = [
        FaultCase(name: "refused", fault: \.connectionRefused, shows: "connectFailed refused"),
        FaultCase(name: "times out", fault: \.connectionTimesOut, shows: "connectFailed timedOut"),
        FaultCase(name: "greeting refused", fault: \.greetingRefused, shows: "554 5.3.2"),
        FaultCase(name: "greeting busy", fault: \.greetingBusy, shows: "421 4.3.2"),
        FaultCase(name: "EHLO refused", fault: \.extendedHelloRefused, shows: "502 5.5.1"),
        FaultCase(name: "slow replies", fault: \.slowReplies, shows: "0 received \"2\"", accepted: 1),
        FaultCase(name: "small window", fault: \.smallWindow, shows: "250 2.0.0", accepted: 1),
        FaultCase(name: "MAIL refused", fault: \.mailRefused, shows: ".7.1"),
        FaultCase(name: "RCPT refused", fault: \.recipientRefused, shows: ".1"),
        FaultCase(name: "DATA refused", fault: \.dataRefused, shows: "5"),
        FaultCase(name: "message refused", fault: \.messageRefused, shows: ".7.1"),
        FaultCase(name: "closing", fault: \.closing, shows: "421 4.3.2"),
        FaultCase(name: "reset before the reply", fault: \.resetBeforeReply, shows: "ended reset"),
        FaultCase(name: "reset in the reply", fault: \.resetInReply, shows: "ended reset"),
        FaultCase(
            name: "accepted, then reset", fault: \.acceptedThenReset, shows: "ended reset", accepted: 1),
        FaultCase(name: "half-close", fault: \.halfClose, shows: "ended by the peer"),
        FaultCase(name: "silence", fault: \.silence, shows: "closed"),
        FaultCase(name: "stall", fault: \.stall, shows: "closed"),
        FaultCase(name: "unsolicited", fault: \.unsolicitedReply, shows: "250 HELP\\r\\n250 2.0.0 Ok"),
        FaultCase(name: "garbage", fault: \.garbage, shows: "?! not a reply"),
        FaultCase(name: "reset in the content", fault: \.resetInContent, shows: "ended reset"),
        FaultCase(name: "refusal in the content", fault: \.refusalInContent, shows: "452 4.3.1"),
    ]

    @Test("Each fault does what it says", arguments: faultCases)
    func fault(example: FaultCase) {
        var faults = FaultPlan.none
        faults.splits = 0
        faults[keyPath: example.fault] = 1
        let (trace, _, outcomes, record, inUse) = run(seed: 7, faults, messages: 1, slots: 1)
        #expect(trace.contains { $0.contains(example.shows) } || joinedReplies(trace).contains(example.shows))
        #expect(record.accepted.count == example.accepted)
        #expect(inUse == 0)
        #expect(outcomes[0] != .accepted || record.accepted.first?.replyWasDelivered == true)
    }

    private func joinedReplies(_ trace: [String]) -> String {
        trace.compactMap { $0.contains("received") ? String($0.split(separator: "\"")[1]) : nil }.joined()
    }

    @Test("A message accepted before the connection breaks is in the record, its reply is not delivered")
    func acceptedThenReset() {
        var faults = FaultPlan.none
        faults.acceptedThenReset = 1
        let (_, _, outcomes, record, _) = run(seed: 3, faults, messages: 1, slots: 1)
        #expect(outcomes == [.unknown])
        #expect(record.accepted.map(\.replyWasDelivered) == [false])
    }

    @Test("A network that has healed lets the rest arrive")
    func healing() {
        var faults = FaultPlan.none
        faults.connectionRefused = 1
        var network = SimulatedNetwork(seed: 1, faults: faults, receivers: [SimulatedReceiver(port: 25)])
        network.healing = Instant.zero + .milliseconds(200)
        var client = LockstepClient(network, port: 25, messages: 100, slots: 1)
        client.run()
        let refused = client.outcomes.count { $0 == .unknown }
        #expect(refused > 0 && client.outcomes.count { $0 == .accepted } == 100 - refused)
    }

    @Test("A script decides before the faults")
    func script() {
        var receiver = SimulatedReceiver(port: 25)
        receiver.script = { event, path in
            event == .recipient && path.hasPrefix("0@")
                ? .refuse(ReceiverRefusal(550, "5.1.1", "No such user")) : .standard
        }
        let network = SimulatedNetwork(seed: 1, receivers: [receiver])
        var client = LockstepClient(network, port: 25, messages: 2, slots: 1)
        client.run()
        #expect(client.outcomes == [.refused, .accepted])
    }

    @Test("What is beyond the limit of connections gets 421")
    func connectionLimit() {
        var receiver = SimulatedReceiver(port: 25)
        receiver.connectionLimit = 1
        var network = SimulatedNetwork(seed: 1, receivers: [receiver])
        network.keepsTrace = true
        var client = LockstepClient(network, port: 25, messages: 20, slots: 3)
        client.run()
        #expect(client.network.trace.contains { $0.contains("421 4.7.0 Too many connections") })
        #expect(client.network.finish()[0].mostConnections > 1)
    }

    @Test("Received memory is overwritten when its loan ends")
    func loan() {
        var network = SimulatedNetwork(seed: 1, receivers: [SimulatedReceiver(port: 25)])
        network.connect(0, to: .loopback(port: 25), from: nil)
        for _ in 0..<10 {
            network.wait(until: network.now + .seconds(1))
            while let completion = network.nextCompletion() {
                guard case .received(_, let bytes) = completion else { continue }
                #expect(unsafe bytes.first == 0x32)
                _ = network.nextCompletion()
                #expect(unsafe bytes.first == 0xDD)
                return
            }
        }
        Issue.record("no greeting came")
    }
}
