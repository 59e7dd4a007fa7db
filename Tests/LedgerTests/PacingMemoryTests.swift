import Delivery
import Primitives
import TestSupport
import Testing

@testable import Ledger

@Suite("What pacing must know after a restart") struct PacingMemoryTests {
    private func count(
        _ event: WarmupCount.Event, _ key: Int32, day: Int32 = 20_000, hour: UInt8 = 9, stage: UInt16 = 3
    ) -> WarmupCount {
        WarmupCount(key: key, day: day, hour: hour, stage: stage, event: event)
    }

    @Test("counts add up by source, site and hour, over commits and processes")
    func counts() throws {
        let directory = try TestDirectory()
        for round in 1...2 {
            let bench = try LedgerBench(directory)
            let warm = bench.ledger.warmupKey(source: "warm", site: "b.example")
            let cold = bench.ledger.warmupKey(source: "cold", site: "b.example")
            #expect(bench.ledger.warmupKey(source: "warm", site: "b.example") == warm && warm != cold)
            for event in WarmupCount.Event.allCases + [.intended, .delivered] {
                bench.journal.counts(count(event, warm))
            }
            bench.makeDurable()
            bench.journal.counts(count(.intended, warm, hour: 10))
            bench.journal.counts(count(.intended, cold))
            bench.journal.counts(count(.failed, warm, stage: UInt16(3 + round)))
            bench.makeDurable()
            try bench.ledger.close()
        }
        let expected = [
            WarmupRow(source: "cold", site: "b.example", day: 20_000, hour: 9, stage: 3, intended: 2),
            WarmupRow(
                source: "warm", site: "b.example", day: 20_000, hour: 9, stage: 5, intended: 4, delivered: 4, failed: 4),
            WarmupRow(source: "warm", site: "b.example", day: 20_000, hour: 10, stage: 3, intended: 2),
        ]
        #expect(try LedgerReader(path: directory.file("state")).warmups() == expected)
        let ledger = try Ledger.open(in: StateDirectory(path: directory.file("state")), .usual)
        #expect(ledger.warmups == expected)
        try ledger.close()
    }

    @Test("at no commit are more counted than have an intent there, nor fewer", arguments: 0..<20)
    func together(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let disk = MemoryDisk()
        let bench = LedgerBench(try Ledger.open(disk))
        let key = bench.ledger.warmupKey(source: "cold", site: "a.example")
        bench.ledger.plan(PlanBatch(lines: 2...301))
        for line in 2...301 {
            bench.journal.intends(line)
            bench.journal.counts(count(.intended, key))
            if random.oneIn(4) { _ = bench.journal.handOver() }
            guard random.oneIn(3) else { continue }
            // Nothing is taken off for it: less than permitted does no harm.
            bench.journal.withdraws(line)
            if random.oneIn(4) { _ = bench.journal.handOver() }
        }
        bench.makeDurable()
        try bench.ledger.close()
        for commit in disk.commits {
            let intended = commit.steps.filter { $0.kind == .intent }.map(\.lines.count).reduce(0, +)
            let counted = commit.warmups.map(\.intended).reduce(0, +)
            #expect(counted == intended, "seed \(seed)")
            #expect(commit.warmups.count <= 1, "seed \(seed): one row for an hour")
        }
    }

    @Test("a count for nobody ends the run; without counts nothing is written for warmups")
    func strangers() throws {
        let disk = MemoryDisk()
        let bench = LedgerBench(try Ledger.open(disk))
        bench.ledger.plan(PlanBatch(lines: 2...2))
        bench.journal.intends(2)
        bench.makeDurable()
        #expect(disk.commits.allSatisfy { $0.warmups.isEmpty })
        bench.journal.counts(count(.intended, 0))
        bench.makeDurable()
        #expect(bench.journal.hasFailed)
        #expect(throws: LedgerFault.self) { try bench.ledger.close() }
    }

    @Test("suspensions take the place of each other, and go when they are lifted or their time is over")
    func suspensions() throws {
        let directory = try TestDirectory()
        let clock = TestClock(1_000)
        var options = LedgerOptions.usual
        options.clock = { clock.now }
        func suspend(_ scope: String, until: Int64, _ reason: String, in bench: LedgerBench) {
            bench.journal.suspends(scope: scope, until: until, reason: reason, rule: "shaping.toml:7")
        }
        let bench = try LedgerBench(directory, options)
        suspend("a.example", until: 5_000, "first", in: bench)
        suspend("b.example", until: 2_000, "short", in: bench)
        suspend("c.example", until: 9_000, "to be lifted", in: bench)
        bench.makeDurable()
        suspend("a.example", until: 6_000, "it's the second", in: bench)
        suspend("c.example", until: 1_000, "", in: bench)
        bench.makeDurable()
        try bench.ledger.close()
        let path = directory.file("state")
        #expect(try LedgerReader(path: path).suspensions().map(\.scope) == ["a.example", "b.example"])
        clock.now = 2_000
        let ledger = try Ledger.open(in: StateDirectory(path: path), options)
        let expected = Suspension(
            scope: "a.example", until: 6_000, reason: "it's the second", rule: "shaping.toml:7")
        #expect(ledger.suspensions == [expected])
        try ledger.close()
        #expect(try LedgerReader(path: path).suspensions() == [expected])
    }

    @Test("decisions of workers are kept in their order, and found by a word")
    func audits() throws {
        let directory = try TestDirectory()
        let clock = TestClock(1_000)
        var options = LedgerOptions.usual
        options.clock = { clock.now }
        let bench = try LedgerBench(directory, options)
        for number in 1...5 {
            bench.journal.audits("a.example: \(number) sessions")
            bench.journal.audits("b.example: \(number)% refused")
        }
        bench.makeDurable()
        try bench.ledger.close()
        let reader = try LedgerReader(path: directory.file("state"))
        let last = try reader.audits(containing: "b.example", last: 2)
        #expect(last == [4, 5].map { AuditEntry(at: 1_000, who: "pacing", what: "b.example: \($0)% refused") })
        #expect(try reader.audits(containing: nil, last: 100).count == 10)
        #expect(try reader.audits(containing: "%", last: 100).count == 5, "no pattern, but a text")
        #expect(try reader.audits(containing: nil, last: -1).isEmpty)
    }

    @Test("a commit that fails takes counts, suspensions and decisions with it")
    func failing() throws {
        let disk = MemoryDisk()
        let bench = LedgerBench(try Ledger.open(disk))
        let key = bench.ledger.warmupKey(source: "cold", site: "a.example")
        disk.fail(at: 1)
        bench.journal.counts(count(.intended, key))
        bench.journal.suspends(scope: "a.example", until: .max, reason: "", rule: "")
        bench.journal.audits("this")
        bench.makeDurable()
        #expect(bench.journal.hasFailed && bench.journal.durable == 0)
        #expect(disk.commits.allSatisfy { $0.warmups.isEmpty && $0.suspensions.isEmpty && $0.audits.isEmpty })
    }
}

@Suite("A ledger of version 1") struct OldLedgerTests {
    private let directory: TestDirectory
    private var path: String { directory.file("state") }

    /// As the first version left it, with a recipient that is accepted and one that waits.
    init() throws {
        directory = try TestDirectory()
        let bench = try LedgerBench(directory)
        bench.ledger.plan(PlanBatch(lines: 2...3))
        bench.journal.intends(2)
        bench.journal.settled(2, .accepted)
        bench.makeDurable()
        try bench.ledger.close()
        let storage = try SQLiteStorage(file: directory.file("state/ledger.sqlite"))
        for sql in [
            "DROP TABLE warmup", "DROP TABLE suspension", "DROP VIEW outcome", "DROP VIEW recipient",
            "CREATE TABLE recipient (line INTEGER PRIMARY KEY, address TEXT NOT NULL, rejected TEXT)",
            "INSERT INTO recipient VALUES (5, 'r5@list.example', 'suppressed: ...'), (2, 'r2@list.example', NULL)",
            "INSERT INTO recipient VALUES (3, 'r3@list.example', NULL), (99, '\"\"@list.example', NULL)",
            "DROP TABLE list",
            "CREATE VIEW outcome AS SELECT line, address, '?' AS outcome FROM recipient",
            "UPDATE fact SET value = 1 WHERE name = 'schema'",
        ] { _ = try storage.texts(sql) }
        try storage.close()
    }

    @Test("it is read as it is")
    func reading() throws {
        let reader = try LedgerReader(path: path)
        #expect(reader.standing.counts[.accepted] == 1 && reader.standing.counts.total == 4)
        #expect(try reader.recipient(address: "\"\"@list.example")?.outcome.line == 99)
        #expect(try reader.recipient(address: "r5@list.example")?.outcome.text == Array("suppressed: ...".utf8))
        #expect(try reader.warmups().isEmpty && reader.suspensions().isEmpty)
        #expect(try reader.audits(containing: nil, last: 9).isEmpty)
    }

    @Test("opened for sending it becomes one of this version")
    func opening() throws {
        for _ in 1...2 {
            let ledger = try Ledger.open(in: StateDirectory(path: path), .usual)
            let bench = LedgerBench(ledger)
            #expect(try ledger.postpone([3], until: 9) == 1)
            bench.journal.audits("this")
            bench.makeDurable()
            try ledger.close()
        }
        let storage = try SQLiteStorage(reading: directory.file("state/ledger.sqlite"))
        #expect(try storage.facts().number(FactName.schema) == LedgerSchema.version)
        #expect(
            try storage.texts("SELECT outcome || coalesce(next_at, '') FROM outcome ORDER BY line")
                == ["accepted", "deferred9", "rejected", "waiting"])
        #expect(
            try storage.texts("SELECT line || ' ' || address || coalesce(rejected, '') FROM recipient ORDER BY line")
                == [
                    "2 r2@list.example", "3 r3@list.example", "5 r5@list.examplesuppressed: ...",
                    "99 \"\"@list.example",
                ])
    }
}
