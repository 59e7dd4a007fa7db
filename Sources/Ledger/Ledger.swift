import Campaign
import Delivery
import Foundation
import Primitives
import Uring

/// A campaign's durable memory: who was planned, what was intended, and how it ended.
///
/// A thread of its own makes everything durable, many things in one commit. Any error ends that: nothing is published
/// any more, every journal `hasFailed`, and `LedgerOptions.onFault` is called once.
///
/// Order: `plan` with a recipient's row returns before the recipient is given to a worker. Then its row is never
/// durable later than any step of it.
package final class Ledger: Sendable {
    private let file: String
    private let options: LedgerOptions
    private let queue: WriterQueue
    private let status: LedgerStatus
    private let end: Answer<Void>
    private let warmupKeys: WarmupKeys

    /// What was found when the campaign was opened.
    package let recovery: Recovery

    /// Opens the campaign of a state directory, or begins one.
    ///
    /// What the last process left undone is in order before this returns: messages that were under way are held or
    /// sent again, as the policy says. Inputs that have changed are refused, unless the options accept them; then
    /// rows behind the last one planned are read too, and those before it must be the same as they were: the caller
    /// makes sure.
    package static func open(
        in directory: StateDirectory, _ options: LedgerOptions
    ) throws(LedgerFault) -> Ledger {
        let file = directory.ledgerFile
        if !options.isMade && !FileManager.default.fileExists(atPath: file) {
            throw LedgerFault(file, "does not exist", "send the campaign first")
        }
        return try open(
            file: file, options, { () throws(LedgerFault) in try SQLiteStorage(directory) },
            atEnd: { directory.release() })
    }

    /// - Parameters:
    ///   - makeStorage: called on the ledger's thread, which is the only one that uses it.
    ///   - atEnd: called when the storage is closed, or could not be opened.
    static func open(
        file: String, _ options: LedgerOptions,
        _ makeStorage: @escaping @Sendable () throws(LedgerFault) -> any LedgerStorage,
        atEnd: @escaping @Sendable () -> Void = {}
    ) throws(LedgerFault) -> Ledger {
        let queue = WriterQueue(mostPlanBytes: options.mostPlanBytesWaiting)
        let status = LedgerStatus()
        let warmupKeys = WarmupKeys()
        let opening = Answer<Recovery>()
        let end = Answer<Void>()
        try startThread {
            do throws(LedgerFault) {
                let opened = try LedgerOpening(options: options, file: file, storage: try makeStorage()).open()
                opening.prepare(.success(opened.recovery))
                var writer = LedgerWriter(opened, options, queue, status, warmupKeys)
                opening.give()
                writer.run()
                atEnd()
            } catch {
                opening.prepare(.failure(error.named(file)))
                atEnd()
                opening.give()
            }
            end.prepare(status.fault.map { .failure($0) } ?? .success(()))
            end.give()
        }
        return Ledger(file, options, queue, status, end, warmupKeys, recovery: try opening.wait())
    }

    private static func startThread(_ body: @escaping @Sendable () -> Void) throws(LedgerFault) {
        do throws(SystemFault) { _ = try NativeThread.start(body) } catch {
            throw LedgerFault(LedgerFault.file, "\(error)", "end other programs, and try again")
        }
    }

    private init(
        _ file: String, _ options: LedgerOptions, _ queue: WriterQueue, _ status: LedgerStatus, _ end: Answer<Void>,
        _ warmupKeys: WarmupKeys, recovery: Recovery
    ) {
        self.file = file
        self.options = options
        self.queue = queue
        self.status = status
        self.end = end
        self.warmupKeys = warmupKeys
        self.recovery = recovery
    }

    deinit { queue.close() }

    // MARK: - Workers

    /// A journal for one worker.
    ///
    /// - Parameter wake: called on the ledger's thread whenever `durable` has grown, and after a fault.
    package func journal(wakingWith wake: @escaping @Sendable () -> Void) -> WorkerJournal {
        let journal = WorkerJournal(
            status, queue, options.failpoints, isLogging: options.makeSink != nil, wake: wake)
        status.add(journal)
        return journal
    }

    /// The number by which workers count for a source and a site (`Journal.counts`). From any thread; cheap.
    package func warmupKey(source: String, site: String) -> Int32 {
        warmupKeys.key(source: source, site: site)
    }

    /// What warmups had counted when the campaign was opened.
    package var warmups: [WarmupRow] { recovery.warmups }

    /// The suspensions that were in force when the campaign was opened.
    package var suspensions: [Suspension] { recovery.suspensions }

    // MARK: - Whoever reads the list

    /// Enters rows that were read for the first time. Those that get mail count as handed over.
    ///
    /// Blocks while too many wait; returns at once after a fault.
    package func plan(_ batch: consuming PlanBatch) {
        guard !status.hasFailed && !batch.isEmpty else { return }
        queue.plan(batch)
    }

    /// The list is at its end: all rows were planned.
    package func planningEnded() throws(LedgerFault) {
        try ask { (core, _, _) in core.completePlanning() }
    }

    /// The lines that are due now and that no worker has: they count as handed over from here on, until a verdict
    /// falls. All lines behind `Standing.plannedThrough` are selected too, while planning is not complete.
    ///
    /// - Returns: nil when there is nothing to read the list for.
    package func takeSelection(at now: Instant) throws(LedgerFault) -> LineSelection? {
        let time = now.unixMicroseconds(origin: options.unixOrigin)
        return try ask { (core, _, _) in core.takeSelection(at: time) }
    }

    /// Puts off recipients that were planned or selected and given to no worker, because their time has not come:
    /// they are selected again when it has. It counts as no attempt, and the time for giving up does not begin. Those
    /// that were settled meanwhile are left as they are.
    ///
    /// Blocks until that is durable: many lines at once cost as much as one.
    ///
    /// - Parameter until: microseconds since 1970.
    /// - Returns: how many.
    package func postpone(_ lines: [Int], until: Int64) throws(LedgerFault) -> Int {
        try ask { (core, _, now) throws(LedgerFault) in
            let open = core.states.lines(lines, takingStep: .postponed)
            try core.postpone(open, until: until, at: now)
            return open.count
        }
    }

    // MARK: - The operator

    /// What is durable.
    package var standing: Standing { status.standing }

    /// Why nothing becomes durable any more.
    package var fault: LedgerFault? { status.fault }

    /// Sends to nobody any more whom no worker has; those whom a worker has are cancelled by `close`, unless they
    /// have been tried by then. Recipients in doubt stay in doubt.
    package func cancel() throws(LedgerFault) {
        try ask { (core, _, now) throws(LedgerFault) in try core.cancel(at: now) }
    }

    /// Decides about recipients held in doubt.
    ///
    /// - Returns: how many.
    package func resolve(_ choice: DoubtChoice, _ resolution: Resolution) throws(LedgerFault) -> Int {
        try ask { (core, storage, now) throws(LedgerFault) in
            let lines = try choice.lines(core.states, storage)
            try core.resolve(lines, resolution, at: now)
            return lines.count
        }
    }

    /// Gives up recipients that wait or were put off: those of them that do are dropped, with the reason.
    ///
    /// - Returns: how many.
    package func drop(_ lines: [Int], because reason: String) throws(LedgerFault) -> Int {
        try ask { (core, _, now) throws(LedgerFault) in
            let open = core.states.lines(lines, takingStep: .dropped)
            try core.drop(open, because: reason, at: now)
            return open.count
        }
    }

    /// The value that is kept under a name, which is this one when none was kept before.
    package func remember(_ name: String, _ value: String) throws(LedgerFault) -> String {
        try ask { (core, storage, _) throws(LedgerFault) in
            if let kept = try storage.facts().text(name) { return kept }
            core.note(LedgerFact(name, .text(value)))
            return value
        }
    }

    /// Keeps a value under a name, in place of the one that was kept before.
    package func keep(_ name: String, _ value: String) throws(LedgerFault) {
        try ask { (core, _, _) in core.note(LedgerFact(name, .text(value))) }
    }

    /// Notes who did what.
    package func note(audit what: String, by who: String) throws(LedgerFault) {
        try ask { (core, _, now) in core.note(AuditEntry(at: now, who: who, what: what)) }
    }

    /// Makes durable what still waits, closes the files, and gives the directory back. The workers must have ended.
    package func close() throws(LedgerFault) {
        queue.close()
        try end.wait()
    }

    /// Has the ledger's thread do something, and waits until that is durable.
    private func ask<Value: Sendable>(
        _ work: @escaping @Sendable (inout LedgerCore, any LedgerStorage, Int64) throws(LedgerFault) -> Value
    ) throws(LedgerFault) -> Value {
        let answer = Answer<Value>()
        let request = WriterQueue.Request(
            perform: { [file] (core, storage, now) in
                do throws(LedgerFault) { answer.prepare(.success(try work(&core, storage, now))) } catch {
                    answer.prepare(.failure(error.named(file)))
                }
            },
            finish: { fault in
                if let fault { answer.fail(fault) }
                answer.give()
            })
        guard queue.append(request) else {
            throw status.fault ?? LedgerFault.misused("the ledger is closed").named(file)
        }
        return try answer.wait()
    }
}

/// Which of the recipients held in doubt.
package enum DoubtChoice: Hashable, Sendable {
    case all
    case lines([Int])
    case addresses([String])

    /// The lines meant, or what of them is not in doubt.
    func lines(_ states: RecipientStates, _ storage: any LedgerStorage) throws(LedgerFault) -> [Int] {
        switch self {
        case .all: return states.lines(in: .inDoubt)
        case .lines(let lines):
            for line in lines where states.state(of: line) != .inDoubt {
                throw notInDoubt("line \(line)")
            }
            return Set(lines).sorted()
        case .addresses(let addresses): return try lines(of: addresses, states, storage)
        }
    }

    private func lines(
        of addresses: [String], _ states: RecipientStates, _ storage: any LedgerStorage
    ) throws(LedgerFault) -> [Int] {
        var missing = Set(addresses.map { Array($0.utf8) })
        let wanted = missing
        var found: [Int] = []
        for line in states.lines(in: .inDoubt) {
            guard let address = try storage.address(of: line), wanted.contains(address) else { continue }
            found.append(line)
            missing.remove(address)
        }
        for address in addresses where missing.contains(Array(address.utf8)) { throw notInDoubt(address) }
        return found
    }

    private func notInDoubt(_ what: String) -> LedgerFault {
        LedgerFault(LedgerFault.file, "\(what) is not in doubt", "`sluice status` lists who is; nothing was changed")
    }
}
