import Pacing
import Primitives
import Testing

@Suite("Backoff: slow start")
struct SlowStartTests {
    /// What is on its way when the first refusals come back is put off as well: with half a second of it, up to 5 %.
    @Test(
        "Finding a limit puts off less than 1 % of what a minute sends, and less than 5 % where replies take long",
        arguments: [100, 200, 500, 2_000] as [Double], [1, 50, 500] as [Int64])
    func cost(perSecond: Double, delay: Int64) {
        for seed in 0..<3 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let burst = max(1, perSecond * Double.random(in: 0.05...1, using: &random))
            var sender = GreedySender(
                receiver: HiddenLimit(perSecond: perSecond, burst: burst), delay: .milliseconds(delay), seed: seed,
                startsSlowly: true)
            let first = sender.run(for: .seconds(60))
            let most = delay < 500 ? 0.01 : 0.05
            #expect(first.deferredShare < most, "seed \(seed): \(sender.deferred) \(first)")
            _ = sender.run(for: .seconds(30))
            let settled = sender.run(for: .seconds(180))
            #expect(abs(settled.perSecond / perSecond - 1) < 0.15, "seed \(seed): \(settled)")
            #expect(settled.deferredShare < 0.02, "seed \(seed): \(settled)")
        }
    }

    @Test(
        "A receiver that takes everything is at full speed within a second, and soon where replies take long",
        arguments: [(1, 900), (50, 1_500), (200, 3_000)] as [(Int64, Int64)])
    func unlimited(delay: Int64, most: Int64) {
        var sender = GreedySender(
            receiver: HiddenLimit(perSecond: 20_000, burst: 20_000), delay: .milliseconds(delay), seed: 1,
            startsSlowly: true)
        var pace = 0
        while sender.backoff.isPaced && sender.now < .zero + .seconds(10) {
            _ = sender.run(for: .milliseconds(10))
            pace += sender.accepted
        }
        #expect(sender.now - .zero <= .milliseconds(most), "\(sender.now) after \(pace) messages")
        #expect(sender.backoff.messageRate == nil && sender.changes.isEmpty)
    }

    @Test("A pause, or mail that comes one by one, earns no pace that was not tried", arguments: [25, 500] as [Int64])
    func sparse(milliseconds: Int64) {
        var backoff = Backoff(sessionLimit: 5, startsSlowly: true)
        var now = Instant.zero
        for _ in 0..<5_000 {
            #expect(backoff.opens(at: now) == now)
            backoff.take(at: now)
            _ = backoff.note(.accepted, at: now + .milliseconds(1))
            now = now + .milliseconds(milliseconds) + .milliseconds(1)
        }
        var burst = 0
        while backoff.opens(at: now) <= now && burst < 1_000 {
            backoff.take(at: now)
            burst += 1
        }
        #expect(burst <= 2)
    }

    @Test("The first refusals end it: from then on the rate is what was accepted, in a second at least")
    func end() throws {
        var backoff = Backoff(sessionLimit: 5, startsSlowly: true)
        var now = Instant.zero
        for _ in 0..<60 {
            now = backoff.opens(at: now)
            backoff.take(at: now)
            #expect(backoff.note(.accepted, at: now) == nil)
        }
        #expect(now < .zero + .milliseconds(500))
        #expect(backoff.note(.deferred, at: now) == nil && backoff.messageRate == nil)
        #expect(backoff.note(.deferred, at: now) != nil)
        #expect(abs(try #require(backoff.messageRate) - 0.85 * 60) < 1)
    }

    @Test(
        "A limit that rises by half is found within 130 s, whenever it rises", arguments: [50, 200] as [Double],
        [0, 13, 27, 41] as [Int64])
    func lift(perSecond: Double, after: Int64) {
        var sender = GreedySender(
            receiver: HiddenLimit(perSecond: perSecond, burst: perSecond), delay: .milliseconds(20), seed: 2,
            startsSlowly: true)
        _ = sender.run(for: .seconds(60 + after))
        sender.receiver.perSecond *= 1.5
        var seconds = 0
        while sender.run(for: .seconds(5)).perSecond < 0.85 * 1.5 * perSecond && seconds < 300 { seconds += 5 }
        #expect(seconds <= 125, "\(seconds) s")
    }
}
