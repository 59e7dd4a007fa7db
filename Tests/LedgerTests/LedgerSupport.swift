import Delivery
import Foundation
import Measurement
import Primitives
import SMTP
import Synchronization
import TestSupport

@testable import Ledger

/// A packed row without merge fields.
func packedRow(_ line: Int, _ address: String) -> [UInt8] {
    var buffer = ByteBuffer(capacity: 512)
    var writer = buffer.writer()
    PackedRow.begin(number: line, fieldCount: 1, into: &writer)
    let bytes = Array(address.utf8)
    PackedRow.append(bytes.span, into: &writer)
    return [UInt8](copying: buffer.bytes(0..<writer.count))
}

func address(_ line: Int) -> String { "r\(line)@list.example" }

extension PlanBatch {
    init(lines: ClosedRange<Int>, suppressed: Set<Int> = []) {
        self.init()
        for line in lines {
            let address = Array(address(line).utf8)
            let reason = Array((suppressed.contains(line) ? "suppressed" : "").utf8)
            append(line: line, address: address.span, reason: reason.span)
        }
    }
}

extension Verdict {
    static let accepted = Verdict(Reply(code: 250, enhanced: EnhancedCode(2, 0, 0)), at: .content)
    static let refused = Verdict(Reply(code: 550, enhanced: EnhancedCode(5, 1, 1)), at: .recipient)
    static let deferred = Verdict(Reply(code: 451), at: .recipient)
    static let inDoubt = Verdict(outcome: .inDoubt, cause: .lostAfterContent(.connectionLost))
}

/// What a test says to a journal in place of a worker.
extension WorkerJournal {
    func intends(_ line: Int) {
        let row = packedRow(line, address(line))
        _ = intends(row.span)
    }

    func withdraws(_ line: Int) {
        let row = packedRow(line, address(line))
        withdraws(row.span)
    }

    func postpones(_ line: Int, until: Int64) {
        let row = packedRow(line, address(line))
        postpones(row.span, until: until)
    }

    func settled(_ line: Int, _ verdict: Verdict, _ words: String = "", ended: Instant = .zero) {
        let row = packedRow(line, address(line))
        let text = Array(words.utf8)
        settled(row.span, recipients: 1, verdict, text: text.span, Attempt(site: 0, ended: ended))
    }

    func handOver() -> UInt64 { handOver(at: .zero) }
}

/// A ledger with its journal, whose thread a test can wait for.
struct LedgerBench {
    let ledger: Ledger
    let journal: WorkerJournal
    private let woken: DispatchSemaphore

    init(_ ledger: Ledger) {
        let woken = DispatchSemaphore(value: 0)
        self.ledger = ledger
        self.woken = woken
        journal = ledger.journal { woken.signal() }
    }

    init(_ directory: TestDirectory, _ options: LedgerOptions = .usual) throws {
        self.init(try Ledger.open(in: StateDirectory(path: directory.file("state")), options))
    }

    /// Six recipients in as many states, and one that is rejected.
    func fillWithOneOfEach() {
        ledger.plan(PlanBatch(lines: 2...8, suppressed: [3]))
        for line in [2, 4, 5, 8] { journal.intends(line) }
        makeDurable()
        journal.settled(2, .accepted)
        journal.settled(4, .deferred, "later")
        journal.settled(5, .inDoubt)
        journal.settled(6, .refused, "no such user")
        makeDurable()
    }

    /// Hands over and waits until that is durable, or never will be.
    func makeDurable() {
        waitFor(journal.handOver())
    }

    func waitFor(_ number: UInt64) {
        while journal.durable < number && !journal.hasFailed { woken.wait() }
    }
}

extension LedgerOptions {
    static var usual: LedgerOptions {
        var options = LedgerOptions(campaign: "test", doubtPolicy: .hold)
        options.failpoints = nil
        return options
    }
}

/// A clock that stands still until it is set.
final class TestClock: Sendable {
    private let value: Atomic<Int64>

    init(_ start: Int64 = 1_000_000) { value = Atomic(start) }

    var now: Int64 {
        get { value.load(ordering: .relaxed) }
        set { value.store(newValue, ordering: .relaxed) }
    }
}
