import Pacing
import Primitives
import Testing

@testable import Delivery

@Suite("Paced lanes")
struct PacedDispatcherTests {
    @Test("No window of a rate holds more than it permits, and the rate is used", arguments: [1, 3, 10, 100, 1_000])
    func oneRate(perSecond: Int64) throws {
        var bench = PacedBench(seed: UInt64(perSecond))
        bench.describe(0, [lane(rates: [LimitPlan(0, .rate(Rate(perSecond, per: .seconds(1))))])])
        bench.dispatcher.admitMadeUp(0..<1_000_000, site: 0)
        bench.run(for: .seconds(20))
        #expect(bench.mostInWindow(of: .seconds(1)) <= perSecond)
        #expect(Double(bench.begun.count) >= 0.98 * Double(perSecond) * 20 - 1)
    }

    @Test("Lanes that share a rate have their turns, and keep to it together")
    func sharedRate() throws {
        var bench = PacedBench(seed: 7)
        let shared = LimitPlan(3, .rate(Rate(200, per: .seconds(1))))
        for site in 0..<50 {
            bench.describe(site, [lane(rates: [shared])])
            bench.dispatcher.admitMadeUp(0..<100_000, site: site)
        }
        bench.run(for: .seconds(20))
        #expect(bench.mostInWindow(of: .seconds(1)) <= 200)
        #expect(bench.begun.count >= 3_800)
        let counts = (0..<50).map { site in bench.begun.count { $0.site == site } }
        let least = try #require(counts.min())
        let most = try #require(counts.max())
        #expect(most - least <= 8, "\(counts)")
    }

    @Test("A closed lane keeps nobody else waiting")
    func independence() {
        var bench = PacedBench(seed: 9)
        bench.describe(0, [lane(rates: [LimitPlan(0, .rate(Rate(1, per: .seconds(3_600))))])])
        bench.describe(1, [lane(rates: [LimitPlan(1, .rate(Rate(100, per: .seconds(1))))])])
        bench.dispatcher.admitMadeUp(0..<10_000, site: 0)
        bench.dispatcher.admitMadeUp(0..<10_000, site: 1)
        bench.run(for: .seconds(10))
        #expect(bench.begun.count { $0.site == 0 } == 0)
        #expect(bench.begun.count { $0.site == 1 } >= 980)
    }

    @Test("Sessions are counted over all lanes that share the limit, and move to who waits")
    func sessionCount() {
        var bench = PacedBench(seed: 11)
        for site in 0..<6 {
            var plan = lane(rates: [])
            plan.sessionCounts = [LimitPlan(0, .count(4)), LimitPlan(1 + site, .count(3))]
            plan.messagesPerSession = 5
            bench.describe(site, [plan])
            bench.dispatcher.admitMadeUp(0..<10_000, site: site)
        }
        bench.run(for: .seconds(30))
        #expect(bench.mostSessions <= 4)
        #expect(bench.mostSessionsOfSite.values.allSatisfy { $0 <= 3 })
        let counts = (0..<6).map { site in bench.begun.count { $0.site == site } }
        #expect(counts.allSatisfy { $0 * 12 > bench.begun.count }, "\(counts)")
    }

    @Test("Sessions are made at no more than their rate")
    func sessionRate() {
        var bench = PacedBench(seed: 13)
        var plan = lane(rates: [])
        plan.sessionRates = [LimitPlan(0, .rate(Rate(10, per: .seconds(1))))]
        plan.sessionCounts = [LimitPlan(1, .count(8))]
        plan.messagesPerSession = 2
        bench.describe(0, [plan])
        bench.dispatcher.admitMadeUp(0..<1_000_000, site: 0)
        bench.run(for: .seconds(20))
        #expect(PacedBench.mostInWindow(bench.connects, of: .seconds(1)) <= 10)
        #expect(bench.connects.count >= 190)
    }

    @Test("Sources get their parts, and one that is closed leaves its part to the others")
    func weights() {
        var bench = PacedBench(seed: 17)
        var closed = lane(source: 2, rates: [LimitPlan(9, .rate(Rate(1, per: .seconds(3_600))))])
        closed.weight = 5
        var heavy = lane(source: 0, rates: [])
        heavy.weight = 3
        bench.describe(0, [heavy, lane(source: 1, rates: []), closed])
        bench.dispatcher.admitMadeUp(0..<4_000, site: 0)
        bench.run(for: .seconds(60))
        let counts = (0..<3).map { source in bench.begun.count { $0.source == source } }
        #expect(bench.begun.count == 4_000)
        #expect(counts[2] == 0 && abs(counts[0] - 3_000) <= 40, "\(counts) \(bench.mostSessionsOfSite)")
    }

    @Test("A lane that was closed does not make up for it all at once")
    func noMakingUp() {
        var bench = PacedBench(seed: 19)
        var late = lane(source: 1, rates: [])
        late.suspendedUntil = bench.now + .seconds(30)
        bench.describe(0, [lane(source: 0, rates: [LimitPlan(0, .rate(Rate(50, per: .seconds(1))))]), late])
        bench.dispatcher.admitMadeUp(0..<1_000_000, site: 0)
        bench.run(for: .seconds(29))
        #expect(bench.begun.allSatisfy { $0.source == 0 })
        let before = bench.begun.count
        bench.run(for: .seconds(3))
        let after = bench.begun[before...]
        #expect(after.contains { $0.source == 0 })
    }

    @Test("A suspended lane opens when its time has come")
    func suspension() throws {
        var bench = PacedBench(seed: 23)
        bench.describe(0, [lane(rates: [])])
        bench.dispatcher.admitMadeUp(0..<10, site: 0)
        let until = bench.now + .seconds(100)
        bench.dispatcher.suspend(0, until: until)
        bench.run(for: .seconds(99))
        #expect(bench.begun.isEmpty)
        bench.run(for: .seconds(11))
        #expect(bench.begun.count == 10 && bench.begun.allSatisfy { $0.time >= until })
    }

    @Test("Several limits at once all hold, by seed", arguments: 0..<60)
    func severalLimits(seed: UInt64) {
        var bench = PacedBench(seed: seed)
        var random = SeededRandom(seed: seed ^ 0x5EED)
        let campaign = Rate(Int64.random(in: 20...300, using: &random), per: .seconds(1))
        let sites = Int.random(in: 1...12, using: &random)
        var own: [Rate] = []
        for site in 0..<sites {
            own.append(Rate(Int64.random(in: 1...200, using: &random), per: .seconds(random.oneIn(3) ? 5 : 1)))
            var plan = lane(rates: [LimitPlan(0, .rate(campaign)), LimitPlan(1 + site, .rate(own[site]))])
            plan.sessionCounts = [LimitPlan(100, .count(5)), LimitPlan(101 + site, .count(2))]
            plan.messagesPerSession = random.oneIn(2) ? 7 : nil
            bench.describe(site, [plan])
            bench.dispatcher.admitMadeUp(0..<100_000, site: site)
        }
        bench.run(for: .seconds(12))
        #expect(bench.mostInWindow(of: campaign.period) <= campaign.count, "seed \(seed)")
        for site in 0..<sites {
            let times = bench.begun.filter { $0.site == site }.map(\.time)
            #expect(PacedBench.mostInWindow(times, of: own[site].period) <= own[site].count, "seed \(seed)")
        }
        #expect(bench.mostSessions <= 5 && bench.mostSessionsOfSite.values.allSatisfy { $0 <= 2 }, "seed \(seed)")
        #expect(!bench.begun.isEmpty, "seed \(seed)")
    }

    @Test("Mail begins slowly where a lane learns and nothing names its rate, and what binds it by rate is known")
    func slowStart() {
        let fast = LimitPlan(0, .rate(Rate(100_000, per: .seconds(1))))
        for (learns, rates) in [(true, []), (true, [fast]), (false, [])] as [(Bool, [LimitPlan])] {
            var bench = PacedBench(seed: 1)
            var plan = lane(rates: rates)
            plan.learns = learns
            bench.describe(0, [plan])
            bench.dispatcher.admitMadeUp(0..<100_000, site: 0)
            let isBound = bench.dispatcher.isRateBound(0, at: bench.now)
            #expect(isBound == !rates.isEmpty)
            var queue = RecordQueue()
            var taken = 0
            while taken < 100 && bench.dispatcher.take(from: 0, to: &queue, at: bench.now + .seconds(2)) {
                taken += 1
            }
            #expect(taken == (learns && rates.isEmpty ? 2 : 100), "\(learns) \(rates): \(taken)")
            bench.dispatcher.pool.clear(&queue)
            bench.dispatcher.order(Rate(1, per: .seconds(1)), in: 0, until: bench.now + .seconds(1), at: bench.now)
            let (during, after) = (
                bench.dispatcher.isRateBound(0, at: bench.now),
                bench.dispatcher.isRateBound(0, at: bench.now + .seconds(2))
            )
            #expect(during && after == !rates.isEmpty)
        }
    }

    private func lane(source: Int = 0, rates: [LimitPlan]) -> LanePlan {
        var plan = LanePlan(source: source)
        plan.messageRates = rates
        return plan
    }
}

/// Plays the worker and the receivers for a dispatcher, in virtual time.
struct PacedBench: ~Copyable {
    struct Begun {
        var time: Instant
        var site: Int
        var source: Int
    }

    private struct Session {
        var lane: Int
        var messages = 0
        var isIdle = false
        /// When something comes from the receiver.
        var due: Instant
        var isReady = false
    }

    var dispatcher: Dispatcher
    var now = Instant.zero + .seconds(1_000)
    private(set) var begun: [Begun] = []
    private(set) var connects: [Instant] = []
    private(set) var mostSessions = 0
    private(set) var mostSessionsOfSite: [Int: Int] = [:]
    private var sessions: [Int: Session] = [:]
    private var nextSlot = 0
    private var queue = RecordQueue()
    private var random: SeededRandom

    init(seed: UInt64) {
        var limits = Limits()
        limits.sessions = 100
        dispatcher = Dispatcher(limits: limits)
        random = SeededRandom(seed: seed)
    }

    mutating func describe(_ site: Int, _ lanes: [LanePlan]) {
        dispatcher.describe(site, as: SitePlan(lanes: lanes), at: now)
    }

    mutating func run(for time: Interval) {
        let end = now + time
        while now < end {
            giveWork()
            let next = sessions.values.filter { !$0.isIdle }.map(\.due).min() ?? .never
            // Never early, sometimes late.
            now = max(now, min(end, dispatcher.earliestAction, next)) + .microseconds(random.oneIn(3) ? 200 : 1)
            for slot in sessions.keys.sorted() where sessions[slot].map({ !$0.isIdle && $0.due <= now }) ?? false {
                hear(slot)
            }
        }
    }

    private mutating func giveWork() {
        while let action = dispatcher.nextAction(at: now) {
            switch action {
            case .connect(let lane):
                sessions[nextSlot] = Session(
                    lane: lane, due: now + .milliseconds(Int64.random(in: 1...40, using: &random)))
                nextSlot += 1
                connects.append(now)
                countSessions()
            case .give(let slot):
                sessions[slot]?.isIdle = false
                speak(slot)
            case .move: preconditionFailure("paced lanes keep their sessions")
            case .release(let slot): end(slot)
            }
        }
    }

    private mutating func countSessions() {
        mostSessions = max(mostSessions, sessions.count)
        for (site, count) in dispatcher.sessionsBySite {
            mostSessionsOfSite[site] = max(mostSessionsOfSite[site] ?? 0, count)
        }
    }

    private mutating func hear(_ slot: Int) {
        guard let session = sessions[slot] else { return }
        if !session.isReady {
            sessions[slot]?.isReady = true
            dispatcher.sessionIsReady(in: session.lane)
        }
        speak(slot)
    }

    private mutating func speak(_ slot: Int) {
        guard let session = sessions[slot] else { return }
        let most = dispatcher.messagesPerSession(of: session.lane, at: now)
        guard session.messages < most else { return end(slot) }
        guard dispatcher.take(from: session.lane, to: &queue, at: now) else {
            sessions[slot]?.isIdle = true
            return dispatcher.sessionIsIdle(slot, in: session.lane)
        }
        dispatcher.pool.removeFirst(of: &queue)
        begun.append(
            Begun(time: now, site: dispatcher.site(of: session.lane), source: dispatcher.source(of: session.lane)))
        sessions[slot]?.messages += 1
        sessions[slot]?.due = now + .milliseconds(Int64.random(in: 1...20, using: &random))
    }

    private mutating func end(_ slot: Int) {
        guard let session = sessions.removeValue(forKey: slot) else { return }
        if session.isIdle { dispatcher.idleSessionLeaves(slot, in: session.lane) }
        _ = dispatcher.sessionEnded(in: session.lane, wasReady: session.isReady, failed: false, at: now)
    }

    func mostInWindow(of period: Interval) -> Int64 { PacedBench.mostInWindow(begun.map(\.time), of: period) }

    /// The most that fall into a half-open window of that length.
    static func mostInWindow(_ times: [Instant], of period: Interval) -> Int64 {
        var most = 0
        var first = 0
        for index in times.indices {
            while times[index] - times[first] >= period { first += 1 }
            most = max(most, index - first + 1)
        }
        return Int64(most)
    }
}
