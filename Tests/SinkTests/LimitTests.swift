import Foundation
import Pacing
import Primitives
import SMTP
import Testing
import Uring

@testable import Sink

/// What a sink does to clients that push: its limits are those of all workers and sessions together.
@Suite struct LimitTests {
    private static let envelope = "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@shop.example>\r\n"
    private static let chunk = "BDAT 2 LAST\r\n\r\n"

    @Test func aMailBeyondTheRateIsTheLastOfItsSession() async throws {
        let statistics = try await with(options { $0.rate = Rate(1, per: .seconds(3_600), burst: 5) }) { sink in
            let client = try Client(port: sink.port)
            _ = client.hello()
            for _ in 0..<5 { client.send(LimitTests.envelope + LimitTests.chunk) }
            #expect(client.codes(15) == Array(repeating: "250", count: 15))
            client.send(LimitTests.envelope)
            let reply = client.reply()
            #expect(reply.hasPrefix("421 4.7.0 ") && reply.contains("rate"))
            #expect(client.reply() == "EOF")
            let other = try Client(port: sink.port)
            _ = other.hello()
            other.send(LimitTests.envelope)
            #expect(other.codes(2) == ["421", "EOF"])
        }
        #expect(statistics.messages == 5 && statistics.sessions == 2)
        #expect(statistics.turnedAway == turnedAway(byRate: 2))
    }

    @Test(arguments: [(451, "451 4.7.0 "), (550, "550 5.7.1 ")])
    func anotherAnswerLetsTheSessionGoOn(code: Int, beginning: String) async throws {
        var options = options { $0.rate = Rate(1, per: .seconds(3_600)) }
        options.rateAnswer = code
        let statistics = try await with(options) { sink in
            let client = try Client(port: sink.port)
            _ = client.hello()
            client.send(LimitTests.envelope + LimitTests.chunk + LimitTests.envelope)
            #expect(client.codes(3) == ["250", "250", "250"])
            #expect(client.reply().hasPrefix(beginning))
            #expect(client.codes(1) == ["503"])
            #expect(client.ask("QUIT") == "221")
        }
        #expect(statistics.turnedAway == turnedAway(byRate: 1))
    }

    @Test func theRateIsThatOfAllWorkersAndSessions() async throws {
        var options = options { $0.rate = Rate(1, per: .seconds(3_600), burst: 40) }
        options.workers = 4
        options.rateAnswer = 451
        let statistics = try await with(options) { sink in
            let clients = try (0..<32).map { _ in try Client(port: sink.port) }
            for client in clients { _ = client.hello() }
            for client in clients {
                client.send(String(repeating: "MAIL FROM:<>\r\nRSET\r\n", count: 3))
            }
            let codes = clients.flatMap { client in client.codes(6) }
            #expect(codes.count { $0 == "451" } == 56)
            #expect(codes.count { $0 == "250" } == 136)
        }
        #expect(statistics.turnedAway.byRate == 56)
    }

    /// By the log's own times, which are rounded to a millisecond.
    @Test func noWindowHoldsMoreThanRateAndBurst() async throws {
        try await withDirectory { directory in
            var options = options { $0.rate = Rate(100, per: .seconds(1), burst: 10) }
            options.rateAnswer = 451
            options.logPath = directory + "/log.jsonl"
            try await with(options) { sink in
                let client = try Client(port: sink.port)
                _ = client.hello()
                let end = MonotonicClock.now + .seconds(20)
                var accepted = 0
                while accepted < 60 && MonotonicClock.now < end {
                    guard client.ask("MAIL FROM:<a@client.example>") == "250" else { continue }
                    _ = client.ask("RCPT TO:<b@shop.example>")
                    client.send(LimitTests.chunk)
                    #expect(client.codes(1) == ["250"])
                    accepted += 1
                }
            }
            let times = try begun(directory + "/log.jsonl")
            for first in times.indices {
                for last in first..<times.count {
                    let inflow = (times[last] - times[first] + 0.001) * 100
                    #expect(Double(last - first + 1) <= 10 + inflow + 1e-6)
                }
            }
            #expect(times.count == 60)
        }
    }

    @Test func theRateChangesAtItsTime() async throws {
        var options = options {
            $0.rate = Rate(1, per: .seconds(3_600))
            $0.rateChanges = [.init(after: .milliseconds(100), rate: nil)]
        }
        options.rateAnswer = 451
        let begun = MonotonicClock.now
        try await with(options) { sink in
            let client = try Client(port: sink.port)
            _ = client.hello()
            #expect(client.ask("MAIL FROM:<>") == "250")
            var code = ""
            while code != "250" && MonotonicClock.now < begun + .seconds(20) {
                _ = client.ask("RSET")
                code = client.ask("MAIL FROM:<>")
            }
            #expect(code == "250" && MonotonicClock.now >= begun + .milliseconds(100))
        }
    }

    @Test(arguments: [Interval.zero, .milliseconds(5)])
    func connectionsBeyondTheLimitAreNotGreeted(delay: Interval) async throws {
        var options = options { $0.connections = 2 }
        options.workers = 4
        options.replyDelay = delay
        let statistics = try await with(options) { sink in
            for round in 0..<20 {
                let first = try Client(port: sink.port)
                let second = try Client(port: sink.port)
                #expect(first.hello().hasPrefix("250") && second.hello().hasPrefix("250"), "round \(round)")
                let third = try Client(port: sink.port)
                #expect(third.reply().hasPrefix("421 4.7.0 Too many connections"), "round \(round)")
                #expect(third.reply() == "EOF")
                for client in [first, second] { #expect(client.ask("QUIT") == "221") }
            }
        }
        #expect(statistics.sessions == 40)
        #expect(statistics.turnedAway == turnedAway(byConnections: 20))
    }

    @Test func aConnectionThatBreaksMakesRoom() async throws {
        try await with(options { $0.connections = 1 }) { sink in
            var client: Client? = try Client(port: sink.port)
            #expect(client?.codes(1) == ["220"])
            client = nil
            var greeting = "421"
            for _ in 0..<100_000 where greeting == "421" {
                greeting = try Client(port: sink.port).codes(1)[0]
            }
            #expect(greeting == "220")
        }
    }

    @Test func aSessionCarriesSoManyMessages() async throws {
        let statistics = try await with(options { $0.messagesPerSession = 2 }) { sink in
            for _ in 0..<2 {
                let client = try Client(port: sink.port)
                #expect(!client.hello().contains("MAILMAX"))
                client.send(LimitTests.envelope + LimitTests.chunk + LimitTests.envelope + LimitTests.chunk)
                #expect(client.codes(6) == Array(repeating: "250", count: 6))
                client.send(LimitTests.envelope)
                let reply = client.reply()
                #expect(reply.hasPrefix("421 4.7.0 Too many messages"))
                #expect(client.reply() == "EOF")
            }
        }
        #expect(statistics.messages == 4)
        #expect(statistics.turnedAway == turnedAway(byMessages: 2))
    }

    @Test(arguments: [true, false])
    func sourcesCountByThemselvesIfAsked(perSource: Bool) async throws {
        let options = options {
            $0.rate = Rate(1, per: .seconds(3_600), burst: 2)
            $0.connections = 1
            $0.perSource = perSource
        }
        try await with(options) { sink in
            let first = try Client(port: sink.port, source: 2)
            _ = first.hello()
            first.send(LimitTests.envelope + LimitTests.chunk)
            #expect(first.codes(3) == ["250", "250", "250"])
            #expect(try Client(port: sink.port, source: 2).codes(2) == ["421", "EOF"])
            let second = try Client(port: sink.port, source: 3)
            #expect(second.codes(1) == [perSource ? "220" : "421"])
            #expect(first.ask("QUIT") == "221")
            let third = try Client(port: sink.port, source: perSource ? 3 : 4)
            #expect(third.codes(1) == [perSource ? "421" : "220"])
        }
    }

    private func options(_ limit: (inout ReceiverLimits) -> Void) -> SinkOptions {
        var options = SinkOptions()
        options.listen = .loopback(port: 0)
        limit(&options.limits)
        return options
    }

    private func turnedAway(byRate: Int = 0, byConnections: Int = 0, byMessages: Int = 0) -> TurnedAway {
        var turnedAway = TurnedAway()
        turnedAway.byRate = byRate
        turnedAway.byConnections = byConnections
        turnedAway.byMessages = byMessages
        return turnedAway
    }

    private func begun(_ path: String) throws -> [Double] {
        struct Line: Decodable { var begun: Double }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try text.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8)).begun
        }
    }
}
