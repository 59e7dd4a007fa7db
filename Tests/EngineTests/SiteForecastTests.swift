import Delivery
import Foundation
import Pacing
import Primitives
import Shaping
import Testing

@testable import Engine

@Suite("How long mail takes at least")
struct SiteForecastTests {
    /// Noon of 2026-11-02, a Monday, in UTC.
    private static let noon: Int64 = 1_793_620_800_000_000
    private static let day: Int64 = 20_759

    struct Case: Sendable, CustomTestStringConvertible {
        var what: String
        var rules: String
        var recipients = ["a.example": 1_000]
        /// By site.
        var seconds: [String: Double]
        /// By site, the beginning.
        var limits: [String: String]

        var testDescription: String { what }
    }

    static let cases = [
        Case(
            what: "a rate, of which a hundredth is kept back",
            rules: """
                ["a.example".sources.one]
                max_message_rate = "10/s"
                [default.sources.two]
                max_message_rate = "1/year"
                """.replacing("1/year", with: "1/100day"),
            seconds: ["a.example": 101], limits: ["a.example": "max_message_rate of a.example from one 10/s at 2"]),
        Case(
            what: "the rates of sources add up; the one that carries most is told",
            rules: """
                [default.sources.one]
                max_message_rate = "10/s"
                [default.sources.two]
                max_message_rate = "30/s"
                """,
            seconds: ["a.example": 25.25], limits: ["a.example": "max_message_rate of a.example from two 30/s at 4"]),
        Case(
            what: "what sources have in common counts once",
            rules: """
                [default]
                max_message_rate = "10/s"
                additional_message_rate_throttles = { "all" = "5/s" }
                """,
            seconds: ["a.example": 202], limits: ["a.example": "additional_message_rate_throttles of all 5/s at 3"]),
        Case(
            what: "a limit in common that is wider than what each has binds nobody",
            rules: """
                [default]
                max_message_rate = "10/s"
                additional_message_rate_throttles = { "all" = "25/s" }
                """,
            seconds: ["a.example": 50.5], limits: ["a.example": "max_message_rate of a.example from one 10/s at 2"]),
        Case(
            what: "sessions bring as many messages as they may",
            rules: """
                [default]
                max_connection_rate = "2/min"
                max_deliveries_per_connection = 50
                max_message_rate = "10/s"
                """,
            seconds: ["a.example": 303], limits: ["a.example": "max_connection_rate of a.example from one 2/min at 2"]),
        Case(
            what: "numbers of sessions say nothing of the time",
            rules: """
                [default]
                connection_limit = 10
                additional_connection_limits = { "all" = 3 }
                """,
            seconds: [:], limits: ["a.example": "additional_connection_limits of all 3 at 3"]),
        Case(
            what: "one source without a rate takes it all",
            rules: """
                [default]
                connection_limit = 10
                [default.sources.one]
                max_message_rate = "1/h"
                """,
            seconds: [:], limits: ["a.example": "connection_limit of a.example from one 10 at 2"]),
        Case(what: "nothing binds", rules: "", seconds: [:], limits: [:]),
        Case(
            what: "sites share what they have in common, and a site that is slower by itself has its own time",
            rules: """
                [[limit]]
                key = ["source"]
                messages = "10/s"
                ["slow.example"]
                max_message_rate = "1/s"
                """,
            recipients: ["a.example": 1_000, "b.example": 900, "slow.example": 300],
            seconds: ["a.example": 111.1, "b.example": 111.1, "slow.example": 151.5],
            limits: [
                "a.example": "messages of limit \(file):1 source one 10/s at 3",
                "b.example": "messages of limit \(file):1 source one 10/s at 3",
                "slow.example": "max_message_rate of slow.example from one 1/s at 5",
            ]),
    ]
    private static let file = "rules.toml"

    @Test("The limit that binds, and its time", arguments: cases)
    func limits(_ example: Case) throws {
        var planner = try SiteForecastTests.planner(example.rules)
        let sites = example.recipients.sorted { $0.key < $1.key }.map { (planner.name(ofDomain: $0.key), $0.value) }
        let forecast = SiteForecast(sites, &planner, now: SiteForecastTests.noon)
        #expect(forecast.sites.map(\.name) == sites.map(\.0))
        for site in forecast.sites {
            let seconds = site.duration.map { ($0.seconds * 100).rounded() / 100 }
            #expect(seconds == example.seconds[site.name], "\(site)")
            #expect(SiteForecastTests.words(site.binding) == example.limits[site.name] ?? "", "\(site)")
        }
        let longest = example.seconds.values.max()
        #expect(forecast.duration.map { ($0.seconds * 100).rounded() / 100 } == longest)
    }

    /// The place without its folder.
    private static func words(_ binding: SiteForecast.Binding) -> String {
        switch binding {
        case .nothing: ""
        case .warmup(let source): "warmup \(source)"
        case .limit(let facts):
            "\(facts.name) \(facts.value) at \(facts.place?.line ?? 0)"
                .replacing(#/limit \S*\/rules\.toml/#, with: "limit rules.toml")
        }
    }

    @Test("A warmup takes its days: the first one from now on, the last one in part")
    func warmup() throws {
        var planner = try SiteForecastTests.planner("[default]\nmax_message_rate = \"1/s\"")
        planner.sources.removeLast()
        let schedule = WarmupSchedule(per: .day, [50, 100, 500])
        planner.warmup = { _, _ in
            WarmupPlan(
                schedule: schedule, progress: WarmupProgress(day: SiteForecastTests.day, intended: 30), zone: .utc,
                key: 0)
        }
        // 20 are left of the 50 of today; 100 go tomorrow and 150 of 500 the day after.
        let forecast = SiteForecast(
            [(planner.name(ofDomain: "a.example"), 270)], &planner, now: SiteForecastTests.noon)
        // Nothing was delivered on the first day, so that it says nothing: the stage stays.
        #expect(forecast.sites[0].binding == .warmup(source: "one"))
        let seconds = try #require(forecast.duration?.seconds)
        #expect(abs(seconds - (43_200 + 86_400 + 0.3 * 86_400)) < 1, "\(seconds)")
    }

    @Test("Beyond the last day of a warmup the rates bind; what has no end takes a hundred years")
    func afterWarmup() throws {
        var planner = try SiteForecastTests.planner("[default]\nmax_message_rate = \"1/h\"")
        planner.sources.removeLast()
        planner.warmup = { _, _ in
            WarmupPlan(
                schedule: WarmupSchedule(per: .day, [5_000]), progress: WarmupProgress(), zone: .utc, key: 0)
        }
        let name = planner.name(ofDomain: "a.example")
        let forecast = SiteForecast([(name, 10_000)], &planner, now: SiteForecastTests.noon)
        #expect(abs((forecast.duration?.seconds ?? 0) - 10_000 * 3_636) < 1)
        let endless = SiteForecast([(name, .max / 4)], &planner, now: SiteForecastTests.noon)
        #expect((endless.duration?.seconds ?? 0).rounded() == 3_155_760_000)
    }

    @Test("A site that takes no mail takes no time, and is told")
    func noMail() throws {
        var planner = try SiteForecastTests.planner("[default]\nmax_message_rate = \"1/s\"", hosts: "a.example .")
        let forecast = SiteForecast(
            [(planner.name(ofDomain: "a.example"), 10)], &planner, now: SiteForecastTests.noon)
        #expect(forecast.sites[0].takesNoMail && forecast.duration == nil && forecast.sites[0].binding == .nothing)
    }

    private static func planner(_ rules: String, hosts: String? = nil) throws -> SitePlanner {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: file)
        try Data(rules.utf8).write(to: path)
        let loaded = ShapingFiles.load([path.path], withDefaults: false)
        #expect(loaded.problems.filter { $0.severity == .error }.isEmpty, "\(loaded.problems)")
        var planner = SitePlanner(sources: [
            SitePlanner.Source(name: "one", number: 0), SitePlanner.Source(name: "two", number: 1),
        ])
        planner.shaping = loaded.rules
        if let hosts {
            let path = folder.appending(path: "mx.txt")
            try Data(hosts.utf8).write(to: path)
            planner.directory = HostDirectory.load(path.path).directory
        }
        return planner
    }
}

/// Sites, lanes and limits at random, and the mail that the gates of these limits let through.
private struct GatedMail {
    var plans: [SitePlan] = []
    var recipients: [Int] = []
    private var gates: [RateGate] = []

    init(_ random: inout SeededRandom) {
        let rates = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            Rate(
                Int64.random(in: 1...20, using: &random), per: .seconds(Int64.random(in: 1...9, using: &random)),
                burst: Int64.random(in: 1...3, using: &random))
        }
        gates = rates.map { RateGate($0, startingAt: .zero, isSpent: true) }
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            plans.append(
                SitePlan(
                    lanes: (0..<Int.random(in: 1...3, using: &random)).map { source in
                        var lane = LanePlan(source: source)
                        var numbers = Array(rates.indices)
                        numbers.shuffle(using: &random)
                        for number in numbers.prefix(Int.random(in: 1...2, using: &random)) {
                            lane.messageRates.append(LimitPlan(number, .rate(rates[number])))
                        }
                        return lane
                    }))
            recipients.append(Int.random(in: 1...200, using: &random))
        }
    }

    /// When the last message goes, each as soon as any lane lets it.
    mutating func end() -> Instant {
        var now = Instant.zero
        var left = recipients
        while left.contains(where: { $0 > 0 }) {
            var first = (opens: Instant.never, site: 0, lane: 0)
            for site in plans.indices where left[site] > 0 {
                for (lane, plan) in plans[site].lanes.enumerated() {
                    let opens = plan.messageRates.map { gates[$0.number].opens(at: now) }.max() ?? now
                    if opens < first.opens { first = (opens, site, lane) }
                }
            }
            now = first.opens
            for limit in plans[first.site].lanes[first.lane].messageRates { gates[limit.number].take(at: now) }
            left[first.site] -= 1
        }
        return now
    }
}

@Suite("Forecasts against gates")
struct ForecastGateTests {
    @Test("No mail ever goes faster than is said; with one lane it takes just that time", arguments: 0..<200)
    func neverFaster(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var mail = GatedMail(&random)
        let capacities = mail.plans.indices.map {
            SiteCapacity(mail.plans[$0], site: $0, recipients: mail.recipients[$0], now: 0)
        }
        let groups = capacities.map { CapacityGroup([$0]) } + CapacityGroup.groups(of: capacities)
        let least = try #require(groups.compactMap(\.slowest?.duration.seconds).max())
        let end = (mail.end() - .zero).seconds
        // Where gates share, none is late by more than what they make up for.
        #expect(end >= least * 0.995 - 0.1, "seed \(seed): \(end) s, at least \(least) s were said")
        if capacities.count == 1 && capacities[0].lanes.count == 1 {
            #expect(end <= least * 1.001 + 0.1, "seed \(seed): \(end) s, at least \(least) s were said")
        }
    }
}
