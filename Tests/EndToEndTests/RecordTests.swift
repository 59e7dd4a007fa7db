import Foundation
import Measurement
import TestSupport
import Testing

/// What a campaign leaves for other programs.
@Suite("Records of a campaign")
struct RecordTests {
    private static let script: Script = {
        var script = Script()
        script.toRecipient = { address in
            switch address {
            case "r1@site.example": "550 5.1.1 nobody of that name"
            case "r3@site.example": "451 4.2.2 full"
            default: "250 2.1.5 ok"
            }
        }
        return script
    }()

    private func sent() throws -> SmallCampaign {
        let campaign = try SmallCampaign(5, "retry: { delays: [1s] }")
        try campaign.directory.write("r4@site.example\n", to: "suppressed.txt")
        try campaign.send(
            to: ScriptedReceiver(RecordTests.script), "--once", "--log", campaign.directory.file("log.jsonl"),
            expecting: 75)
        return campaign
    }

    private struct Entry: Decodable {
        struct Response: Decodable {
            var code: Int
            var content: String
        }

        struct Own: Decodable {
            var line: Int
            var outcome: String
            var state: String
            var microseconds: [String: Int]
        }

        var type: String
        var id: String
        var recipient: String
        var sender: String
        var numAttempts: Int
        var response: Response
        var sluice: Own
    }

    @Test("--log: a line for each attempt, over all runs")
    func log() async throws {
        try await onThread {
            let campaign = try sent()
            let before = try entries(campaign)
            #expect(before.map(\.sluice.line).sorted() == [2, 3, 4, 5])
            let byLine = before.sorted { $0.sluice.line < $1.sluice.line }
            #expect(byLine.map(\.type) == ["Delivery", "Bounce", "Delivery", "TransientFailure"])
            #expect(byLine.map(\.response.code) == [250, 550, 250, 451])
            #expect(byLine.map(\.recipient) == Array(campaign.addresses.prefix(4)))
            #expect(byLine.allSatisfy { $0.numAttempts == 1 && $0.sender == "bounces@shop.example" })
            #expect(byLine.allSatisfy { ($0.sluice.microseconds["whole"] ?? 0) > 0 })

            try campaign.send(
                to: try ScriptedReceiver(), "--log", campaign.directory.file("log.jsonl"),
                expecting: 1)
            let after = try entries(campaign)
            #expect(after.count == 5)
            let last = try #require(after.last)
            #expect(last.type == "Delivery" && last.numAttempts == 2 && last.sluice.line == 5)
            #expect(last.id == byLine[3].id)
        }
    }

    private func entries(_ campaign: SmallCampaign) throws -> [Entry] {
        let text = try campaign.directory.text("log.jsonl")
        #expect(text.hasSuffix("\n"))
        return try text.split(separator: "\n").map { try SnakeCase.decoder.decode(Entry.self, from: Data($0.utf8)) }
    }

    @Test("report --format csv: PowerMTA's columns, a row for each recipient that was tried")
    func accounting() async throws {
        try await onThread {
            let campaign = try sent()
            try campaign.directory.write(
                campaign.ask("report", "--format", "csv", expecting: 75).output, to: "acct.csv")
            let rows = try campaign.directory.rows("acct.csv")
            #expect(
                rows.first?.joined(separator: ",")
                    == "type,timeLogged,timeQueued,timeFirstAttempt,totalSecondsQueued,orig,rcpt,orcpt,dsnAction,"
                    + "dsnStatus,dsnDiag,dsnMta,bounceCat,srcType,srcMta,dlvType,dlvSourceIp,dlvDestinationIp,"
                    + "dlvEsmtpAvailable,dlvSize,vmta,jobId,envId,queue,vmtaPool")
            #expect(
                rows.dropFirst().map { [$0[0], $0[6], $0[8], $0[21]] } == [
                    ["d", "r0@site.example", "relayed", "small"], ["b", "r1@site.example", "failed", "small"],
                    ["d", "r2@site.example", "relayed", "small"], ["t", "r3@site.example", "delayed", "small"],
                ])
            #expect(rows.allSatisfy { $0.count == 25 })
        }
    }

    @Test("report --format json says what status --json says, with the exit code of the campaign")
    func json() async throws {
        try await onThread {
            let campaign = try sent()
            let report = try campaign.ask("report", "--format", "json", expecting: 75).output
            #expect(try report == campaign.ask("status", "--json").output)
            let totals = try campaign.status().totals
            #expect(totals.recipients == 5 && totals.accepted == 2 && totals.refused == 1 && totals.deferred == 1)
            #expect(totals.rejected == 1 && totals.sum == 5)
        }
    }
}
