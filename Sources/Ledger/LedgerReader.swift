import Campaign
import Delivery
import Foundation
import Primitives
import SMTP

/// Looks at a campaign's ledger, whether a process is sending it or not: as it was at one moment, that of opening.
package final class LedgerReader {
    package let campaign: String
    /// Microseconds since 1970.
    package let createdAt: Int64
    package let inputs: [InputFingerprint]
    /// Without what only the sending process knows: `handedOver` is 0.
    package let standing: Standing
    /// Who is using the state directory, as "process 123 on host"; nil when nobody is.
    package let holder: String?
    private let facts: [LedgerFact]
    let storage: SQLiteStorage
    let core: LedgerCore
    private let lastSteps: PagedNumbers
    private let file: String

    /// - Parameter path: the state directory.
    package init(path: String) throws(LedgerFault) {
        try StateDirectory.check(path)
        file = StateDirectory.ledgerFile(in: path)
        guard FileManager.default.fileExists(atPath: file) else {
            throw LedgerFault(file, "does not exist", "send the campaign first")
        }
        holder = StateDirectory.holder(of: path)
        storage = try SQLiteStorage(reading: file)
        facts = try storage.facts()
        campaign = facts.text(FactName.campaign) ?? ""
        createdAt = facts.number(FactName.createdAt) ?? 0
        inputs = try storage.inputs()
        var core = LedgerCore(doubtPolicy: .hold, retry: RetrySchedule(), seed: 0)
        var lastSteps = PagedNumbers()
        try LedgerOpening.replay(storage, facts, into: &core) { step in
            for line in step.lines { lastSteps[Int(line)] = UInt32(clamping: step.number) }
        }
        core.findEarliestDue()
        standing = core.standing
        self.core = core
        self.lastSteps = lastSteps
    }

    /// What `Ledger.remember` has kept under a name.
    package func remembered(_ name: String) -> String? { facts.text(name) }

    /// What is kept under names that begin so, without that beginning, by name.
    package func remembered(beginning prefix: String) -> [(name: String, value: String)] {
        let found = facts.compactMap { fact -> (name: String, value: String)? in
            guard fact.name.utf8.starts(with: prefix.utf8), let value = facts.text(fact.name) else { return nil }
            return (String(decoding: fact.name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self), value)
        }
        return found.sorted { $0.name < $1.name }
    }

    /// The recipients that may have the message: those held, and, when no process is sending, those whose messages
    /// were under way when the last one ended.
    package func doubtful() throws(LedgerFault) -> [DoubtfulRecipient] {
        let unsettled = holder == nil ? core.states.lines(in: .intended) : []
        var found: [DoubtfulRecipient] = []
        for line in (core.states.lines(in: .inDoubt) + unsettled).sorted() {
            found.append(DoubtfulRecipient(line: line, address: try storage.address(of: line) ?? []))
        }
        return found
    }

    /// Calls `body` for each row of the list that was read, by its line.
    package func forEachOutcome(_ body: (OutcomeRow) throws -> Void) throws {
        var failure: (any Error)?
        do throws(LedgerFault) {
            let details = try StepReading(storage)
            try storage.forEachRecipient { (line, address, reason) throws(LedgerFault) in
                let outcome = try outcome(line, address, reason, details)
                do { try body(outcome) } catch {
                    failure = error
                    throw .misused("reading was stopped")
                }
            }
        } catch { throw failure ?? error }
    }

    /// Calls `body` for the recipients in these states, by their line: for few among many, as it looks for each.
    package func forEachOutcome(in states: [LineState], _ body: (OutcomeRow) throws -> Void) throws {
        var failure: (any Error)?
        do throws(LedgerFault) {
            let details = try StepReading(storage)
            let lines = states.flatMap { core.states.lines(in: $0) }.sorted()
            try storage.forEachRecipient(on: lines) { (line, address, reason) throws(LedgerFault) in
                let outcome = try outcome(line, address, reason, details)
                do { try body(outcome) } catch {
                    failure = error
                    throw .misused("reading was stopped")
                }
            }
        } catch { throw failure ?? error }
    }

    func outcome(
        _ line: Int, _ address: Span<UInt8>, _ reason: Span<UInt8>, _ details: StepReading
    ) throws(LedgerFault) -> OutcomeRow {
        let state = core.states.state(of: line)
        var outcome = OutcomeRow(line: line, address: [UInt8](copying: address), state: state)
        outcome.text = [UInt8](copying: reason)
        outcome.attempts = core.states.attempts(of: line) + (state.isOneMoreAttempt ? 1 : 0)
        let number = lastSteps[line]
        guard number > 0 else { return outcome }
        let step = try details.step(Int64(number))
        outcome.at = step.at
        outcome.code = Int(step.details.code)
        outcome.enhanced = step.details.enhanced
        outcome.text = step.text
        outcome.nextAt = step.nextAt
        return outcome
    }

    /// What does not add up; empty for a sound ledger. Reads the whole file.
    package func problems() throws(LedgerFault) -> [String] {
        var problems = try storage.damages()
        var rows = 0
        try storage.forEachRecipient { (_, _, _) in rows += 1 }
        if rows != standing.counts.total {
            problems.append("\(rows) recipients are entered, \(standing.counts.total) are in some state")
        }
        return problems
    }
}

/// Somebody who may have got the message.
package struct DoubtfulRecipient: Hashable, Sendable {
    package var line: Int
    package var address: [UInt8]
}

/// Where one recipient stands, and what led there last.
package struct OutcomeRow: Hashable, Sendable {
    package var line: Int
    package var address: [UInt8]
    package var state: LineState
    /// The last reply's; 0 when none decided.
    package var code = 0
    package var enhanced: EnhancedCode?
    /// The words of the last reply, or why there was none, or why the row gets no mail; empty for none.
    package var text: [UInt8] = []
    /// When it came to this: microseconds since 1970; nil when nothing has happened yet.
    package var at: Int64?
    package var attempts = 0
    /// When a recipient that was put off is due.
    package var nextAt: Int64?

    package init(line: Int, address: [UInt8], state: LineState) {
        self.line = line
        self.address = address
        self.state = state
    }
}

extension LineState {
    /// Whether an attempt led here that `RecipientStates.attempts` does not count.
    fileprivate var isOneMoreAttempt: Bool {
        switch self {
        case .intended, .accepted, .refused, .expired: true
        case .unseen, .waiting, .rejected, .deferred, .inDoubt, .dropped, .cancelled: false
        }
    }
}

/// Reads steps by their number, and keeps some: neighbours in the list often share one.
final class StepReading {
    private let statement: SQLiteStatement
    private let storage: SQLiteStorage
    private var kept: [Int64: StepRow] = [:]
    private static let mostKept = 10_000

    init(_ storage: SQLiteStorage) throws(LedgerFault) {
        self.storage = storage
        statement = try storage.statement(
            "SELECT number, at, kind, code, enhanced, text, next_at, '[]' FROM step WHERE number = ?")
    }

    func step(_ number: Int64) throws(LedgerFault) -> StepRow {
        if let step = kept[number] { return step }
        let step = try storage.step(number, with: statement)
        if kept.count >= StepReading.mostKept { kept.removeAll(keepingCapacity: true) }
        kept[number] = step
        return step
    }
}
