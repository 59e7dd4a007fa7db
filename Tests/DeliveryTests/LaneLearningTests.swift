import Pacing
import Primitives
import Testing

@testable import Delivery

@Suite("What a lane learns")
struct LaneLearningTests {
    /// The lane does not tell `Backoff` of every message; it must make no difference.
    @Test("A lane learns as if each of its messages were told", arguments: 0..<40)
    func likeBackoff(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var plan = LanePlan()
        plan.learns = true
        if seed.isMultiple(of: 2) { plan.messageRates = [LimitPlan(0, .rate(Rate(1_000, per: .seconds(1))))] }
        var dispatcher = Dispatcher(limits: Limits())
        dispatcher.describe(0, as: SitePlan(lanes: [plan]), at: .zero)
        dispatcher.admitMadeUp(0..<100_000, site: 0)
        var backoff = Backoff(sessionLimit: Limits().sessionsPerSite, startsSlowly: plan.startsSlowly)
        var queue = RecordQueue()
        var now = Instant.zero + .seconds(10)
        var hasLearned = false
        for step in 0..<2_000 {
            now = now + .milliseconds(Int64.random(in: 1...300, using: &random))
            if dispatcher.take(from: 0, to: &queue, at: now) {
                backoff.take(at: now)
                dispatcher.pool.removeFirst(of: &queue)
            }
            if random.oneIn(2) {
                let sign: Backoff.Sign = random.oneIn(30) ? .blocked : random.oneIn(10) ? .deferred : .accepted
                _ = dispatcher.note(sign, in: 0, at: now)
                _ = backoff.note(sign, at: now)
            }
            let (rate, opens) = (dispatcher.standing(of: 0, at: now).learnedRate, dispatcher.opens(0, at: now).0)
            try #require(
                rate == backoff.messageRate && opens == backoff.opens(at: now), "seed \(seed), step \(step)")
            hasLearned = hasLearned || backoff.messageRate != nil
        }
        #expect(hasLearned, "seed \(seed)")
        dispatcher.pool.clear(&queue)
    }
}
