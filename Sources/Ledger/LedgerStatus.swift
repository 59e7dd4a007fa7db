import Synchronization

/// What the ledger's thread tells all others.
final class LedgerStatus: Sendable {
    private let isFailed = Atomic(false)
    private let latest = Mutex(Standing())
    private let firstFault = Mutex<LedgerFault?>(nil)
    private let journals = Mutex<[WorkerJournal]>([])

    var hasFailed: Bool { isFailed.load(ordering: .acquiring) }
    var fault: LedgerFault? { firstFault.withLock { $0 } }
    var standing: Standing { latest.withLock { $0 } }

    func publish(_ standing: Standing) {
        latest.withLock { $0 = standing }
    }

    func add(_ journal: WorkerJournal) {
        journals.withLock { $0.append(journal) }
    }

    /// Nothing is published from here on; all workers are woken.
    func fail(_ fault: LedgerFault) {
        firstFault.withLock { $0 = fault }
        isFailed.store(true, ordering: .releasing)
        for journal in journals.withLock({ $0 }) { journal.wake() }
    }
}
