import Campaign
import SMTP

/// Where a ledger is kept. Used by one thread.
///
/// A commit is whole or does not exist, whatever happens to the process or the machine, and what was committed comes
/// back in its order. After an error nothing more is asked of it.
package protocol LedgerStorage: AnyObject {
    /// Durable on return.
    func commit(_ changes: LedgerCommit) throws(LedgerFault)

    /// All facts, in no order.
    func facts() throws(LedgerFault) -> [LedgerFact]

    func inputs() throws(LedgerFault) -> [InputFingerprint]

    /// Calls `body` for each row that was planned, by its line.
    func forEachRecipient(
        _ body: (_ line: Int, _ isRejected: Bool) throws(LedgerFault) -> Void
    ) throws(LedgerFault)

    /// Calls `body` for each step, by its number.
    func forEachStep(_ body: (StepRow) throws(LedgerFault) -> Void) throws(LedgerFault)

    func address(of line: Int) throws(LedgerFault) -> [UInt8]?

    /// All that warmups have counted, by source, site and hour.
    func warmups() throws(LedgerFault) -> [WarmupRow]

    /// Those that were not lifted, by their scope.
    func suspensions() throws(LedgerFault) -> [Suspension]

    func close() throws(LedgerFault)
}

/// What one transaction adds.
package struct LedgerCommit: Sendable {
    package var plans: [PlanBatch] = []
    package var steps: [StepRow] = []
    /// Each takes the place of the fact of the same name.
    package var facts: [LedgerFact] = []
    /// Each takes the place of the input of the same name.
    package var inputs: [InputFingerprint] = []
    package var audits: [AuditEntry] = []
    /// What is to be added to each hour's counts.
    package var warmups: [WarmupRow] = []
    package var suspensions: [SuspensionChange] = []

    package init() {}

    package var isEmpty: Bool {
        plans.isEmpty && steps.isEmpty && facts.isEmpty && inputs.isEmpty && audits.isEmpty && warmups.isEmpty
            && suspensions.isEmpty
    }
}

package enum SuspensionChange: Hashable, Sendable {
    /// Takes the place of the suspension of the same scope.
    case imposed(Suspension)
    case lifted(scope: String)
}

/// Steps of one commit that differ in their lines only.
package struct StepRow: Hashable, Sendable {
    /// Counted from 1 without gaps.
    package var number: Int64
    /// Microseconds since 1970.
    package var at: Int64
    package var kind: StepKind
    package var details: StepDetails
    /// The words of the reply, or why there was none; empty for none.
    package var text: [UInt8]
    /// When the lines are due, for `deferred`.
    package var nextAt: Int64?
    package var lines: [UInt32]

    package init(
        number: Int64, at: Int64, kind: StepKind, details: StepDetails = StepDetails(), text: [UInt8] = [],
        nextAt: Int64? = nil, lines: [UInt32]
    ) {
        self.number = number
        self.at = at
        self.kind = kind
        self.details = details
        self.text = text
        self.nextAt = nextAt
        self.lines = lines
    }
}

/// One thing to know about the campaign.
package struct LedgerFact: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case number(Int64)
        case text(String)
    }

    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }
}

/// Who did what, for those who ask later.
package struct AuditEntry: Hashable, Sendable {
    package var at: Int64
    package var who: String
    package var what: String

    package init(at: Int64, who: String, what: String) {
        self.at = at
        self.who = who
        self.what = what
    }
}
