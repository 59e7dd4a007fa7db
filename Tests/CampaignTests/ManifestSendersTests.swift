import Pacing
import Testing

@testable import Campaign

@Suite("What a manifest says about where mail leaves from")
struct ManifestSendersTests {
    private static let sources = """
        sources:
          - { name: warm, address: 127.0.0.2, ehlo: mta1.shop.example }
          - name: cold
            address: 127.0.0.3
            warmup: { preset: sparkpost, started: 2026-11-01, overflow: warm-pool }

        """
    private static let pools = "pools: { warm-pool: { warm: 1 }, main: { warm: 3, cold: 1 } }\n"

    @Test("Everything at once")
    func whole() throws {
        let manifest = try ManifestTrial().load(Self.sources + Self.pools + "pool: main").get().manifest
        let warmup = Manifest.Warmup(
            schedule: WarmupPreset.sparkpost.schedule, startedDay: 20_758, overflow: 0, scope: .site)
        #expect(
            manifest.sources == [
                Manifest.Source(name: "warm", address: [127, 0, 0, 2], ehlo: "mta1.shop.example", warmup: nil),
                Manifest.Source(name: "cold", address: [127, 0, 0, 3], ehlo: nil, warmup: warmup),
            ])
        #expect(
            manifest.pools == [
                Manifest.Pool(name: "warm-pool", members: [.init(source: 0, weight: 1)]),
                Manifest.Pool(name: "main", members: [.init(source: 0, weight: 3), .init(source: 1, weight: 1)]),
            ])
        #expect(manifest.pool == 1)
    }

    @Test("Without a word the system chooses")
    func nothing() throws {
        let manifest = try ManifestTrial().load("").get().manifest
        #expect(manifest.sources.isEmpty && manifest.pools.isEmpty && manifest.pool == nil)
    }

    @Test(
        "The pool named like the class is used, unless another is named",
        arguments: [
            ("bulk", "pools: { a: { warm: 1 }, bulk: { cold: 2 } }", 1),
            ("bulk", "pools: { a: { warm: 1 }, bulk: { cold: 2 } }\npool: a", 0),
            ("bulk", "pools: { a: { warm: 1 } }", nil),
            ("transactional", "pools: { bulk: { warm: 1 }, transactional: { cold: 2 } }", 1),
            ("bulk", "pools: { transactional: { warm: 1 } }\nshare-pool: true", nil),
            ("bulk", "pools: { transactional: { warm: 1 } }\npool: transactional\nshare-pool: true", 0),
            ("transactional", "pools: { bulk: { warm: 1 } }\npool: bulk\nshare-pool: true", 0),
        ] as [(String, String, Int?)])
    func choice(mailClass: String, text: String, pool: Int?) throws {
        let sources = "sources: [{ name: warm, address: 127.0.0.2 }, { name: cold, address: 127.0.0.3 }]\n"
        #expect(try ManifestTrial(mailClass: mailClass).load(sources + text).get().manifest.pool == pool)
    }

    @Test(
        "Warmups",
        arguments: [
            ("daily: [50, 100, 500]", WarmupSchedule(per: .day, [50, 100, 500]), nil, .site),
            ("hourly: [20]", WarmupSchedule(per: .hour, [20]), nil, .site),
            ("preset: mailtrap, per: provider", WarmupPreset.mailtrap.schedule, nil, .provider),
            (
                "daily: [1], re-warm: 7, healthy: 50, started: 1970-01-01",
                WarmupSchedule(per: .day, [1], healthyShare: 0.5, reWarmAfterDays: 7), 0, .site
            ),
            (
                "preset: sendgrid-daily, healthy: 100",
                WarmupSchedule(
                    stages: WarmupPreset.sendgridDaily.schedule.stages, afterwards: .lastDoubles, healthyShare: 1),
                nil, .site
            ),
        ] as [(String, WarmupSchedule, Int64?, Manifest.Warmup.Scope)])
    func warmups(text: String, schedule: WarmupSchedule, started: Int64?, scope: Manifest.Warmup.Scope) throws {
        let manifest = try ManifestTrial()
            .load("sources: [{ name: cold, address: 127.0.0.3, warmup: { \(text) } }]").get().manifest
        let warmup = try #require(manifest.sources.first?.warmup)
        #expect(warmup == .init(schedule: schedule, startedDay: started, overflow: nil, scope: scope))
    }

    @Test("An address of IPv6 goes with a route of IPv6, whoever names it")
    func families() throws {
        let sources = "sources: [{ name: one, address: \"::1\" }]"
        var trial = ManifestTrial(route: "[::1]:2525")
        let manifest = try trial.load(sources).get().manifest
        #expect(manifest.sources.first?.address == [UInt8](repeating: 0, count: 15) + [1])
        trial.routeOption = "127.0.0.1:25"
        let problem =
            "8:33: the source 'one' has an IPv6 address, and the route an IPv4 one: give the source an IPv4 address, "
            + "or write another route"
        #expect(try trial.problems(sources) == [problem])
        trial = ManifestTrial()
        #expect(try trial.problems(sources) == [problem])
        trial.routeOption = "[::1]:25"
        #expect(try trial.problems(sources) == [])
    }

    @Test("Each mistake is told, with its place and the fix", arguments: ManifestSendersCases.all)
    func problems(text: String, expected: [String]) throws {
        #expect(try ManifestTrial().problems(text) == expected)
    }

    @Test("All mistakes are told at once")
    func together() throws {
        let found = try ManifestTrial().problems(
            """
            sources:
              - { name: one, address: x, ehlo: y }
              - { name: one, address: 127.0.0.2, warmup: { preset: z, overflow: a } }
            pools: { p: { two: 1 }, q: { one: 0 } }
            pool: r
            send-window: { days: never, hours: 25:00-26:00, zone: Nowhere/Else }
            """)
        let lines = found.map { Int($0.prefix { $0 != ":" }) }
        #expect(lines == [9, 9, 10, 10, 10, 11, 11, 12, 13, 13, 13], "\(found)")
    }

    @Test("A day of the calendar is a day, and nothing else is")
    func days() {
        for day in 0..<84_006 as Range<Int64> {
            let date = Calendar.text(day)
            if DayText.parse(date) != day { return _ = Issue.record("\(date)") }
        }
        for text in [
            "", "2026", "2026-11", "2026-11-1", "2026-11-31", "2026-02-29", "2026-00-10", "2026-13-01", "2026-11-00",
            "1969-12-31", "2200-01-01", "20261101", "2026-11-01 ", "+026-11-01", "2026-1١-01", "99999999999-1-1",
        ] {
            #expect(DayText.parse(text) == nil, "\(text)")
        }
    }
}

/// Counts the days one by one.
private enum Calendar {
    private static let dates: [String] = {
        var dates: [String] = []
        for year in 1970..<2200 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for (month, count) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
                for day in 1...count { dates.append("\(year)-\(two(month + 1))-\(two(day))") }
            }
        }
        return dates
    }()

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    static func text(_ day: Int64) -> String { dates[Int(day)] }
}
