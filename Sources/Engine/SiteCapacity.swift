import Delivery
import Pacing
import Primitives

/// How much mail the limits of a site let through, from the beginning of a campaign to some time after.
struct SiteCapacity {
    /// What a lane can be bound by.
    enum Bound: Hashable {
        case limit(Int)
        /// The warmup of a source, by its number.
        case warmup(source: Int)
    }

    struct Lane {
        struct Rate {
            var limit: Int
            /// Messages.
            var perSecond: Double
        }

        var source: Int
        var rates: [Rate] = []
        var warmup: WarmupCurve?

        /// The most that goes in so many seconds, and what says so; infinity for a lane that nothing binds.
        func most(in seconds: Double) -> (messages: Double, bound: Bound?) {
            var most = (messages: Double.infinity, bound: Bound?.none)
            for rate in rates where rate.perSecond * seconds < most.messages {
                most = (rate.perSecond * seconds, .limit(rate.limit))
            }
            if let warmup {
                let messages = warmup.messages(in: seconds)
                if messages < most.messages { most = (messages, .warmup(source: source)) }
            }
            return most
        }
    }

    let site: Int
    let recipients: Int
    let lanes: [Lane]
    /// The smallest limit of numbers of sessions.
    let fewestSessions: Int?

    /// - Parameter now: microseconds since 1970.
    init(_ plan: SitePlan, site: Int, recipients: Int, now: Int64) {
        self.site = site
        self.recipients = recipients
        lanes = plan.lanes.map { Lane($0, recipients: recipients, now: now) }
        var fewest = (sessions: Int.max, limit: Int?.none)
        for limit in plan.lanes.flatMap(\.sessionCounts) {
            switch limit.value {
            case .count(let sessions): if sessions < fewest.sessions { fewest = (sessions, limit.number) }
            case .rate: break
            }
        }
        fewestSessions = fewest.limit
    }

    func isBound(by bound: Bound) -> Bool {
        lanes.contains { lane in
            switch bound {
            case .limit(let number): lane.rates.contains { $0.limit == number }
            case .warmup(let source): lane.source == source && lane.warmup != nil
            }
        }
    }
}

extension SiteCapacity.Lane {
    fileprivate init(_ plan: LanePlan, recipients: Int, now: Int64) {
        source = plan.source
        for limit in plan.messageRates { add(limit, messages: 1) }
        if let messages = plan.messagesPerSession, messages > 0 {
            for limit in plan.sessionRates { add(limit, messages: messages) }
        }
        warmup = plan.warmup.map { WarmupCurve($0, recipients: recipients, now: now) }
    }

    /// - Parameter messages: those that go each time the limit lets something through.
    private mutating func add(_ limit: LimitPlan, messages: Int) {
        switch limit.value {
        case .rate(let rate):
            let perSecond = Double(rate.count) * Double(messages) / (rate.period.seconds * 1.01)
            rates.append(Rate(limit: limit.number, perSecond: perSecond))
        case .count: break
        }
    }
}

/// How much a warmup lets through, day by day, if everything is delivered.
struct WarmupCurve {
    /// A time in which messages go evenly.
    private struct Stretch {
        /// Seconds from the beginning of the campaign.
        var start: Double
        var end: Double
        var messages: Double
    }

    private var stretches: [Stretch] = []

    /// - Parameter now: microseconds since 1970.
    init(_ plan: WarmupPlan, recipients: Int, now: Int64) {
        let gate = WarmupGate(plan.schedule, plan.progress)
        let today = plan.zone.dayAndHour(at: now).day
        let localNow = Double(plan.zone.local(now)) / 1e6
        for day in gate.forecast(recipients: Int64(recipients), from: today) where day.sent > 0 {
            let midnight = Double(day.day) * 86_400 - localNow
            let start = max(0, midnight)
            let gone = day.day == gate.progress.day ? gate.progress.intended : 0
            let room = Double(day.ceiling) - Double(gone)
            let length = day.ceiling == .max ? 0 : (midnight + 86_400 - start) * Double(day.sent) / room
            stretches.append(Stretch(start: start, end: start + length, messages: Double(day.sent)))
        }
    }

    func messages(in seconds: Double) -> Double {
        var sum = 0.0
        for stretch in stretches where stretch.start < seconds {
            let isOver = stretch.end <= seconds
            sum +=
                isOver
                ? stretch.messages
                : stretch.messages * (seconds - stretch.start) / (stretch.end - stretch.start)
        }
        return sum
    }
}
