import Foundation
import Measurement
import Primitives
import SMTP
import TestSupport
import Testing

@testable import Ledger

@Suite("The log of attempts")
struct AttemptLogTests {
    private struct Line: Decodable, Equatable {
        struct Response: Decodable, Equatable {
            struct Enhanced: Decodable, Equatable {
                var `class`, subject, detail: Int
            }

            var code: Int
            var enhancedCode: Enhanced?
            var content: String
        }

        struct Own: Decodable, Equatable {
            var line: Int
            var outcome, state: String
            var sessionOrdinal: Int
            var microseconds: [String: Int64]
        }

        struct Peer: Decodable, Equatable {
            var name, addr: String
        }

        var type, id, sender, recipient, queue, site, eventTime, deliveryProtocol: String
        var timestamp, numAttempts: Int
        var response: Response
        var peerAddress: Peer?
        var meta: [String: String]
        var sluice: Own
    }

    private let context = AttemptLogContext(
        campaign: "Spring \"sale\"\n", sender: "bounces@shop.example", messagePrefix: "a\"1", peerAddress: "127.0.0.1")

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private func log(_ directory: TestDirectory) throws -> AttemptLogJSON {
        try AttemptLogJSON(path: directory.file("log.jsonl"), context)
    }

    private func lines(_ directory: TestDirectory) throws -> [Line] {
        let data = try Data(contentsOf: URL(fileURLWithPath: directory.file("log.jsonl")))
        return try data.split(separator: 10).map { try Self.decoder.decode(Line.self, from: $0) }
    }

    private func write(
        _ log: AttemptLogJSON, _ outcome: Outcome = .accepted, _ state: LineState = .accepted, text: [UInt8] = [],
        address: [UInt8] = Array("Ann@Mail.Example".utf8), at: Int64 = 1_795_511_660_000_123,
        _ change: (inout AttemptRecord) -> Void = { _ in }
    ) {
        var record = AttemptRecord(
            at: at, line: 7, address: address.span, outcome: outcome, state: state, text: text.span)
        change(&record)
        log.write(record)
    }

    @Test func aLineSaysAllThereIsToSay() throws {
        let directory = try TestDirectory()
        let log = try log(directory)
        write(log, .refused, .refused, text: Array("no such user".utf8)) { record in
            record.code = 550
            record.enhanced = EnhancedCode(5, 1, 1)
            record.attempt = 3
            record.sessionMessages = 4
            record.durations.connect = 10
            record.durations.whole = 30
        }
        try log.flush()
        let line = try #require(try lines(directory).first)
        #expect(line.type == "Bounce" && line.id == "a\"1-7" && line.sender == "bounces@shop.example")
        #expect(line.recipient == "Ann@Mail.Example" && line.queue == "mail.example" && line.site == "mail.example")
        #expect(line.timestamp == 1_795_511_660 && line.eventTime == "2026-11-24T09:14:20.000123Z")
        #expect(line.numAttempts == 3 && line.meta == ["campaign": "Spring \"sale\"\n"])
        #expect(line.peerAddress == .init(name: "127.0.0.1", addr: "127.0.0.1"))
        #expect(
            line.response
                == .init(code: 550, enhancedCode: .init(class: 5, subject: 1, detail: 1), content: "no such user"))
        #expect(
            line.sluice
                == .init(
                    line: 7, outcome: "refused", state: "refused", sessionOrdinal: 5,
                    microseconds: ["connect": 10, "whole": 30]))
    }

    @Test func everyEndHasItsType() throws {
        let directory = try TestDirectory()
        let log = try log(directory)
        for (outcome, state) in [
            (.accepted, .accepted), (.refused, .refused), (.deferred, .deferred), (.deferred, .expired),
            (.inDoubt, .inDoubt),
        ] as [(Outcome, LineState)] {
            write(log, outcome, state)
        }
        try log.flush()
        #expect(
            try lines(directory).map(\.type) == ["Delivery", "Bounce", "TransientFailure", "Expiration", "InDoubt"])
    }

    @Test func whateverAServerSaysIsOneLineOfJSON() throws {
        let directory = try TestDirectory()
        let log = try log(directory)
        let hostile: [[UInt8]] = [
            Array("\"},\"type\":\"Delivery\n\r\u{0}\u{7F}\u{2028}\u{85}\\".utf8), [0xFF, 0xC3, 0x22], Array(0...255),
            [UInt8](repeating: 0, count: 100_000), [UInt8](repeating: 0xFF, count: 100_000), [],
        ]
        for text in hostile { write(log, .refused, .refused, text: text, address: text) }
        try log.flush()
        let found = try lines(directory)
        #expect(found.map(\.type) == hostile.map { _ in "Bounce" })
        for (line, text) in zip(found, hostile) {
            let shown = String(decoding: text.prefix(AttemptLogJSON.longestText), as: UTF8.self)
            #expect(line.response.content.utf8.elementsEqual(shown.utf8))
        }
    }

    @Test func moreThanTheBufferAndBehindHalfALine() throws {
        let directory = try TestDirectory()
        try Data("{\"half\":".utf8).write(to: URL(fileURLWithPath: directory.file("log.jsonl")))
        for _ in 0..<2 {
            let log = try log(directory)
            for _ in 0..<2_000 { write(log, text: Array("queued as 12345".utf8)) }
            try log.flush()
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: directory.file("log.jsonl")))
        let found = data.split(separator: 10)
        #expect(found.count == 4_001)
        for line in found.dropFirst() { _ = try Self.decoder.decode(Line.self, from: line) }
    }

    @Test func onlyTheOwnerReadsIt() throws {
        let directory = try TestDirectory()
        _ = try log(directory)
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.file("log.jsonl"))
        #expect((attributes[.posixPermissions] as? Int) == 0o600)
    }

    @Test func aFullDiskIsAFaultThatStays() throws {
        let log = try AttemptLogJSON(path: "/dev/full", context)
        write(log)
        for _ in 0..<2 { #expect(throws: LedgerFault.self) { try log.flush() } }
        #expect(throws: LedgerFault.self) { try AttemptLogJSON(path: "/proc/none/log", context) }
    }

    @Test(
        "Points in time are those of the calendar",
        arguments: [
            0, -1, 951_782_399, 951_782_400, 951_868_800, 4_107_542_399, 1_709_164_800, 1_795_511_660, -2_000_000_000,
        ] as [Int64])
    func calendar(second: Int64) {
        let expected = Date(timeIntervalSince1970: TimeInterval(second)).formatted(.iso8601)
        let text = TimestampText.text(second, separator: "T") + Array("Z".utf8)
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }
}

@Suite("The accounting file")
struct AccountingTests {
    private let accounting = AccountingCSV(sender: "bounces@shop.example", campaign: "sale", peerAddress: "127.0.0.1")

    private func row(
        _ state: LineState, _ code: Int = 0, _ enhanced: String = "", _ text: String = "",
        address: String = "a@X.example"
    ) -> [String: String] {
        var row = AccountingRow(at: 1_795_511_660_999_999, address: Array(address.utf8), state: state)
        (row.code, row.enhanced, row.text) = (code, enhanced, Array(text.utf8))
        var output: [UInt8] = []
        accounting.append(row, to: &output)
        guard output.last == 10 else { return [:] }
        let cells = String(decoding: output.dropLast(), as: UTF8.self).split(
            separator: ",", omittingEmptySubsequences: false
        ).map(String.init)
        #expect(cells.count == AccountingCSV.columns.count)
        return Dictionary(uniqueKeysWithValues: zip(AccountingCSV.columns, cells)).filter { $0.value != "" }
    }

    @Test func aDelivery() {
        #expect(
            row(.accepted, 250, "2.0.0", "queued") == [
                "type": "d", "timeLogged": "2026-11-24 09:14:20+0000", "orig": "bounces@shop.example",
                "rcpt": "a@X.example", "dsnAction": "relayed", "dsnStatus": "2.0.0",
                "dsnDiag": "\"smtp;250 2.0.0 queued\"",
                "dsnMta": "127.0.0.1", "dlvType": "smtp", "dlvDestinationIp": "127.0.0.1", "jobId": "sale",
                "queue": "x.example",
            ])
    }

    @Test(
        arguments: [
            (.refused, 550, "5.1.1", "b", "failed", "5.1.1", "bad-mailbox"),
            (.refused, 550, "", "b", "failed", "5.0.0", "other"),
            (.refused, 554, "5.7.1", "b", "failed", "5.7.1", "policy-related"),
            (.expired, 451, "4.2.2", "b", "failed", "4.2.2", "message-expired"),
            (.expired, 0, "", "b", "failed", "4.4.7", "message-expired"),
            (.deferred, 451, "", "t", "delayed", "4.0.0", nil), (.inDoubt, 0, "", "u", nil, nil, nil),
        ] as [(LineState, Int, String, String, String?, String?, String?)])
    func ends(
        _ state: LineState, _ code: Int, _ enhanced: String, _ type: String, _ action: String?, _ status: String?,
        _ category: String?
    ) {
        let row = row(state, code, enhanced, "words")
        #expect(row["type"] == type && row["dsnAction"] == action)
        #expect(row["dsnStatus"] == status && row["bounceCat"] == category)
        #expect(row["dsnDiag"]?.contains(code > 0 ? "smtp;\(code)" : "x-sluice;words") == true)
    }

    @Test func whoWasNeverTriedHasNoRow() {
        for state in [.unseen, .waiting, .rejected, .intended, .cancelled] as [LineState] { #expect(row(state) == [:]) }
    }

    @Test func noCellIsAFormulaOrEndsTheRow() {
        let row = row(.refused, 550, "", "a\r\nb", address: "=cmd|@x.example")
        #expect(row["rcpt"] == "\"'=cmd|@x.example\"")
        #expect(row["dsnDiag"] == "\"smtp;550 a\\x0D\\x0Ab\"")
    }
}
