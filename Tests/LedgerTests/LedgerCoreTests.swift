import Delivery
import Primitives
import Testing

@testable import Ledger

@Suite("LedgerCore") struct LedgerCoreTests {
    static let second: Int64 = 1_000_000

    private func core(_ policy: DoubtPolicy, retry delays: [Int64] = [10], giveUp: Int64 = 100) -> LedgerCore {
        let retry = RetrySchedule(delays: .list(delays.map { .seconds($0) }), giveUp: .seconds(giveUp))
        return LedgerCore(doubtPolicy: policy, retry: retry, seed: 1)
    }

    private func apply(_ steps: [(StepKind, Int)], to core: inout LedgerCore, at: Int64 = 0) throws(LedgerFault) {
        var batch = StepBatch()
        for (kind, line) in steps { batch.note(kind, line: line) }
        try core.apply(batch, at: at)
    }

    @Test("who is put off comes back by the schedule, and expires with it")
    func retry() throws {
        var core = core(.hold, retry: [10, 20], giveUp: 45)
        try core.plan(PlanBatch(lines: 2...2))
        var now: Int64 = 0
        var due: [Int64?] = []
        while core.states.state(of: 2).isUnfinished && due.count < 10 {
            try apply([(.intent, 2), (.deferred, 2)], to: &core, at: now)
            due.append(core.states.nextAttempt(of: 2).map { $0 / LedgerCoreTests.second })
            now = core.states.nextAttempt(of: 2) ?? now
        }
        #expect(due == [10, 30, nil])
        #expect(core.states.state(of: 2) == .expired)
        let commit = core.takeCommit()
        #expect(commit.steps.last?.kind == .expired)
    }

    @Test("the time for giving up begins with the first attempt, not with being postponed")
    func postponing() throws {
        var core = core(.hold, retry: [10, 10, 10], giveUp: 25)
        try core.plan(PlanBatch(lines: 2...2))
        try core.postpone([2], until: 1_000 * LedgerCoreTests.second, at: 0)
        for (at, state) in [(1_000, LineState.deferred), (1_010, .deferred), (1_020, .expired)] {
            try apply([(.intent, 2), (.deferred, 2)], to: &core, at: Int64(at) * LedgerCoreTests.second)
            #expect(core.states.state(of: 2) == state, "after \(at) s")
        }
        #expect(throws: LedgerFault.self) { try core.postpone([2], until: .max, at: 0) }
        #expect(throws: LedgerFault.self) { try apply([(.postponed, 2)], to: &core) }
    }

    @Test("who is in doubt is held, or put off as the schedule says; never given up")
    func doubt() throws {
        var holding = core(.hold)
        try holding.plan(PlanBatch(lines: 2...2))
        try apply([(.intent, 2), (.inDoubt, 2)], to: &holding)
        #expect(holding.states.state(of: 2) == .inDoubt)

        var resending = core(.resend, giveUp: 15)
        try resending.plan(PlanBatch(lines: 2...2))
        resending.completePlanning()
        try apply([(.intent, 2), (.inDoubt, 2)], to: &resending)
        #expect(resending.states.state(of: 2) == .deferred)
        #expect(resending.states.nextAttempt(of: 2) == 10 * LedgerCoreTests.second)
        let selection = resending.takeSelection(at: 10 * LedgerCoreTests.second - 1)
        #expect(selection == nil, "never at once")
        try apply([(.intent, 2), (.inDoubt, 2)], to: &resending, at: 10 * LedgerCoreTests.second)
        #expect(resending.states.state(of: 2) == .inDoubt)
    }

    @Test(
        "after the end of a process the messages under way are held, or sent again",
        arguments: [DoubtPolicy.hold, .resend])
    func recovery(policy: DoubtPolicy) throws {
        var core = core(policy)
        try core.plan(PlanBatch(lines: 2...9))
        try apply([(.intent, 3), (.intent, 4), (.intent, 5), (.accepted, 4)], to: &core)
        var found = try core.recover(at: 5)
        #expect(found == 2)
        #expect(core.states.lines(in: policy == .hold ? .inDoubt : .waiting).contains(3))
        #expect(core.states.counts[.intended] == 0)
        found = try core.recover(at: 6)
        #expect(found == 0)
    }

    @Test("a step that cannot happen is a fault, and changes nothing")
    func misuse() throws {
        var core = core(.hold)
        try core.plan(PlanBatch(lines: 2...3, suppressed: [3]))
        for (kind, line) in [(StepKind.accepted, 2), (.withdrawn, 2), (.intent, 3), (.intent, 4), (.resend, 2)] {
            #expect(throws: LedgerFault.self) { try apply([(kind, line)], to: &core) }
        }
        #expect(core.states.counts[.waiting] == 1)
        let commit = core.takeCommit()
        #expect(commit.steps.isEmpty)
        #expect(throws: LedgerFault.self) { try core.plan(PlanBatch(lines: 2...2)) }
    }

    @Test("cancelling leaves alone what a worker has, until the workers have ended")
    func cancelling() throws {
        var core = core(.hold)
        try core.plan(PlanBatch(lines: 2...5))
        try apply([(.deferred, 2), (.intent, 3), (.intent, 5), (.inDoubt, 5)], to: &core)
        try core.cancel(at: 1)
        #expect(core.states.lines(in: .cancelled) == [2])
        let selection = core.takeSelection(at: .max)
        #expect(selection == nil)
        try apply([(.accepted, 3), (.intent, 4), (.withdrawn, 4)], to: &core)
        try core.endCancelling(at: 2)
        #expect(core.states.lines(in: .cancelled) == [2, 4])
        #expect(core.standing.hasEnded && core.standing.held == 1)
    }

    @Test("a replay that does not fit is refused with the number of the step")
    func damage() throws {
        var core = core(.hold)
        try core.replay(line: 2, isRejected: false)
        #expect(throws: LedgerFault.self) { try core.replay(line: 2, isRejected: false) }
        let step = StepRow(number: 41, at: 0, kind: .accepted, lines: [2])
        let fault = try #require(throws: LedgerFault.self) { try core.replay(step) }
        #expect(fault.what.contains("step 41"))
    }

    @Test("replaying what was committed gives the same states", arguments: 0..<200)
    func replay(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let disk = MemoryDisk()
        var live = core(random.oneIn(2) ? .hold : .resend, retry: [1, 2, 3], giveUp: 20)
        var planned = 1
        for round in 0..<40 {
            let now = Int64(round) * LedgerCoreTests.second
            if random.oneIn(3) {
                let count = Int.random(in: 1...20, using: &random)
                let suppressed = Set((planned + 1...planned + count).filter { _ in random.oneIn(5) })
                try live.plan(PlanBatch(lines: planned + 1...planned + count, suppressed: suppressed))
                planned += count
            }
            try happen(to: &live, lines: planned, at: now, &random)
            if random.oneIn(10) { try live.resolve(live.states.lines(in: .inDoubt), .resend, at: now) }
            if random.oneIn(20) { try live.resolve(live.states.lines(in: .inDoubt), .drop, at: now) }
            if random.oneIn(4) {
                let postponed = live.states.lines([Int.random(in: 1...planned, using: &random)], takingStep: .postponed)
                try live.postpone(postponed, until: now + 3 * LedgerCoreTests.second, at: now)
            }
            if random.oneIn(100) { try live.cancel(at: now) }
            let commit = live.takeCommit()
            if !commit.isEmpty { disk.append(commit) }
        }
        var replayed = core(.hold)
        let storage = MemoryStorage(disk)
        try LedgerOpening.replay(storage, storage.facts(), into: &replayed)
        expectSame(live.states, replayed.states, through: planned + 1)
    }

    /// Steps at random, of which only those are taken that can happen.
    private func happen(
        to core: inout LedgerCore, lines: Int, at now: Int64, _ random: inout SeededRandom
    ) throws {
        let kinds = [StepKind.intent, .intent, .withdrawn, .accepted, .refused, .deferred, .inDoubt]
        for _ in 0..<30 {
            let line = Int.random(in: 1...lines + 1, using: &random)
            let kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
            if kind.state(from: core.states.state(of: line)) != nil { try apply([(kind, line)], to: &core, at: now) }
        }
    }

    private func expectSame(_ left: RecipientStates, _ right: RecipientStates, through last: Int) {
        #expect(left.counts == right.counts)
        for line in 0...last {
            #expect(left.state(of: line) == right.state(of: line), "line \(line)")
            #expect(left.attempts(of: line) == right.attempts(of: line), "line \(line)")
            #expect(left.firstAttempt(of: line) == right.firstAttempt(of: line), "line \(line)")
            #expect(left.nextAttempt(of: line) == right.nextAttempt(of: line), "line \(line)")
        }
    }
}
