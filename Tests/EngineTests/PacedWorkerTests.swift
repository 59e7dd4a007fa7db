import Delivery
import Measurement
import Pacing
import Primitives
import SMTP
import Simulation
import Testing
import Uring

@testable import Engine

/// The production worker keeps to what binds its sites, seen from the receivers. A failing seed is printed.
@Suite("Pacing in the simulated network")
struct PacedWorkerTests {
    @Test(
        "No window at any receiver exceeds a limit, over a crash and a restart, and the rate is used",
        arguments: PacedWorld.seeds)
    func limitsHold(seed: Int) throws {
        var world = PacedWorld(seed: UInt64(seed))
        world.faults = seed % 2 == 0 ? .none : world.refusals
        let crash = Interval.milliseconds(Int64.random(in: 500...3_000, using: &world.random))
        try world.run(for: crash)
        let mailsBefore = world.mails.map(\.count)
        try world.run(for: .seconds(8))
        for site in world.sites.indices {
            let limit = world.sites[site]
            let most = PacedWorld.mostInWindow(world.mails[site].sorted(), of: limit.rate.period)
            #expect(most <= limit.rate.count, "seed \(seed): site \(site) had \(most) of \(limit.rate)")
            #expect(world.mostConnections[site] <= limit.sessions, "seed \(seed): site \(site)")
            guard seed % 2 == 0 else { continue }
            let use = world.use(of: site, since: mailsBefore[site], over: .seconds(8))
            #expect(use.isFull, "seed \(seed): site \(site), \(limit.rate): \(use)")
        }
        let common = PacedWorld.mostInWindow(world.mails.flatMap { $0 }.sorted(), of: world.common.period)
        #expect(common <= world.common.count, "seed \(seed): \(common) of \(world.common) in common")
    }

    @Test(
        "Nor does any where intents are durable late and whole transactions are allowed",
        arguments: PacedWorld.seeds)
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

    @Test(
        "One session uses 98 % of a rate although nothing else wakes the worker, and messages take nearly as long",
        arguments: [20, 39], 0..<10)
    func lonelySession(perSecond: Int64, seed: UInt64) throws {
        var campaign = SimulatedCampaign(seed: seed)
        campaign.sites = 1
        campaign.faults = .none
        campaign.faults.latency = .milliseconds(2)
        let network = SimulatedNetwork(
            seed: seed, faults: campaign.faults, receivers: [SimulatedReceiver(port: 25)])
        var mission = try campaign.mission()
        mission.limits.messagesPerSession = 0
        var worker = Worker(network: network, mission: mission, outcomes: RecordingListener())
        var lane = LanePlan()
        lane.sessionCounts = [LimitPlan(0, .count(1))]
        lane.messageRates = [LimitPlan(1, .rate(Rate(perSecond, per: .seconds(1))))]
        worker.describe(
            SiteDescription(site: 0, name: "one.test", fate: .mail([]), plan: SitePlan(lanes: [lane])))
        for number in 0..<200 { campaign.admit(number, to: &worker) }
        worker.closeAdmission()
        // A wake-up for something else comes now and then, as it does in a worker with other sites.
        while !worker.isDone { worker.turn(atMost: .milliseconds(20)) }
        let mails = worker.network.finish()[0].mails.map(\.time)
        let first = try #require(mails.first)
        let last = try #require(mails.last)
        let used = Double(mails.count - 1) / ((last - first).seconds * Double(perSecond))
        #expect(mails.count == 200 && used >= 0.98, "seed \(seed): \(used) of \(perSecond)/s")
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
                // An envelope that was counted and waits behind a content.
                guard worker.connections[slot].parked != nil else { continue }
                heldBack += session.openTransactions - session.committedTransactions
            }
        }
        #expect(worker.tally.counts.accepted == 60)
        #expect(isBound ? mostOpen <= 2 : mostOpen > 4, "\(mostOpen)")
        #expect(heldBack == 0)
        #expect(worker.tally.sites[0].groupings == (isBound ? .grouped : .chunked))
    }

    @Test(
        "A hidden limit is found, with rules and without: few messages are put off, and most of it is used",
        arguments: [10, 60], [(0, false), (1, false), (0, true), (1, true)])
    func hiddenLimit(perSecond: Int64, _ way: (seed: UInt64, isBare: Bool)) throws {
        let seed = way.seed
        var world = PacedWorld(seed: seed, hidden: Rate(perSecond, per: .seconds(1), burst: perSecond))
        world.hasBareRoute = way.isBare
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
