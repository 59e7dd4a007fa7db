import Engine
import Pacing
import Primitives
import SMTP
import Simulation
import Testing
import Uring

@Suite("Simulated receiver: limits")
struct SimulatedLimitTests {
    private static let port: UInt16 = 25
    private static let here = SocketAddress(ipv4: UInt32(0x7F00_0002).bigEndian, port: 0)
    private static let there = SocketAddress(ipv4: UInt32(0x7F00_0003).bigEndian, port: 0)

    private struct Result {
        var outcomes: [LockstepClient.Outcome]
        var record: ReceiverRecord
        var trace: [String]
        var end: Instant

        var refused: Int { outcomes.count { $0 == .refused } }
        var accepted: Int { outcomes.count { $0 == .accepted } }
    }

    private func run(
        _ messages: Int, slots: Int = 4, sources: [SocketAddress?] = [nil],
        _ set: (inout SimulatedReceiver) -> Void
    ) -> Result {
        var receiver = SimulatedReceiver(port: SimulatedLimitTests.port)
        set(&receiver)
        var network = SimulatedNetwork(seed: 5, receivers: [receiver])
        network.keepsTrace = true
        var client = LockstepClient(
            network, port: SimulatedLimitTests.port, messages: messages, slots: slots, sources: sources)
        client.run()
        let end = client.network.now
        return Result(
            outcomes: client.outcomes, record: client.network.finish()[0], trace: client.network.trace, end: end)
    }

    @Test("The record knows each MAIL and each connection, with its source")
    func record() {
        let result = run(40, slots: 2, sources: [SimulatedLimitTests.here, nil]) { _ in }
        #expect(result.accepted == 40)
        #expect(result.record.mails.count == 40 && result.record.mailCount == 40)
        #expect(Set(result.record.mails.map(\.source)) == [SimulatedLimitTests.here, nil])
        #expect(zip(result.record.mails, result.record.mails.dropFirst()).allSatisfy { $0.time <= $1.time })
        let connections = result.record.connections
        #expect(connections.count == result.record.connectionCount && connections.count >= 14)
        #expect(Set(connections.map(\.source)) == [SimulatedLimitTests.here, nil])
        #expect(connections.allSatisfy { $0.opened < $0.closed ?? .zero })
    }

    @Test("A MAIL beyond the rate gets 421, the others pass")
    func rate() {
        let result = run(400) { $0.rateLimit = Rate(5, per: .seconds(1), burst: 3) }
        #expect(result.trace.contains { $0.contains("421 4.7.0 Message rate exceeded") })
        #expect(result.refused + result.accepted == 400 && result.record.mailCount == 400)
        let most = 3 + 5 * result.end.seconds
        #expect(Double(result.accepted) <= most && Double(result.accepted) >= 0.7 * most)
    }

    @Test("The rate changes at its time")
    func rateChanges() {
        let result = run(400) {
            $0.rateLimit = Rate(1, per: .seconds(3_600))
            $0.rateLimitChanges = [(.seconds(4), nil)]
        }
        let change = Instant.zero + .seconds(4)
        let early = result.record.mails.count { $0.time < change }
        #expect(early > 10 && early < 390)
        #expect(result.refused == early - 1 && result.accepted == 400 - early + 1)
    }

    @Test("A session carries so many messages")
    func messagesPerSession() {
        let result = run(90, slots: 1) { $0.messagesPerSession = 2 }
        #expect(result.trace.contains { $0.contains("421 4.7.0 Too many messages") })
        let perConnection = Dictionary(grouping: result.record.accepted, by: \.connection).values.map(\.count)
        #expect(perConnection.allSatisfy { $0 == 2 } && result.accepted == 60 && result.refused == 30)
    }

    @Test("Limits are those of each source if asked", arguments: [true, false])
    func sources(perSource: Bool) {
        let sources = [SimulatedLimitTests.here, SimulatedLimitTests.there]
        let connections = run(40, slots: 2, sources: sources) {
            $0.connectionLimit = 1
            $0.limitsPerSource = perSource
        }
        #expect(connections.trace.contains { $0.contains("421 4.7.0 Too many connections") } != perSource)
        let rate = run(40, slots: 2, sources: sources) {
            $0.rateLimit = Rate(1, per: .seconds(3_600), burst: 5)
            $0.limitsPerSource = perSource
        }
        #expect(rate.accepted == (perSource ? 10 : 5))
    }
}

extension Instant {
    fileprivate var seconds: Double { (self - .zero).seconds }
}
