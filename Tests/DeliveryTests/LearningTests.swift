import Pacing
import Primitives
import Testing

@testable import Delivery

@Suite("Sites that nobody has described")
struct LearningTests {
    @Test("Until the first trouble nothing is kept of them, and nothing binds them")
    func untroubled() {
        var dispatcher = dispatcher(learns: true)
        for second in 0..<100 {
            dispatcher.noteAccepted(1_000, inUnpaced: 0, at: .zero + .seconds(Int64(second)))
            let changes = (
                note(.accepted, at: .seconds(Int64(second)), &dispatcher),
                note(.sessionReady, at: .seconds(Int64(second)), &dispatcher)
            )
            #expect(changes == (nil, nil))
        }
        let isPaced = dispatcher.isPaced(0)
        #expect(!isPaced)
    }

    @Test("The first block halves what was accepted of late, whatever came before that")
    func block() throws {
        var dispatcher = dispatcher(learns: true)
        // A slow beginning, then 2,000 a second.
        for second in 0..<30 { dispatcher.noteAccepted(100, inUnpaced: 0, at: .zero + .seconds(Int64(second))) }
        for tenth in 0..<50 {
            dispatcher.noteAccepted(200, inUnpaced: 0, at: .zero + .milliseconds(30_000 + 100 * Int64(tenth)))
        }
        let now = Instant.zero + .seconds(35)
        let changed = note(.blocked, at: .seconds(35), &dispatcher)
        let change = try #require(changed)
        guard case .messageRate(let before, let rate) = change.what else {
            Issue.record("\(change)")
            return
        }
        #expect(before == nil && (900...1_300).contains(rate), "\(change)")
        let isBound = dispatcher.isRateBound(0, at: now)
        #expect(isBound)
    }

    @Test("One that was put off lowers nothing, and leaves all sessions")
    func deferral() {
        var dispatcher = dispatcher(learns: true)
        dispatcher.noteAccepted(500, inUnpaced: 0, at: .zero)
        let change = note(.deferred, at: .seconds(1), &dispatcher)
        let (isPaced, isBound) = (dispatcher.isPaced(0), dispatcher.isRateBound(0, at: .zero + .seconds(1)))
        #expect(change == nil && isPaced && !isBound)
        let sessions = connects(&dispatcher, at: .zero + .seconds(1))
        #expect(sessions == 8)
    }

    @Test(
        "A lane gives up after as many failures as its rule says, and never later than the run's",
        arguments: [1, 3, 99])
    func connectFailures(most: Int) {
        var dispatcher = Dispatcher(limits: Limits())
        var lane = LanePlan()
        lane.mostConnectFailures = most
        dispatcher.describe(0, as: SitePlan(lanes: [lane]), at: .zero)
        dispatcher.admitMadeUp(0..<10, site: 0)
        var failures = 0
        var hasGivenUp = false
        while !hasGivenUp && failures < 20 {
            let now = Instant.zero + .seconds(1_000 * Int64(failures))
            guard case .connect(let lane) = dispatcher.nextAction(at: now) else { break }
            failures += 1
            hasGivenUp = dispatcher.sessionEnded(in: lane, wasReady: false, failed: true, at: now)
        }
        #expect(hasGivenUp && failures == min(most, dispatcher.limits.mostFailures))
    }

    @Test("A benchmark learns nothing")
    func benchmark() {
        var dispatcher = dispatcher(learns: false)
        for sign in Backoff.Sign.allCases {
            for second in 0..<100 {
                let change = note(sign, at: .seconds(Int64(second)), &dispatcher)
                #expect(change == nil)
            }
        }
        let isPaced = dispatcher.isPaced(0)
        #expect(!isPaced)
    }

    private func dispatcher(learns: Bool) -> Dispatcher {
        var limits = Limits()
        limits.learns = learns
        limits.sessionsPerSite = 8
        var dispatcher = Dispatcher(limits: limits)
        dispatcher.admitMadeUp(0..<10_000, site: 0)
        return dispatcher
    }

    private func note(_ sign: Backoff.Sign, at time: Interval, _ dispatcher: inout Dispatcher) -> BackoffChange? {
        dispatcher.note(sign, in: 0, at: .zero + time)
    }

    private func connects(_ dispatcher: inout Dispatcher, at now: Instant) -> Int {
        var count = 0
        while case .connect(let lane) = dispatcher.nextAction(at: now) {
            count += 1
            dispatcher.sessionIsReady(in: lane)
        }
        return count
    }
}
