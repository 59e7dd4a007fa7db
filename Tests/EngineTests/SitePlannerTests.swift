import Delivery
import Foundation
import Pacing
import Primitives
import Shaping
import Testing
import Uring

@testable import Engine

@Suite("Sites and what binds them")
struct SitePlannerTests {
    private static let rules = """
        ["default"]
        connection_limit = 10
        max_message_rate = "100/s"
        max_deliveries_per_connection = 50
        consecutive_connection_failures_before_delay = 2
        max_recipients_per_batch = 7

        ["default".adaptive]
        pause_above = 5
        canary = 1

        [provider."big"]
        match = [{ DomainSuffix = "big.example" }, { MXSuffix = ".mx.big.example" }]
        provider_connection_limit = 5
        provider_max_message_rate = "1,000/h"

        [provider."big".sources."cold"]
        max_message_rate = "1/s"

        ["slow.big.example"]
        max_message_rate = "2/min"

        [[limit]]
        key = ["source"]
        source = "cold"
        messages = "500/d"
        """

    private static let directory = """
        one.example    mx1.shared.example=127.0.0.11:2525 mx2.shared.example=127.0.0.12:2525
        two.example    mx2.shared.example=127.0.0.12:2525 mx1.shared.example=127.0.0.11:2525
        guest.example  a.mx.big.example=127.0.0.13:25
        mute.example   .
        """

    @Test("Domains of a provider are one site, others are by their hosts, or alone")
    func names() throws {
        var planner = try planner()
        #expect(planner.name(ofDomain: "big.example") == "big")
        #expect(planner.name(ofDomain: "guest.example") == "big")
        #expect(planner.name(ofDomain: "one.example") == planner.name(ofDomain: "two.example"))
        #expect(planner.name(ofDomain: "unknown.example") == "unknown.example")
        // A domain with rules of its own is bound by more than its provider's others.
        #expect(planner.name(ofDomain: "slow.big.example") == "big: slow.big.example")
    }

    @Test("Mail goes to the hosts of the directory, best first")
    func hosts() throws {
        var planner = try planner()
        let site = try description("one.example", &planner)
        guard case .mail(let hosts) = site.fate else {
            Issue.record("\(site.fate)")
            return
        }
        #expect(hosts.map(\.description) == ["127.0.0.11:2525", "127.0.0.12:2525"])
        let mute = try description("mute.example", &planner)
        guard case .takesNoMail = mute.fate else {
            Issue.record("\(mute.fate)")
            return
        }
        let unknown = try description("unknown.example", &planner)
        guard case .unknown = unknown.fate else {
            Issue.record("\(unknown.fate)")
            return
        }
    }

    @Test("With adaptive: false nothing is learned, held back or paused; limits hold")
    func notAdaptive() throws {
        var planner = try planner()
        let usual = try description("big.example", &planner).plan
        #expect(usual.lanes.allSatisfy(\.learns) && usual.canaryShare == 0.01 && usual.mostFailures == 0.05)
        planner.isAdaptive = false
        let site = try description("big.example", &planner)
        #expect(site.plan.lanes.allSatisfy { !$0.learns && !$0.messageRates.isEmpty })
        #expect(site.plan.canaryShare == 0 && site.plan.mostFailures == nil)
    }

    @Test("A rule about failing connections counts rounds over all hosts")
    func connectFailures() throws {
        var planner = try planner()
        let lane = try #require(try description("one.example", &planner).plan.lanes.first)
        #expect(lane.mostConnectFailures == 2 * 2)
        let alone = try #require(try description("big.example", &planner).plan.lanes.first)
        #expect(alone.mostConnectFailures == 2)
    }

    @Test("Each source has a lane with the limits of the path, named with their place")
    func limits() throws {
        var planner = try planner()
        let site = try description("big.example", &planner)
        #expect(site.plan.lanes.count == 2)
        let names = site.limits.values.map { "\($0.name) \($0.value)" }.sorted()
        #expect(
            names.contains { $0.hasPrefix("max_message_rate of big from warm") && $0.contains("100/s") }, "\(names)")
        #expect(names.contains { $0.hasPrefix("max_message_rate of big from cold") && $0.contains("1/s") }, "\(names)")
        #expect(names.contains { $0.hasPrefix("provider_connection_limit of provider big from warm") }, "\(names)")
        #expect(site.limits.values.allSatisfy { ($0.place?.line ?? 0) > 0 })
        #expect(site.plan.lanes.allSatisfy { $0.messagesPerSession == 50 && $0.learns })
    }

    @Test("A limit that sites have in common has one number, and one worker")
    func commonLimits() throws {
        var planner = try planner()
        let big = try description("big.example", &planner)
        let other = try description("unknown.example", &planner)
        let shared = Set(big.limits.keys).intersection(other.limits.keys)
        #expect(shared.count == 1)
        #expect(shared.first.flatMap { big.limits[$0]?.name.contains("source cold") } == true)
        #expect(big.isForOneWorker && other.isForOneWorker)
        // The part of a provider keeps to the provider's limits.
        let part = try description("slow.big.example", &planner)
        let provider = big.limits.filter { $0.value.name.hasPrefix("provider_") }
        #expect(!provider.isEmpty && provider.allSatisfy { part.limits[$0.key] != nil })
    }

    @Test("A site whose number of sessions is not its own is one worker's, others may be divided")
    func sharedSessions() throws {
        var alone = SitePlanner(sources: [SitePlanner.Source(name: "here", number: 0)])
        alone.sessionsPerSite = 4
        #expect(try description("a.example", &alone).sharedSessions == 4)
        var common = try planner(
            """
            [[limit]]
            key = ["campaign"]
            connections = 4
            """)
        common.sources = [SitePlanner.Source(name: "here", number: 0)]
        let site = try description("a.example", &common)
        #expect(site.isForOneWorker && site.sharedSessions == nil)
    }

    private func description(_ domain: String, _ planner: inout SitePlanner) throws -> SiteDescription {
        let name = planner.name(ofDomain: domain)
        let description = planner.describe(0, name)
        return try #require(description)
    }

    private func planner(_ text: String = rules) throws -> SitePlanner {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let rules = folder.appending(path: "shaping.toml")
        let hosts = folder.appending(path: "mx.txt")
        try Data(text.utf8).write(to: rules)
        try Data(Self.directory.utf8).write(to: hosts)
        let loaded = ShapingFiles.load([rules.path], withDefaults: false)
        let directory = HostDirectory.load(hosts.path)
        #expect(loaded.problems.isEmpty && directory.problems.isEmpty, "\(loaded.problems) \(directory.problems)")
        var planner = SitePlanner(sources: [
            SitePlanner.Source(name: "warm", number: 0), SitePlanner.Source(name: "cold", number: 1),
        ])
        planner.shaping = loaded.rules
        planner.directory = directory.directory
        return planner
    }
}
