import Foundation
import Measurement
import TestSupport
import Testing

/// The state directory as users meet it.
@Suite("The state of a campaign")
struct StateTests {
    @Test("a second process is refused by the pid of the first, which goes on undisturbed")
    func oneAtATime() async throws {
        try await onThread {
            let campaign = try SmallCampaign(20)
            let meeting = Meeting()
            let receiver = try ScriptedReceiver(meeting.script(at: 5))
            let first = try SluiceCommand(campaign.sendArguments(receiver))
            try meeting.whileHeld {
                let second = try campaign.send(to: receiver, expecting: 74)
                #expect(
                    second.errors.contains("\(campaign.state): is in use by process \(first.program.identifier)")
                )
                #expect(second.output.isEmpty)
                try StateTests.expectPrivate(campaign.state, atLeast: ["lock", "control.sock", "ledger.sqlite-wal"])
            }
            #expect(try first.wait().status == 0)
            #expect(receiver.received.sorted() == campaign.addresses.sorted())
            #expect(!campaign.directory.exists("campaign.state/control.sock"))
            try StateTests.expectPrivate(campaign.state, atLeast: ["ledger.sqlite"])
        }
    }

    @Test("files that come into the state directory later are private too")
    func privateCopies() async throws {
        try await onThread {
            let campaign = try SmallCampaign(3, "in-doubt: hold", recipientsFile: "-")
            var script = Script()
            script.toContent = { _, _ in "" }
            let receiver = try ScriptedReceiver(script)
            let list = try #require(FileHandle(forReadingAtPath: campaign.directory.file("recipients.csv")))
            try campaign.send(to: receiver, input: list, expecting: 3)
            try StateTests.expectPrivate(campaign.state, atLeast: ["recipients.csv", "in-doubt.csv"])
        }
    }

    private static func expectPrivate(_ path: String, atLeast names: [String]) throws {
        let files = FileManager.default
        let found = try files.contentsOfDirectory(atPath: path)
        #expect(Set(found).isSuperset(of: names), "\(found)")
        #expect(try files.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o700)
        for name in found {
            let mode = try files.attributesOfItem(atPath: "\(path)/\(name)")[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
    }

    private static func setMode(_ mode: Int, of path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    struct Ending: Sendable, CustomTestStringConvertible {
        var reply: String
        var status: Int32

        var testDescription: String { reply }
    }

    static let endings = [
        Ending(reply: "250 2.0.0 ok", status: 0), Ending(reply: "550 5.7.1 no", status: 1),
        Ending(reply: "", status: 3),
    ]

    @Test("a finished campaign is sent to nobody again, and the exit code is the one of before", arguments: endings)
    func sentAgain(_ ending: Ending) async throws {
        try await onThread {
            let campaign = try SmallCampaign(10, "in-doubt: hold")
            var script = Script()
            script.toContent = { address, _ in address == "r4@site.example" ? ending.reply : "250 2.0.0 ok" }
            let receiver = try ScriptedReceiver(script)
            try campaign.send(to: receiver, expecting: ending.status)
            let again = try campaign.send(to: receiver, expecting: ending.status)
            #expect(again.errors.contains("nobody is left to send to"), "\(again.errors)")
            #expect(receiver.received.sorted() == campaign.addresses.sorted())
        }
    }

    @Test("--limit, and then the same command without it: everybody gets it once")
    func limited() async throws {
        try await onThread {
            let campaign = try SmallCampaign(30)
            let receiver = try ScriptedReceiver()
            try campaign.send(to: receiver, "--limit", "7")
            #expect(receiver.received.sorted() == campaign.addresses.prefix(7).sorted())
            let status = try campaign.status()
            #expect(status.stage == "stopped" && !status.listIsRead && status.totals.accepted == 7)
            try campaign.send(to: receiver)
            #expect(receiver.received.sorted() == campaign.addresses.sorted())
            #expect(try campaign.status().stage == "finished")
        }
    }

    @Test(
        "what is no state directory is left alone, and said to be none",
        arguments: ["a file", "a directory of something else", "a directory that others can enter"])
    func wrongPlace(_ what: String) async throws {
        try await onThread {
            let campaign = try SmallCampaign(3)
            let place = campaign.directory.file("place")
            let says: String
            switch what {
            case "a file":
                try campaign.directory.write("mine\n", to: "place")
                says = "is not a directory"
            case "a directory of something else":
                try campaign.directory.write("mine\n", to: "place/letters.txt")
                try StateTests.setMode(0o700, of: place)
                says = "holds files of something else"
            default:
                try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
                try StateTests.setMode(0o755, of: place)
                says = "is open to other users"
            }
            let before = try? FileManager.default.contentsOfDirectory(atPath: place)
            let receiver = try ScriptedReceiver()
            let result = try campaign.send(to: receiver, "--state", place, expecting: 74)
            #expect(result.errors.contains("\(place): \(says): "), "\(result.errors)")
            #expect(receiver.envelopes == 0)
            #expect(before == (try? FileManager.default.contentsOfDirectory(atPath: place)))
        }
    }

    @Test(
        "without a campaign there, every command says so, and makes nothing",
        arguments: [["status"], ["report"], ["cancel"], ["resolve", "--drop"], ["pause"], ["resume"]])
    func noCampaign(_ command: [String]) async throws {
        try await onThread {
            let directory = try TestDirectory()
            let place = directory.file("none.state")
            let result = try SluiceCommand.run(command + ["--state", place])
            #expect(result.status == 74, "\(result.errors)")
            #expect(result.errors.hasPrefix("sluice: \(place)") && result.output.isEmpty, "\(result.errors)")
            #expect(!directory.exists("none.state"))
        }
    }
}
