import Measurement
import Primitives

/// How far a run has come at one moment: what the engine tells the views.
package struct ProgressSnapshot: Sendable {
    package var name: String
    package var elapsed: Interval
    /// All recipients of the run, rejected ones included; nil while the list is still being read.
    package var total: Int?
    package var outcomes: OutcomeCounts
    package var rejectedBeforeSending: Int
    package var sessionsOpen: Int
    /// Recipients that have been read and have no outcome yet.
    package var waiting: Int
    /// No recipient is started any more; those under way are being finished.
    package var isDraining: Bool
    /// In any order. The views pick the largest.
    package var sites: [SiteProgress]
    package var isPaused = false
    /// Seconds until a deferred recipient is tried again; nil when nobody waits for that.
    package var secondsToNextTry: Double?

    package init(
        name: String, elapsed: Interval, total: Int?, outcomes: OutcomeCounts, rejectedBeforeSending: Int = 0,
        sessionsOpen: Int, waiting: Int, isDraining: Bool = false, sites: [SiteProgress]
    ) {
        self.name = name
        self.elapsed = elapsed
        self.total = total
        self.outcomes = outcomes
        self.rejectedBeforeSending = rejectedBeforeSending
        self.sessionsOpen = sessionsOpen
        self.waiting = waiting
        self.isDraining = isDraining
        self.sites = sites
    }

    /// Recipients about whom nothing more will happen in this run.
    var done: Int { outcomes.total + rejectedBeforeSending }

    /// Outcomes a second since the start.
    var averageRate: Double {
        elapsed > .zero ? Double(outcomes.total) / elapsed.seconds : 0
    }

    /// Seconds until all recipients are done at this rate; nil when that cannot be said.
    func secondsLeft(at rate: Double) -> Double? {
        guard let total, total > done, rate > 0 else { return nil }
        return Double(total - done) / rate
    }
}

/// How far a run has come at one site.
package struct SiteProgress: Sendable {
    package var name: String
    /// Recipients of the site read so far.
    package var recipients: Int
    package var outcomes: OutcomeCounts
    package var sessionsOpen: Int

    package init(name: String, recipients: Int, outcomes: OutcomeCounts, sessionsOpen: Int) {
        self.name = name
        self.recipients = recipients
        self.outcomes = outcomes
        self.sessionsOpen = sessionsOpen
    }
}

extension [SiteProgress] {
    /// The sites with the most recipients, then by name: one pass, however many sites there are.
    func largest(_ limit: Int) -> [SiteProgress] {
        var largest: [SiteProgress] = []
        for site in self {
            if largest.count == limit, let last = largest.last, !site.standsBefore(last) { continue }
            let place = largest.firstIndex { site.standsBefore($0) } ?? largest.endIndex
            largest.insert(site, at: place)
            if largest.count > limit { largest.removeLast() }
        }
        return largest
    }
}

extension SiteProgress {
    fileprivate func standsBefore(_ other: SiteProgress) -> Bool {
        recipients == other.recipients
            ? name.utf8.lexicographicallyPrecedes(other.name.utf8) : recipients > other.recipients
    }
}
