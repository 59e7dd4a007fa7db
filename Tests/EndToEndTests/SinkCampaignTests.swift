import Foundation
import Measurement
import SMTP
import Sink
import TestSupport
import Testing
import Uring

/// A campaign goes from the list to the sink's log and store through everything between, within one process.
@Suite("A campaign to the sink")
struct SinkCampaignTests {
    struct Setting: Sendable, CustomTestStringConvertible {
        var grouping = Grouping.grouped
        var workers = 1
        var pipelining = true
        var count = 300

        var testDescription: String {
            "\(grouping), \(workers) workers, \(pipelining ? "with" : "without") PIPELINING, \(count) recipients"
        }
    }

    static let settings = [
        Setting(grouping: .grouped, workers: 2, pipelining: true, count: 2_000),
        Setting(grouping: .chunked(), workers: 2, pipelining: true),
        Setting(grouping: .chunked(depth: 3), workers: 1, pipelining: true),
        Setting(grouping: .chunked(), workers: 1, pipelining: false),
        Setting(grouping: .grouped, workers: 1, pipelining: true),
        Setting(grouping: .lockstep, workers: 1, pipelining: true),
        Setting(grouping: .lockstep, workers: 2, pipelining: true),
        Setting(grouping: .grouped, workers: 1, pipelining: false),
        Setting(grouping: .grouped, workers: 2, pipelining: false),
        Setting(grouping: .lockstep, workers: 1, pipelining: false),
    ]

    @Test("everybody gets exactly what was composed for them, once", arguments: settings)
    func everyMessage(_ setting: Setting) async throws {
        try await onThread {
            let directory = try TestDirectory()
            let campaign = TestCampaign(count: setting.count, seed: UInt64(setting.count))
            try campaign.write(to: directory)
            let sink = try SinkServer(SinkCampaignTests.options(directory, setting)).start()
            let run = try EngineRun(
                directory, to: sink.address, grouping: setting.grouping, workers: setting.workers)
            let statistics = try sink.stop()
            let messages = try ReceivedMail.ofSink(
                log: directory.file("sink.jsonl"), store: directory.file("mail"))
            MailComparison(campaign, run).expectAllArrived(messages)
            #expect(Set(messages.map(\.messageID)).count == setting.count)
            #expect(messages.allSatisfy { $0.sha256 == Checksum.sha256($0.content) })
            #expect(statistics.messages == run.report.accepted)
            #expect(statistics.sessions == run.report.sessionsOpened)
            #expect(run.report.sessionsLost == 0 && run.report.connectFailures == 0)
            try SinkCampaignTests.expectRejected(directory, campaign)
        }
    }

    private static func options(_ directory: TestDirectory, _ setting: Setting) -> SinkOptions {
        var options = SinkOptions()
        options.listen = .loopback(port: 0)
        options.logPath = directory.file("sink.jsonl")
        options.storePath = directory.file("mail")
        options.offer.pipelining = setting.pipelining
        return options
    }

    static func expectRejected(_ directory: TestDirectory, _ campaign: TestCampaign) throws {
        let rows = try directory.rows("rejected.csv")
        #expect(rows.first == ["line", "address", "reason"])
        #expect(rows.dropFirst().map { Int($0[0]) } == campaign.rejects.map(\.line))
        for (row, reject) in zip(rows.dropFirst(), campaign.rejects) {
            #expect(row[2].contains(reject.reason), "line \(reject.line)")
        }
    }
}
