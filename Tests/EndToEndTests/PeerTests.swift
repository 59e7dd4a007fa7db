import Foundation
import Measurement
import SMTP
import TestSupport
import Testing

/// Receivers that others wrote get exactly the bytes that were composed: see Tests/Peers/README.md.
@Suite("A campaign to receivers of others")
struct PeerTests {
    /// SLUICE_LONG=1 sends the ten thousand messages that take too long for every day.
    private static let isLong = ProcessInfo.processInfo.environment["SLUICE_LONG"] == "1"

    @Test(
        "aiosmtpd", .enabled(if: Peer.Kind.aiosmtpd.isInstalled, "python3-aiosmtpd is not installed"),
        arguments: [Grouping.grouped, .lockstep])
    func aiosmtpd(_ grouping: Grouping) async throws {
        try await PeerTests.send(1_000, to: .aiosmtpd, grouping)
    }

    @Test(
        "Postfix's smtp-sink", .enabled(if: Peer.Kind.smtpSink.isInstalled, "postfix is not installed"),
        arguments: [Grouping.grouped, .lockstep])
    func smtpSink(_ grouping: Grouping) async throws {
        try await PeerTests.send(1_000, to: .smtpSink, grouping)
    }

    @Test(
        "Postfix",
        .enabled(if: Peer.Kind.postfix.isInstalled, "postfix is not installed, or we are not root"),
        arguments: [Grouping.chunked(), .grouped, .lockstep])
    func postfix(_ grouping: Grouping) async throws {
        let log = try await PeerTests.send(PeerTests.isLong ? 10_000 : 1_000, to: .postfix, grouping)
        #expect(log.count { $0.contains("status=sent") } == (PeerTests.isLong ? 10_000 : 1_000))
    }

    /// - Returns: the lines of the receiver's own log, where it has one.
    @discardableResult
    private static func send(
        _ count: Int, to kind: Peer.Kind, _ grouping: Grouping
    ) async throws -> [String] {
        try await onThread {
            let directory = try TestDirectory()
            let campaign = TestCampaign(count: count, seed: 11, rejecting: false)
            try campaign.write(to: directory)
            let peer = try Peer(kind, directory: directory.file("peer"))
            let run = try EngineRun(directory, to: peer.address, grouping: grouping, workers: 2)
            let received = try peer.stop()
            if received.count != count, let words = try? directory.text("peer/log") {
                Issue.record("the receiver says: \(words)")
            }
            MailComparison(campaign, run).expectAllArrived(received)
            print("\(kind), \(grouping.best): \(count) messages, \(run.report.messagesPerSecond) messages/s")
            guard directory.exists("peer/maillog") else { return [] }
            return try directory.text("peer/maillog").split(separator: "\n").map(String.init)
        }
    }
}
