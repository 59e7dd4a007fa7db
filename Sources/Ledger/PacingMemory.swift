import Delivery

/// What a warmup has sent from a source to a site in one hour, as far as it would survive a loss of power.
package struct WarmupRow: Hashable, Sendable {
    package var source: String
    package var site: String
    /// The local day, counted as the warmup counts days.
    package var day: Int32
    /// The local hour of the day.
    package var hour: UInt8
    /// The stage that was counted for last.
    package var stage: UInt16
    /// Messages that may have been sent. After a crash those in doubt are among them, and were counted as neither
    /// delivered nor failed.
    package var intended: Int
    package var delivered: Int
    package var failed: Int

    package init(
        source: String, site: String, day: Int32, hour: UInt8, stage: UInt16, intended: Int = 0, delivered: Int = 0,
        failed: Int = 0
    ) {
        self.source = source
        self.site = site
        self.day = day
        self.hour = hour
        self.stage = stage
        self.intended = intended
        self.delivered = delivered
        self.failed = failed
    }
}

/// A scope to which nothing goes for some time.
package struct Suspension: Hashable, Sendable {
    package var scope: String
    /// Microseconds since 1970.
    package var until: Int64
    package var reason: String
    /// Where the rule stands that asked for it.
    package var rule: String

    package init(scope: String, until: Int64, reason: String, rule: String) {
        self.scope = scope
        self.until = until
        self.reason = reason
        self.rule = rule
    }
}

/// What a worker notes beside the steps of its messages.
struct PacingNotes: Sendable {
    var counts: [WarmupCount] = []
    var suspensions: [Suspension] = []
    var audits: [String] = []
    /// Lines whose window has closed, by when it opens again.
    var postponed: [Int64: [Int]] = [:]

    var isEmpty: Bool { counts.isEmpty && suspensions.isEmpty && audits.isEmpty && postponed.isEmpty }
}
