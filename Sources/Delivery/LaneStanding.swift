import Pacing
import Primitives

/// How a lane stands, for whoever asks why its mail waits.
package struct LaneStanding: Sendable {
    package var site: Int
    package var source: Int
    /// Messages of the site that wait for a session of any of its lanes.
    package var waiting: Int
    package var sessions: Int
    package var block: LaneBlock
    /// The number in the run of the limit that it waits for; nil when it waits for none.
    package var limit: Int?
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
            sessions: lanes[lane].sessions, block: .none, since: now)
        if lanes[lane].pausedUntil > now {
            standing.block = .failing
            standing.until = lanes[lane].pausedUntil
        }
        guard lanes[lane].pace >= 0 else { return standing }
        let pace = paces[lanes[lane].pace]
        standing.block = pace.block
        standing.since = pace.blockedSince
        standing.learnedRate = pace.learns ? backoffs[lanes[lane].pace].messageRate : nil
        let opens = opens(lanes[lane].pace, at: now).0
        standing.until = opens > now ? opens : nil
        switch pace.block {
        case .limit(let place):
            standing.limit = limitTable.number(at: place)
            let opens = limitTable.opens(place, at: now)
            standing.until = opens > now && opens < .never ? opens : nil
        case .failing: standing.until = lanes[lane].pausedUntil
        case .none, .suspended, .ordered, .backoff, .warmup, .canary, .unhealthy, .busy: break
        }
        return standing
    }
}
