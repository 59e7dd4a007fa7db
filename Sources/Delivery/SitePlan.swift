import Pacing
import Primitives

/// What a site's mail is bound by, from each source that it may come from.
package struct SitePlan: Sendable {
    /// One for each source, at least one.
    package var lanes: [LanePlan]

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
    /// Nil for a lane that learns nothing from refusals.
    package var backoff: BackoffSettings?
    package var warmup: WarmupPlan?
    /// Nothing goes before.
    package var suspendedUntil = Instant.zero

    package init(source: Int = 0) { self.source = source }
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
