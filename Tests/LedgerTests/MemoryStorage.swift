import Campaign
import Primitives
import Synchronization

@testable import Ledger

/// What outlives a process in a test: the commits that were made, and a fault to come.
final class MemoryDisk: Sendable {
    struct Contents {
        var commits: [LedgerCommit] = []
        var operations = 0
        /// The operation that fails, counted from 1, and all after it; 0 for none.
        var failingOperation = 0
    }

    static let fault = LedgerFault(file: "disk", what: "no space", fix: "make room")

    private let contents = Mutex(Contents())

    var commits: [LedgerCommit] { contents.withLock { $0.commits } }
    var operations: Int { contents.withLock { $0.operations } }

    func fail(at operation: Int) {
        contents.withLock {
            $0.operations = 0
            $0.failingOperation = operation
        }
    }

    func operate() throws(LedgerFault) {
        let isFailing = contents.withLock {
            $0.operations += 1
            return $0.failingOperation > 0 && $0.operations >= $0.failingOperation
        }
        if isFailing { throw MemoryDisk.fault }
    }

    func append(_ commit: LedgerCommit) {
        contents.withLock { $0.commits.append(commit) }
    }
}

/// A ledger's storage in memory.
final class MemoryStorage: LedgerStorage {
    private let disk: MemoryDisk

    init(_ disk: MemoryDisk) { self.disk = disk }

    func commit(_ changes: LedgerCommit) throws(LedgerFault) {
        try disk.operate()
        disk.append(changes)
    }

    func facts() throws(LedgerFault) -> [LedgerFact] {
        try disk.operate()
        var facts: [LedgerFact] = []
        for fact in disk.commits.flatMap(\.facts) {
            facts.removeAll { $0.name == fact.name }
            facts.append(fact)
        }
        return facts
    }

    func inputs() throws(LedgerFault) -> [InputFingerprint] {
        try disk.operate()
        var inputs: [InputFingerprint] = []
        for input in disk.commits.flatMap(\.inputs) {
            inputs.removeAll { $0.name == input.name }
            inputs.append(input)
        }
        return inputs
    }

    func forEachRecipient(
        _ body: (_ line: Int, _ isRejected: Bool) throws(LedgerFault) -> Void
    ) throws(LedgerFault) {
        try disk.operate()
        for plan in disk.commits.flatMap(\.plans) {
            try plan.forEach { (line, _, reason) throws(LedgerFault) in try body(line, !reason.isEmpty) }
        }
    }

    func forEachStep(_ body: (StepRow) throws(LedgerFault) -> Void) throws(LedgerFault) {
        try disk.operate()
        for step in disk.commits.flatMap(\.steps) { try body(step) }
    }

    func address(of line: Int) throws(LedgerFault) -> [UInt8]? {
        try disk.operate()
        var found: [UInt8]?
        for plan in disk.commits.flatMap(\.plans) {
            plan.forEach { (number, address, _) in if number == line { found = [UInt8](copying: address) } }
        }
        return found
    }

    func warmups() throws(LedgerFault) -> [WarmupRow] {
        try disk.operate()
        var sums: [WarmupRow] = []
        for row in disk.commits.flatMap(\.warmups) {
            if let place = sums.firstIndex(where: { $0.isSameHour(as: row) }) {
                sums[place].stage = row.stage
                sums[place].intended += row.intended
                sums[place].delivered += row.delivered
                sums[place].failed += row.failed
            } else {
                sums.append(row)
            }
        }
        return sums.sorted { ($0.source, $0.site, $0.day, $0.hour) < ($1.source, $1.site, $1.day, $1.hour) }
    }

    func suspensions() throws(LedgerFault) -> [Suspension] {
        try disk.operate()
        var suspensions: [Suspension] = []
        for change in disk.commits.flatMap(\.suspensions) {
            switch change {
            case .imposed(let new):
                suspensions.removeAll { $0.scope == new.scope }
                suspensions.append(new)
            case .lifted(let scope): suspensions.removeAll { $0.scope == scope }
            }
        }
        return suspensions.sorted { $0.scope < $1.scope }
    }

    func close() throws(LedgerFault) { try disk.operate() }
}

extension WarmupRow {
    fileprivate func isSameHour(as other: WarmupRow) -> Bool {
        source == other.source && site == other.site && day == other.day && hour == other.hour
    }
}

extension Ledger {
    static func open(_ disk: MemoryDisk, _ options: LedgerOptions = .usual) throws(LedgerFault) -> Ledger {
        try open(file: "memory", options) { MemoryStorage(disk) }
    }
}
