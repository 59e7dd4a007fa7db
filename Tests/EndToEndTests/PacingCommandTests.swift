import Foundation
import Measurement
import TestSupport
import Testing

/// What a campaign is bound by, as people meet it: files, refusals, and the reasons that they are told.
@Suite("Shaping a campaign")
struct PacingCommandTests {
    private static let patient = """
        ["default".adaptive]
        canary = 0
        backoff = false

        """

    @Test("A directory says where the mail of each domain goes, and a route is not needed")
    func directory() async throws {
        try await onThread {
            let campaign = try SmallCampaign(6, "directory: mx.txt")
            let receiver = try ScriptedReceiver()
            try campaign.directory.write("site.example mx.site.example=\(receiver.address)\n", to: "mx.txt")
            let result = try SluiceCommand.run(["send", campaign.directory.file("campaign.yaml"), "--yes"])
            #expect(result.status == 0, "\(result.errors)")
            #expect(receiver.accepted.sorted() == campaign.addresses.sorted())
        }
    }

    @Test("A domain that the directory does not know is put off, and one that takes no mail is refused")
    func unroutable() async throws {
        try await onThread {
            let campaign = try SmallCampaign(3, "directory: mx.txt", "retry: { delays: [1h] }")
            try campaign.directory.write("other.example mx.other.example=127.0.0.1:25\n", to: "mx.txt")
            let unknown = try SluiceCommand.run(["send", campaign.directory.file("campaign.yaml"), "--yes", "--once"])
            #expect(unknown.status == 75, "\(unknown.errors)")
            #expect(try campaign.status().totals.deferred == 3)
            let mute = try SmallCampaign(3, "directory: mx.txt")
            try mute.directory.write("site.example .\n", to: "mx.txt")
            let refused = try SluiceCommand.run(["send", mute.directory.file("campaign.yaml"), "--yes"])
            #expect(refused.status == 1, "\(refused.errors)")
            #expect(try mute.status().totals.refused == 3)
        }
    }

    @Test("A rule suspends a site; explain names it, also when nobody sends, and a restart keeps to it")
    func suspension() async throws {
        try await onThread {
            let campaign = try SmallCampaign(12, "shaping: [shaping.toml]", "retry: { delays: [1h] }")
            try campaign.directory.write(
                Self.patient + """
                    [["default".automation]]
                    regex = "slow down"
                    action = "Suspend"
                    duration = "1 hour"
                    """, to: "shaping.toml")
            var script = Script()
            script.toContent = { _, number in number == 5 ? "451 4.7.0 slow down, please" : "250 2.0.0 ok" }
            let receiver = try ScriptedReceiver(script)
            let sender = try SluiceCommand(campaign.sendArguments(receiver, ["--once"]))
            try campaign.wait { try $0.explain().suspended.count == 1 }
            let told = try campaign.explain("site.example")
            #expect(told.suspended.first?.rule == "\(campaign.directory.file("shaping.toml")):4", "\(told)")
            #expect(told.suspended.first?.reason.contains("slow down") == true)
            #expect(told.lanes.first?.reason.contains("suspended") == true && told.lanes.first?.waiting == 7, "\(told)")
            sender.interrupt()
            #expect(try sender.wait().status == 130)
            #expect(receiver.received.count == 5)
            let later = try campaign.explain("site.example")
            #expect(!later.sending && later.suspended.count == 1 && later.lanes.isEmpty)
            #expect(later.decisions.contains { $0.contains("suspended for 1 h") }, "\(later)")
            let again = try SluiceCommand(campaign.sendArguments(receiver, ["--once"]))
            try campaign.wait { try $0.explain("site.example").lanes.first?.waiting == 7 }
            again.interrupt()
            #expect(try again.wait().status == 130)
            #expect(receiver.received.count == 5)
        }
    }

    @Test("A refusal by policy pauses the campaign until somebody has looked")
    func alarm() async throws {
        try await onThread {
            let campaign = try SmallCampaign(8, "shaping: [shaping.toml]")
            try campaign.directory.write(Self.patient + "pause_above = 5\n", to: "shaping.toml")
            var script = Script()
            script.toContent = { _, number in number == 3 ? "550 5.7.1 we do not want you" : "250 2.0.0 ok" }
            let receiver = try ScriptedReceiver(script)
            let sender = try SluiceCommand(campaign.sendArguments(receiver))
            try campaign.wait { try $0.explain().rest?.contains("paused") == true }
            #expect(receiver.received.count == 3)
            try campaign.ask("resume")
            let result = try sender.wait()
            #expect(result.status == 1 && result.errors.contains("5.7.x"), "\(result.errors)")
            #expect(receiver.received.count == 8)
        }
    }

    @Test(
        "A campaign with nothing but a route slows down when it is refused, unless its manifest says no",
        arguments: ["adaptive: true", "adaptive: false"])
    func bareRoute(setting: String) async throws {
        try await onThread {
            let campaign = try SmallCampaign(6, setting, "retry: { delays: [1h] }")
            var script = Script()
            script.toContent = { _, number in number == 6 ? "452 4.7.0 slow down" : "250 2.0.0 ok" }
            try campaign.send(to: try ScriptedReceiver(script), "--once", expecting: 75)
            let told = try campaign.explain("site.example").decisions
            let slowed = told.contains { $0.contains("site.example from here: no limit to ") }
            #expect(slowed == (setting == "adaptive: true"), "\(told)")
        }
    }

    @Test("Recipients in whose zone it is not the time are put off, the others are sent to")
    func zones() async throws {
        try await onThread {
            // Two to four hours from now, by UTC; now, three hours further east.
            let hour = Int(Date().timeIntervalSince1970) / 3_600 % 24
            let window = String(format: "%02d:00-%02d:00", (hour + 2) % 24, (hour + 5) % 24)
            let campaign = try SmallCampaign(
                4, "send-window: { days: daily, hours: \"\(window)\", zone: Etc/UTC, zone-column: zone }")
            let zones = ["Etc/UTC", "Etc/GMT-3", "", "Etc/GMT-3"]
            let rows = zip(campaign.addresses, zones).map { "\($0),somebody,\($1)\n" }
            try campaign.directory.write("email,name,zone\n" + rows.joined(), to: "recipients.csv")
            let receiver = try ScriptedReceiver()
            try campaign.send(to: receiver, "--once", expecting: 75)
            #expect(receiver.received.sorted() == [campaign.addresses[1], campaign.addresses[3]])
            let status = try campaign.status()
            #expect(status.totals.deferred == 2 && status.totals.accepted == 2)
            let next = try #require(status.nextTryUnixSeconds)
            #expect(next > Int(Date().timeIntervalSince1970) && next % 3_600 == 0)
        }
    }

    @Test("A source that this machine does not have is told before anything is sent")
    func missingSource() async throws {
        try await onThread {
            let campaign = try SmallCampaign(2, "sources: [ { name: far, address: 192.0.2.7 } ]")
            let receiver = try ScriptedReceiver()
            let result = try campaign.send(to: receiver, expecting: 65)
            #expect(result.errors.contains("'far'") && result.errors.contains("192.0.2.7"), "\(result.errors)")
        }
    }
}

/// What `sluice explain --json` says.
struct ShownExplanation: Decodable {
    struct Lane: Decodable {
        var site: String
        var source: String
        var waiting: Int
        var reason: String
        var rule: String?
    }

    struct Suspended: Decodable {
        var scope: String
        var reason: String
        var rule: String
    }

    var sending: Bool
    var rest: String?
    var lanes: [Lane]
    var suspended: [Suspended]
    var decisions: [String]
}

extension SmallCampaign {
    func explain(_ subject: String...) throws -> ShownExplanation {
        let result = try SluiceCommand.run(["explain", "--state", state, "--json"] + subject)
        return try SnakeCase.decoder.decode(ShownExplanation.self, from: Data(result.output.utf8))
    }

    /// Asks until it is so; the state may not be there yet.
    func wait(until condition: (SmallCampaign) throws -> Bool) throws {
        for _ in 0..<600 {
            if (try? condition(self)) == true { return }
            usleep(50_000)
        }
        throw ChildProgram.Fault("what was waited for does not come")
    }
}
