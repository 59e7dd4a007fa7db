import Delivery
import Foundation
import Measurement
import Primitives
import SMTP
import Synchronization
import Testing

@testable import Ledger

@Suite("The ledger's thread") struct WriterTests {
    @Test("a plan that was made before a step is never durable after it, however many threads write")
    func order() throws {
        let disk = MemoryDisk()
        var options = LedgerOptions.usual
        options.mostPlanBytesWaiting = 256
        let ledger = try Ledger.open(disk, options)
        let bench = LedgerBench(ledger)
        let lines = 2...2_001
        let planned = Atomic(1)
        let done = DispatchSemaphore(value: 0)
        let planner = Planner(planned)
        Thread.detachNewThread {
            for line in lines {
                ledger.plan(PlanBatch(lines: line...line))
                planner.finish(line)
            }
            done.signal()
        }
        for line in lines {
            planner.wait(for: line)
            bench.journal.intends(line)
            _ = bench.journal.handOver()
        }
        done.wait()
        bench.makeDurable()
        try ledger.close()
        var known: Set<Int> = []
        for commit in disk.commits {
            for plan in commit.plans { plan.forEach { (line, _, _) in known.insert(line) } }
            for step in commit.steps { for line in step.lines { #expect(known.contains(Int(line))) } }
        }
        #expect(known.count == lines.count)
    }

    @Test("handing over nothing is no news; numbers grow by one")
    func numbers() throws {
        let bench = LedgerBench(try Ledger.open(MemoryDisk()))
        bench.ledger.plan(PlanBatch(lines: 2...5))
        #expect(bench.journal.handOver() == 0)
        bench.journal.intends(2)
        #expect(bench.journal.handOver() == 1)
        #expect(bench.journal.handOver() == 1)
        bench.journal.intends(3)
        #expect(bench.journal.handOver() == 2)
        bench.makeDurable()
        #expect(bench.journal.durable == 2)
        try bench.ledger.close()
    }

    @Test("attempts are logged when they are durable, with all there is to know")
    func log() throws {
        let records = Records()
        let disk = MemoryDisk()
        var options = LedgerOptions.usual
        options.unixOrigin = 1_000_000_000
        options.makeSink = { _ in ListSink(records, disk) }
        let bench = LedgerBench(try Ledger.open(disk, options))
        bench.ledger.plan(PlanBatch(lines: 2...4))
        for line in 2...3 { bench.journal.intends(line) }
        bench.journal.settled(4, .refused, "no such user", ended: Instant(nanoseconds: 5_000))
        bench.makeDurable()
        bench.journal.settled(2, .accepted, "queued")
        bench.journal.settled(3, .deferred, "later")
        bench.makeDurable()
        bench.journal.intends(3)
        bench.makeDurable()
        bench.journal.settled(3, .accepted, "queued at last")
        bench.makeDurable()
        try bench.ledger.close()
        #expect(
            records.lines == [
                "1000005 r4@list.example refused refused 550 attempt 1 no such user",
                "1000000 r2@list.example accepted accepted 250 attempt 1 queued",
                "1000000 r3@list.example deferred deferred 451 attempt 1 later",
                "1000000 r3@list.example accepted accepted 250 attempt 2 queued at last",
            ])
    }

    @Test("a log that cannot be written ends the run")
    func brokenLog() throws {
        let disk = MemoryDisk()
        var options = LedgerOptions.usual
        options.makeSink = { _ in BrokenSink() }
        let bench = LedgerBench(try Ledger.open(disk, options))
        bench.ledger.plan(PlanBatch(lines: 2...2))
        bench.makeDurable()
        #expect(throws: LedgerFault.self) { try bench.ledger.close() }
    }

    @Test("durations come from the times of the attempt, as far as it got")
    func durations() {
        var attempt = Attempt(site: 0, ended: Instant(nanoseconds: 9_000))
        #expect(AttemptDurations(of: attempt) == AttemptDurations())
        attempt.connectStarted = Instant(nanoseconds: 1_000)
        attempt.envelopeWritten = Instant(nanoseconds: 3_000)
        attempt.contentWritten = Instant(nanoseconds: 6_000)
        var expected = AttemptDurations()
        (expected.connect, expected.envelope, expected.content, expected.whole) = (2, 3, 3, 8)
        #expect(AttemptDurations(of: attempt) == expected)
        attempt.sessionMessages = 1
        (expected.connect, expected.whole) = (nil, 6)
        #expect(AttemptDurations(of: attempt) == expected)
    }

    @Test("failpoints are passed in their order", arguments: [false, true])
    func failpoints(isDurable: Bool) throws {
        let passed = Records()
        var options = LedgerOptions.usual
        options.failpoints = LedgerFailpoints { passed.add($0.rawValue) }
        let bench = LedgerBench(try Ledger.open(MemoryDisk(), options))
        #expect(passed.lines == ["before-recovery", "after-recovery"])
        bench.ledger.plan(PlanBatch(lines: 2...2))
        bench.journal.intends(2)
        bench.makeDurable()
        try bench.ledger.close()
        let seen = passed.lines
        for pair in [("append", "commit"), ("commit", "publication")] {
            let before = try #require(seen.firstIndex(of: "before-\(pair.0)"))
            let after = try #require(seen.lastIndex(of: "before-\(pair.1)"))
            #expect(before < after, "\(seen)")
        }
    }

    @Test(
        "a failpoint kills at its count, and only there",
        arguments: [("before-commit:3", 3), ("before-commit", 1), ("before-commit:x", 1), ("after-commit:1", 0)])
    func killing(text: String, passes: Int) throws {
        let killed = FaultCounter()
        let points = try #require(LedgerFailpoints.killing(text) { killed.add() })
        for pass in 1...5 {
            points.pass(.beforeCommit)
            #expect(killed.count == (passes > 0 && pass >= passes ? 1 : 0))
        }
        #expect(LedgerFailpoints.killing("nowhere:1") {} == nil)
    }
}

/// Lets a test follow a thread that plans.
private final class Planner: Sendable {
    private let last: Mutex<Int>
    private let news = DispatchSemaphore(value: 0)

    init(_ start: borrowing Atomic<Int>) { last = Mutex(start.load(ordering: .relaxed)) }

    func finish(_ line: Int) {
        last.withLock { $0 = line }
        news.signal()
    }

    func wait(for line: Int) {
        while last.withLock({ $0 }) < line { news.wait() }
    }
}

final class Records: Sendable {
    private let all = Mutex<[String]>([])

    var lines: [String] { all.withLock { $0 } }

    func add(_ line: String) { all.withLock { $0.append(line) } }
}

private final class ListSink: AttemptSink {
    private let records: Records
    private let disk: MemoryDisk

    init(_ records: Records, _ disk: MemoryDisk) {
        self.records = records
        self.disk = disk
    }

    func write(_ record: borrowing AttemptRecord) {
        let address = String(decoding: [UInt8](copying: record.address), as: UTF8.self)
        let text = String(decoding: [UInt8](copying: record.text), as: UTF8.self)
        let line = UInt32(record.line)
        #expect(disk.commits.contains { $0.steps.contains { $0.kind != .intent && $0.lines.contains(line) } })
        records.add(
            "\(record.at) \(address) \(record.outcome.name) \(record.state.name) \(record.code) "
                + "attempt \(record.attempt) \(text)")
    }

    func flush() {}
}

private final class BrokenSink: AttemptSink {
    func write(_ record: borrowing AttemptRecord) {}
    func flush() throws { throw LedgerFault(file: "log.jsonl", what: "no space", fix: "make room") }
}
