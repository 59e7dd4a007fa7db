import Campaign
import Foundation
import GRDB
import SMTP
import TestSupport
import Testing

@testable import Ledger

@Suite("SQLiteStorage") struct SQLiteStorageTests {
    private let directory: TestDirectory
    private let state: StateDirectory

    init() throws {
        directory = try TestDirectory()
        state = try StateDirectory(path: directory.file("state"))
    }

    private func execute(_ sql: String, in file: String) throws {
        let storage = try SQLiteStorage(file: file)
        _ = try storage.texts(sql)
        try storage.close()
    }

    @Test("every commit is synchronized with the disk")
    func pragmas() throws {
        let storage = try SQLiteStorage(state)
        #expect(try storage.texts("PRAGMA synchronous") == ["2"], "2 is FULL")
        #expect(try storage.texts("PRAGMA journal_mode") == ["wal"])
    }

    @Test("all that is committed comes back")
    func roundTrip() throws {
        var commit = LedgerCommit()
        commit.plans = [PlanBatch(lines: 2...5, suppressed: [3]), PlanBatch(lines: 7...7)]
        commit.facts = [LedgerFact("a", .number(.min)), LedgerFact("b", .text("it's")), LedgerFact("c", .text("7"))]
        commit.inputs = [InputFingerprint(name: "html", path: "a b.html", bytes: 7, sha256: "00ff")]
        commit.audits = [AuditEntry(at: 1, who: "me", what: "this")]
        commit.steps = [
            StepRow(number: 1, at: .max, kind: .intent, lines: [2, 5]),
            StepRow(
                number: 2, at: -1, kind: .deferred, details: StepDetails(code: 450, enhanced: EnhancedCode(4, 2, 100)),
                text: Array("läter \u{0}".utf8), nextAt: 0, lines: [.max]),
        ]
        var storage = try SQLiteStorage(state)
        try storage.commit(commit)
        try storage.close()
        storage = try SQLiteStorage(state)
        #expect(try storage.facts() == commit.facts)
        #expect(try storage.inputs() == commit.inputs)
        var steps: [StepRow] = []
        try storage.forEachStep { steps.append($0) }
        #expect(steps == commit.steps)
        var recipients: [String] = []
        try storage.forEachRecipient { recipients.append("\($0) \($1)") }
        #expect(recipients == ["2 false", "3 true", "4 false", "5 false", "7 false"])
        #expect(try storage.address(of: 7) == Array(address(7).utf8))
        #expect(try storage.address(of: 6) == nil)
    }

    @Test("a new ledger has large pages, an older one keeps its own, and the log is as long for both")
    func pages() throws {
        let older = directory.file("older.sqlite")
        let connection = try DatabaseQueue(path: older)
        try connection.writeWithoutTransaction { try $0.execute(sql: "PRAGMA page_size = 4096; VACUUM") }
        try connection.writeWithoutTransaction { try $0.execute(sql: LedgerSchema.statements) }
        try connection.close()
        for (file, bytes) in [(directory.file("new.sqlite"), SQLiteStorage.pageBytes), (older, 4_096)] {
            let storage = try SQLiteStorage(file: file)
            #expect(try storage.count("PRAGMA page_size") == bytes)
            #expect(try storage.count("PRAGMA wal_autocheckpoint") * bytes == 4 << 20)
            var commit = LedgerCommit()
            commit.plans = [PlanBatch(lines: 2...9_000)]
            try storage.commit(commit)
            #expect(try storage.count("SELECT count(*) FROM recipient") == 8_999)
            try storage.close()
        }
    }

    @Test("a commit that fails leaves nothing of itself")
    func rollback() throws {
        let storage = try SQLiteStorage(state)
        var commit = LedgerCommit()
        commit.plans = [PlanBatch(lines: 2...3), PlanBatch(lines: 2...3)]
        #expect(throws: LedgerFault.self) { try storage.commit(commit) }
        #expect(try storage.count("SELECT count(*) FROM recipient") == 0)
    }

    @Test("a full disk is called that")
    func fullDisk() throws {
        let storage = try SQLiteStorage(state)
        let pages = try storage.count("PRAGMA page_count")
        _ = try storage.count("PRAGMA max_page_count = \(pages + 2)")
        var commit = LedgerCommit()
        commit.plans = [PlanBatch(lines: 2...5_000)]
        let fault = try #require(throws: LedgerFault.self) { try storage.commit(commit) }
        #expect(fault.what == "the disk is full" && fault.file == state.ledgerFile)
    }

    @Test("files that are no ledger, or a newer one, are refused in words")
    func foreignFiles() throws {
        let text = directory.file("text")
        try Data(repeating: 0x41, count: 5_000).write(to: URL(fileURLWithPath: text))
        #expect(try #require(throws: LedgerFault.self) { try SQLiteStorage(file: text) }.what == "is not a ledger")

        try execute("INSERT INTO fact VALUES ('schema', 3)", in: state.ledgerFile)
        let storage = try SQLiteStorage(state)
        let fault = try #require(throws: LedgerFault.self) { try storage.facts() }
        #expect(fault.what.hasPrefix("was made by a newer version"))
        try storage.close()
        try execute("DROP TABLE step", in: state.ledgerFile)
        #expect(try #require(throws: LedgerFault.self) { try SQLiteStorage(state) }.what == "is not a ledger")
    }

    @Test(
        "a step that was damaged stops the opening, with its number",
        arguments: [
            "UPDATE step SET kind = 'sent'", "UPDATE step SET lines = '[2,3'", "UPDATE step SET lines = '[4294967296]'",
            "UPDATE step SET lines = '[9]'", "UPDATE step SET kind = 'accepted'",
            #"UPDATE list SET recipients = '["r2@list.example"]'"#, "DELETE FROM list",
        ])
    func damage(sql: String) throws {
        let bench = LedgerBench(try Ledger.open(in: state, .usual))
        bench.ledger.plan(PlanBatch(lines: 2...3))
        for line in 2...3 { bench.journal.intends(line) }
        bench.makeDurable()
        try bench.ledger.close()
        try execute(sql, in: state.ledgerFile)
        let fault = try #require(throws: LedgerFault.self) { try Ledger.open(in: state, .usual) }
        #expect(fault.what.contains("step 1"), "\(fault)")
        #expect(fault.file == state.ledgerFile)
    }
}
