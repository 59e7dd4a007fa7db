import Delivery
import Pacing
import Primitives
import TestSupport
import Testing

@testable import Ledger

/// A source that is warmed up in virtual time, whose counts go the way of the journal's.
private struct JournaledWarmup {
    let schedule: WarmupSchedule
    let zone: ZoneOffsets
    var now: Int64
    var gate: WarmupGate
    var random: SeededRandom
    private var rows: [WarmupRow] = []
    private let keys = WarmupKeys()

    init(_ schedule: WarmupSchedule, seed: UInt64) {
        self.schedule = schedule
        random = SeededRandom(seed: seed)
        zone = ZoneOffsets(
            offsetSeconds: 3_600,
            transitions: [ZoneOffsets.Transition(unixSecond: 1_774_746_000, offsetSeconds: 7_200)])
        now = 1_773_961_200_000_000
        gate = WarmupGate(schedule, WarmupProgress())
    }

    var rebuilt: WarmupProgress? { WarmupProgress(rows, schedule) }

    mutating func crash() { gate = WarmupGate(schedule, rebuilt ?? WarmupProgress()) }

    /// The next message goes, and a few of those before it end.
    mutating func step() throws {
        now = gate.opens(at: now, zone)
        gate.take(at: now, zone)
        try count(.intended)
    }

    mutating func end(_ share: Int) throws {
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            if Int.random(in: 1...100, using: &random) <= share {
                gate.noteDelivered()
                try count(.delivered)
            } else {
                gate.noteFailed()
                try count(.failed)
            }
        }
    }

    private mutating func count(_ event: WarmupCount.Event) throws {
        let progress = gate.progress
        var sums = WarmupSums()
        try sums.add(
            WarmupCount(
                key: keys.key(source: "cold", site: "a.example"), day: Int32(clamping: progress.day),
                hour: UInt8(clamping: progress.hour), stage: UInt16(clamping: progress.stage), event: event), keys)
        for row in sums.takeAll() { add(row) }
    }

    private mutating func add(_ row: WarmupRow) {
        guard let place = rows.firstIndex(where: { $0.day == row.day && $0.hour == row.hour }) else {
            rows.append(row)
            rows.sort { ($0.day, $0.hour) < ($1.day, $1.hour) }
            return
        }
        rows[place].stage = row.stage
        rows[place].intended += row.intended
        rows[place].delivered += row.delivered
        rows[place].failed += row.failed
    }
}

@Suite("A warmup after a restart")
struct WarmupProgressTests {
    private static let schedules = [
        WarmupSchedule(per: .day, [3, 6, 12, 24], afterwards: .lastStays, reWarmAfterDays: 5),
        WarmupSchedule(per: .hour, [1, 2, 3], afterwards: .lastDoubles, reWarmAfterDays: nil),
        WarmupSchedule(
            stages: [.init(perDay: 5, perHour: 2), .init(perDay: 9, perHour: 3)], afterwards: .lastStays,
            healthyShare: 0.6),
    ]

    @Test(
        "What the rows add up to is what the gate had, at every message, whether there was a crash before or not",
        arguments: 0..<3, 0..<20 as Range<UInt64>)
    func rows(schedule: Int, seed: UInt64) throws {
        var warmup = JournaledWarmup(WarmupProgressTests.schedules[schedule], seed: seed)
        #expect(warmup.rebuilt == nil)
        let crashes = seed % 2 == 0
        var share = 100
        for number in 0..<300 {
            try warmup.step()
            #expect(warmup.rebuilt == warmup.gate.progress, "seed \(seed), message \(number)")
            if crashes { warmup.crash() }
            try warmup.end(share)
            #expect(warmup.rebuilt == warmup.gate.progress, "seed \(seed), after message \(number)")
            if crashes { warmup.crash() }
            if number % 10 == 0 { share = Int.random(in: 0...3, using: &warmup.random) * 33 }
            if warmup.random.oneIn(40) { warmup.now += Int64.random(in: 1...7, using: &warmup.random) * 86_400_000_000 }
        }
    }

    @Test("A warmup that began elsewhere is as far as its days say")
    func started() {
        #expect(WarmupProgress(startedDay: nil, today: 20_000) == WarmupProgress(day: 20_000))
        #expect(WarmupProgress(startedDay: 19_993, today: 20_000) == WarmupProgress(stage: 7, day: 20_000))
        #expect(WarmupProgress(startedDay: 20_001, today: 20_000) == WarmupProgress(day: 20_000))
        // On the first day of sending, whichever that is, the stage is still this one.
        var gate = WarmupGate(WarmupPreset.sparkpost.schedule, WarmupProgress(startedDay: 19_993, today: 20_000))
        gate.take(at: 20_001 * 86_400_000_000, .utc)
        #expect(gate.progress.stage == 7)
    }

    @Test("The schedule of a source comes back as it was", arguments: WarmupPreset.allCases)
    func remembered(preset: WarmupPreset) throws {
        let kept = RememberedWarmup(preset.schedule, startedDay: 20_000, zone: "Europe/Berlin")
        let json = try kept.json
        let found = try #require(RememberedWarmup(json: json))
        #expect(found == kept && found.schedule == preset.schedule)
        #expect(found.preset == preset.rawValue && found.zone == "Europe/Berlin" && found.startedDay == 20_000)
    }

    @Test("A table of one's own has no name, and what is damaged is nothing")
    func ownTable() throws {
        for schedule in WarmupProgressTests.schedules {
            let kept = RememberedWarmup(schedule, startedDay: nil, zone: "UTC")
            #expect(kept.preset == nil)
            #expect(try RememberedWarmup(json: kept.json)?.schedule == schedule)
        }
        for damaged in ["", "{}", "[]", #"{"stages":1e99}"#] { #expect(RememberedWarmup(json: damaged) == nil) }
    }

    @Test("What is kept anew takes the place of what was, and is found by how its name begins")
    func kept() throws {
        let directory = try TestDirectory()
        let bench = try LedgerBench(directory)
        _ = try bench.ledger.remember("warmup b", "first")
        try bench.ledger.keep("warmup b", "second")
        try bench.ledger.keep("warmup a", "other")
        try bench.ledger.keep("warm", "no")
        try bench.ledger.close()
        let found = try LedgerReader(path: directory.file("state")).remembered(beginning: "warmup ")
        #expect(found.map(\.name) == ["a", "b"] && found.map(\.value) == ["other", "second"])
    }
}
