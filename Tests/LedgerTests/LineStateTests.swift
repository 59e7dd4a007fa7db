import Campaign
import Testing

@testable import Ledger

@Suite("States of a line") struct LineStateTests {
    /// All that can happen; everything else cannot.
    static let transitions: [StepKind: [LineState: LineState]] = [
        .intent: [.waiting: .intended, .deferred: .intended],
        .withdrawn: [.intended: .waiting],
        .accepted: [.intended: .accepted],
        .refused: [.waiting: .refused, .intended: .refused, .deferred: .refused],
        .deferred: [.waiting: .deferred, .intended: .deferred, .deferred: .deferred],
        .inDoubt: [.intended: .inDoubt],
        .expired: [.waiting: .expired, .intended: .expired, .deferred: .expired],
        .resend: [.inDoubt: .waiting, .intended: .waiting],
        .dropped: [.inDoubt: .dropped, .waiting: .dropped, .deferred: .dropped],
        .cancelled: [.waiting: .cancelled, .deferred: .cancelled],
        .postponed: [.waiting: .deferred, .deferred: .deferred],
    ]

    @Test("each step leads where it should, from each state", arguments: StepKind.allCases)
    func transition(kind: StepKind) throws {
        let expected = try #require(LineStateTests.transitions[kind])
        for state in LineState.allCases {
            #expect(kind.state(from: state) == expected[state], "\(kind) from \(state)")
        }
    }

    @Test("names are read back", arguments: StepKind.allCases)
    func names(kind: StepKind) {
        #expect(StepKind(name: kind.name) == kind)
        #expect(StepKind(name: kind.name + "x") == nil)
    }
}

@Suite("RecipientStates") struct RecipientStatesTests {
    private func states(_ lines: ClosedRange<Int>, rejected: Set<Int> = [], isHandedOver: Bool = false)
        -> RecipientStates
    {
        var states = RecipientStates()
        for line in lines {
            let isNew = states.plan(line, isRejected: rejected.contains(line), isHandedOver: isHandedOver)
            #expect(isNew)
        }
        return states
    }

    private func plan(_ line: Int, in states: inout RecipientStates) -> Bool {
        states.plan(line, isRejected: false, isHandedOver: false)
    }

    private func take(
        _ kind: StepKind, _ line: Int, at: Int64, nextAt: Int64 = 0, in states: inout RecipientStates
    ) -> Bool {
        states.take(kind, for: line, at: at, nextAt: nextAt)
    }

    private func lines(_ selection: LineSelection?) -> [Int]? {
        selection.map { selection in (0...9).filter { selection.contains($0) } }
    }

    @Test("who is to be sent again is due at once, unless a worker has the recipient still")
    func dueAgain() {
        var states = states(2...3, isHandedOver: true)
        for (line, kind) in [(2, StepKind.intent), (2, .inDoubt), (3, .intent), (3, .withdrawn)] {
            let isTaken = states.take(kind, for: line, at: 1)
            #expect(isTaken)
        }
        #expect(states.earliestDue == .max && states.isHandedOver(3))
        let isTaken = states.take(.resend, for: 2, at: 3)
        #expect(isTaken && states.earliestDue == 0 && !states.isHandedOver(2))
    }

    @Test("a line is planned once, and only where lines can be")
    func planning() {
        var states = states(2...4, rejected: [3])
        #expect(!plan(2, in: &states))
        #expect(!plan(3, in: &states))
        #expect(!plan(-1, in: &states))
        #expect(!plan(RecipientStates.highestLine + 1, in: &states))
        #expect(plan(RecipientStates.highestLine, in: &states))
        #expect(states.counts[.waiting] == 3 && states.counts[.rejected] == 1 && states.counts.total == 4)
    }

    @Test("a step for a line that nobody planned does not fit, whatever its number")
    func unknownLines() {
        var states = states(2...4)
        for line in [-5, 0, 1, 5, 65_536, 1_000_000, Int(UInt32.max)] {
            for kind in StepKind.allCases { #expect(!take(kind, line, at: 1, in: &states), "\(kind) \(line)") }
        }
        #expect(states.counts.total == 3)
    }

    @Test("attempts are counted, the first one is remembered")
    func attempts() {
        var states = states(2...2)
        #expect(states.firstAttempt(of: 2) == nil)
        #expect(take(.deferred, 2, at: 10, nextAt: 15, in: &states))
        #expect(take(.intent, 2, at: 16, in: &states))
        #expect(states.nextAttempt(of: 2) == nil)
        #expect(take(.deferred, 2, at: 17, nextAt: 27, in: &states))
        #expect(states.attempts(of: 2) == 2 && states.firstAttempt(of: 2) == 10 && states.nextAttempt(of: 2) == 27)
        #expect(take(.intent, 2, at: 28, in: &states))
        #expect(take(.resend, 2, at: 29, in: &states))
        #expect(states.attempts(of: 2) == 3)
        #expect(take(.intent, 2, at: 30, in: &states))
        #expect(take(.inDoubt, 2, at: 31, in: &states))
        #expect(take(.resend, 2, at: 32, in: &states))
        #expect(states.attempts(of: 2) == 4, "what was counted when it became doubtful is not counted again")
    }

    @Test("being postponed is no attempt, and leaves those that were made as they are")
    func postponing() {
        var states = states(2...3, isHandedOver: true)
        #expect(take(.postponed, 2, at: 10, nextAt: 50, in: &states))
        #expect(states.attempts(of: 2) == 0 && states.firstAttempt(of: 2) == nil && states.nextAttempt(of: 2) == 50)
        #expect(!states.isHandedOver(2) && states.handedOver == 1 && states.earliestDue == 50)
        #expect(lines(states.takeDue(at: 49, isComplete: true)) == nil)
        #expect(lines(states.takeDue(at: 50, isComplete: true)) == [2])
        #expect(take(.deferred, 2, at: 51, nextAt: 60, in: &states))
        #expect(take(.postponed, 2, at: 60, nextAt: 90, in: &states))
        #expect(states.attempts(of: 2) == 1 && states.firstAttempt(of: 2) == 51 && states.nextAttempt(of: 2) == 90)
    }

    @Test("what is due is selected once, and again when a verdict has put it off and its time has come")
    func selection() {
        var states = states(2...5, rejected: [3])
        #expect(states.earliestDue == 0)
        #expect(take(.deferred, 4, at: 1, nextAt: 50, in: &states))
        #expect(lines(states.takeDue(at: 10, isComplete: true)) == [2, 5])
        #expect(states.earliestDue == 50 && states.handedOver == 2)
        #expect(lines(states.takeDue(at: 49, isComplete: true)) == nil)
        #expect(lines(states.takeDue(at: 50, isComplete: true)) == [4])
        #expect(states.earliestDue == .max)
        #expect(take(.intent, 2, at: 51, in: &states))
        #expect(states.isHandedOver(2))
        #expect(take(.withdrawn, 2, at: 51, in: &states))
        #expect(states.isHandedOver(2) && states.earliestDue == .max)
        #expect(take(.deferred, 2, at: 52, nextAt: 60, in: &states))
        #expect(!states.isHandedOver(2) && states.handedOver == 2 && states.earliestDue == 60)
    }

    @Test("all lines behind the last one are selected until planning is complete")
    func openEnd() {
        var states = states(2...3, rejected: [2, 3])
        #expect(lines(states.takeDue(at: 10, isComplete: false)) == [4, 5, 6, 7, 8, 9])
        #expect(lines(states.takeDue(at: 10, isComplete: true)) == nil)
    }

    @Test("planned lines that are handed over are not due")
    func handedOver() {
        var states = states(2...9, rejected: [4], isHandedOver: true)
        #expect(states.handedOver == 7 && states.earliestDue == .max)
        #expect(lines(states.takeDue(at: 10, isComplete: true)) == nil)
        #expect(take(.refused, 2, at: 1, in: &states))
        #expect(states.handedOver == 6)
    }
}
