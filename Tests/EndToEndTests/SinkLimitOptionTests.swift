import Foundation
import Measurement
import Pacing
import Primitives
import TestSupport
import Testing

@testable import sluice

@Suite("The limits of sluice sink")
struct SinkLimitOptionTests {
    @Test(
        "a rate without max_burst has bursts of a second",
        arguments: [
            ("50/s", Rate(50, per: .seconds(1), burst: 50)), ("1,000/hour", Rate(1_000, per: .seconds(3_600))),
            ("600/5min", Rate(600, per: .seconds(300), burst: 2)), ("50/s,max_burst=1", Rate(50, per: .seconds(1))),
        ])
    func rates(text: String, rate: Rate) throws {
        #expect(try SinkRate.parse(text) == rate)
    }

    @Test(
        "changes of the rate",
        arguments: [
            ("30s=200/s,max_burst=3", Interval.seconds(30), Rate(200, per: .seconds(1), burst: 3)),
            ("1.5m=none", .seconds(90), nil), ("0ms=1/day", .zero, Rate(1, per: .seconds(86_400))),
        ] as [(String, Interval, Rate?)])
    func changes(text: String, after: Interval, rate: Rate?) throws {
        let change = try SinkRate.parseChange(text)
        #expect(change.after == after && change.rate == rate)
    }

    @Test(
        "wrong ones are told",
        arguments: ["", "30s", "=1/s", "30=1/s", "-1s=1/s", "nans=1/s", "1e9h=1/s", "30s=", "30s=1/fortnight"])
    func wrongChanges(text: String) {
        #expect(throws: (any Error).self) { try SinkRate.parseChange(text) }
    }

    @Test(
        "options that cannot be: exit 64",
        arguments: [
            ["--limit-rate", "50"], ["--limit-rate", "0/s"], ["--limit-connections", "0"], ["--limit-messages", "-1"],
            ["--limit-answer", "451"], ["--limit-answer", "250", "--limit-rate", "1/s"], ["--limit-per-source"],
            ["--limit-per-source", "--limit-messages", "3"],
        ])
    func wrongOptions(options: [String]) async throws {
        try await onThread {
            let result = try SluiceCommand.run(["sink", "--listen", "127.0.0.1:0"] + options)
            #expect(result.status == 64 && result.output.isEmpty, "\(options): \(result.errors)")
        }
    }

    @Test("what is turned away stands in the statistics, of a run as JSON")
    func statistics() async throws {
        try await onThread {
            let output = Pipe()
            let sink = try SluiceCommand(
                ["sink", "--listen", "127.0.0.1:0", "--json", "--limit-rate", "3/hour,max_burst=3"],
                output: output.fileHandleForWriting)
            try output.fileHandleForWriting.close()
            let line = output.fileHandleForReading.firstLine()
            let target = try #require(line.split { $0 == " " || $0 == "\n" }.last.map(String.init))
            let bench = try SluiceCommand.run(["bench", target, "--messages", "8", "--sessions", "1", "--json"])
            #expect(try CheckedReport.read(bench.output).accepted == 3)
            sink.interrupt()
            #expect(try sink.wait().status == 0)
            let rest = try output.fileHandleForReading.readToEnd() ?? Data()
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            struct Statistics: Decodable {
                var messages: Int
                var turnedAway: [String: Int]
            }
            let statistics = try decoder.decode(Statistics.self, from: rest)
            #expect(
                statistics.messages == 3 && Set(statistics.turnedAway.keys) == ["rate", "connections", "messages"])
            #expect(statistics.turnedAway["rate"] ?? 0 > 0)
        }
    }
}
