import Foundation
import Primitives
import SMTP
import Testing
import Uring

@testable import Sink

/// What a sink does on request: refuse, forget, and take its time.
@Suite struct ScriptTests {
    @Test func refusesAsOftenAsItIsTold() {
        for percent in [0, 0.5, 25, 100] {
            let script = RefusalScript([ScriptedRefusal(stage: .recipient, code: 550, percent: percent)], seed: 7)
            let refused = (0..<40_000).count { draw in
                script.answer(at: .recipient, session: UInt64(draw / 100), command: UInt64(draw % 100)) != nil
            }
            #expect(abs(Double(refused) - 400 * percent) <= 4 * (400 * percent).squareRoot(), "\(percent) %")
            #expect(script.answer(at: .mail, session: 1, command: 1) == nil)
        }
    }

    @Test func theSeedDecides() {
        func refused(_ seed: UInt64) -> [Bool] {
            let script = RefusalScript([ScriptedRefusal(stage: .mail, code: 451, percent: 50)], seed: seed)
            return (0..<64).map { script.answer(at: .mail, session: 3, command: $0) != nil }
        }
        #expect(refused(1) == refused(1))
        #expect(refused(1) != refused(2))
    }

    @Test func everyStageIsRefused() async throws {
        let cases: [(ScriptedRefusal.Stage, [String])] = [
            (.mail, ["451", "503", "503"]), (.recipient, ["250", "451", "554"]), (.data, ["250", "250", "451"]),
            (.content, ["250", "250", "354", "451"]),
        ]
        for (stage, codes) in cases {
            var options = options()
            options.refusals = [ScriptedRefusal(stage: stage, code: 451, percent: 100)]
            let statistics = try await with(options) { sink in
                let client = try Client(port: sink.port)
                _ = client.hello()
                client.send("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@shop.example>\r\nDATA\r\n")
                #expect(client.codes(3) == Array(codes.prefix(3)))
                if codes.count == 4 { #expect(client.ask("hello\r\n.") == codes[3]) }
            }
            #expect(statistics.messages == 0)
        }
    }

    @Test func a421IsTheLastWord() async throws {
        var options = options()
        options.refusals = [ScriptedRefusal(stage: .mail, code: 421, percent: 100)]
        try await with(options) { sink in
            let client = try Client(port: sink.port)
            _ = client.hello()
            client.send("MAIL FROM:<a@client.example>\r\nNOOP\r\n")
            #expect(client.codes(2) == ["421", "EOF"])
        }
    }

    /// Without RSET a refused message's recipients get the next one; with it nobody else does.
    @Test(arguments: [true, false])
    func forgetsToClear(sendsReset: Bool) async throws {
        try await withDirectory { directory in
            var options = options()
            options.logPath = directory + "/log.jsonl"
            options.offer.forgetsToClear = true
            options.refusals = [ScriptedRefusal(stage: .content, code: 554, percent: 40)]
            var expected: [[String]] = []
            let codes = try await onThread { [options] in
                let sink = try SinkServer(options).start()
                let client = try Client(port: sink.port)
                _ = client.hello()
                let codes = (0..<60).map { number in
                    client.send(sendsReset ? "RSET\r\n" : "NOOP\r\n")
                    client.send("MAIL FROM:<a@client.example>\r\nRCPT TO:<r\(number)@shop.example>\r\n")
                    client.send("BDAT 2 LAST\r\n\r\n")
                    return client.codes(4)[3]
                }
                try sink.stop()
                return codes
            }
            var kept: [String] = []
            for (number, code) in codes.enumerated() {
                kept = (sendsReset ? [] : kept) + ["r\(number)@shop.example"]
                guard code == "250" else { continue }
                expected.append(kept)
                kept = []
            }
            #expect(codes.contains("554") && codes.contains("250"))
            #expect(try recipients(directory + "/log.jsonl") == expected)
        }
    }

    @Test func repliesTakeTheirTimeAndKeepTheirOrder() async throws {
        var options = options()
        options.replyDelay = .milliseconds(30)
        let statistics = try await with(options) { sink in
            let begun = MonotonicClock.now
            let client = try Client(port: sink.port)
            let other = try Client(port: sink.port)
            _ = client.hello()
            let greeted = MonotonicClock.now
            #expect(greeted - begun >= .milliseconds(60))
            client.send("NOOP\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<b@shop.example>\r\nVRFY x\r\n")
            client.send("HELP\r\nBDAT 2 LAST\r\n\r\nQUIT\r\n")
            #expect(client.codes(7) == ["250", "250", "250", "252", "214", "250", "221"])
            #expect(client.reply() == "EOF")
            #expect(MonotonicClock.now - greeted >= .milliseconds(30))
            #expect(other.hello().hasPrefix("250"))
        }
        #expect(statistics.messages == 1)
    }

    @Test func repliesTakeDifferentTimesAndKeepTheirOrder() async throws {
        var options = options()
        options.replyDelay = .milliseconds(5)
        options.replyDelaySpread = .milliseconds(40)
        options.seed = 3
        _ = try await with(options) { sink in
            let clients = try (0..<8).map { _ in try Client(port: sink.port) }
            for client in clients { _ = client.hello() }
            let begun = MonotonicClock.now
            var times: [Interval] = []
            for client in clients {
                // Each command arrives by itself, so that each reply has a delay of its own.
                for command in ["NOOP", "VRFY x", "HELP"] { client.send(command + "\r\n") }
                #expect(client.codes(3) == ["250", "252", "214"])
                times.append(MonotonicClock.now - begun)
            }
            #expect((times.first ?? .zero) >= .milliseconds(5))
        }
    }

    @Test func groupsComeWhenTheyAreDueInWhateverOrderTheyWereMade() {
        var random = SeededRandom(seed: 9)
        var replies = DelayedReplies()
        var (pending, found): ([Int64], [Int64]) = ([], [])
        for now in 0..<2_000 as Range<Int64> {
            let due = now + Int64.random(in: 0...50, using: &random)
            pending.append(due)
            replies.insert(.init(due: Instant(nanoseconds: due), slot: 0, session: 0, byteCount: 1))
            while let group = replies.popDue(at: Instant(nanoseconds: now)) { found.append(group.due.nanoseconds) }
            #expect(replies.earliest > Instant(nanoseconds: now))
        }
        #expect(found == pending.filter { $0 < 2_000 }.sorted())
    }

    /// A reply that is held back belongs to its session, not to the next one in the same place.
    @Test func heldRepliesGoToNobodyElse() async throws {
        var options = options()
        options.connectionsPerWorker = 1
        options.replyDelay = .milliseconds(20)
        try await with(options) { sink in
            for _ in 0..<5 {
                let client = try Client(port: sink.port)
                guard client.reply().hasPrefix("220") else { continue }
                client.send("VRFY x\r\n")
            }
            var greeting = "421"
            for _ in 0..<10_000 where greeting != "220" {
                let client = try Client(port: sink.port)
                greeting = client.codes(1)[0]
                if greeting == "220" { #expect(client.ask("NOOP") == "250") }
            }
            #expect(greeting == "220")
        }
    }

    private func options() -> SinkOptions {
        var options = SinkOptions()
        options.listen = .loopback(port: 0)
        return options
    }

    private func recipients(_ path: String) throws -> [[String]] {
        struct Line: Decodable { var recipients: [String] }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try text.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8)).recipients
        }
    }
}
