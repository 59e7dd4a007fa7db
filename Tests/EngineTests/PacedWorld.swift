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

extension Rate {
    var perSecond: Double { Double(count) / period.seconds }
}

/// A few sites, each with a receiver and a limit of its own, and a rate that all have in common.
struct PacedWorld {
    /// With SLUICE_SEED=162 in the environment that one alone.
    static let seeds: Range<Int> = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["SLUICE_SEED"].flatMap({ Int($0) }) { return seed..<seed + 1 }
        return 0..<500
    }()

    /// What a site got of what it permits, from its first message on.
    struct Use {
        /// After so much of the run the first message came.
        var late: Interval
        var used: Int
        var permitted: Double

        /// Only whole messages can be sent.
        var isFull: Bool { Double(used) >= (0.98 * permitted).rounded(.down) }
    }

    struct Site {
        var rate: Rate
        var sessions: Int
    }

    var sites: [Site] = []
    var common: Rate
    var faults = FaultPlan.none
    /// Whole transactions are allowed then, and it takes up to 400 ms until an intent is durable.
    var hasJournal = false
    /// Nobody tells the worker what binds the sites, and all mail goes to the mission's destination.
    var hasBareRoute = false
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
        // The pieces of one MAIL together must not be under way for longer than the hundredth that is kept back.
        plan.latency = .microseconds(500)
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
        if hasBareRoute {
            mission.destination = .loopback(port: 2_500)
            mission.limits.sessionsPerSite = 10
            mission.limits.learns = true
        }
        var worker = Worker(network: network, mission: mission, outcomes: RecordingListener(), journal: journal)
        let start = worker.network.now
        for site in sites.indices where !hasBareRoute { worker.describe(description(of: site)) }
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

    /// What the latest run has made of a site's rate; it was that long, and the site had so many messages before.
    ///
    /// The first message comes when the gate, which begins spent, has opened and a session was made. From then on one
    /// goes at once, and one more with each part of the period.
    func use(of site: Int, since before: Int, over length: Interval) -> Use {
        let rate = sites[site].rate
        let start = Instant(nanoseconds: begun.nanoseconds - length.nanoseconds)
        guard mails[site].count > before else { return Use(late: length, used: 0, permitted: .infinity) }
        let late = mails[site][before...].reduce(begun) { min($0, $1) } - start
        let spacing = Interval(nanoseconds: rate.period.nanoseconds / rate.count)
        let mostLate = Interval(
            nanoseconds: spacing.nanoseconds + rate.period.nanoseconds / 50 + 30_000_000)
        let rest = Interval(nanoseconds: length.nanoseconds - min(late, mostLate).nanoseconds)
        return Use(late: late, used: mails[site].count - before, permitted: 1 + rest.seconds * rate.perSecond)
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
