import Pacing
import Primitives
import Testing

/// A source with mail without end, in virtual local time, that crashes twice a day and keeps what it must.
private struct WarmupRun {
    struct Hour: Hashable {
        var day: Int64
        var hour: Int64
    }

    let schedule: WarmupSchedule
    let zone: ZoneOffsets
    var window = SendWindow.always
    var now: Int64
    var sent: [Int64: Int64] = [:]
    var sentInHour: [Hour: Int64] = [:]
    private var gate: WarmupGate
    private var stored = WarmupProgress()
    private var crashes: [Int64] = []
    private var random: SeededRandom

    init(_ schedule: WarmupSchedule, _ zone: ZoneOffsets, at start: Int64, seed: UInt64) {
        self.schedule = schedule
        self.zone = zone
        now = start
        gate = WarmupGate(schedule, WarmupProgress())
        random = SeededRandom(seed: seed)
    }

    mutating func run(days: Int64) {
        let end = now + days * day
        crashes = (0..<days * 2).map { _ in Int64.random(in: now..<end, using: &random) }.sorted(by: >)
        while true {
            now = nextOpening()
            guard now < end else { return }
            while let crash = crashes.last, crash <= now {
                gate = WarmupGate(schedule, stored)
                crashes.removeLast()
            }
            send()
        }
    }

    private func nextOpening() -> Int64 {
        var time = now
        while true {
            let opens = window.opens(at: gate.opens(at: time, zone), zone)
            if opens == time { return time }
            time = opens
        }
    }

    /// A share of the room, so that a day of millions takes some hundred steps.
    private mutating func send() {
        let room = gate.remaining(at: now, zone)
        let count = room == .max ? 1_000_000 : min(room, Int64.random(in: 1...max(1, room / 5), using: &random))
        gate.take(count, at: now, zone, until: window.closes(at: now, zone))
        stored = gate.progress
        let (day, hour) = zone.dayAndHour(at: now)
        sent[day, default: 0] += count
        sentInHour[Hour(day: day, hour: hour), default: 0] += count
        if room == .max { now += 600_000_000 }
        for _ in 0..<20 { gate.noteDelivered() }
        gate.noteFailed()
        stored = gate.progress
    }
}

@Suite("Warmup: thirty days")
struct WarmupRunTests {
    /// 2026-03-20 00:00 in Berlin: the hour that daylight saving leaves out is in the run.
    private static let start: Int64 = 1_773_961_200_000_000
    private static let firstDay: Int64 = 20_532

    @Test(
        "With two crashes a day each day has exactly its ceiling",
        arguments: [WarmupPreset.sendgridDaily, .sparkpost, .mailtrap], 0..<3 as Range<UInt64>)
    func daily(preset: WarmupPreset, seed: UInt64) {
        var run = WarmupRun(preset.schedule, berlin, at: WarmupRunTests.start, seed: seed)
        run.run(days: 30)
        for (stage, ceilings) in (0..<30).map({ ($0, preset.schedule.ceilings(ofStage: $0)) }) {
            let sent = run.sent[WarmupRunTests.firstDay + stage]
            guard let ceiling = ceilings.perDay else {
                #expect(sent ?? 0 > 100_000_000, "seed \(seed), day \(stage)")
                continue
            }
            #expect(sent == ceiling, "seed \(seed), day \(stage)")
        }
        for (hour, sent) in run.sentInHour {
            let perHour = preset.schedule.ceilings(ofStage: hour.day - WarmupRunTests.firstDay).perHour ?? .max
            #expect(sent <= perHour, "seed \(seed), \(hour)")
        }
    }

    @Test("With two crashes a day each hour has exactly its ceiling", arguments: 0..<2 as Range<UInt64>)
    func hourly(seed: UInt64) {
        let schedule = WarmupPreset.sendgridHourly.schedule
        var run = WarmupRun(schedule, berlin, at: WarmupRunTests.start, seed: seed)
        run.run(days: 29)
        // A day of 23 hours is one of them; the last hour is the first one of summer time.
        #expect(run.sentInHour.count == 29 * 24)
        for (hour, sent) in run.sentInHour {
            #expect(
                sent == schedule.ceilings(ofStage: hour.day - WarmupRunTests.firstDay).perHour, "seed \(seed), \(hour)")
        }
    }

    @Test("A day's messages are spread over its send window, never in one burst", arguments: 0..<5 as Range<UInt64>)
    func spread(seed: UInt64) throws {
        let window = try SendWindow(parsing: Array("daily".utf8).span, times: Array("09:00-17:00".utf8).span)
        var random = SeededRandom(seed: seed)
        let ceiling = seed == 0 ? 3 : Int64.random(in: 4...400, using: &random)
        var gate = WarmupGate(WarmupSchedule(per: .day, [ceiling], afterwards: .lastStays), WarmupProgress())
        var now = window.opens(at: WarmupRunTests.start, berlin)
        let (opened, closes) = (now, window.closes(at: now, berlin))
        var count: Int64 = 0
        while now < closes {
            gate.take(at: now, berlin, until: closes)
            count += 1
            // One more than its share of the time that has passed, and less than one behind it.
            let even = ceiling * (now - opened) / (closes - opened)
            #expect(count >= even && count <= even + 2, "seed \(seed): \(count) of \(ceiling) after \(now - opened) µs")
            let opens = gate.opens(at: now, berlin)
            #expect(gate.opens(at: now + (opens - now) / 2, berlin) == opens, "seed \(seed)")
            now = opens
        }
        #expect(now == WarmupRunTests.start + day)
        #expect(count == ceiling)
    }

    @Test("Hours have no bursts either, and after a pause what is left is spread over what is left")
    func pause() {
        var gate = WarmupGate(WarmupSchedule(per: .hour, [60]), WarmupProgress())
        var now = WarmupRunTests.start
        gate.take(at: now, berlin)
        #expect(gate.opens(at: now, berlin) == now + hour / 60)
        now += hour / 2
        #expect(gate.opens(at: now, berlin) == now)
        gate.take(at: now, berlin)
        #expect(gate.opens(at: now, berlin) == now + hour / 2 / 59)
        // A window that closes in five minutes takes them all until then; one that has closed changes nothing.
        gate.take(at: now, berlin, until: now + hour / 12)
        #expect(gate.opens(at: now, berlin) == now + hour / 12 / 58)
        gate.take(at: now, berlin, until: now - 1)
        #expect(gate.opens(at: now, berlin) == now + hour / 2 / 57)
        // The next hour does not wait for the spread of this one.
        let next = WarmupRunTests.start + hour
        #expect(gate.opens(at: next, berlin) == next)
    }
}
