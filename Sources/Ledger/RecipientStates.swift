import Campaign

/// What is known of every recipient, by its line: one byte each, 8 more for those of a page of 65,536 lines of whom
/// one was ever put off, and 10 more where that was after an attempt.
package struct RecipientStates: Sendable {
    package private(set) var counts = StateCounts()
    package private(set) var handedOver = 0
    /// The last line that is known; 0 when none is.
    package private(set) var lastLine = 0
    /// Not later than the time when the first line that is due and not handed over was or will be due.
    package private(set) var earliestDue = Int64.max
    private var pages: [Page] = []

    package static let highestLine = Int(UInt32.max)

    package init() {}

    package func state(of line: Int) -> LineState { RecipientStates.state(of: flags(of: line)) }

    private static func state(of flags: UInt8) -> LineState { LineState(rawValue: flags & Flags.state) ?? .unseen }

    package func isHandedOver(_ line: Int) -> Bool { flags(of: line) & Flags.handedOver != 0 }

    /// Attempts that ended without deciding: put off, or in doubt.
    package func attempts(of line: Int) -> Int { Int(attempts(at: line)?.count ?? 0) }

    /// When the first attempt ended, if one did without deciding.
    package func firstAttempt(of line: Int) -> Int64? { attempts(at: line).flatMap { $0.count > 0 ? $0.first : nil } }

    /// When a line that was put off is due.
    package func nextAttempt(of line: Int) -> Int64? {
        state(of: line) == .deferred ? pages[line / Page.lines].next(line % Page.lines) : nil
    }

    /// Enters a row of the list.
    ///
    /// - Parameter isHandedOver: a worker gets it.
    /// - Returns: false when the line is known already, or no line.
    package mutating func plan(_ line: Int, isRejected: Bool, isHandedOver: Bool) -> Bool {
        guard line >= 0 && line <= RecipientStates.highestLine else { return false }
        makePage(for: line)
        guard pages[line / Page.lines].flags[line % Page.lines] == 0 else { return false }
        let state = isRejected ? LineState.rejected : .waiting
        let isTaken = isHandedOver && !isRejected
        pages[line / Page.lines].flags[line % Page.lines] = state.rawValue | (isTaken ? Flags.handedOver : 0)
        counts.move(from: .unseen, to: state)
        if isTaken { handedOver += 1 } else if !isRejected { earliestDue = 0 }
        lastLine = max(lastLine, line)
        return true
    }

    /// What became of a step.
    enum Taking {
        /// The step cannot happen in the line's state; nothing was changed.
        case impossible
        /// Taken, and the line was not marked before.
        case first
        case again
    }

    /// Takes a step.
    ///
    /// - Parameters:
    ///   - at: microseconds since 1970.
    ///   - nextAt: when a line that is put off is due.
    /// - Returns: false, and nothing is changed, when the step cannot happen in the line's state.
    package mutating func take(_ kind: StepKind, for line: Int, at: Int64, nextAt: Int64 = 0) -> Bool {
        take(kind, for: line, at: at, nextAt: nextAt, marking: 0) != .impossible
    }

    /// The same, and marks the line until `removeMark`.
    mutating func takeMarking(_ kind: StepKind, for line: Int, at: Int64, nextAt: Int64) -> Taking {
        take(kind, for: line, at: at, nextAt: nextAt, marking: Flags.marked)
    }

    private mutating func take(
        _ kind: StepKind, for line: Int, at: Int64, nextAt: Int64, marking mark: UInt8
    ) -> Taking {
        let flags = flags(of: line)
        let old = RecipientStates.state(of: flags)
        guard let new = kind.state(from: old) else { return .impossible }
        let (page, place) = (line / Page.lines, line % Page.lines)
        if endsUndecided(kind, old) { pages[page].countAttempt(place, at: at) }
        let isHandedOver = flags & Flags.handedOver != 0
        let stays = kind == .intent || kind == .withdrawn || !isHandedOver
        if !stays { handedOver -= 1 }
        pages[page].flags[place] = flags & ~(Flags.state | (stays ? 0 : Flags.handedOver)) | new.rawValue | mark
        if new == .deferred {
            pages[page].setNext(place, nextAt)
            earliestDue = min(earliestDue, nextAt)
        }
        if new == .waiting && !(stays && isHandedOver) { earliestDue = 0 }
        counts.move(from: old, to: new)
        return flags & mark == 0 ? .first : .again
    }

    private func endsUndecided(_ kind: StepKind, _ state: LineState) -> Bool {
        kind == .deferred || kind == .inDoubt || (kind == .resend && state == .intended)
    }

    /// Selects the lines that are due and not handed over; from now on they are.
    ///
    /// - Returns: nil when there is none and nothing stands behind the last line.
    package mutating func takeDue(at now: Int64, isComplete: Bool) -> LineSelection? {
        var selection = LineSelection(judgedThrough: lastLine, isComplete: isComplete)
        var taken = 0
        var next = Int64.max
        for page in pages.indices {
            for place in pages[page].flags.indices {
                let due = pages[page].due(place)
                guard due <= now else {
                    next = min(next, due)
                    if !isComplete && pages[page].isRejected(place) {
                        selection.insert(rejected: page * Page.lines + place)
                    }
                    continue
                }
                pages[page].flags[place] |= Flags.handedOver
                selection.insert(page * Page.lines + place)
                taken += 1
            }
        }
        handedOver += taken
        earliestDue = next
        return taken > 0 || !isComplete ? selection : nil
    }

    /// Makes `earliestDue` exact.
    package mutating func findEarliestDue() {
        earliestDue = .max
        for page in pages.indices {
            for place in pages[page].flags.indices { earliestDue = min(earliestDue, pages[page].due(place)) }
        }
    }

    /// The lines in a state, in order.
    ///
    /// - Parameter idle: only those that are not handed over.
    package func lines(in state: LineState, idle: Bool = false) -> [Int] {
        guard counts[state] > 0 else { return [] }
        let mask = Flags.state | (idle ? Flags.handedOver : 0)
        var found: [Int] = []
        for page in pages.indices {
            for place in pages[page].flags.indices where pages[page].flags[place] & mask == state.rawValue {
                found.append(page * Page.lines + place)
            }
        }
        return found
    }

    /// Those of some lines to whom a step can happen, in order and each once.
    func lines(_ lines: [Int], takingStep kind: StepKind) -> [Int] {
        Set(lines.filter { kind.state(from: state(of: $0)) != nil }).sorted()
    }

    mutating func removeMark(_ line: Int) {
        pages[line / Page.lines].flags[line % Page.lines] &= ~Flags.marked
    }

    private func flags(of line: Int) -> UInt8 {
        let page = line / Page.lines
        guard line >= 0 && page < pages.count && !pages[page].flags.isEmpty else { return 0 }
        return pages[page].flags[line % Page.lines]
    }

    private func attempts(at line: Int) -> (count: UInt16, first: Int64)? {
        guard flags(of: line) != 0 else { return nil }
        return pages[line / Page.lines].attempts(line % Page.lines)
    }

    /// Pages of lines that nobody has planned take no memory: a line number may be anything.
    private mutating func makePage(for line: Int) {
        let page = line / Page.lines
        while pages.count <= page { pages.append(Page()) }
        if pages[page].flags.isEmpty { pages[page].flags = [UInt8](repeating: 0, count: Page.lines) }
    }
}

private enum Flags {
    static let state: UInt8 = 0x0F
    static let marked: UInt8 = 0x40
    static let handedOver: UInt8 = 0x80
}

private struct Page: Sendable {
    static let lines = 65_536

    /// State and marks of each line; empty while no line of the page is known.
    var flags: [UInt8] = []
    /// Empty while no attempt at a line of the page has ended without deciding.
    private var attempts: [UInt16] = []
    private var firsts: [Int64] = []
    /// Empty while no line of the page was ever put off.
    private var nexts: [Int64] = []

    func attempts(_ place: Int) -> (count: UInt16, first: Int64)? {
        attempts.isEmpty ? nil : (attempts[place], firsts[place])
    }

    /// Of a line that was put off.
    func next(_ place: Int) -> Int64 { nexts[place] }

    mutating func countAttempt(_ place: Int, at: Int64) {
        if attempts.isEmpty {
            attempts = [UInt16](repeating: 0, count: Page.lines)
            firsts = [Int64](repeating: 0, count: Page.lines)
        }
        if attempts[place] == 0 { firsts[place] = at }
        if attempts[place] < .max { attempts[place] += 1 }
    }

    mutating func setNext(_ place: Int, _ time: Int64) {
        if nexts.isEmpty { nexts = [Int64](repeating: 0, count: Page.lines) }
        nexts[place] = time
    }

    func isRejected(_ place: Int) -> Bool { flags[place] & Flags.state == LineState.rejected.rawValue }

    /// When a line is due that is not handed over; never for all others.
    func due(_ place: Int) -> Int64 {
        let flags = flags[place] & (Flags.state | Flags.handedOver)
        if flags == LineState.waiting.rawValue { return .min }
        return flags == LineState.deferred.rawValue ? nexts[place] : .max
    }
}
