import Pacing
import Primitives
import Testing

@Suite("Warmup: what holds when")
struct WarmupRuleTests {
    private static let schedule = WarmupSchedule(per: .day, [10, 20, 40, 80], reWarmAfterDays: 30)
    /// 2026-03-01 00:00 UTC.
    private static let start: Int64 = 20_513 * day

    /// The room on a later day, after a progress of 2026-03-01.
    private func room(daysLater: Int64, after progress: WarmupProgress) -> Int64 {
        WarmupGate(WarmupRuleTests.schedule, progress).remaining(at: WarmupRuleTests.start + daysLater * day, .utc)
    }

    private func progress(
        stage: Int64, intended: Int64, delivered: Int64, failed: Int64, unhealthyDays: Int64 = 0
    ) -> WarmupProgress {
        WarmupProgress(
            stage: stage, day: 20_513, hour: 0, intended: intended, delivered: delivered, failed: failed,
            intendedInHour: intended, unhealthyDays: unhealthyDays)
    }

    @Test(
        "A stage advances after a day of sending that was healthy, holds otherwise, and goes back after two bad days",
        arguments: [
            // (stage, intended, delivered, failed, unhealthy days before, days later, room)
            (1, 20, 18, 2, 0, 1, 40), (1, 20, 17, 3, 0, 1, 20), (1, 20, 17, 3, 1, 1, 10), (0, 10, 0, 10, 1, 1, 10),
            (1, 0, 0, 0, 0, 1, 20), (1, 20, 0, 0, 0, 1, 20), (1, 0, 5, 0, 0, 1, 20), (1, 1, 1, 0, 0, 1, 40),
            (1, 20, 18, 2, 1, 1, 40), (1, 20, 0, 0, 1, 1, 20), (1, 20, 20, 0, 0, 29, 40), (1, 20, 20, 0, 0, 30, 10),
            (1, 20, 0, 20, 1, 30, 10), (3, 80, 80, 0, 0, 1, .max), (4, 100, 100, 0, 0, 1, .max),
            (4, 100, 0, 100, 1, 1, 80), (1, 15, 15, 0, 0, 0, 5), (1, 15, 15, 0, 0, -1, 5), (1, 25, 20, 0, 0, 0, 0),
        ] as [(Int64, Int64, Int64, Int64, Int64, Int64, Int64)])
    func stages(
        stage: Int64, intended: Int64, delivered: Int64, failed: Int64, unhealthyDays: Int64, daysLater: Int64,
        room: Int64
    ) {
        let progress = progress(
            stage: stage, intended: intended, delivered: delivered, failed: failed, unhealthyDays: unhealthyDays)
        #expect(self.room(daysLater: daysLater, after: progress) == room)
    }

    @Test("Bad days take a stage in each pair of them")
    func pairs() {
        var gate = WarmupGate(WarmupRuleTests.schedule, progress(stage: 3, intended: 1, delivered: 0, failed: 1))
        var rooms: [Int64] = []
        for later in 1...7 as ClosedRange<Int64> {
            let now = WarmupRuleTests.start + later * day
            rooms.append(gate.remaining(at: now, .utc))
            gate.take(at: now, .utc)
            gate.noteFailed()
        }
        #expect(rooms == [80, 40, 40, 20, 20, 10, 10])
    }

    @Test("A day of which nothing has ended neither breaks a row of bad days nor begins one")
    func unknownDays() {
        var gate = WarmupGate(WarmupRuleTests.schedule, progress(stage: 3, intended: 1, delivered: 0, failed: 1))
        var rooms: [Int64] = []
        for (later, fails) in [(1, false), (2, false), (3, true), (4, false), (5, true), (6, true)] as [(Int64, Bool)] {
            let now = WarmupRuleTests.start + later * day
            rooms.append(gate.remaining(at: now, .utc))
            gate.take(at: now, .utc)
            if fails { gate.noteFailed() }
        }
        #expect(rooms == [80, 80, 80, 40, 40, 40])
    }

    @Test("Behind the last stage the stages are counted no further")
    func lastStage() {
        var gate = WarmupGate(WarmupRuleTests.schedule, progress(stage: 3, intended: 1, delivered: 1, failed: 0))
        for later in 1...5 as ClosedRange<Int64> {
            gate.take(at: WarmupRuleTests.start + later * day, .utc)
            gate.noteDelivered()
            #expect(gate.progress.stage == 4)
        }
    }

    @Test("A clock that is set back never gives a day or an hour again")
    func clockSetBack() {
        let noon = WarmupRuleTests.start + 12 * hour
        var gate = WarmupGate(WarmupSchedule(stages: [.init(perDay: 10, perHour: 4)]), WarmupProgress())
        gate.take(4, at: noon, .utc)
        for earlier in [noon - hour, noon - day, noon - 400 * day, 0, .min] {
            #expect(gate.remaining(at: earlier, .utc) == 0)
            #expect(gate.opens(at: earlier, .utc) == noon + hour)
        }
        gate.take(3, at: noon + hour, .utc)
        #expect(gate.remaining(at: noon - day, .utc) == 1)
        gate.take(at: noon - day, .utc)
        #expect(gate.progress.day == 20_513 && gate.progress.hour == 13 && gate.progress.intended == 8)
        gate.take(2, at: noon + 2 * hour, .utc)
        #expect(gate.opens(at: noon - day, .utc) == WarmupRuleTests.start + day)
    }

    @Test("An hour that clocks repeat has the room of one")
    func repeatedHour() {
        // 00:30 UTC on October 25 is 02:30; an hour later it is 02:30 again.
        let now: Int64 = 1_792_888_200_000_000
        var gate = WarmupGate(WarmupSchedule(per: .hour, [4]), WarmupProgress())
        gate.take(4, at: now, berlin)
        #expect(gate.remaining(at: now + hour, berlin) == 0)
        #expect(gate.opens(at: now, berlin) == now + hour * 3 / 2)
        #expect(gate.remaining(at: now + hour * 3 / 2, berlin) == 4)
    }

    @Test("Whatever was stored and whatever time it is, nothing traps", arguments: 0..<100 as Range<UInt64>)
    func extremes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let values: [Int64] = [.min, .min + 1, -1, 0, 1, 23, 24, 20_000, .max - 1, .max]
        let value = { values.randomElement(using: &random) ?? 0 }
        let schedules =
            WarmupPreset.allCases.map(\.schedule) + [
                WarmupSchedule(stages: []), WarmupSchedule(per: .day, [.min, .max], afterwards: .lastDoubles),
                WarmupSchedule(per: .hour, [.max], afterwards: .lastStays, healthyShare: .nan, reWarmAfterDays: .min),
            ]
        let schedule = schedules[Int(seed) % schedules.count]
        let stored = WarmupProgress(
            stage: value(), day: value(), hour: value(), intended: value(), delivered: value(), failed: value(),
            intendedInHour: value(), unhealthyDays: value())
        var gate = WarmupGate(schedule, stored)
        for _ in 0..<20 {
            let (now, count, closing) = (value(), value(), value())
            #expect(gate.opens(at: now, berlin) >= now, "seed \(seed)")
            gate.take(count, at: now, berlin, until: closing)
            gate.noteDelivered()
            gate.noteFailed()
            #expect(gate.remaining(at: value(), berlin) >= 0 && gate.opens(at: now, berlin) >= now, "seed \(seed)")
        }
        #expect(gate.forecast(recipients: value(), from: value(), hoursPerDay: value()).count <= 3_660)
    }

    @Test("Counts below zero in what was stored make no room")
    func storedNonsense() {
        let gate = WarmupGate(
            WarmupSchedule(stages: [.init(perDay: 10, perHour: 4)]),
            WarmupProgress(stage: -3, day: 20_513, hour: 12, intended: -100, intendedInHour: -100))
        #expect(gate.remaining(at: WarmupRuleTests.start + 12 * hour, .utc) == 4)
    }
}
