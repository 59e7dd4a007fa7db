import Pacing
import Primitives

/// What a site's mail is bound by, from each source that it may come from.
package struct SitePlan: Sendable {
    /// One for each source, at least one.
    package var lanes: [LanePlan]
    /// From 0 to 1: the share of the mail that goes ahead of the rest; 0 for none.
    package var canaryShare = 0.0
    /// From 0 to 1: more permanent failures than this share, and somebody has to look. Nil for never.
    package var mostFailures: Double?

    package init(lanes: [LanePlan]) {
        precondition(!lanes.isEmpty, "mail comes from somewhere")
        self.lanes = lanes
    }
}

/// What binds the mail of one (source, site).
package struct LanePlan: Sendable {
    /// The number of the source in the run.
    package var source: Int
    /// The part of the site's mail that the lane gets, compared with the others; at least 1.
    package var weight = 1
    /// Gets mail only while another lane of the site has had what its warmup permits.
    package var isOverflow = false
    /// Rates at which messages are begun.
    package var messageRates: [LimitPlan] = []
    /// Rates at which sessions are made.
    package var sessionRates: [LimitPlan] = []
    /// How many sessions there may be at a time.
    package var sessionCounts: [LimitPlan] = []
    /// Nil for the run's.
    package var messagesPerSession: Int?
    /// Whether refusals slow the lane down.
    package var learns = false
    package var warmup: WarmupPlan?
    /// Sessions in a row that may fail before the mail is deferred; nil, and what is more, for the run's.
    package var mostConnectFailures: Int?
    /// Nothing goes before.
    package var suspendedUntil = Instant.zero

    package init(source: Int = 0) { self.source = source }

    /// Whether messages begin slowly: nothing is known of what the receiver takes, and refusals teach it.
    var startsSlowly: Bool { learns && messageRates.isEmpty && warmup == nil }

    /// The smallest of its numbers of sessions; nil when it has none.
    var mostSessions: Int? {
        sessionCounts.compactMap { plan in
            switch plan.value {
            case .count(let most): most
            case .rate: nil
            }
        }.min()
    }
}

/// A limit that one lane has for itself, or several have in common.
package struct LimitPlan: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case rate(Rate)
        case count(Int)
    }

    /// Names the limit in the run: lanes that name the same one share it.
    package var number: Int
    package var value: Value

    package init(_ number: Int, _ value: Value) {
        self.number = number
        self.value = value
    }
}

/// How a source is made known to a site.
package struct WarmupPlan: Sendable {
    package var schedule: WarmupSchedule
    /// How far it is.
    package var progress: WarmupProgress
    /// Where the days begin.
    package var zone: ZoneOffsets
    /// Names it in the journal.
    package var key: Int32

    package init(schedule: WarmupSchedule, progress: WarmupProgress, zone: ZoneOffsets, key: Int32) {
        self.schedule = schedule
        self.progress = progress
        self.zone = zone
        self.key = key
    }
}

extension SitePlan {
    /// Sessions that workers may divide among them; nil for a site that is better left to one of them, which alone
    /// can heed its rates.
    package var sharedSessions: Int? {
        guard lanes.count == 1, lanes[0].messageRates.isEmpty, lanes[0].sessionRates.isEmpty, lanes[0].warmup == nil,
            lanes[0].sessionCounts.count == 1, case .count(let most) = lanes[0].sessionCounts[0].value
        else { return nil }
        return most
    }
}
