import Delivery
import Primitives

/// The ledger's thread: takes all that waits, makes it durable in one commit, tells those who wait, and begins again
/// at once. There is no timer: while one commit is written, the next one gathers.
struct LedgerWriter {
    private let options: LedgerOptions
    private let queue: WriterQueue
    private let status: LedgerStatus
    private let storage: any LedgerStorage
    private let log: AttemptLog?
    private let file: String
    private var core: LedgerCore
    private var warmups = WarmupSums()
    private let warmupKeys: WarmupKeys

    init(
        _ opened: consuming OpenedLedger, _ options: LedgerOptions, _ queue: WriterQueue, _ status: LedgerStatus,
        _ warmupKeys: WarmupKeys
    ) {
        self.options = options
        self.warmupKeys = warmupKeys
        self.queue = queue
        self.status = status
        storage = opened.storage
        log = opened.log
        file = opened.file
        core = opened.core
        status.publish(core.standing)
    }

    /// Runs until the queue is closed.
    mutating func run() {
        while true {
            let work = queue.takeAll()
            let fault = status.fault ?? outcome(of: work)
            for request in work.requests { request.finish(fault) }
            queue.recycle(work.batches)
            if work.isClosing { break }
        }
        do throws(LedgerFault) { try storage.close() } catch { fail(error) }
    }

    private mutating func outcome(of work: borrowing WriterQueue.Work) -> LedgerFault? {
        do throws(LedgerFault) {
            try perform(work)
            return nil
        } catch {
            fail(error)
            return status.fault
        }
    }

    private mutating func perform(_ work: borrowing WriterQueue.Work) throws(LedgerFault) {
        let now = options.clock()
        for plan in work.plans { try core.plan(plan) }
        for batch in work.batches {
            try core.apply(batch.steps, at: now)
            if !batch.steps.notes.isEmpty { try note(batch.steps.notes, at: now) }
        }
        for request in work.requests { request.perform(&core, storage, now) }
        if work.isClosing { try core.endCancelling(at: now) }
        core.note(warmups.takeAll())
        try commit()
        publish(work.batches)
        try log?.write(work.batches, core.states, unixOrigin: options.unixOrigin)
    }

    private mutating func note(_ notes: PacingNotes, at now: Int64) throws(LedgerFault) {
        for count in notes.counts { try warmups.add(count, warmupKeys) }
        for suspension in notes.suspensions { core.note(suspension, at: now) }
        for (until, lines) in notes.postponed.sorted(by: { $0.key < $1.key }) {
            try core.postpone(core.states.lines(lines, takingStep: .postponed), until: until, at: now)
        }
        for what in notes.audits { core.note(AuditEntry(at: now, who: "pacing", what: what)) }
    }

    private mutating func commit() throws(LedgerFault) {
        let changes = core.takeCommit()
        guard !changes.isEmpty else { return }
        options.failpoints?.pass(.beforeCommit)
        try storage.commit(changes)
        options.failpoints?.pass(.afterCommit)
    }

    private func publish(_ batches: [WriterQueue.Batch]) {
        options.failpoints?.pass(.beforePublication)
        status.publish(core.standing)
        var told: [WorkerJournal] = []
        for batch in batches {
            batch.journal.publish(batch.number)
            if !told.contains(where: { $0 === batch.journal }) { told.append(batch.journal) }
        }
        for journal in told { journal.wake() }
        options.failpoints?.pass(.afterPublication)
    }

    /// The first fault is the last thing that is said.
    private func fail(_ fault: LedgerFault) {
        guard !status.hasFailed else { return }
        let named = fault.named(file)
        status.fail(named)
        options.onFault(named)
    }
}

/// Passes the attempts of a commit to the log, when there is one.
struct AttemptLog {
    let sink: any AttemptSink

    func write(
        _ batches: [WriterQueue.Batch], _ states: RecipientStates, unixOrigin: Int64
    ) throws(LedgerFault) {
        for batch in batches {
            var cursor = StepCursor(batch.steps.bytes.span)
            while cursor.next() {
                if cursor.isLogged { write(cursor, states, unixOrigin: unixOrigin) }
            }
        }
        do { try sink.flush() } catch let fault as LedgerFault { throw fault } catch {
            throw LedgerFault("log", "cannot be written: \(error)", "check the disk, and resume the campaign")
        }
    }

    private func write(_ cursor: borrowing StepCursor, _ states: RecipientStates, unixOrigin: Int64) {
        guard let outcome = cursor.kind.outcome else { return }
        let state = states.state(of: cursor.line)
        let ended = cursor.attempt.ended + Interval(nanoseconds: unixOrigin)
        var record = AttemptRecord(
            at: ended.nanoseconds / 1_000, line: cursor.line, address: cursor.address, outcome: outcome,
            state: state, text: cursor.text)
        record.code = Int(cursor.details.code)
        record.enhanced = cursor.details.enhanced
        let isCounted = state == .deferred || state == .inDoubt
        record.attempt = states.attempts(of: cursor.line) + (isCounted ? 0 : 1)
        record.site = cursor.attempt.site
        record.sessionMessages = cursor.attempt.sessionMessages
        record.durations = AttemptDurations(of: cursor.attempt)
        sink.write(record)
    }
}
