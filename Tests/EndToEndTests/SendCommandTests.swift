import Foundation
import Measurement
import TestSupport
import Testing

/// `sluice send` as a user meets it, when all is well.
@Suite("sluice send")
struct SendCommandTests {
    @Test("a good campaign: exit 0, the report, the rejects")
    func goodCampaign() async throws {
        try await onThread {
            let campaign = TestCampaign(count: 200, seed: 3)
            let place = try SinkPlace(campaign)
            let result = try SluiceCommand.run(place.send(["--report", place.directory.file("report.json")]))
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("test: 212 recipients in "))
            #expect(result.output.contains(place.directory.file("rejected.csv")))
            let report = try CheckedReport.read(try place.directory.text("report.json"))
            #expect(report.accepted == 200 && report.rejectedBeforeSending == campaign.rejects.count)
            #expect(report.target == place.address && !report.interrupted)
            #expect(try place.recipients() == campaign.recipients.map(\.address).sorted())
            try SinkCampaignTests.expectRejected(place.directory, campaign)
            #expect(!place.directory.exists("undelivered.csv"))
        }
    }

    @Test("a campaign that sets no limit opens no more connections than usual servers have places for")
    func usualPlaces() async throws {
        try await onThread {
            var campaign = TestCampaign(count: 1_000, seed: 22, rejecting: false)
            campaign.sessionsPerSite = 4
            campaign.sessions = nil
            let directory = try TestDirectory()
            try campaign.write(to: directory)
            let receiver = try ScriptedReceiver()
            let result = try SluiceCommand.run([
                "send", directory.file("campaign.yaml"), "--yes", "--once", "--route", "\(receiver.address)", "--json",
            ])
            #expect(result.status == 0, "\(result.errors)")
            #expect((10...50).contains(receiver.mostConnections))
            #expect(receiver.accepted.sorted() == campaign.recipients.map(\.address).sorted())
        }
    }

    @Test("--limit sends to the first recipients only")
    func limit() async throws {
        try await onThread {
            let campaign = TestCampaign(count: 60, seed: 4, rejecting: false)
            let place = try SinkPlace(campaign)
            let result = try SluiceCommand.run(place.send(["--limit", "7", "--json"]))
            #expect(result.status == 0)
            let report = try CheckedReport.read(result.output)
            #expect(report.recipients == 7 && report.accepted == 7)
            #expect(try place.recipients() == campaign.recipients.prefix(7).map(\.address).sorted())
        }
    }

    @Test("--json is added to what is in the file that it goes to")
    func addedToFile() async throws {
        try await onThread {
            let place = try SinkPlace(TestCampaign(count: 5, seed: 21, rejecting: false))
            try place.directory.write("before\n", to: "all.json")
            let file = try #require(FileHandle(forWritingAtPath: place.directory.file("all.json")))
            try file.seekToEnd()
            #expect(try SluiceCommand(place.send(["--json"]), output: file).wait().status == 0)
            let text = try place.directory.text("all.json")
            #expect(text.hasPrefix("before\n{"))
            #expect(try CheckedReport.read(String(text.dropFirst("before\n".count))).accepted == 5)
        }
    }

    @Test("recipients come from standard input")
    func standardInput() async throws {
        try await onThread {
            let campaign = TestCampaign(count: 50, seed: 5)
            let place = try SinkPlace(campaign, recipientsFile: "-")
            let list = try FileHandle(
                forReadingFrom: URL(fileURLWithPath: place.directory.file("recipients.csv")))
            let result = try SluiceCommand.run(place.send(["--json"]), input: list)
            #expect(result.status == 0, "\(result.errors)")
            #expect(try CheckedReport.read(result.output).accepted == 50)
            #expect(try place.recipients() == campaign.recipients.map(\.address).sorted())
        }
    }

    @Test("recipients are sent to while standard input has more to come")
    func openStandardInput() async throws {
        try await onThread {
            let campaign = TestCampaign(count: 20, seed: 6, rejecting: false)
            let directory = try TestDirectory()
            try campaign.write(to: directory, recipientsFile: "-")
            let list = Pipe()
            var script = Script()
            script.toContent = { _, number in
                if number == 20 { try? list.fileHandleForWriting.close() }
                return "250 2.0.0 ok"
            }
            let receiver = try ScriptedReceiver(script)
            let arguments = [
                "send", directory.file("campaign.yaml"), "--yes", "--once", "--route", "\(receiver.address)",
            ]
            let command = try SluiceCommand(arguments, input: list.fileHandleForReading)
            try list.fileHandleForWriting.write(contentsOf: Data(campaign.list.utf8))
            #expect(try command.wait().status == 0)
            #expect(receiver.accepted.sorted() == campaign.recipients.map(\.address).sorted())
        }
    }

    @Test("without --yes and without a terminal nothing is sent", arguments: [false, true])
    func unasked(_ answersYes: Bool) async throws {
        try await onThread {
            let place = try SinkPlace(TestCampaign(count: 5, seed: 7))
            let answer = Pipe()
            if answersYes { try answer.fileHandleForWriting.write(contentsOf: Data("y\n".utf8)) }
            try answer.fileHandleForWriting.close()
            let arguments = place.send([]).filter { $0 != "--yes" }
            let result = try SluiceCommand.run(arguments, input: answer.fileHandleForReading)
            #expect(result.status == 64)
            #expect(result.errors.contains("--yes") && result.output.isEmpty)
            #expect(place.hasSeenNobody)
        }
    }
}
