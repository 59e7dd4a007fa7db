import Pacing
import Primitives
import Testing

/// Minutes from 2026-03-28 00:00 UTC, a Saturday, in microseconds since 1970.
private func march(_ minutes: Int64) -> Int64 { (1_774_656_000 + minutes * 60) * 1_000_000 }

/// Minutes from 2026-10-24 00:00 UTC, a Saturday.
private func october(_ minutes: Int64) -> Int64 { (1_792_800_000 + minutes * 60) * 1_000_000 }

private func window(_ days: String, _ times: String) throws(SendWindowProblem) -> SendWindow {
    try SendWindow(parsing: Array(days.utf8).span, times: Array(times.utf8).span)
}

@Suite("Send windows")
struct SendWindowTests {
    @Test(
        "A window opens at its start, on its days, and closes at its end",
        arguments: [
            // (days, times, now, opens, closes), in minutes of UTC from Saturday, March 28.
            ("daily", "08:00-20:00", 480, 480, 1_200), ("daily", "08:00-20:00", 479, 480, 479),
            ("daily", "08:00-20:00", 1_199, 1_199, 1_200), ("daily", "08:00-20:00", 1_200, 1_920, 1_200),
            ("mon-fri", "08:00-20:00", 600, 2 * 1_440 + 480, 600),
            ("sat", "08:00-20:00", 1_300, 7 * 1_440 + 480, 1_300),
            ("sat", "22:00-06:00", 0, 1_320, 0), ("sat", "22:00-06:00", 1_500, 1_500, 1_440 + 360),
            ("sun", "22:00-06:00", 1_500, 1_440 + 1_320, 1_500), ("fri", "22:00-06:00", 100, 100, 360),
            ("sat,sun", "00:00-24:00", 100, 100, 2 * 1_440), ("sat", "00:00-24:00", 2_000, 7 * 1_440, 2_000),
            ("daily", "06:00-05:59", 358, 358, 359), ("daily", "06:00-05:59", 359, 360, 359),
        ] as [(String, String, Int64, Int64, Int64)])
    func utc(days: String, times: String, now: Int64, opens: Int64, closes: Int64) throws {
        let window = try window(days, times)
        #expect(window.opens(at: march(now), .utc) == march(opens))
        #expect(window.closes(at: march(now), .utc) == march(closes))
    }

    @Test(
        "So much open time ends in the opening in which it is used up",
        arguments: [
            // (days, times, now, open time, end), in minutes of UTC from Saturday, March 28.
            ("daily", "08:00-20:00", 480, 0, 480), ("daily", "08:00-20:00", 0, 0, 480),
            ("daily", "08:00-20:00", 480, 720, 1_200), ("daily", "08:00-20:00", 480, 721, 1_921),
            ("daily", "08:00-20:00", 1_190, 20, 1_930), ("mon-fri", "08:00-20:00", 600, 1_500, 4 * 1_440 + 540),
            ("daily", "00:00-24:00", 100, 1_000_000, 1_000_100),
        ] as [(String, String, Int64, Int64, Int64)])
    func openTime(days: String, times: String, now: Int64, open: Int64, end: Int64) throws {
        let moment = try window(days, times).moment(afterOpen: open * 60_000_000, from: march(now), .utc)
        #expect(moment == march(end))
    }

    @Test("An open time without end has an end all the same")
    func endlessOpenTime() throws {
        #expect(SendWindow.always.moment(afterOpen: .max, from: march(0), .utc) == .max)
        #expect(try window("sun", "08:00-20:00").moment(afterOpen: .max, from: march(0), berlin) == .max)
    }

    @Test(
        "The hour that daylight saving leaves out is not there",
        arguments: [
            // 01:00 UTC on Sunday, 1,500 minutes in, is 03:00; the minute before is 01:59.
            ("02:00-03:00", 1_400, 1_440 + 1_440), ("02:30-04:00", 1_400, 1_500), ("01:00-02:00", 1_400, 1_440),
            ("03:00-04:00", 1_499, 1_500), ("08:00-20:00", 1_400, 1_440 + 360), ("23:30-02:30", 1_320, 1_350),
        ] as [(String, Int64, Int64)])
    func gap(times: String, now: Int64, opens: Int64) throws {
        #expect(try window("daily", times).opens(at: march(now), berlin) == march(opens))
    }

    @Test("A window that reaches into the hour that is left out closes with it")
    func gapCloses() throws {
        #expect(try window("daily", "01:00-02:30").closes(at: march(1_450), berlin) == march(1_500))
        #expect(try window("daily", "01:00-03:30").closes(at: march(1_450), berlin) == march(1_530))
    }

    @Test(
        "The hour that is repeated is there twice",
        arguments: [
            // 01:00 UTC on Sunday, 1,500 minutes in, is 02:00 for the second time.
            ("02:00-03:00", 1_300, 1_440, 1_560), ("02:30-03:00", 1_300, 1_470, 1_500),
            ("02:30-03:00", 1_500, 1_530, 1_560),
            ("02:00-02:30", 1_475, 1_500, 1_530), ("08:00-20:00", 1_300, 1_440 + 420, 1_440 + 1_140),
        ] as [(String, Int64, Int64, Int64)])
    func repetition(times: String, now: Int64, opens: Int64, closes: Int64) throws {
        let window = try window("daily", times)
        #expect(window.opens(at: october(now), berlin) == october(opens))
        #expect(window.closes(at: october(opens), berlin) == october(closes))
    }

    @Test(
        "Minute by minute, any window in any zone opens and closes when its clocks say so",
        arguments: 0..<30 as Range<UInt64>)
    func everyMinute(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let transitions = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            ZoneOffsets.Transition(
                unixSecond: Int64.random(in: 0...20_000, using: &random) * 60,
                offsetSeconds: Int32.random(in: -720...720, using: &random) * 60)
        }
        let zone = ZoneOffsets(
            offsetSeconds: Int32.random(in: -720...720, using: &random) * 60, transitions: transitions)
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        let chosen = names.filter { _ in random.oneIn(3) }
        let (start, end) = (Int.random(in: 0..<1_440, using: &random), Int.random(in: 0...1_440, using: &random))
        guard start != end else { return }
        let days = chosen.isEmpty ? "daily" : chosen.joined(separator: ",")
        let window = try window(days, "\(clock(start))-\(clock(end))")
        let isOpen = { (minute: Int64) in
            let local = zone.local(minute * 60_000_000) / 60_000_000 + 4 * 10_080
            let (day, time) = (Int(local / 1_440) + 3, Int(local % 1_440))
            let (today, yesterday) = (names[day % 7], names[(day + 6) % 7])
            let has = { (name: String) in chosen.isEmpty || chosen.contains(name) }
            if start < end { return has(today) && time >= start && time < end }
            return (has(today) && time >= start) || (has(yesterday) && time < end)
        }
        for _ in 0..<8 {
            let now = Int64.random(in: 0...22_000, using: &random)
            let opens = (now...now + 40_000).first(where: isOpen)
            let closes = (now...now + 40_000).first { !isOpen($0) }
            #expect(window.opens(at: now * 60_000_000, zone) == opens.map { $0 * 60_000_000 }, "seed \(seed)")
            #expect(window.closes(at: now * 60_000_000, zone) == closes.map { $0 * 60_000_000 } ?? .max, "seed \(seed)")
        }
    }

    private func clock(_ minute: Int) -> String {
        let (hour, rest) = (minute / 60, minute % 60)
        return (hour < 10 ? "0" : "") + "\(hour):" + (rest < 10 ? "0" : "") + "\(rest)"
    }

    @Test("What is always open never closes, and no time traps")
    func extremes() throws {
        let windows = try [SendWindow.always, window("daily", "00:00-24:00"), window("wed", "23:59-00:01")]
        let zones = [
            .utc, berlin,
            ZoneOffsets(offsetSeconds: .max, transitions: [.init(unixSecond: .max, offsetSeconds: .min)]),
            ZoneOffsets(offsetSeconds: .min, transitions: [.init(unixSecond: .min, offsetSeconds: .max)]),
        ]
        for zone in zones {
            for time in [Int64.min, .min + 1, -1, 0, .max - 1, .max] {
                #expect(windows[0].opens(at: time, zone) == time && windows[0].closes(at: time, zone) == .max)
                #expect(windows[1].opens(at: time, zone) == time)
                for window in windows {
                    #expect(window.opens(at: time, zone) >= time && window.closes(at: time, zone) >= time)
                }
                #expect((0...23).contains(zone.dayAndHour(at: time).hour))
            }
        }
    }

    @Test(
        "Days and times are read",
        arguments: [
            ("mon-fri", "08:00-20:00", "mon,tue,wed,thu,fri", "08:00-20:00"),
            ("Fri-Mon", "08:00-20:00", "fri,sat,sun,mon", "08:00-20:00"),
            ("mon-sun", "00:00-24:00", "daily", "00:00-24:00"), ("DAILY", "22:00-06:00", "sun-sat", "22:00-06:00"),
            ("wed,mon-tue,wed", "08:00-20:00", "mon-wed", "08:00-20:00"),
            ("tue-tue", "08:00-20:00", "tue", "08:00-20:00"),
        ] as [(String, String, String, String)])
    func parsing(days: String, times: String, otherDays: String, otherTimes: String) throws {
        #expect(try window(days, times) == window(otherDays, otherTimes))
    }

    @Test(
        "What is no window says why",
        arguments: [
            ("", "08:00-20:00", .noDays), (",", "08:00-20:00", .day), ("mon,", "08:00-20:00", .day),
            ("monday", "08:00-20:00", .day), ("mon fri", "08:00-20:00", .day), ("mon-", "08:00-20:00", .day),
            ("daily,mon", "08:00-20:00", .day), ("mon-fri-sun", "08:00-20:00", .day), ("mon", "", .noTimes),
            ("mon", "8:00-20:00", .time), ("mon", "08:00-20:0", .time), ("mon", "08:00_20:00", .time),
            ("mon", "08:60-20:00", .time), ("mon", "24:00-20:00", .time), ("mon", "08:00-24:01", .time),
            ("mon", "08:00-25:00", .time), ("mon", "08.00-20:00", .time), ("mon", "08:00-08:00", .noLength),
            ("mon", "-8:00-20:00", .time), ("mon", "08:00-20:00 ", .time),
        ] as [(String, String, SendWindowProblem)])
    func problems(days: String, times: String, problem: SendWindowProblem) {
        #expect(throws: problem) { try window(days, times) }
        #expect(!problem.sentence.isEmpty && !problem.fix.isEmpty)
    }
}

@Suite("Zones")
struct ZoneOffsetsTests {
    @Test("An offset holds from its second on")
    func offsets() {
        for (second, hours) in [(1_774_745_999, 1), (1_774_746_000, 2), (1_792_889_999, 2), (1_792_890_000, 1)]
            as [(Int64, Int64)]
        {
            #expect(berlin.local(second * 1_000_000) == (second + hours * 3_600) * 1_000_000)
        }
    }

    @Test("Transitions may come in any order, and the last of several at one second counts")
    func order() {
        let zone = ZoneOffsets(
            offsetSeconds: 0,
            transitions: [
                .init(unixSecond: 20, offsetSeconds: 2), .init(unixSecond: 10, offsetSeconds: 7),
                .init(unixSecond: 10, offsetSeconds: 1),
            ])
        #expect([9, 10, 19, 20].map { zone.local($0 * 1_000_000) / 1_000_000 } == [9, 11, 20, 22])
    }

    @Test(
        "Days and hours are those of local clocks, before 1970 too",
        arguments: [(0, 0, 0), (-1, -1, 23), (86_399, 0, 23), (86_400, 1, 0), (-86_400, -1, 0), (3_600, 0, 1)]
            as [(Int64, Int64, Int64)])
    func days(second: Int64, day: Int64, hour: Int64) {
        #expect(ZoneOffsets.utc.dayAndHour(at: second * 1_000_000) == (day, hour))
        let east = ZoneOffsets(offsetSeconds: 7_200)
        #expect(east.dayAndHour(at: (second - 7_200) * 1_000_000) == (day, hour))
    }
}
