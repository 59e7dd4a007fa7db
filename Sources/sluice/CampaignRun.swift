import Campaign
import Engine
import Foundation
import Ledger
import Measurement
import Message
import Primitives
import Terminal
import Uring

/// One run of a campaign: workers, the thread that reads the list, and the ledger, from the start to the report.
final class CampaignRun: Sendable {
    let run: Run
    let ledger: Ledger
    let feed: RecipientFeed
    private let manifest: Manifest
    private let planner: SitePlanner?
    private let interruption: Interruption
    private let started = MonotonicClock.now

    /// - Parameters:
    ///   - run: not started yet.
    ///   - ledger: of the campaign; its fault stops the run.
    init(
        _ manifest: Manifest, run: Run, ledger: Ledger, planner: SitePlanner?, interruption: Interruption,
        limit: Int?, waits: Bool
    ) {
        self.manifest = manifest
        self.planner = planner
        self.run = run
        self.ledger = ledger
        self.interruption = interruption
        feed = RecipientFeed(
            to: run, ledger: ledger, sessionsPerSite: manifest.limits.sessionsPerSite, planner: planner,
            window: manifest.sendWindow, limit: limit ?? .max, waitsForRetries: waits)
    }

    /// Sends until nobody is left to send to, or the run is stopped. Shows progress and answers other processes
    /// meanwhile.
    ///
    /// - Parameter place: where the list is read.
    func perform(
        _ mission: Mission, _ reading: FeedThread, at place: ThreadPlace, in directory: StateDirectory
    ) throws -> Run.Result {
        var watched = mission
        watched.onAlarm = { [self] site, what in raiseAlarm(site, what) }
        watched.siteName = { [feed] site in feed.name(ofSite: site) }
        let control = try ControlServer(in: directory.path) { [self] request in answer(request) }
        let shares = (0..<run.workerCount).map { [watched] worker in
            let journal = ledger.journal { [run] in run.wake(worker: worker) }
            return Run.Share(mission: watched, work: .fromInbox, listener: journal, journal: journal)
        }
        return try control.whileRunning {
            try windowKeeper.whileRunning {
                try display.whileRunning {
                    try reading.start(feed, at: place)
                    defer { reading.join() }
                    return try run.perform(shares)
                }
            }
        }
    }

    /// Too much of a site's mail fails: everything waits until somebody has looked.
    private func raiseAlarm(_ site: String, _ what: String) {
        guard !run.isPaused else { return }
        run.pause()
        let sentence = "paused: at \(site) \(what)"
        try? ledger.note(audit: sentence, by: "pacing")
        Console.note("\(sentence). Look at it (`sluice explain \(site)`), then `sluice resume`, or `sluice cancel`.")
    }

    /// After the ledger was closed.
    func facts(_ result: Run.Result) -> RunFacts {
        let progress = feed.current
        var facts = RunSupport.facts(.send, name: manifest.name, run: run, result: result)
        facts.interrupted = interruption.hasArrived
        facts.target = manifest.target
        facts.recipients = progress.rows
        facts.retries = progress.siteRetries.reduce(0, +)
        facts.rejectedBeforeSending = progress.rejected
        facts.rejectedReasons = RejectedReason.list(progress.reasons)
        facts.notAttempted = progress.rows - progress.rejected + facts.retries - result.tally.counts.total
        facts.campaign = CampaignTotals(ledger.standing)
        facts.sites = progress.siteNames.indices.map { index in
            SiteFacts(
                name: progress.siteNames[index], recipients: progress.siteRecipients[index],
                retries: progress.siteRetries[index])
        }
        return facts
    }

    private var windowKeeper: WindowKeeper {
        WindowKeeper(run: run, window: manifest.sendWindow) { Console.note($0) }
    }

    private var display: RunDisplay {
        RunDisplay(run: run, name: manifest.name, isDraining: { [run] in run.isStopping }) { [feed, ledger] in
            let progress = feed.current
            let standing = ledger.standing
            return RunDisplay.Facts(
                total: progress.isDone ? progress.rows + progress.siteRetries.reduce(0, +) : nil,
                rejected: progress.rejected,
                siteNames: progress.siteNames, siteRecipients: progress.siteRecipients,
                nextTry: standing.handedOver == 0 ? standing.nextDue : nil)
        }
    }
}

/// What other processes may ask of this one.
extension CampaignRun {
    private func answer(_ request: ControlRequest) -> ControlResponse {
        do throws(LedgerFault) {
            switch request.command {
            case .status: break
            case .pause: try pause()
            case .resume: try resume()
            case .cancel: try cancel()
            case .resolve: return try resolve(request)
            case .explain: return explain(request.subject)
            }
            return ControlResponse(activity: activity)
        } catch {
            return ControlResponse(problem: "\(error)")
        }
    }

    private func pause() throws(LedgerFault) {
        try ledger.note(audit: "pause", by: "control")
        run.pause()
    }

    private func resume() throws(LedgerFault) {
        try ledger.note(audit: "resume", by: "control")
        run.resume()
    }

    private func cancel() throws(LedgerFault) {
        try CampaignState.cancel(ledger, by: "control")
        run.stop()
    }

    private func explain(_ subject: String?) -> ControlResponse {
        var response = ControlResponse(activity: activity)
        response.accounts = run.accounts(of: subject.map { site(of: $0) })
        if run.isPaused { response.rest = "the campaign is paused: `sluice resume` goes on" }
        if run.isOutsideSendWindow { response.rest = "it is outside the send window" }
        return response
    }

    /// The name of the site that an address or a domain belongs to, or of a site.
    private func site(of subject: String) -> String {
        let domain = subject.split(separator: "@").last.map { $0.lowercased() } ?? subject
        if feed.current.siteNames.contains(subject) { return subject }
        var planner = planner
        return planner?.name(ofDomain: domain) ?? domain
    }

    private func resolve(_ request: ControlRequest) throws(LedgerFault) -> ControlResponse {
        guard let resolution = request.resolution else { return ControlResponse(problem: "resend or drop?") }
        let count = try CampaignState.resolve(request.addresses, resolution, ledger, by: "control")
        return ControlResponse(activity: activity, count: count)
    }

    private var activity: ControlResponse.Activity {
        let notices = run.boards.map(\.current)
        let seconds = (MonotonicClock.now - started).seconds
        let attempts = notices.reduce(0) { $0 + $1.counts.total }
        return ControlResponse.Activity(
            process: ProcessInfo.processInfo.processIdentifier, seconds: seconds, isPaused: run.isPaused,
            isDraining: run.isStopping, sessions: notices.reduce(0) { $0 + $1.sessions },
            messagesPerSecond: seconds > 0 ? Double(attempts) / seconds : 0)
    }
}
