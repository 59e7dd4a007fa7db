import Campaign
import Delivery
import Foundation
import Ledger
import Pacing
import Primitives
import TestSupport
import Testing

/// What `sluice plan` and `sluice warmup` say of pacing, as users run them.
@Suite("What people see of pacing")
struct PacedPlanTests {
    private struct Plan: Decodable {
        struct Site: Decodable {
            struct Limit: Decodable {
                var name: String
                var value: String
                var file: String?
                var line: Int?
            }

            var name: String
            var recipients: Int
            var limit: Limit?
            var leastSeconds: Double?
            var takesNoMail: Bool?
        }

        var sites: [Site]
        var leastSeconds: Double?
        var finishUnixSeconds: Int?
    }

    private static let rules = """
        ["fast.example"]
        max_message_rate = "10/s"

        ["slow.example"]
        max_message_rate = "1/min"
        """
    private static let hosts = """
        fast.example mx.fast.example=127.0.0.1:2525
        slow.example mx.slow.example=127.0.0.1:2525
        free.example mx.free.example=127.0.0.1:2525
        none.example .
        """

    /// Four recipients at each of four domains, with rules that lie beside the manifest.
    private static func directory(_ settings: String) throws -> TestDirectory {
        let directory = try TestDirectory()
        try directory.write(
            """
            name: paced
            class: bulk
            from: news@shop.example
            envelope-from: bounces@shop.example
            subject: "For you"
            text: letter.txt
            recipients: { file: recipients.csv, address: email }
            suppression: [suppressed.txt]
            directory: mx.txt
            \(settings)

            """, to: "campaign.yaml")
        try directory.write(rules, to: "rules.toml")
        try directory.write(hosts, to: "mx.txt")
        try directory.write("A letter.\n", to: "letter.txt")
        try directory.write("", to: "suppressed.txt")
        let domains = ["fast.example", "slow.example", "none.example", "free.example"]
        let addresses = domains.flatMap { domain in (0..<4).map { "r\($0)@\(domain)" } }
        try directory.write("email\n" + addresses.map { $0 + "\n" }.joined(), to: "recipients.csv")
        return directory
    }

    private static func plan(_ directory: TestDirectory) throws -> Plan {
        let result = try SluiceCommand.run(["plan", directory.file("campaign.yaml"), "--json"])
        #expect(result.status == 0, "\(result.errors)")
        return try SnakeCase.decoder.decode(Plan.self, from: Data(result.output.utf8))
    }

    @Test("a plan names what binds each site with its file and line, and when the campaign is through")
    func limits() async throws {
        try await onThread {
            let directory = try PacedPlanTests.directory("shaping: [rules.toml]")
            let began = Int(Date().timeIntervalSince1970)
            let plan = try PacedPlanTests.plan(directory)
            let sites = Dictionary(plan.sites.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            let slow = try #require(sites["mx.slow.example"])
            #expect(slow.limit?.name.hasPrefix("max_message_rate of mx.slow.example") == true)
            #expect(slow.limit?.value == "1/min" && slow.limit?.line == 5)
            #expect(slow.limit?.file?.hasSuffix("rules.toml") == true)
            #expect(abs((slow.leastSeconds ?? 0) - 242.4) < 0.01)
            #expect(abs((sites["mx.fast.example"]?.leastSeconds ?? 0) - 0.404) < 0.01)
            #expect(sites["none.example"]?.takesNoMail == true && sites["none.example"]?.leastSeconds == nil)
            #expect((sites["mx.free.example"]?.leastSeconds ?? 1) < 0.1, "by the shipped rules")
            #expect(plan.leastSeconds == slow.leastSeconds)
            #expect((began + 242...began + 360).contains(plan.finishUnixSeconds ?? 0))
            let shown = try SluiceCommand.run(["plan", directory.file("campaign.yaml")]).output
            #expect(shown.contains("4:03, the time of mx.slow.example"), "\(shown)")
            #expect(shown.contains("not before 2") && shown.contains("takes no mail"))
        }
    }

    @Test("a warmup that has gone on elsewhere is planned from its day on")
    func warmup() async throws {
        try await onThread {
            let day = ISO8601DateFormatter.string(
                from: Date(timeIntervalSinceNow: -86_400), timeZone: .gmt, formatOptions: .withFullDate)
            let directory = try PacedPlanTests.directory(
                """
                sources:
                  - { name: cold, address: 127.0.0.2, warmup: { daily: [1, 3, 100], started: \(day) } }
                """)
            let plan = try PacedPlanTests.plan(directory)
            let free = try #require(plan.sites.first { $0.name == "mx.free.example" })
            #expect(free.limit?.name == "warmup of cold" && free.limit?.file == nil)
            // Three today, and the fourth in the first hundredth of tomorrow.
            let midnight = 86_400 - Date().timeIntervalSince1970.truncatingRemainder(dividingBy: 86_400)
            let least = try #require(free.leastSeconds)
            #expect(abs(least - midnight - 864) < 120 || abs(least - midnight - 864 + 86_400) < 120, "\(least)")
        }
    }

    private struct Status: Decodable {
        struct Ceiling: Decodable, Equatable {
            var perDay: Int?
            var perHour: Int?
        }

        struct Day: Decodable {
            var day: String
            var stage: Int
            var ceiling: Ceiling
            var intended: Int
            var delivered: Int
            var failed: Int
            var deliveredShare: Double?
        }

        struct Warmup: Decodable {
            var source: String
            var site: String
            var preset: String?
            var today: Day
            var tomorrow: Ceiling
            var days: [Day]
        }

        var warmups: [Warmup]
    }

    private struct Outlook: Decodable {
        struct Day: Decodable {
            var day: String
            var ceiling: Int?
            var sent: Int
            var sentSoFar: Int
        }

        struct Site: Decodable {
            var name: String?
            var sources: [String]
            var days: [Day]
            var isThrough: Bool
        }

        var recipients: Int
        var sites: [Site]
    }

    /// A state directory in which a source has sent on two days of long ago.
    private static func state(in directory: TestDirectory, counts: Bool) throws -> String {
        let path = directory.file("campaign.state")
        let ledger = try Ledger.open(in: StateDirectory(path: path), LedgerOptions(campaign: "paced"))
        try ledger.keep(
            "warmup cold",
            RememberedWarmup(.init(per: .day, [50, 100, 500], reWarmAfterDays: nil), startedDay: nil, zone: "UTC").json)
        guard counts else {
            try ledger.close()
            return path
        }
        let journal = ledger.journal {}
        let key = ledger.warmupKey(source: "cold", site: "a.example")
        func count(_ number: Int, _ event: WarmupCount.Event, day: Int32, stage: UInt16) {
            for _ in 0..<number {
                journal.counts(WarmupCount(key: key, day: day, hour: 9, stage: stage, event: event))
            }
        }
        count(50, .intended, day: 20_000, stage: 0)
        count(48, .delivered, day: 20_000, stage: 0)
        count(2, .failed, day: 20_000, stage: 0)
        count(10, .intended, day: 20_001, stage: 1)
        _ = journal.handOver(at: .zero)
        try ledger.close()
        return path
    }

    @Test("warmup status and forecast need the state directory only")
    func standing() async throws {
        try await onThread {
            let directory = try TestDirectory()
            let state = try PacedPlanTests.state(in: directory, counts: true)
            let text = try SluiceCommand.run(["warmup", "status", "--state", state, "--json"]).output
            let status = try SnakeCase.decoder.decode(Status.self, from: Data(text.utf8))
            let warmup = try #require(status.warmups.first)
            #expect(status.warmups.count == 1 && warmup.source == "cold" && warmup.site == "a.example")
            #expect(warmup.days.map(\.day) == ["2024-10-04", "2024-10-05"] && warmup.preset == nil)
            #expect(warmup.days.map(\.intended) == [50, 10] && warmup.days.map(\.stage) == [1, 2])
            #expect(warmup.days.first?.deliveredShare == 0.96 && warmup.days.last?.deliveredShare == nil)
            // On the latest day nothing ended: its stage is still that of today.
            #expect(warmup.today.stage == 2 && warmup.today.ceiling.perDay == 100 && warmup.today.intended == 0)
            #expect(warmup.tomorrow == Status.Ceiling(perDay: 500, perHour: nil))
            let shown = try SluiceCommand.run(["warmup", "status", "--state", state])
            #expect(shown.status == 0 && shown.output.contains("2024-10-04"), "\(shown.output)\(shown.errors)")
            try PacedPlanTests.expectOutlook(state, site: "a.example", ceilings: [100, 500, nil])
        }
    }

    @Test("of a campaign that has sent nothing, the forecast is that of any site")
    func beginning() async throws {
        try await onThread {
            let directory = try TestDirectory()
            let state = try PacedPlanTests.state(in: directory, counts: false)
            try PacedPlanTests.expectOutlook(state, site: nil, ceilings: [50, 100, 500, nil])
            let status = try SluiceCommand.run(["warmup", "status", "--state", state])
            #expect(status.status == 0 && status.output.contains("nothing was sent by a warmup yet"))
            let wrong = try SluiceCommand.run(["warmup", "forecast", "--state", state, "--recipients", "0"])
            #expect(wrong.status == 64)
        }
    }

    private static func expectOutlook(_ state: String, site: String?, ceilings: [Int?]) throws {
        let arguments = ["warmup", "forecast", "--state", state, "--recipients", "1000"]
        let text = try SluiceCommand.run(arguments + ["--json"]).output
        let outlook = try SnakeCase.decoder.decode(Outlook.self, from: Data(text.utf8))
        let found = try #require(outlook.sites.first)
        #expect(outlook.recipients == 1_000 && outlook.sites.count == 1)
        #expect(found.name == site && found.sources == ["cold"] && found.isThrough)
        #expect(found.days.map(\.ceiling) == ceilings)
        #expect(found.days.map(\.sent).reduce(0, +) == 1_000 && found.days.last?.sentSoFar == 1_000)
        let shown = try SluiceCommand.run(arguments)
        #expect(shown.status == 0 && shown.output.contains("from cold: \(ceilings.count) days"), "\(shown.output)")
    }

    @Test("without a campaign there, both say so", arguments: ["status", "forecast"])
    func noCampaign(_ command: String) async throws {
        try await onThread {
            let directory = try TestDirectory()
            let result = try SluiceCommand.run(["warmup", command, "--state", directory.file("none.state")])
            #expect(result.status == 74 && result.output.isEmpty)
            #expect(!directory.exists("none.state"))
        }
    }
}
