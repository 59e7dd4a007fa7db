import Foundation
import Measurement
import Synchronization
import TestSupport
import Testing

/// Recipients that are tried again, and campaigns that go on in another run.
@Suite("Going on")
struct ResumeTests {
    /// Puts off the first attempts at some recipients.
    private static func puttingOff(_ addresses: some Sequence<String>, _ times: Int = 1) -> Script {
        let addresses = Set(addresses)
        let attempts = Counts()
        var script = Script()
        script.toRecipient = { address in
            guard addresses.contains(address), attempts.add(address) <= times else { return "250 2.1.5 ok" }
            return "451 4.7.1 come again"
        }
        return script
    }

    @Test("who was put off is tried again as the manifest says, and everybody gets it once")
    func retried() async throws {
        try await onThread {
            let campaign = try SmallCampaign(12, "retry: { delays: [30ms, 10ms] }")
            let receiver = try ScriptedReceiver(ResumeTests.puttingOff(campaign.addresses.prefix(4), 3))
            let result = try campaign.send(to: receiver, "--json")
            let report = try CheckedReport.read(result.output)
            #expect(report.retries == 12 && report.deferred == 12 && report.accepted == 12)
            #expect(receiver.received.sorted() == campaign.addresses.sorted())
        }
    }

    @Test("who is put off for too long is given up")
    func expired() async throws {
        try await onThread {
            let campaign = try SmallCampaign(6, "retry: { delays: [10ms], give-up: 100ms }")
            let receiver = try ScriptedReceiver(
                ResumeTests.puttingOff([campaign.addresses[1], campaign.addresses[4]], .max))
            try campaign.send(to: receiver, expecting: 1)
            let status = try campaign.status()
            #expect(status.stage == "finished" && status.totals.expired == 2 && status.totals.accepted == 4)
            let rows = try campaign.directory.rows("undelivered.csv").dropFirst()
            #expect(
                rows.map { Array($0[1...4]) }
                    == ["r1@site.example", "r4@site.example"].map {
                        [$0, "expired", "451", "4.7.1"]
                    })
        }
    }

    @Test("--once leaves them for the next run, which waits for them")
    func once() async throws {
        try await onThread {
            let campaign = try SmallCampaign(6, "retry: { delays: [1s] }")
            let receiver = try ScriptedReceiver(ResumeTests.puttingOff(campaign.addresses.suffix(2)))
            try campaign.send(to: receiver, "--once", expecting: 75)
            #expect(receiver.received.count == 4)
            let status = try campaign.status()
            #expect(
                status.stage == "stopped" && status.totals.deferred == 2
                    && (status.nextTryUnixSeconds ?? 0) > status.startedUnixSeconds)
            let report = try CheckedReport.read(campaign.send(to: receiver, "--json").output)
            #expect(report.accepted == 2 && report.campaign?.accepted == 6)
            #expect(receiver.received.sorted() == campaign.addresses.sorted())
        }
    }

    /// Never answers the first content for this recipient.
    private static func losing(_ address: String) -> Script {
        let attempts = Counts()
        var script = Script()
        script.toContent = { recipient, _ in
            recipient == address && attempts.add(address) == 1 ? "" : "250 2.0.0 ok"
        }
        return script
    }

    @Test("in-doubt: hold keeps who may have the mail until somebody decides", arguments: ["--resend", "--drop"])
    func held(_ decision: String) async throws {
        try await onThread {
            let campaign = try SmallCampaign(9, "in-doubt: hold")
            let doubtful = campaign.addresses[4]
            let receiver = try ScriptedReceiver(ResumeTests.losing(doubtful))
            let result = try campaign.send(to: receiver, expecting: 3)
            let file = "campaign.state/in-doubt.csv"
            #expect(result.output.contains(campaign.directory.file(file)))
            #expect(try campaign.directory.rows(file) == [["line", "address"], ["6", doubtful]])
            let status = try campaign.status()
            #expect(status.totals.held == 1 && status.inDoubt.map(\.address) == [doubtful])
            #expect(try campaign.ask("status").output.contains("line 6  \(doubtful)"))

            let refused = try campaign.ask("resolve", decision, campaign.addresses[0], expecting: 74)
            #expect(refused.errors.contains("\(campaign.addresses[0]) is not in doubt"))
            try campaign.ask("resolve", decision, doubtful)
            try campaign.send(to: receiver, expecting: decision == "--resend" ? 0 : 1)
            let times = decision == "--resend" ? 2 : 1
            #expect(receiver.received.count { $0 == doubtful } == times && receiver.received.count == 8 + times)
            let totals = try campaign.status().totals
            #expect(totals.held == 0 && totals.dropped == 2 - times && totals.accepted == 7 + times)
            #expect(!campaign.directory.exists(file))
        }
    }

    @Test("in-doubt: resend sends again to who may have the mail")
    func resent() async throws {
        try await onThread {
            let campaign = try SmallCampaign(9, "in-doubt: resend", "retry: { delays: [10ms] }")
            let receiver = try ScriptedReceiver(ResumeTests.losing(campaign.addresses[4]))
            try campaign.send(to: receiver)
            #expect(receiver.accepted.sorted() == campaign.addresses.sorted())
            #expect(receiver.received.count { $0 == campaign.addresses[4] } == 2)
        }
    }

    @Test(
        "what has changed since is refused by name, and accepted when that is wanted",
        arguments: ["manifest", "letter", "recipients"])
    func changed(_ input: String) async throws {
        try await onThread {
            let campaign = try SmallCampaign(8)
            let receiver = try ScriptedReceiver()
            try campaign.send(to: receiver, "--limit", "3")
            let file =
                ["manifest": "campaign.yaml", "letter": "letter.txt", "recipients": "recipients.csv"][input] ?? ""
            let addition = input == "recipients" ? "new@site.example,somebody\n" : "\n"
            try campaign.directory.write(try campaign.directory.text(file) + addition, to: file)
            let result = try campaign.send(to: receiver, expecting: 65)
            #expect(result.errors.contains(campaign.directory.file(file)), "\(result.errors)")
            #expect(result.errors.contains("--accept-changes") && receiver.envelopes == 3)
            try campaign.send(to: receiver, "--accept-changes")
            let added = input == "recipients" ? ["new@site.example"] : []
            #expect(receiver.received.sorted() == (campaign.addresses + added).sorted())
            try campaign.send(to: receiver)
        }
    }

    @Test("who was suppressed between two runs gets nothing, and is not sent to later")
    func suppressedSince() async throws {
        try await onThread {
            let campaign = try SmallCampaign(6, "retry: { delays: [1s] }")
            let receiver = try ScriptedReceiver(ResumeTests.puttingOff(campaign.addresses.suffix(2)))
            try campaign.send(to: receiver, "--once", expecting: 75)
            try campaign.directory.write("r4@site.example\n", to: "suppressed.txt")
            try campaign.send(to: receiver, expecting: 1)
            #expect(receiver.received.sorted() == campaign.addresses.filter { $0 != "r4@site.example" }.sorted())
            #expect(try campaign.status().totals.dropped == 1)
            let rows = try campaign.directory.rows("undelivered.csv").dropFirst()
            #expect(rows.map { [$0[1], $0[2], $0[5]] } == [["r4@site.example", "dropped", "suppressed"]])
        }
    }

    @Test("a list from standard input is kept: for those tried again, and after an interruption")
    func standardInput() async throws {
        try await onThread {
            let campaign = try SmallCampaign(12, "retry: { delays: [10ms] }", recipientsFile: "-")
            let meeting = Meeting()
            var script = meeting.script(at: 5)
            script.toRecipient = ResumeTests.puttingOff(campaign.addresses.prefix(3)).toRecipient
            let receiver = try ScriptedReceiver(script)
            let list = try #require(FileHandle(forReadingAtPath: campaign.directory.file("recipients.csv")))
            let first = try SluiceCommand(campaign.sendArguments(receiver), input: list)
            try meeting.whileHeld { first.interrupt() }
            #expect(try first.wait().status == 130)
            #expect(receiver.received.count < 12)
            #expect(try campaign.directory.text("campaign.state/recipients.csv") == campaign.list)
            try campaign.send(to: receiver)
            #expect(receiver.received.sorted() == campaign.addresses.sorted())
        }
    }
}

/// How often each address came.
private final class Counts: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    /// The number of this one, from 1.
    func add(_ address: String) -> Int {
        counts.withLock {
            $0[address, default: 0] += 1
            return $0[address, default: 0]
        }
    }
}
