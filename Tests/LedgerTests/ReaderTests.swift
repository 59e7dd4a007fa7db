import Foundation
import SMTP
import TestSupport
import Testing

@testable import Ledger

@Suite("LedgerReader") struct ReaderTests {
    private let directory: TestDirectory

    init() throws { directory = try TestDirectory() }

    private var path: String { directory.file("state") }

    /// - Parameter states: nil for all recipients.
    private func outcomes(_ reader: LedgerReader, in states: [LineState]? = nil) throws -> [String] {
        var lines: [String] = []
        func append(_ row: OutcomeRow) {
            let address = String(decoding: row.address, as: UTF8.self)
            let text = String(decoding: row.text, as: UTF8.self)
            lines.append(
                "\(address) \(row.state.name) \(row.code) \(row.enhanced?.text ?? "-") \(row.attempts) \(text)")
        }
        if let states { try reader.forEachOutcome(in: states, append) } else { try reader.forEachOutcome(append) }
        return lines
    }

    static let expected = [
        "r2@list.example accepted 0 - 1 ", "r3@list.example rejected 0 - 0 suppressed",
        "r4@list.example deferred 451 - 1 later",
        "r5@list.example in_doubt 0 - 1 the connection was lost after the end of the message",
        "r6@list.example refused 550 5.1.1 1 no such user", "r7@list.example waiting 0 - 0 ",
        "r8@list.example intended 0 - 1 ",
    ]

    @Test("a campaign is read while it is sent, as it was at that moment")
    func running() throws {
        let bench = try LedgerBench(directory)
        bench.fillWithOneOfEach()
        let reader = try LedgerReader(path: path)
        bench.journal.settled(8, .accepted)
        bench.makeDurable()
        #expect(reader.campaign == "test" && reader.holder != nil)
        #expect(try outcomes(reader) == ReaderTests.expected)
        let some = [1, 3, 4].map { ReaderTests.expected[$0] }
        #expect(try outcomes(reader, in: [.refused, .inDoubt, .rejected]) == some)
        #expect(try reader.doubtful().map(\.line) == [5])
        #expect(try reader.problems() == [])
        #expect(try LedgerReader(path: path).standing.counts[.accepted] == 2)
        try bench.ledger.close()
    }

    @Test("a stopped campaign is read, and its messages under way are in doubt")
    func stopped() throws {
        try LedgerBench(directory).fillWithOneOfEach()
        var options = LedgerOptions.usual
        options.doubtPolicy = .resend
        let ledger = try waitForLedger(options)
        let bench = LedgerBench(ledger)
        bench.journal.intends(8)
        bench.makeDurable()
        try ledger.close()
        let reader = try LedgerReader(path: path)
        #expect(reader.holder == nil)
        #expect(try reader.doubtful().map(\.line) == [5, 8])
        #expect(try reader.doubtful().map { String(decoding: $0.address, as: UTF8.self) } == [address(5), address(8)])
        #expect(try reader.problems() == [])
    }

    /// The thread of a ledger that was dropped lets go of the directory in its own time.
    private func waitForLedger(_ options: LedgerOptions) throws -> Ledger {
        for _ in 0..<1_000 {
            if let state = try? StateDirectory(path: path) { return try Ledger.open(in: state, options) }
        }
        return try Ledger.open(in: StateDirectory(path: path), options)
    }

    @Test("reading stops when the reader has had enough")
    func stopping() throws {
        let bench = try LedgerBench(directory)
        bench.fillWithOneOfEach()
        try bench.ledger.close()
        struct Enough: Error {}
        var count = 0
        #expect(throws: Enough.self) {
            try LedgerReader(path: path).forEachOutcome { _ in
                count += 1
                if count == 2 { throw Enough() }
            }
        }
        #expect(count == 2)
    }

    @Test("a recipient is found by its address, with its own steps")
    func recipient() throws {
        let bench = try LedgerBench(directory)
        bench.fillWithOneOfEach()
        var batch = PlanBatch()
        for (line, text, reason) in [
            (9, "r8@list.example", "duplicate: line 8"), (10, "R8@list.example", ""), (11, "r8.list.example", "x"),
        ] {
            let (address, reason) = (Array(text.utf8), Array(reason.utf8))
            batch.append(line: line, address: address.span, reason: reason.span)
        }
        bench.ledger.plan(batch)
        bench.journal.settled(8, .deferred, "later")
        bench.makeDurable()
        _ = try bench.ledger.postpone([7, 8], until: 77)
        try bench.ledger.close()
        let reader = try LedgerReader(path: path)
        let found = try #require(try reader.recipient(address: "r8@List.EXAMPLE"))
        #expect(found.outcome.line == 8 && found.outcome.state == .deferred && found.outcome.attempts == 1)
        #expect(found.outcome.nextAt == 77)
        #expect(found.steps.map(\.kind) == [.intent, .deferred, .postponed])
        #expect(found.steps.allSatisfy { $0.lines == [8] })
        #expect(found.steps[1].details.code == 451 && found.steps[1].text == Array("later".utf8))
        #expect(try reader.recipient(address: "R8@list.example")?.outcome.line == 10)
        #expect(try reader.recipient(address: "r8.list.example")?.outcome.state == .rejected)
        #expect(try reader.recipient(address: "r8.LIST.example") == nil)
        #expect(try reader.recipient(address: "r99@list.example") == nil)
        #expect(try #require(try reader.recipient(address: address(7))).outcome.attempts == 0)
    }

    @Test("there is nothing to read where no campaign was begun")
    func nothing() throws {
        _ = try StateDirectory(path: path)
        #expect(try #require(throws: LedgerFault.self) { try LedgerReader(path: path) }.what == "does not exist")
        #expect(throws: LedgerFault.self) { try LedgerReader(path: directory.file("missing")) }
    }
}
