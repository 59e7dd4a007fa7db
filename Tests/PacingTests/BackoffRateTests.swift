import Pacing
import Primitives
import Testing

@Suite("Backoff: messages per second")
struct BackoffRateTests {
    /// The larger the limit, the fewer the seeds and delays: each message costs time.
    @Test(
        "A hidden limit is found within 15 %, with less than 2 % put off, and its double within five minutes",
        arguments: [
            (5, 1, 10), (5, 50, 10), (5, 500, 10), (20, 1, 4), (20, 50, 4), (20, 500, 4), (100, 1, 2), (100, 50, 2),
            (100, 500, 2), (500, 50, 1), (2_000, 500, 1),
        ] as [(Double, Int64, UInt64)])
    func hiddenLimit(perSecond: Double, delay: Int64, seeds: UInt64) {
        for seed in 0..<seeds {
            var random = SeededRandom(seed: seed)
            let burst = max(1, perSecond * Double.random(in: 0.05...1, using: &random))
            var sender = GreedySender(
                receiver: HiddenLimit(perSecond: perSecond, burst: burst), delay: .milliseconds(delay), seed: seed
            )
            _ = sender.run(for: .seconds(60))
            let settled = sender.run(for: .seconds(180))
            #expect(abs(settled.perSecond / perSecond - 1) < 0.15, "seed \(seed): \(settled)")
            #expect(settled.deferredShare < 0.02, "seed \(seed): \(settled)")
            sender.receiver.perSecond *= 2
            _ = sender.run(for: .seconds(300))
            let doubled = sender.run(for: .seconds(60))
            #expect(doubled.perSecond >= 0.85 * 2 * perSecond, "seed \(seed): \(doubled)")
        }
    }

    @Test("A limit that is halved is followed within ten seconds")
    func halved() {
        var sender = GreedySender(
            receiver: HiddenLimit(perSecond: 100, burst: 20), delay: .milliseconds(50), seed: 1)
        _ = sender.run(for: .seconds(120))
        sender.receiver.perSecond = 50
        _ = sender.run(for: .seconds(10))
        let after = sender.run(for: .seconds(60))
        #expect(after.perSecond > 42 && after.perSecond < 51 && after.deferredShare < 0.02, "\(after)")
    }

    @Test("Without trouble there is no limit, and one deferral in two hundred is none")
    func calm() {
        var backoff = Backoff(sessionLimit: 5)
        var now = Instant.zero
        for number in 0..<5_000 {
            #expect(backoff.opens(at: now) == now)
            backoff.take(at: now)
            now = now + .milliseconds(1)
            #expect(backoff.note(number % 250 == 249 ? .deferred : .accepted, at: now) == nil)
        }
        #expect(backoff.messageRate == nil)
    }

    /// Replies at an even rate, as many as fit in the time.
    private func reply(
        _ sign: Backoff.Sign, perSecond: Int64, for length: Interval, to backoff: inout Backoff, _ now: inout Instant
    ) -> BackoffChange? {
        let end = now + length
        while now < end {
            backoff.take(at: now)
            now = now + Interval(nanoseconds: 1_000_000_000 / perSecond)
            if let change = backoff.note(sign, at: now) { return change }
        }
        return nil
    }

    @Test("The first limit comes from the rate of the last seconds, and a pause is no part of it")
    func measure() throws {
        for pause in [Interval.zero, .seconds(3_600), .seconds(-3_600)] {
            var (backoff, now) = (Backoff(sessionLimit: 5), Instant.zero)
            #expect(reply(.accepted, perSecond: 10, for: .seconds(600), to: &backoff, &now) == nil)
            #expect(reply(.accepted, perSecond: 1_000, for: .seconds(12), to: &backoff, &now) == nil)
            now = now + pause
            #expect(reply(.accepted, perSecond: 1_000, for: .milliseconds(500), to: &backoff, &now) == nil)
            #expect(reply(.deferred, perSecond: 1_000, for: .seconds(1), to: &backoff, &now) != nil)
            let limit = try #require(backoff.messageRate)
            #expect(limit > 600 && limit <= 850, "\(limit)")
        }
    }

    @Test("No step down goes below an eighth, even when nothing was accepted")
    func eighth() throws {
        var (backoff, now) = (Backoff(sessionLimit: 5), Instant.zero)
        var before = 1_000.0
        for _ in 0..<3 {
            let change = reply(.deferred, perSecond: 1_000, for: .seconds(60), to: &backoff, &now)
            #expect(change?.cause == .deferred)
            let limit = try #require(backoff.messageRate)
            #expect(limit >= max(1, before / 8 * 0.85 - 0.01) && limit < before / 8, "\(before) \(limit)")
            before = limit
        }
    }

    /// A thousand a second accepted, then replies of one kind, one a millisecond.
    private func troubled(by sign: Backoff.Sign, replies: Int) -> (
        backoff: Backoff, changes: [BackoffChange], end: Instant
    ) {
        var backoff = Backoff(sessionLimit: 5)
        var now = Instant.zero
        for _ in 0..<1_000 {
            backoff.take(at: now)
            now = now + .milliseconds(1)
            _ = backoff.note(.accepted, at: now)
        }
        var changes: [BackoffChange] = []
        for _ in 0..<replies {
            now = now + .milliseconds(1)
            if let change = backoff.note(sign, at: now) { changes.append(change) }
        }
        return (backoff, changes, now)
    }

    @Test("The second deferral and the first block lower the rate, once within the reaction time, and say so")
    func decrease() throws {
        for (sign, part, first) in [(Backoff.Sign.deferred, 0.85, 2), (.blocked, 0.5, 1)]
            as [(Backoff.Sign, Double, Int64)]
        {
            let (backoff, changes, _) = troubled(by: sign, replies: 900)
            #expect(changes.count == 1)
            let change = try #require(changes.first)
            let at = Instant.zero + .milliseconds(1_000 + first)
            #expect(change.cause == sign && change.mayRise == at + .seconds(1))
            guard case .messageRate(nil, let to) = change.what else {
                Issue.record("\(change)")
                continue
            }
            #expect(abs(to - part * 1_000) < 5 && backoff.messageRate == to)
        }
    }

    @Test("Replies within the reaction time belong to what was sent before, and prove nothing")
    func reaction() {
        var (backoff, _, now) = troubled(by: .deferred, replies: 900)
        now = now + .milliseconds(200)
        for _ in 0..<60 {
            now = now + .milliseconds(2)
            _ = backoff.note(.accepted, at: now)
        }
        #expect(backoff.note(.deferred, at: now) == nil)
        #expect(backoff.note(.deferred, at: now) != nil)
    }

    @Test("What is sent is spaced by the limit, and a burst is ten milliseconds long at most, after a pause too")
    func spacing() {
        let (troubled, _, lowered) = troubled(by: .blocked, replies: 1)
        for pause in [Interval.zero, .seconds(86_400)] {
            var backoff = troubled
            let now = lowered + pause
            var taken = 0
            while backoff.opens(at: now) <= now && taken < 1_000 {
                backoff.take(at: now)
                taken += 1
            }
            #expect(taken == 5)
            var end = now
            for _ in 0..<500 {
                end = backoff.opens(at: end)
                backoff.take(at: end)
            }
            #expect(abs((end - now).seconds - 1) < 0.02)
        }
    }

    @Test("A pause in the sending raises nothing")
    func pause() throws {
        var (backoff, _, now) = troubled(by: .blocked, replies: 1)
        let before = try #require(backoff.messageRate)
        for _ in 0..<10 {
            now = now + .seconds(86_400)
            backoff.take(at: now)
            #expect(backoff.note(.accepted, at: now) == nil)
        }
        #expect(try #require(backoff.messageRate) < before * 1.25)
    }

    @Test("It never snaps back: in no second does the rate rise by more than a tenth once trouble came twice")
    func slope() throws {
        var sender = GreedySender(receiver: HiddenLimit(perSecond: 50, burst: 10), delay: .milliseconds(50), seed: 3)
        _ = sender.run(for: .seconds(120))
        sender.receiver = HiddenLimit(perSecond: 1e6, burst: 1e6)
        for _ in 0..<1_200 where (sender.backoff.messageRate ?? 0) < 1_000 {
            let before = try #require(sender.backoff.messageRate)
            _ = sender.run(for: .seconds(1))
            #expect(try #require(sender.backoff.messageRate) <= before * 1.1)
        }
        #expect(try #require(sender.backoff.messageRate) >= 1_000)
    }

    @Test("Each step down is told with its cause, and rises by the quarter, each from where the last one ended")
    func changes() {
        var sender = GreedySender(receiver: HiddenLimit(perSecond: 50, burst: 10), delay: .milliseconds(50), seed: 3)
        _ = sender.run(for: .seconds(120))
        sender.receiver.perSecond = 150
        _ = sender.run(for: .seconds(500))
        var told = 0.0
        var (falls, rises) = (0, 0)
        for change in sender.changes {
            guard case .messageRate(let from, let to) = change.what else { continue }
            if let from, to > from {
                rises += 1
                #expect(from == told && to >= 1.25 * from && to < 1.3 * from && change.cause == .accepted)
            } else {
                falls += 1
                #expect(change.cause == .deferred && (from ?? .infinity) >= told)
            }
            told = to
        }
        #expect(falls >= 3 && rises >= 4 && falls + rises < 40, "\(falls) \(rises)")
    }

    @Test("Nothing but deferrals ends at one message a second, and the rate comes back with the acceptances")
    func greylisting() throws {
        var backoff = Backoff(sessionLimit: 20)
        var now = Instant.zero
        var lowest = Double.infinity
        // Each recipient is put off at first, and accepted five minutes later.
        var retries = ArrivalQueue<Instant>()
        var rateAfterRetries = 0.0
        while now < .zero + .seconds(3_600) {
            now = max(backoff.opens(at: now), now + .milliseconds(5))
            backoff.take(at: now)
            let isRetry = retries.first.map { $0 <= now } ?? false
            if isRetry { _ = retries.removeFirst() } else { retries.append(now + .seconds(300)) }
            _ = backoff.note(isRetry ? .accepted : .deferred, at: now)
            lowest = min(lowest, backoff.messageRate ?? .infinity)
            if now > .zero + .seconds(1_800) { rateAfterRetries = max(rateAfterRetries, backoff.messageRate ?? 0) }
        }
        #expect(lowest >= 1, "lowest \(lowest)")
        #expect(rateAfterRetries >= 20, "\(rateAfterRetries)")
    }

    @Test("A receiver that takes a few an hour is left in peace")
    func floor() throws {
        var sender = GreedySender(
            receiver: HiddenLimit(perSecond: 0.05, burst: 5), delay: .milliseconds(50), seed: 1)
        _ = sender.run(for: .seconds(7_200))
        let settled = sender.run(for: .seconds(14_400))
        #expect(settled.perSecond > 0.04 && settled.deferredShare < 0.2, "\(settled)")
    }

    @Test("No clock and no order of signs traps, and no time opens early", arguments: 0..<100 as Range<UInt64>)
    func clocks(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var backoff = Backoff(sessionLimit: Int.random(in: -3...50, using: &random))
        let steps: [Interval] = [
            .zero, Interval(nanoseconds: 1), .milliseconds(7), .seconds(2), .seconds(86_400), .seconds(-5),
            .seconds(-86_400), Interval(nanoseconds: .max), Interval(nanoseconds: .min),
        ]
        let signs = Backoff.Sign.allCases
        var now = Instant.zero
        for _ in 0..<2_000 {
            now = now + (random.oneIn(20) ? steps.randomElement(using: &random) ?? .zero : .milliseconds(3))
            if random.oneIn(2) { backoff.take(at: now) }
            if let change = backoff.note(signs.randomElement(using: &random) ?? .accepted, at: now) {
                #expect(change.mayRise >= now, "seed \(seed)")
            }
            #expect(backoff.opens(at: now) >= now, "seed \(seed)")
            #expect(backoff.messageRate.map { $0 >= 1 / 60.1 && $0 <= 1e9 } ?? true, "seed \(seed)")
            #expect(backoff.sessionLimit >= 1 && backoff.sessionLimit <= 50, "seed \(seed)")
        }
    }
}
