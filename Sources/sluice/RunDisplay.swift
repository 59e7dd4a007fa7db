import Engine
import Glibc
import Measurement
import Primitives
import Terminal
import Uring

/// Shows on standard error how far a run is, from a thread of its own, until it is told to finish.
final class RunDisplay: Sendable {
    /// What only the command knows about the run at this moment.
    struct Facts: Sendable {
        /// All recipients, once they are known.
        var total: Int?
        var rejected = 0
        var siteNames: [String] = []
        /// Recipients read so far, by site.
        var siteRecipients: [Int] = []
        /// When somebody is tried again: microseconds since 1970; nil when nobody is, or others are being sent to.
        var nextTry: Int64?
    }

    private let run: Run
    private let name: String
    private let facts: @Sendable () -> Facts
    private let isDraining: @Sendable () -> Bool
    private let started = MonotonicClock.now

    init(
        run: Run, name: String, isDraining: @escaping @Sendable () -> Bool,
        facts: @escaping @Sendable () -> Facts
    ) {
        self.run = run
        self.name = name
        self.isDraining = isDraining
        self.facts = facts
    }

    /// Draws ten times a second while `body` works; takes the live view away before it returns.
    func whileRunning<Result>(_ body: () throws -> Result) throws -> Result {
        try Companion.run({ [self] in draw(beside: $0) }, while: body)
    }

    private func draw(beside work: Companion) {
        var display = ProgressDisplay(live: Console.error.isLive)
        while !work.isOver {
            usleep(100_000)
            Console.write(display.update(snapshot, size: Console.error.size), to: STDERR_FILENO)
        }
        Console.write(display.finish(), to: STDERR_FILENO)
    }

    private var snapshot: ProgressSnapshot {
        let notices = run.boards.map(\.current)
        let facts = facts()
        var outcomes = OutcomeCounts()
        var sites = facts.siteNames.indices.map { index in
            SiteProgress(
                name: facts.siteNames[index], recipients: facts.siteRecipients[index],
                outcomes: OutcomeCounts(), sessionsOpen: 0)
        }
        for notice in notices {
            outcomes.add(notice.counts)
            for site in notice.sites.indices where site < sites.count {
                sites[site].outcomes.add(notice.sites[site].counts)
            }
            for (site, sessions) in notice.siteSessions where site < sites.count {
                sites[site].sessionsOpen += sessions
            }
        }
        var snapshot = ProgressSnapshot(
            name: name, elapsed: MonotonicClock.now - started, total: facts.total, outcomes: outcomes,
            rejectedBeforeSending: facts.rejected, sessionsOpen: notices.reduce(0) { $0 + $1.sessions },
            waiting: notices.reduce(0) { $0 + $1.waiting }, isDraining: isDraining(), sites: sites)
        snapshot.isPaused = run.isPaused
        let secondsToNextTry = facts.nextTry.map { Double($0 - WallClock.microseconds) / 1e6 }
        snapshot.secondsToNextTry = secondsToNextTry.flatMap { $0 > 0 ? $0 : nil }
        return snapshot
    }
}
