import Pacing
import Primitives

/// How a lane stands, for whoever asks why its mail waits.
package struct LaneStanding: Sendable {
    package enum Reason: Hashable, Sendable {
        case none
        /// For its turn at a limit, by the limit's number in the run.
        case limit(Int)
        case suspended
        case ordered
        case backoff
        case warmup
        case canary
        case unhealthy
        case failing
        case busy
    }

    package var site: Int
    package var source: Int
    /// Messages of the site that wait for a session of any of its lanes.
    package var waiting: Int
    package var sessions: Int
    package var reason: Reason
    package var since: Instant
    /// When it goes on, as far as that is known.
    package var until: Instant?
    /// Messages per second that refusals have taught; nil for no limit.
    package var learnedRate: Double?
}

extension Dispatcher {
    package func standing(of lane: Int, at now: Instant) -> LaneStanding {
        var standing = LaneStanding(
            site: lanes[lane].site, source: source(of: lane), waiting: waitingCount(in: lane),
            sessions: lanes[lane].sessions, reason: .none, since: now)
        if lanes[lane].pausedUntil > now {
            standing.reason = .failing
            standing.until = lanes[lane].pausedUntil
        }
        guard lanes[lane].pace >= 0 else { return standing }
        let pace = paces[lanes[lane].pace]
        standing.since = pace.blockedSince
        standing.learnedRate = pace.learns ? backoffs[lanes[lane].pace].messageRate : nil
        let opens = opens(lanes[lane].pace, at: now).0
        standing.until = opens > now ? opens : nil
        switch pace.block {
        case .none: standing.reason = .none
        case .limit(let place):
            standing.reason = .limit(limitTable.number(at: place))
            let opens = limitTable.opens(place, at: now)
            standing.until = opens > now && opens < .never ? opens : nil
        case .suspended: standing.reason = .suspended
        case .ordered: standing.reason = .ordered
        case .backoff: standing.reason = .backoff
        case .warmup: standing.reason = .warmup
        case .canary: standing.reason = .canary
        case .unhealthy: standing.reason = .unhealthy
        case .failing:
            standing.reason = .failing
            standing.until = lanes[lane].pausedUntil
        case .busy: standing.reason = .busy
        }
        return standing
    }
}
