import Campaign
import Delivery
import Primitives

/// What the ledger knows and decides; pure: no clock, no file, no thread.
///
/// The owner applies what has happened, takes the commit, and makes it durable before anybody hears of it. To
/// recover: all recipients and all steps through `replay`, then `recover`.
struct LedgerCore: Sendable {
    private(set) var states = RecipientStates()
    private(set) var isPlanningComplete = false
    private(set) var isCancelled = false
    private let doubtPolicy: DoubtPolicy
    private let retry: RetrySchedule
    private var random: SeededRandom
    private var changes = LedgerCommit()
    private var rows = StepRows()
    private var hasRows = false

    init(doubtPolicy: DoubtPolicy, retry: RetrySchedule, seed: UInt64) {
        self.doubtPolicy = doubtPolicy
        self.retry = retry
        random = SeededRandom(seed: seed)
    }

    var standing: Standing {
        var standing = Standing()
        standing.counts = states.counts
        standing.plannedThrough = states.lastLine
        standing.isPlanningComplete = isPlanningComplete
        standing.isCancelled = isCancelled
        standing.handedOver = states.handedOver
        standing.nextDue = states.earliestDue == .max ? nil : max(0, states.earliestDue)
        return standing
    }

    // MARK: - What happens

    /// Rows were read and go to workers.
    mutating func plan(_ batch: PlanBatch) throws(LedgerFault) {
        for page in batch.pages { try plan(page) }
        changes.plans.append(batch)
    }

    private mutating func plan(_ page: RecipientPage) throws(LedgerFault) {
        let contents = page.contents
        for index in contents.indices {
            guard contents[index] != .nothing else { continue }
            let isRejected = contents[index] == .rejected
            guard states.plan(page.first + index, isRejected: isRejected, isHandedOver: true) else {
                throw .misused("line \(page.first + index) of the recipients was planned twice")
            }
        }
    }

    mutating func completePlanning() {
        isPlanningComplete = true
        note(LedgerFact(FactName.planningComplete, .number(1)))
    }

    /// Takes what a worker noted.
    ///
    /// - Parameter at: microseconds since 1970.
    mutating func apply(_ batch: borrowing StepBatch, at: Int64) throws(LedgerFault) {
        var cursor = StepCursor(batch.bytes.span)
        while cursor.next() {
            switch cursor.kind {
            case .intent, .withdrawn, .accepted: try take(cursor.kind, cursor.line, at)
            case .refused: try take(.refused, cursor.line, at, cursor.details, cursor.text)
            case .deferred: try putOff(cursor.line, at, cursor.details, cursor.text, otherwise: .expired)
            case .inDoubt: try doubt(cursor.line, at, cursor.details, cursor.text)
            case .expired, .resend, .dropped, .cancelled, .postponed:
                throw .misused("a worker noted a step that is not a worker's")
            }
        }
    }

    /// A message that is in doubt is never given up as undelivered: without a further attempt it is held.
    private mutating func doubt(
        _ line: Int, _ at: Int64, _ details: StepDetails, _ text: Span<UInt8>
    ) throws(LedgerFault) {
        switch doubtPolicy {
        case .hold: try take(.inDoubt, line, at, details, text)
        case .resend: try putOff(line, at, details, text, otherwise: .inDoubt)
        }
    }

    private mutating func putOff(
        _ line: Int, _ at: Int64, _ details: StepDetails, _ text: Span<UInt8>, otherwise: StepKind
    ) throws(LedgerFault) {
        let attempt = states.attempts(of: line) + 1
        let first = states.firstAttempt(of: line) ?? at
        let next = retry.next(afterAttempt: attempt, firstAttempt: first, now: at, random: &random)
        try take(next == nil ? otherwise : .deferred, line, at, details, text, nextAt: next)
    }

    private mutating func take(
        _ kind: StepKind, _ line: Int, _ at: Int64, _ details: StepDetails = StepDetails(),
        _ text: Span<UInt8> = Span(), nextAt: Int64? = nil
    ) throws(LedgerFault) {
        let taking = states.takeMarking(kind, for: line, at: at, nextAt: nextAt ?? 0)
        guard taking != .impossible else {
            throw .misused("line \(line) is \(states.state(of: line).name) and cannot become \(kind.name)")
        }
        rows.append(kind, line: line, at: at, isFirst: taking == .first, details: details, text: text, nextAt: nextAt)
        hasRows = true
    }

    mutating func note(_ fact: LedgerFact) { changes.facts.append(fact) }
    mutating func note(_ input: InputFingerprint) { changes.inputs.append(input) }
    mutating func note(_ entry: AuditEntry) { changes.audits.append(entry) }

    /// Imposes a suspension, or lifts it when its time is over.
    mutating func note(_ suspension: Suspension, at now: Int64) {
        let isOver = suspension.until <= now
        changes.suspensions.append(isOver ? .lifted(scope: suspension.scope) : .imposed(suspension))
    }

    /// What was counted, added up by source, site and hour.
    mutating func note(_ warmups: [WarmupRow]) { changes.warmups += warmups }

    /// Rows behind the last line are read again, though the list was at its end.
    mutating func reopenPlanning() {
        isPlanningComplete = false
        note(LedgerFact(FactName.planningComplete, .number(0)))
    }

    /// What is to be made durable now; the owner has it from here on.
    mutating func takeCommit() -> LedgerCommit {
        if hasRows { changes.steps = rows.takeAll() }
        for step in changes.steps { for line in step.lines { states.removeMark(Int(line)) } }
        hasRows = false
        let taken = changes
        changes = LedgerCommit()
        return taken
    }

    // MARK: - What the operator wants

    mutating func takeSelection(at now: Int64) -> LineSelection? {
        isCancelled ? nil : states.takeDue(at: now, isComplete: isPlanningComplete)
    }

    /// Cancels what no worker has; the rest when it has come back, at the latest with `endCancelling`.
    mutating func cancel(at: Int64) throws(LedgerFault) {
        if !isCancelled {
            isCancelled = true
            note(LedgerFact(FactName.cancelledAt, .number(at)))
        }
        try cancelLines(at: at, idle: true)
    }

    /// The workers have ended: what they had and did not try is cancelled too.
    mutating func endCancelling(at: Int64) throws(LedgerFault) {
        if isCancelled { try cancelLines(at: at, idle: false) }
    }

    private mutating func cancelLines(at: Int64, idle: Bool) throws(LedgerFault) {
        for line in states.lines(in: .waiting, idle: idle) + states.lines(in: .deferred, idle: idle) {
            try take(.cancelled, line, at)
        }
    }

    /// Settles lines, all of which are held in doubt.
    mutating func resolve(_ lines: [Int], _ resolution: Resolution, at: Int64) throws(LedgerFault) {
        for line in lines { try take(resolution == .resend ? .resend : .dropped, line, at) }
    }

    /// Gives up lines, all of which wait or were put off, whoever has them.
    mutating func drop(_ lines: [Int], because reason: String, at: Int64) throws(LedgerFault) {
        let text = Array(reason.utf8)
        for line in lines { try take(.dropped, line, at, StepDetails(), text.span) }
    }

    /// Puts lines off, all of which wait or were put off. It is no attempt.
    mutating func postpone(_ lines: [Int], until: Int64, at: Int64) throws(LedgerFault) {
        let text = Array("its time has not come".utf8)
        for line in lines { try take(.postponed, line, at, StepDetails(), text.span, nextAt: until) }
    }

    // MARK: - Recovery

    mutating func replay(line: Int, isRejected: Bool) throws(LedgerFault) {
        guard states.plan(line, isRejected: isRejected, isHandedOver: false) else {
            throw .damaged("it has recipient \(line), which cannot be")
        }
    }

    mutating func replay(_ step: StepRow) throws(LedgerFault) {
        for line in step.lines {
            guard states.take(step.kind, for: Int(line), at: step.at, nextAt: step.nextAt ?? 0) else {
                let state = states.state(of: Int(line)).name
                throw .damaged("step \(step.number) makes line \(line) \(step.kind.name), which is \(state)")
            }
        }
        rows.follow(step.number)
    }

    mutating func replay(_ facts: [LedgerFact]) {
        isPlanningComplete = facts.contains(LedgerFact(FactName.planningComplete, .number(1)))
        isCancelled = facts.contains { $0.name == FactName.cancelledAt }
    }

    /// After all was replayed: decides about the messages that were under way when the last process ended.
    ///
    /// - Returns: how many those were.
    mutating func recover(at: Int64) throws(LedgerFault) -> Int {
        let lines = states.lines(in: .intended)
        let kind = doubtPolicy == .hold ? StepKind.inDoubt : .resend
        let text = Array("the process ended before the reply was recorded".utf8)
        for line in lines { try take(kind, line, at, StepDetails(), text.span) }
        try endCancelling(at: at)
        findEarliestDue()
        return lines.count
    }

    /// Makes `Standing.nextDue` exact: replaying takes everybody for due at once.
    mutating func findEarliestDue() { states.findEarliestDue() }
}

/// What the operator decides about recipients in doubt.
package enum Resolution: String, Codable, Hashable, Sendable {
    case resend
    case drop
}

/// The names of facts. They never change.
enum FactName {
    static let schema = "schema"
    static let campaign = "campaign"
    static let doubtPolicy = "doubt_policy"
    static let createdAt = "created_at"
    static let planningComplete = "planning_complete"
    static let cancelledAt = "cancelled_at"
}

extension LedgerFault {
    static let file = "ledger.sqlite"

    /// The program's own mistake; what is durable stays right.
    static func misused(_ what: String) -> LedgerFault {
        LedgerFault(file, what, "resume the campaign, and report this as an error of sluice")
    }

    /// With the path in place of the bare name.
    func named(_ path: String) -> LedgerFault {
        var fault = self
        if file == LedgerFault.file { fault.file = path }
        return fault
    }

    static func damaged(_ what: String) -> LedgerFault {
        LedgerFault(file, "is damaged: \(what)", "restore the state directory from a copy")
    }
}
