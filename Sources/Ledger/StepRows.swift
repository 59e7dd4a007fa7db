import Primitives

/// Makes the step rows of a commit: steps of the same kind and details share a row, wherever in the commit they
/// stand, unless that would turn around the steps of one line.
struct StepRows: Sendable {
    private(set) var rows: [StepRow] = []
    /// The row of each kind that still takes lines; -1 for none.
    private var open = [Int](repeating: -1, count: StepKind.allCases.count + 1)
    private var nextNumber: Int64 = 1

    /// SQLite and its users are better off without rows of many megabytes.
    static let mostLines = 65_536

    /// Goes on behind a step that is in the ledger already.
    mutating func follow(_ number: Int64) {
        nextNumber = number + 1
    }

    /// Adds a step.
    ///
    /// - Parameter isFirst: whether the line had no step in this commit.
    mutating func append(
        _ kind: StepKind, line: Int, at: Int64, isFirst: Bool, details: StepDetails = StepDetails(),
        text: Span<UInt8> = Span(), nextAt: Int64? = nil
    ) {
        if !isFirst { sealAll() }
        let place = open[Int(kind.rawValue)]
        if place >= 0 && takesMore(place, details, text, nextAt) {
            return rows[place].lines.append(UInt32(truncatingIfNeeded: line))
        }
        open[Int(kind.rawValue)] = rows.count
        rows.append(
            StepRow(
                number: nextNumber, at: at, kind: kind, details: details, text: [UInt8](copying: text),
                nextAt: nextAt, lines: [UInt32(truncatingIfNeeded: line)]))
        nextNumber += 1
    }

    /// Takes out the rows of the commit.
    mutating func takeAll() -> [StepRow] {
        sealAll()
        let taken = rows
        rows = []
        return taken
    }

    private func takesMore(
        _ place: Int, _ details: StepDetails, _ text: Span<UInt8>, _ nextAt: Int64?
    ) -> Bool {
        guard rows[place].lines.count < StepRows.mostLines else { return false }
        if rows[place].text.isEmpty && text.isEmpty && nextAt == nil { return rows[place].details == details }
        guard rows[place].details == details && rows[place].nextAt == nextAt else { return false }
        let kept = rows[place].text
        return isEqual(kept.span, text)
    }

    private func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    private mutating func sealAll() {
        for kind in open.indices { open[kind] = -1 }
    }
}
