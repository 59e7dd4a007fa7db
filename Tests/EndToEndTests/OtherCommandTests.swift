import Foundation
import Measurement
import Sink
import TestSupport
import Testing

/// `sluice plan`, `sluice bench`, `sluice sink` and the help pages.
@Suite("The other commands")
struct OtherCommandTests {
    private struct Plan: Decodable {
        struct Site: Decodable {
            var name: String
            var recipients: Int
        }

        var rows: Int
        var recipients: Int
        var rejected: Int
        var sites: [Site]
        var samples: [String]
    }

    @Test("plan counts what would be sent, and sends nothing")
    func plan() async throws {
        try await onThread {
            let campaign = TestCampaign(count: 200, seed: 19)
            let place = try SinkPlace(campaign)
            let arguments = [
                "plan", place.directory.file("campaign.yaml"), "--route", place.address,
            ]
            let json = try SluiceCommand.run(arguments + ["--json"])
            #expect(json.status == 0 && json.errors.isEmpty)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let plan = try decoder.decode(Plan.self, from: Data(json.output.utf8))
            #expect(plan.recipients == 200 && plan.rejected == campaign.rejects.count)
            #expect(plan.rows == 200 + campaign.rejects.count)
            #expect(plan.sites.count == campaign.domains.count)
            #expect(plan.sites.reduce(0) { $0 + $1.recipients } == 200)
            let first = try #require(plan.samples.first)
            #expect(plan.samples.count == 3 && first.contains("To: \(campaign.recipients[0].address)\r\n"))
            try OtherCommandTests.expectShown(SluiceCommand.run(arguments), campaign)
            #expect(place.hasSeenNobody)
            #expect(!place.directory.exists("rejected.csv") && !place.directory.exists("undelivered.csv"))
        }
    }

    private static func expectShown(_ result: SluiceCommand.Result, _ campaign: TestCampaign) throws {
        #expect(result.status == 0)
        #expect(result.output.contains("test: 200 recipients at \(campaign.domains.count) sites"))
        #expect(result.output.contains("message 3 of 200"))
        #expect(result.output.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A })
    }

    @Test(
        "bench sends as many messages of the size as were asked for",
        arguments: ["lockstep", "grouped", "auto"])
    func bench(_ grouping: String) async throws {
        try await onThread {
            let place = try SinkPlace(TestCampaign(count: 1, seed: 20, rejecting: false))
            let report = place.directory.file("report.json")
            let result = try SluiceCommand.run([
                "bench", place.address, "--sessions", "5", "--messages", "1000", "--bytes", "700",
                "--messages-per-session", "100", "--grouping", grouping, "--report", report,
            ])
            #expect(result.status == 0, "\(result.errors)")
            let checked = try CheckedReport.read(try place.directory.text("report.json"))
            #expect(checked.kind == .bench && checked.accepted == 1_000 && checked.sessionsOpened >= 10)
            let statistics = try place.sink.stop()
            #expect(statistics.messages == 1_000 && statistics.bytes == 700_000)
            #expect(try Set(place.recipients()).count == 1_000)
        }
    }

    @Test("bench goes nowhere but to this machine", arguments: ["192.0.2.1:25", "[2001:db8::1]:25"])
    func benchElsewhere(_ target: String) async throws {
        try await onThread {
            let result = try SluiceCommand.run(["bench", target])
            #expect(result.status == 64 && result.output.isEmpty)
            #expect(result.errors.contains("not a loopback address"))
        }
    }

    @Test("bench to nobody: exit 69 and advice")
    func benchNobody() async throws {
        try await onThread {
            let result = try SluiceCommand.run(["bench", "\(try Nobody().address)"])
            #expect(result.status == 69 && result.errors.contains("`sluice sink`"))
        }
    }

    @Test("sink says where it listens, keeps its log, and ends in good order on Ctrl-C")
    func sink() async throws {
        try await onThread {
            let directory = try TestDirectory()
            let log = directory.file("log.jsonl")
            let output = Pipe()
            let sink = try SluiceCommand(
                ["sink", "--listen", "127.0.0.1:0", "--workers", "2", "--log", log],
                output: output.fileHandleForWriting)
            try output.fileHandleForWriting.close()
            let line = output.fileHandleForReading.firstLine()
            let target = try #require(line.split { $0 == " " || $0 == "\n" }.last.map(String.init))
            let bench = try SluiceCommand.run([
                "bench", target, "--messages", "500", "--sessions", "4", "--json",
            ])
            #expect(bench.status == 0, "\(bench.errors)")
            #expect(try CheckedReport.read(bench.output).accepted == 500)
            sink.interrupt()
            let result = try sink.wait()
            let rest = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            #expect(result.status == 0 && rest.contains("500 messages to 500 recipients"))
            #expect(try directory.bytes("log.jsonl").count { $0 == 0x0A } == 500)
        }
    }

    @Test("sink on a port that is taken: exit 69")
    func takenPort() async throws {
        try await onThread {
            let somebody = try ScriptedReceiver()
            let result = try SluiceCommand.run(["sink", "--listen", "\(somebody.address)"])
            #expect(result.status == 69 && result.errors.contains("\(somebody.address)"))
        }
    }

    private struct Help: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }

            var kind: String
            var valueName: String?
            var abstract: String?
            var preferredName: Name?
        }

        struct Command: Decodable {
            var commandName: String
            var abstract: String?
            var arguments: [Argument]?
            var subcommands: [Command]?
        }

        var command: Command
    }

    @Test("the help of every command explains each argument and option")
    func help() async throws {
        try await onThread {
            let dump = try SluiceCommand.run(["--experimental-dump-help"])
            let help = try JSONDecoder().decode(Help.self, from: Data(dump.output.utf8))
            let commands = (help.command.subcommands ?? []).filter { $0.commandName != "help" }
            let names = [
                "plan", "send", "status", "explain", "pause", "resume", "cancel", "resolve", "report", "shaping",
                "warmup", "sink", "bench",
            ]
            #expect(commands.map(\.commandName) == names)
            for command in commands {
                let page = try SluiceCommand.run([command.commandName, "--help"])
                #expect(page.status == 0 && page.errors.isEmpty)
                for argument in command.arguments ?? [] {
                    let name =
                        argument.preferredName.map { "--\($0.name)" } ?? "<\(argument.valueName ?? "?")>"
                    #expect(
                        page.output.contains("\n  \(name)") || page.output.contains("-h, \(name)"), "\(name)")
                    #expect(argument.abstract?.isEmpty == false, "\(command.commandName) \(name)")
                }
            }
        }
    }
}
