import Pacing
import Testing

@Suite("Warmup: published tables")
struct WarmupPresetTests {
    @Test(
        "Each preset has the numbers of its source",
        arguments: [
            // (preset, days, first, last, sum of all)
            (.sendgridHourly, 42, 20, 19_601_056, 68_603_558), (.sendgridDaily, 18, 50, 8_000_000, 16_646_650),
            (.sparkpost, 29, 200, 10_000_000, 45_228_700), (.mailtrap, 21, 300, 57_000, 246_120),
        ] as [(WarmupPreset, Int, Int64, Int64, Int64)])
    func tables(preset: WarmupPreset, days: Int, first: Int64, last: Int64, sum: Int64) {
        let ceilings = preset.schedule.stages.compactMap { $0.perDay ?? $0.perHour }
        #expect(ceilings.count == days && ceilings.first == first && ceilings.last == last)
        #expect(ceilings.reduce(0, +) == sum)
        #expect(zip(ceilings, ceilings.dropFirst()).allSatisfy { $0 < $1 })
        #expect(preset.schedule.healthyShare == 0.9 && preset.schedule.reWarmAfterDays == 30)
    }

    @Test("SendGrid's automated warmup is by the hour, Mailtrap's by both")
    func units() {
        #expect(WarmupPreset.sendgridHourly.schedule.stages.allSatisfy { $0.perDay == nil && $0.perHour != nil })
        let mailtrap = WarmupPreset.mailtrap.schedule.stages
        #expect(mailtrap.compactMap(\.perHour).reduce(0, +) == 49_290)
        #expect(mailtrap.allSatisfy { $0.perDay != nil })
        #expect(WarmupPreset.sparkpost.schedule.stages.allSatisfy { $0.perDay != nil && $0.perHour == nil })
    }

    @Test("Behind the last day there is no limit, or it stays, or it doubles")
    func afterwards() {
        #expect(WarmupPreset.sparkpost.schedule.ceilings(ofStage: 28).perDay == 10_000_000)
        #expect(WarmupPreset.sparkpost.schedule.ceilings(ofStage: 29) == .init())
        #expect(WarmupPreset.sendgridHourly.schedule.ceilings(ofStage: 42) == .init())
        #expect(WarmupPreset.mailtrap.schedule.ceilings(ofStage: 1_000) == .init(perDay: 57_000, perHour: 11_400))
        let daily = WarmupPreset.sendgridDaily.schedule
        #expect([18, 19, 20].map { daily.ceilings(ofStage: $0).perDay } == [16_000_000, 32_000_000, 64_000_000])
        #expect(daily.ceilings(ofStage: .max).perDay == .max && daily.ceilings(ofStage: .min).perDay == 50)
    }

    @Test("Presets are found by the names of a manifest")
    func names() {
        #expect(
            WarmupPreset.allCases.map(\.rawValue) == ["sendgrid-hourly", "sendgrid-daily", "sparkpost", "mailtrap"])
        #expect(WarmupPreset(rawValue: "sparkpost") == .sparkpost && WarmupPreset(rawValue: "Sparkpost") == nil)
    }

    @Test("A forecast fills each day up to its ceiling, today only with what is left of it")
    func forecast() {
        let gate = WarmupGate(
            WarmupSchedule(per: .day, [10, 20, 40]), WarmupProgress(day: 100, intended: 4, delivered: 4))
        let days = gate.forecast(recipients: 1_000, from: 100)
        #expect(days.map(\.day) == [100, 101, 102, 103])
        #expect(days.map(\.ceiling) == [10, 20, 40, .max])
        #expect(days.map(\.sent) == [6, 20, 40, 934])
        #expect(gate.forecast(recipients: 26, from: 90).map(\.sent) == [6, 20])
        #expect(gate.forecast(recipients: 0, from: 100).isEmpty)
    }

    @Test("By the hour a forecast counts the hours of the send window")
    func forecastByHour() {
        let gate = WarmupGate(WarmupPreset.mailtrap.schedule, WarmupProgress())
        #expect(gate.forecast(recipients: 600, from: 20_000, hoursPerDay: 12).map(\.sent) == [300, 300])
        #expect(gate.forecast(recipients: 600, from: 20_000, hoursPerDay: 4).map(\.sent) == [240, 320, 40])
        let hourly = WarmupGate(WarmupPreset.sendgridHourly.schedule, WarmupProgress())
        #expect(hourly.forecast(recipients: 1_000, from: 20_000).map(\.ceiling) == [480, 672])
    }
}
