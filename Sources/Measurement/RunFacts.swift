import Primitives

/// What a report needs to know about a run that no worker has counted.
package struct RunFacts: Sendable {
    package enum Kind: String, Codable, Sendable {
        case send
        case bench
    }

    package var kind: Kind
    package var name: String
    /// Where everything went, when one place was named: `127.0.0.1:2525`.
    package var target: String?
    package var workers: Int
    package var startedUnixSeconds: Int64
    package var elapsed: Interval
    /// Of the whole process, user and system, during the run.
    package var processorTime: Interval
    /// Stopped by the operator before everything was attempted.
    package var interrupted: Bool

    /// All rows read or messages asked for, whatever became of them.
    package var recipients: Int
    package var rejectedBeforeSending: Int
    /// Read and found good, but no outcome is known because none was tried for.
    package var notAttempted: Int
    package var rejectedReasons: [RejectedReason]
    /// Attempts at recipients that had an outcome in this run before.
    package var retries = 0
    /// Of the whole campaign, over all runs; nil when nobody keeps that.
    package var campaign: CampaignTotals?
    /// By the number that tallies know the sites by.
    package var sites: [SiteFacts]

    package init(
        kind: Kind, name: String, target: String? = nil, workers: Int,
        startedUnixSeconds: Int64, elapsed: Interval, processorTime: Interval, interrupted: Bool = false,
        recipients: Int, rejectedBeforeSending: Int = 0, notAttempted: Int = 0,
        rejectedReasons: [RejectedReason] = [], sites: [SiteFacts]
    ) {
        self.kind = kind
        self.name = name
        self.target = target
        self.workers = workers
        self.startedUnixSeconds = startedUnixSeconds
        self.elapsed = elapsed
        self.processorTime = processorTime
        self.interrupted = interrupted
        self.recipients = recipients
        self.rejectedBeforeSending = rejectedBeforeSending
        self.notAttempted = notAttempted
        self.rejectedReasons = rejectedReasons
        self.sites = sites
    }
}

/// What a report needs to know about one site that no worker has counted.
package struct SiteFacts: Sendable {
    package var name: String
    /// All recipients that belong to the site, attempted or not.
    package var recipients: Int
    /// Attempts at recipients that had an outcome in this run before.
    package var retries: Int

    package init(name: String, recipients: Int, retries: Int = 0) {
        self.name = name
        self.recipients = recipients
        self.retries = retries
    }
}

/// Recipients that were rejected before sending, for one reason.
package struct RejectedReason: Codable, Hashable, Sendable {
    package var reason: String
    package var count: Int

    package init(reason: String, count: Int) {
        self.reason = reason
        self.count = count
    }
}
