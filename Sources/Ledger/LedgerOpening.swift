import Campaign
/// A ledger that was opened, with all that it knows.
struct OpenedLedger {
    var storage: any LedgerStorage
    var core: LedgerCore
    var log: AttemptLog?
    var file: String
    var recovery: Recovery
}

/// What was found when a campaign was opened.
package struct Recovery: Hashable, Sendable {
    /// Nothing was there.
    package var isNew = false
    /// Messages that were under way when the last process ended: held or sent again, as the policy says.
    package var inDoubt = 0
    /// Inputs that have changed since, and were accepted.
    package var changedInputs: [String] = []
    package var warmups: [WarmupRow] = []
    /// Those in force.
    package var suspensions: [Suspension] = []
}

/// Brings a campaign back to where the last process left it.
struct LedgerOpening {
    let options: LedgerOptions
    let file: String
    let storage: any LedgerStorage

    func open() throws(LedgerFault) -> OpenedLedger {
        let facts = try storage.facts()
        try check(facts)
        var core = LedgerCore(doubtPolicy: doubtPolicy(facts), retry: options.retry, seed: options.seed)
        try LedgerOpening.replay(storage, facts, into: &core)
        var recovery = Recovery(isNew: facts.isEmpty)
        let now = options.clock()
        if facts.isEmpty { begin(&core, at: now) }
        core.note(LedgerFact(FactName.doubtPolicy, .text(doubtPolicy(facts).rawValue)))
        recovery.changedInputs = try compareInputs(&core, at: now)
        recovery.inDoubt = try core.recover(at: now)
        recovery.warmups = try storage.warmups()
        recovery.suspensions = try suspensionsInForce(&core, at: now)
        options.failpoints?.pass(.beforeRecovery)
        try storage.commit(core.takeCommit())
        options.failpoints?.pass(.afterRecovery)
        return OpenedLedger(
            storage: storage, core: core, log: try makeLog(facts, at: now), file: file, recovery: recovery)
    }

    static func replay(
        _ storage: any LedgerStorage, _ facts: [LedgerFact], into core: inout LedgerCore,
        also see: (StepRow) -> Void = { _ in }
    ) throws(LedgerFault) {
        core.replay(facts)
        try storage.forEachRecipient { (line, isRejected) throws(LedgerFault) in
            try core.replay(line: line, isRejected: isRejected)
        }
        try storage.forEachStep { (step) throws(LedgerFault) in
            try core.replay(step)
            see(step)
        }
    }

    /// Those whose time is over go.
    private func suspensionsInForce(
        _ core: inout LedgerCore, at now: Int64
    ) throws(LedgerFault) -> [Suspension] {
        var inForce: [Suspension] = []
        for suspension in try storage.suspensions() {
            if suspension.until > now { inForce.append(suspension) } else { core.note(suspension, at: now) }
        }
        return inForce
    }

    private func doubtPolicy(_ facts: [LedgerFact]) -> DoubtPolicy {
        options.doubtPolicy ?? facts.text(FactName.doubtPolicy).flatMap(DoubtPolicy.init) ?? .hold
    }

    private func begin(_ core: inout LedgerCore, at now: Int64) {
        core.note(LedgerFact(FactName.schema, .number(LedgerSchema.version)))
        core.note(LedgerFact(FactName.campaign, .text(options.campaign)))
        core.note(LedgerFact(FactName.createdAt, .number(now)))
    }

    private func check(_ facts: [LedgerFact]) throws(LedgerFault) {
        guard !facts.isEmpty || options.isMade else {
            throw LedgerFault(file, "holds no campaign", "send the campaign first")
        }
        guard let campaign = facts.text(FactName.campaign), !options.campaign.isEmpty else { return }
        guard campaign == options.campaign else {
            throw LedgerFault(
                file, "belongs to the campaign \(campaign)", "choose another state directory")
        }
    }

    private func compareInputs(_ core: inout LedgerCore, at now: Int64) throws(LedgerFault) -> [String] {
        guard !options.inputs.isEmpty else { return [] }
        let old = try storage.inputs()
        let changed = InputChange.changes(from: old, to: options.inputs)
        guard changed.isEmpty || old.isEmpty || options.acceptsChanges else {
            throw InputChange.fault(changed, file: file)
        }
        try checkList(old)
        for input in options.inputs { core.note(input) }
        guard !old.isEmpty else { return [] }
        for change in changed {
            core.note(AuditEntry(at: now, who: "sluice", what: "accepted a change: \(change.sentence)"))
        }
        if changed.contains(where: { $0.name == "recipients" }) { core.reopenPlanning() }
        return changed.map(\.name)
    }

    /// A line of the list stands for a recipient for good: rows may only be added behind the last.
    private func checkList(_ old: [InputFingerprint]) throws(LedgerFault) {
        guard let before = old.first(where: { $0.name == "recipients" }),
            let now = options.inputs.first(where: { $0.name == "recipients" }), now.sha256 != before.sha256
        else { return }
        let isExtended: Bool
        do throws(FileFault) { isExtended = try before.isBeginning(of: now.path) } catch {
            throw LedgerFault(error.file, error.what, error.fix)
        }
        guard isExtended else {
            throw LedgerFault(
                now.path, "is not the list that was begun with more rows behind it",
                "put the list back, or begin a campaign of its own with another --state")
        }
    }

    private func makeLog(_ facts: [LedgerFact], at now: Int64) throws(LedgerFault) -> AttemptLog? {
        guard let makeSink = options.makeSink else { return nil }
        let name = "\(options.campaign)-\(facts.number(FactName.createdAt) ?? now)"
        do { return AttemptLog(sink: try makeSink(name)) } catch let fault as LedgerFault { throw fault } catch {
            throw LedgerFault("log", "cannot be written: \(error)", "choose another file")
        }
    }
}

/// How an input differs from what it was.
struct InputChange: Hashable {
    var name: String
    var sentence: String

    static func changes(from old: [InputFingerprint], to new: [InputFingerprint]) -> [InputChange] {
        var changes: [InputChange] = []
        for input in new {
            guard let before = old.first(where: { $0.name == input.name }) else {
                changes.append(InputChange(name: input.name, sentence: "the \(input.name) (\(input.path)) is new"))
                continue
            }
            guard before.sha256 != input.sha256 || before.bytes != input.bytes else { continue }
            let size = before.bytes == input.bytes ? "" : ", \(before.bytes) bytes before and \(input.bytes) now"
            changes.append(
                InputChange(name: input.name, sentence: "the \(input.name) (\(input.path)) has changed\(size)"))
        }
        for before in old where !new.contains(where: { $0.name == before.name }) {
            changes.append(InputChange(name: before.name, sentence: "the \(before.name) (\(before.path)) is gone"))
        }
        return changes
    }

    static func fault(_ changes: [InputChange], file: String) -> LedgerFault {
        var fault = LedgerFault(
            file, "the campaign is not the one that was begun: \(changes.map(\.sentence).joined(separator: "; "))",
            "restore what has changed, or resume with --accept-changes")
        fault.isOfInput = true
        return fault
    }
}

extension [LedgerFact] {
    func text(_ name: String) -> String? {
        for fact in self where fact.name == name {
            if case .text(let text) = fact.value { return text }
        }
        return nil
    }

    func number(_ name: String) -> Int64? {
        for fact in self where fact.name == name {
            if case .number(let number) = fact.value { return number }
        }
        return nil
    }
}
