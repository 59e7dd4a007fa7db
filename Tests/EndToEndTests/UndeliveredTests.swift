import Foundation
import Measurement
import TestSupport
import Testing

/// What the operator learns when not everything is accepted.
@Suite("Mail that is not accepted")
struct UndeliveredTests {
    @Test("undelivered.csv says who, how and why, and shows no control byte")
    func refusedAndDeferred() async throws {
        try await onThread {
            let campaign = TestCampaign(count: 30, seed: 8, rejecting: false)
            let directory = try TestDirectory()
            try campaign.write(to: directory)
            let receiver = try ScriptedReceiver(UndeliveredTests.script(campaign))
            let result = try SluiceCommand.run([
                "send", directory.file("campaign.yaml"), "--yes", "--once", "--route", "\(receiver.address)", "--json",
            ])
            #expect(result.status == 75, "\(result.errors)")
            let report = try CheckedReport.read(result.output)
            #expect(
                report.accepted == 26 && report.refused == 2 && report.deferred == 2 && report.inDoubt == 0)
            #expect(receiver.accepted.count == 26)
            #expect(Set(receiver.accepted).count == 26)
            let reply = report.replies.first { $0.code == 550 }
            #expect(reply?.enhancedCode == "5.1.1" && reply?.count == 1)
            try UndeliveredTests.expectRows(directory, campaign)
        }
    }

    /// The first four get what nobody wants to hear.
    private static func script(_ campaign: TestCampaign) -> Script {
        let addresses = campaign.recipients.map(\.address)
        var script = Script()
        script.toRecipient = { address in
            switch addresses.firstIndex(of: address) {
            case 0: "550 5.1.1 <\(address)> \u{1B}[31mis not\u{7} here, \"friend\""
            case 1: "452 4.2.2 the mailbox is full"
            default: "250 2.1.5 ok"
            }
        }
        script.toContent = { address, _ in
            switch addresses.firstIndex(of: address) {
            case 2: "554 5.7.1 looks like spam"
            case 3: "451 come again"
            default: "250 2.0.0 ok"
            }
        }
        return script
    }

    private static func expectRows(_ directory: TestDirectory, _ campaign: TestCampaign) throws {
        let rows = try directory.rows("undelivered.csv")
        #expect(rows.first == ["line", "address", "outcome", "code", "enhanced_code", "reason"])
        let byLine = rows.dropFirst().sorted { (Int($0[0]) ?? 0) < (Int($1[0]) ?? 0) }
        let who = campaign.recipients.prefix(4).map { ["\($0.line)", $0.address] }
        #expect(byLine.map { Array($0[0..<2]) } == who)
        #expect(
            byLine.map { Array($0[2..<5]) } == [
                ["refused", "550", "5.1.1"], ["deferred", "452", "4.2.2"], ["refused", "554", "5.7.1"],
                ["deferred", "451", ""],
            ])
        #expect(byLine[0][5].contains("\\x1B[31mis not\\x07 here"))
        #expect(byLine[1][5].contains("the mailbox is full"))
        let controls = try directory.bytes("undelivered.csv").filter { $0 < 0x20 && $0 != 0x0A || $0 == 0x7F }
        #expect(controls == [])
    }
}
