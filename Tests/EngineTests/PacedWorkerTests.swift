import Delivery
import Foundation
import Measurement
import Pacing
import Primitives
import SMTP
import Shaping
import Simulation
import Testing
import Uring

@testable import Engine

/// The production worker keeps to what binds its sites, seen from the receivers. A failing seed is printed.
@Suite("Pacing in the simulated network")
struct PacedWorkerTests {
    @Test(
        "No window at any receiver exceeds a limit, over a crash and a restart, and the rate is used",
        arguments: 0..<PacedWorld.seeds)
    func limitsHold(seed: Int) throws {
        var world = PacedWorld(seed: UInt64(seed))
        world.faults = seed % 2 == 0 ? .none : world.refusals
        let crash = Interval.milliseconds(Int64.random(in: 500...3_000, using: &world.random))
        try world.run(for: crash)
        let firstMails = world.mails.map(\.count)
        try world.run(for: .seconds(8))
        for site in world.sites.indices {
            let limit = world.sites[site]
            let most = PacedWorld.mostInWindow(world.mails[site].sorted(), of: limit.rate.period)
            #expect(most <= limit.rate.count, "seed \(seed): site \(site) had \(most) of \(limit.rate)")
            #expect(world.mostConnections[site] <= limit.sessions, "seed \(seed): site \(site)")
            guard seed % 2 == 0 else { continue }
            let used = world.mails[site].count - firstMails[site]
            #expect(
                Double(used) >= 0.98 * limit.rate.perSecond * 8 - limit.rate.perSecond * 0.2 - 1,
                "seed \(seed): site \(site) used \(used) of \(limit.rate)")
        }
        let common = PacedWorld.mostInWindow(world.mails.flatMap { $0 }.sorted(), of: world.common.period)
        #expect(common <= world.common.count, "seed \(seed): \(common) of \(world.common) in common")
    }

    @Test(
        "Nor does any where intents are durable late and whole transactions are allowed",
        arguments: 0..<PacedWorld.seeds)
    func limitsHoldWithSlowJournal(seed: Int) throws {
        var world = PacedWorld(seed: UInt64(seed))
        world.hasJournal = true
        // Of few of them the journal keeps all busy, and with many the rate binds.
        for site in world.sites.indices { world.sites[site].sessions = 4 + (seed + 5 * site) % 16 }
        world.faults = seed % 2 == 0 ? .none : world.refusals
        try world.run(for: .seconds(5))
        for site in world.sites.indices {
            let rate = world.sites[site].rate
            let most = PacedWorld.mostInWindow(world.mails[site].sorted(), of: rate.period)
            #expect(most <= rate.count, "seed \(seed): site \(site) had \(most) of \(rate)")
            guard seed % 2 == 0 else { continue }
            let least = min(0.8 * rate.perSecond, Double(world.sites[site].sessions)) * 5 - 2
            #expect(Double(world.mails[site].count) >= least, "seed \(seed): site \(site), \(rate)")
        }
        let common = PacedWorld.mostInWindow(world.mails.flatMap { $0 }.sorted(), of: world.common.period)
        #expect(common <= world.common.count, "seed \(seed): \(common) of \(world.common) in common")
    }

    @Test("One session uses a rate although nothing else wakes the worker")
    func lonelySession() throws {
        var campaign = SimulatedCampaign(seed: 2)
        campaign.sites = 1
        campaign.faults = .none
        campaign.faults.latency = .milliseconds(2)
        let network = SimulatedNetwork(
            seed: 2, faults: campaign.faults, receivers: [SimulatedReceiver(port: 25)])
        var mission = try campaign.mission()
        mission.limits.messagesPerSession = 0
        var worker = Worker(network: network, mission: mission, outcomes: RecordingListener())
        var lane = LanePlan()
        lane.sessionCounts = [LimitPlan(0, .count(1))]
        lane.messageRates = [LimitPlan(1, .rate(Rate(20, per: .seconds(1))))]
        worker.describe(
            SiteDescription(site: 0, name: "one.test", fate: .mail([]), plan: SitePlan(lanes: [lane])))
        for number in 0..<100 { campaign.admit(number, to: &worker) }
        worker.closeAdmission()
        worker.run()
        let mails = worker.network.finish()[0].mails.map(\.time)
        let first = try #require(mails.first)
        let last = try #require(mails.last)
        #expect(mails.count == 100 && last - first < .milliseconds(5_050), "\(last - first)")
    }

    @Test("Whole transactions go together unless a rate binds the site", arguments: [false, true])
    func chunksWithoutRate(isBound: Bool) throws {
        var campaign = SimulatedCampaign(seed: 5)
        campaign.sites = 1
        campaign.grouping = .chunked()
        var network = SimulatedNetwork(seed: 5, faults: .none, receivers: [SimulatedReceiver(port: 25)])
        let journal = SimulatedJournal(seed: 5, slowest: .milliseconds(100))
        network.journal = journal
        var worker = Worker(
            network: network, mission: try campaign.mission(), outcomes: journal, journal: journal)
        var lane = LanePlan()
        lane.sessionCounts = [LimitPlan(0, .count(2))]
        if isBound { lane.messageRates = [LimitPlan(1, .rate(Rate(10_000, per: .seconds(1))))] }
        worker.describe(
            SiteDescription(site: 0, name: "one.test", fate: .mail([]), plan: SitePlan(lanes: [lane])))
        for number in 0..<60 { campaign.admit(number, to: &worker) }
        worker.closeAdmission()
        var mostOpen = 0
        var heldBack = 0
        while !worker.isDone {
            worker.turn()
            for slot in worker.connections.slots {
                let session = worker.connections[slot].session
                mostOpen = max(mostOpen, session.openTransactions)
                heldBack += worker.connections[slot].intended.count
            }
        }
        #expect(worker.tally.counts.accepted == 60)
        #expect(isBound ? mostOpen <= 2 : mostOpen > 4, "\(mostOpen)")
        // Where a rate counts messages, none is taken that does not go out at once.
        #expect(isBound ? heldBack == 0 : heldBack > 0)
        #expect(worker.tally.sites[0].groupings == (isBound ? .grouped : .chunked))
    }

    @Test(
        "A hidden limit is found: few messages are put off, and most of it is used", arguments: [10, 60], 0..<2)
    func hiddenLimit(perSecond: Int64, seed: UInt64) throws {
        var world = PacedWorld(seed: seed, hidden: Rate(perSecond, per: .seconds(1), burst: perSecond))
        try world.run(for: .seconds(100))
        let settled = world.mails[0].filter { $0 >= Instant.zero + .seconds(50) }
        let accepted = world.accepted[0].filter { $0 >= Instant.zero + .seconds(50) }
        let share = Double(accepted.count) / 50 / Double(perSecond)
        #expect((0.85...1.15).contains(share), "seed \(seed): \(share) of \(perSecond)/s")
        let putOff = Double(settled.count - accepted.count) / Double(max(1, settled.count))
        #expect(putOff < 0.02, "seed \(seed): \(putOff) were put off")
    }

    @Test("Mail goes from the source of its lane, and to the next host when one is not there")
    func sourcesAndHosts() throws {
        let world = try PacedWorld.withTwoSources()
        #expect(Set(world.sources.compactMap { $0?.description }) == ["127.0.0.2:0", "127.0.0.3:0"])
        #expect(world.accepted == 400)
    }
}

extension Rate {
    var perSecond: Double { Double(count) / period.seconds }
}

/// A few sites, each with a receiver and a limit of its own, and a rate that all have in common.
struct PacedWorld {
    /// So many with SLUICE_LONG=1 in the environment; a tenth of them takes half a minute in a debug build.
    static let seeds = ProcessInfo.processInfo.environment["SLUICE_LONG"] == nil ? 50 : 500

    struct Site {
        var rate: Rate
        var sessions: Int
    }

    var sites: [Site] = []
    var common: Rate
    var faults = FaultPlan.none
    /// Whole transactions are allowed then, and it takes up to 400 ms until an intent is durable.
    var hasJournal = false
    var random: SeededRandom
    /// MAIL commands by site, over all runs.
    private(set) var mails: [[Instant]]
    private(set) var accepted: [[Instant]]
    private(set) var mostConnections: [Int]
    private let hidden: Rate?
    private let seed: UInt64
    /// When the present run began.
    private var begun = Instant.zero

    init(seed: UInt64, hidden: Rate? = nil) {
        random = SeededRandom(seed: seed ^ 0xACED)
        self.seed = seed
        self.hidden = hidden
        let count = hidden == nil ? Int.random(in: 1...4, using: &random) : 1
        for _ in 0..<count {
            let rate = Rate(Int64.random(in: 2...40, using: &random), per: .seconds(random.oneIn(3) ? 5 : 1))
            sites.append(Site(rate: rate, sessions: Int.random(in: 1...3, using: &random)))
        }
        common = Rate(Int64.random(in: 200...300, using: &random), per: .seconds(1))
        mails = Array(repeating: [], count: count)
        accepted = mails
        mostConnections = Array(repeating: 0, count: count)
    }

    /// What no delay of the network comes with: that is not the sender's to help.
    var refusals: FaultPlan {
        var plan = FaultPlan.none
        plan.connectionRefused = 0.05
        plan.greetingBusy = 0.05
        plan.mailRefused = 0.05
        plan.recipientRefused = 0.05
        plan.messageRefused = 0.05
        plan.closing = 0.02
        plan.resetBeforeReply = 0.02
        plan.acceptedThenReset = 0.02
        return plan
    }

    /// A worker that has more to do than it can, and is gone when the time is over: nothing of it survives.
    mutating func run(for time: Interval) throws {
        var plan = faults
        plan.latency = .milliseconds(2)
        var receivers: [SimulatedReceiver] = []
        for site in sites.indices {
            var receiver = SimulatedReceiver(port: UInt16(2_500 + site))
            receiver.rateLimit = hidden
            receivers.append(receiver)
        }
        let runSeed = random.next()
        var network = SimulatedNetwork(seed: runSeed, faults: plan, receivers: receivers)
        let journal = hasJournal ? SimulatedJournal(seed: runSeed, slowest: .milliseconds(400)) : nil
        network.journal = journal
        var campaign = SimulatedCampaign(seed: runSeed)
        if hasJournal { campaign.grouping = .chunked() }
        campaign.sites = sites.count
        var mission = try campaign.mission()
        mission.limits.sessions = hasJournal ? 80 : 20
        // A site with one session would lose its time to making another.
        mission.limits.messagesPerSession = 100
        mission.firstFailures = .max
        mission.limits.mostFailures = .max
        var worker = Worker(network: network, mission: mission, outcomes: RecordingListener(), journal: journal)
        let start = worker.network.now
        for site in sites.indices { worker.describe(description(of: site)) }
        for number in 0..<(hidden == nil ? 1_500 : 8_000) { campaign.admit(number, to: &worker) }
        var turns = 0
        while worker.network.now - start < time {
            worker.turn(atMost: .milliseconds(20))
            turns += 1
            try #require(turns < 1_000_000, "seed \(seed): time stands still at \(worker.network.now - start)")
        }
        note(worker.network.finish(), start)
        begun = begun + time
    }

    private func description(of site: Int) -> SiteDescription {
        var lane = LanePlan()
        lane.learns = hidden != nil
        if hidden == nil {
            lane.messageRates = [LimitPlan(0, .rate(common)), LimitPlan(1 + site, .rate(sites[site].rate))]
            lane.sessionCounts = [LimitPlan(100 + site, .count(sites[site].sessions))]
        } else {
            lane.sessionCounts = [LimitPlan(100, .count(10))]
        }
        return SiteDescription(
            site: site, name: "site\(site).test", fate: .mail([.loopback(port: UInt16(2_500 + site))]),
            plan: SitePlan(lanes: [lane]))
    }

    private mutating func note(_ records: [ReceiverRecord], _ start: Instant) {
        for site in sites.indices {
            mails[site] += records[site].mails.map { begun + ($0.time - start) }
            accepted[site] += records[site].accepted.map { begun + ($0.time - start) }
            mostConnections[site] = max(mostConnections[site], records[site].mostConnections)
        }
    }

    /// The most that fall into a half-open window of that length.
    static func mostInWindow(_ times: [Instant], of period: Interval) -> Int64 {
        var (most, first) = (0, 0)
        for index in times.indices {
            while times[index] - times[first] >= period { first += 1 }
            most = max(most, index - first + 1)
        }
        return Int64(most)
    }

    static func withTwoSources() throws -> (sources: [SocketAddress?], accepted: Int) {
        let receivers = [SimulatedReceiver(port: 2_501)]
        let network = SimulatedNetwork(seed: 5, faults: .none, receivers: receivers)
        var campaign = SimulatedCampaign(seed: 5)
        campaign.sites = 1
        var mission = try campaign.mission()
        mission.firstFailures = .max
        mission.sources = [2, 3].map { last in
            MailSource(
                name: "s\(last)", address: SocketAddress("127.0.0.\(last):0"),
                helloName: Array("s\(last).test".utf8))
        }
        var worker = Worker(network: network, mission: mission, outcomes: RecordingListener())
        worker.describe(
            SiteDescription(
                site: 0, name: "two.test", fate: .mail([.loopback(port: 2_599), .loopback(port: 2_501)]),
                plan: SitePlan(lanes: [LanePlan(source: 0), LanePlan(source: 1)])))
        for number in 0..<400 { campaign.admit(number, to: &worker) }
        worker.closeAdmission()
        worker.run()
        let accepted = worker.tally.counts.accepted
        return (worker.network.finish()[0].mails.map(\.source), accepted)
    }
}
