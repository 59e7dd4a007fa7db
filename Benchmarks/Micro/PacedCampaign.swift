import Delivery
import Pacing
import Primitives

/// 1,000,000 recipients that wait for 50,000 sites, each with a rate of its own and a session that stands.
///
/// Time moves on by itself, a millisecond whenever nobody may go.
struct PacedCampaign: ~Copyable {
    enum Case: String, CaseIterable {
        /// A message a second for each site, which is 50,000 in all.
        case ownRates = "own-rates"
        /// Besides, all of them together 20,000 a second: most sites wait for that one.
        case commonRate = "common-rate"
        /// Each site by two sources with a rate each.
        case twoSources = "two-sources"
    }

    private static let sites = 50_000
    private static let recipientsPerSite = 20
    private static let step = Interval.milliseconds(1)

    private var dispatcher: Dispatcher
    private var queue = RecordQueue()
    private let row = packedRow()
    private var now = Instant.zero
    /// The sites of the messages in the queue.
    private var taken: [Int] = []

    init(_ choice: Case) {
        var limits = Limits()
        limits.sessions = 2 * PacedCampaign.sites
        limits.messagesPerNewSession = PacedCampaign.recipientsPerSite
        dispatcher = Dispatcher(limits: limits)
        let row = row
        var random = SeededRandom(seed: 1)
        for site in 0..<PacedCampaign.sites {
            // Each is due at another time, and who is due next stands somewhere else in memory.
            let begun = now + .milliseconds(Int64.random(in: 0..<1_000, using: &random))
            dispatcher.describe(site, as: PacedCampaign.plan(of: site, choice), at: begun)
            for _ in 0..<PacedCampaign.recipientsPerSite { dispatcher.admit(row.span, site: site) }
        }
        taken.reserveCapacity(10_000)
        // Until every site has its session and has sent: their turns come as they will be later.
        send(2 * PacedCampaign.sites)
        refill()
    }

    private static func plan(of site: Int, _ choice: Case) -> SitePlan {
        let sources = choice == .twoSources ? 2 : 1
        let lanes = (0..<sources).map { source in
            var lane = LanePlan(source: source)
            let own = LimitPlan(1 + site * sources + source, .rate(Rate(1, per: .seconds(1))))
            let common = LimitPlan(0, .rate(Rate(20_000, per: .seconds(1))))
            lane.messageRates = choice == .commonRate ? [own, common] : [own]
            lane.learns = true
            return lane
        }
        return SitePlan(lanes: lanes)
    }

    /// Chooses and takes so many messages.
    mutating func send(_ count: Int) {
        let wanted = taken.count + count
        while taken.count < wanted {
            if !act() { now = now + PacedCampaign.step }
        }
    }

    /// Puts others in the place of those that were taken, and lets the dispatcher look at them.
    mutating func refill() {
        let (sites, row) = (taken, row)
        taken.removeAll(keepingCapacity: true)
        while !queue.isEmpty { dispatcher.pool.removeFirst(of: &queue) }
        for site in sites { dispatcher.admit(row.span, site: site) }
        while act() {}
    }

    /// False when nobody may go now.
    private mutating func act() -> Bool {
        switch dispatcher.nextAction(at: now) {
        case .connect(let lane):
            dispatcher.sessionIsReady(in: lane)
            dispatcher.sessionIsIdle(lane, in: lane)
            return true
        case .give(let lane):
            if dispatcher.take(from: lane, to: &queue, at: now) { taken.append(dispatcher.site(of: lane)) }
            dispatcher.sessionIsIdle(lane, in: lane)
            return true
        case .move, .release, nil: return false
        }
    }

    /// For closures, which cannot own what cannot be copied. Made when it is first needed: it takes half a second.
    final class Shared {
        private let choice: Case
        private var campaign: PacedCampaign?

        init(_ choice: Case) { self.choice = choice }

        func send(_ count: Int) { campaign?.send(count) }

        func refill() {
            if campaign == nil { campaign = PacedCampaign(choice) }
            campaign?.refill()
        }
    }
}
