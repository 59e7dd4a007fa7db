import Foundation
import Measurement
import TestSupport
import Testing

/// What other processes may do to a campaign that is being sent, and learn about it.
@Suite("Controlling a campaign")
struct ControlTests {
    @Test("pause: no further message is begun; resume goes on")
    func pause() async throws {
        try await onThread {
            let campaign = try SmallCampaign(12)
            let meeting = Meeting()
            let receiver = try ScriptedReceiver(meeting.script(at: 5))
            let sender = try SluiceCommand(campaign.sendArguments(receiver))
            try meeting.whileHeld {
                #expect(try campaign.status().stage == "sending")
                try campaign.ask("pause")
            }
            let status = try campaign.status()
            #expect(status.stage == "paused" && status.activity?.paused == true)
            #expect(status.activity?.pid == sender.program.identifier)
            #expect(try campaign.ask("status").output.contains("small: paused"))
            #expect(receiver.envelopes == 5)
            try campaign.ask("resume")
            #expect(try sender.wait().status == 0)
            #expect(receiver.received.sorted() == campaign.addresses.sorted())
        }
    }

    @Test("a paused run can be interrupted")
    func interruptPaused() async throws {
        try await onThread {
            let campaign = try SmallCampaign(12)
            let meeting = Meeting()
            let receiver = try ScriptedReceiver(meeting.script(at: 5))
            let sender = try SluiceCommand(campaign.sendArguments(receiver))
            try meeting.whileHeld { _ = try campaign.ask("pause") }
            sender.interrupt()
            #expect(try sender.wait().status == 130)
            let status = try campaign.status()
            #expect(status.stage == "stopped" && status.totals.accepted == 5 && status.totals.held == 0)
        }
    }

    @Test("cancel ends the run; who had not got it will not get it")
    func cancel() async throws {
        try await onThread {
            let campaign = try SmallCampaign(12)
            let meeting = Meeting()
            let receiver = try ScriptedReceiver(meeting.script(at: 5))
            let sender = try SluiceCommand(campaign.sendArguments(receiver))
            try meeting.whileHeld { _ = try campaign.ask("cancel") }
            #expect(try sender.wait().status == 1)
            try ControlTests.expectCancelled(campaign, accepted: 5)
            try campaign.send(to: receiver, expecting: 1)
            #expect(receiver.received == Array(campaign.addresses.prefix(5)))
        }
    }

    @Test("cancel of a campaign that nobody is sending")
    func cancelStopped() async throws {
        try await onThread {
            let campaign = try SmallCampaign(12, "retry: { delays: [1h] }")
            var script = Script()
            script.toContent = { _, number in number > 5 ? "451 later" : "250 2.0.0 ok" }
            let receiver = try ScriptedReceiver(script)
            try campaign.send(to: receiver, "--once", expecting: 75)
            try campaign.ask("cancel")
            try ControlTests.expectCancelled(campaign, accepted: 5)
        }
    }

    private static func expectCancelled(_ campaign: SmallCampaign, accepted: Int) throws {
        let status = try campaign.status()
        #expect(status.stage == "cancelled" && status.activity == nil)
        #expect(status.totals.accepted == accepted && status.totals.cancelled == 12 - accepted)
        #expect(status.totals.waiting == 0 && status.totals.deferred == 0)
        try campaign.ask("report", expecting: 1)
    }

    @Test("pause and resume without a sender: nobody is sending")
    func nobodySending() async throws {
        try await onThread {
            let campaign = try SmallCampaign(2)
            try campaign.send(to: try ScriptedReceiver())
            for command in ["pause", "resume"] {
                #expect(try campaign.ask(command, expecting: 69).errors.contains("nobody is sending this campaign"))
            }
        }
    }
}
