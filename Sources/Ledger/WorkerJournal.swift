import Delivery
import Primitives
import Synchronization

/// A worker's journal: notes on the worker's thread, and passes them to the ledger's.
///
/// All but the atomics belongs to the worker's thread.
package final class WorkerJournal: Journal, OutcomeListener, @unchecked Sendable {
    private let status: LedgerStatus
    private let queue: WriterQueue
    private let failpoints: LedgerFailpoints?
    private let isLogging: Bool
    private let durableNumber = Atomic<UInt64>(0)
    let wake: @Sendable () -> Void
    /// One thread uses it, one call after the other: to check that at run time would cost more than a note itself.
    @exclusivity(unchecked) private var batch = StepBatch()
    private var lastNumber: UInt64 = 0

    init(
        _ status: LedgerStatus, _ queue: WriterQueue, _ failpoints: LedgerFailpoints?, isLogging: Bool,
        wake: @escaping @Sendable () -> Void
    ) {
        self.status = status
        self.queue = queue
        self.failpoints = failpoints
        self.isLogging = isLogging
        self.wake = wake
    }

    package var wantsAcceptances: Bool { isLogging }

    @inline(__always)
    private func change<Result>(_ body: (inout StepBatch) -> Result) -> Result { unsafe body(&batch) }

    package func intends(_ row: Span<UInt8>) -> UInt64 {
        change { $0.note(.intent, line: PackedRow(row).number) }
        return lastNumber + 1
    }

    package func withdraws(_ row: Span<UInt8>) {
        change { $0.note(.withdrawn, line: PackedRow(row).number) }
    }

    package func settled(
        _ row: Span<UInt8>, recipients: Int, _ verdict: Verdict, text: Span<UInt8>, _ attempt: Attempt
    ) {
        change { $0.note(row, verdict, text: text, attempt, isLogged: isLogging) }
    }

    package func accepted(_ row: Span<UInt8>) {
        change { $0.note(.accepted, line: PackedRow(row).number) }
    }

    package func postpones(_ row: Span<UInt8>, until: Int64) {
        change { $0.notes.postponed[until, default: []].append(PackedRow(row).number) }
    }

    package func counts(_ count: WarmupCount) { change { $0.notes.counts.append(count) } }

    package func suspends(scope: String, until: Int64, reason: String, rule: String) {
        change { $0.notes.suspensions.append(Suspension(scope: scope, until: until, reason: reason, rule: rule)) }
    }

    package func audits(_ what: String) { change { $0.notes.audits.append(what) } }

    package func handOver(at now: Instant) -> UInt64 {
        guard change({ !$0.isEmpty }) else { return lastNumber }
        failpoints?.pass(.beforeAppend)
        lastNumber += 1
        let steps = change { $0 }
        let spare = queue.append(WriterQueue.Batch(journal: self, number: lastNumber, steps: steps))
        change { $0 = StepBatch(reusing: spare) }
        failpoints?.pass(.afterAppend)
        return lastNumber
    }

    package var durable: UInt64 { durableNumber.load(ordering: .acquiring) }

    package var hasFailed: Bool { status.hasFailed }

    func publish(_ number: UInt64) {
        durableNumber.store(number, ordering: .releasing)
    }
}
