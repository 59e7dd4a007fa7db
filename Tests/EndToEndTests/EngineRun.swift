import Campaign
import Delivery
import Engine
import Ledger
import Measurement
import Primitives
import SMTP
import Synchronization
import TestSupport
import Uring

/// A campaign sent by the engine within this process, as `sluice send` does it.
struct EngineRun: Sendable {
    let report: RunReport
    /// By line of the list.
    let verdicts: [Int: [Verdict]]
    let progress: RecipientFeed.Progress
    /// Why the run was called off, if it was.
    let unreachable: Trouble?
    /// Seconds since 1970 in which it ran.
    let seconds: ClosedRange<Int>
    let expected: ExpectedMail

    /// Blocks until all is sent.
    init(_ directory: TestDirectory, to address: SocketAddress, grouping: Grouping, workers: Int)
        throws
    {
        let campaign = try ManifestLoader.load(path: directory.file("campaign.yaml"), seed: 1)
        expected = try ExpectedMail(campaign)
        let mission = try EngineRun.mission(campaign, to: address, grouping)
        let run = try Run(workers: [ThreadPlace](repeating: ThreadPlace(), count: workers))
        var options = LedgerOptions(campaign: "test", doubtPolicy: .hold)
        options.unixOrigin = mission.unixOrigin
        let ledger = try Ledger.open(in: StateDirectory(path: directory.file("state")), options)
        let feed = RecipientFeed(
            to: run, ledger: ledger, sessionsPerSite: mission.limits.sessionsPerSite, waitsForRetries: false)
        let listener = VerdictRecorder()
        let first = EngineRun.now
        let reader = try FeedReader(campaign, feed)
        let shares = (0..<workers).map { worker in
            let journal = ledger.journal { run.wake(worker: worker) }
            return Run.Share(
                mission: mission, work: .fromInbox, listener: JournalTap(journal, listener), journal: journal)
        }
        let result = try run.perform(shares)
        reader.join()
        try ledger.close()
        _ = try OutcomeFiles.write(
            LedgerReader(path: directory.file("state")), rejected: directory.file("rejected.csv"),
            undelivered: directory.file("undelivered.csv"))
        seconds = first...EngineRun.now
        verdicts = listener.verdicts
        progress = feed.current
        unreachable = result.unreachable
        report = EngineRun.report(progress, result, workers)
    }

    private static var now: Int { Int(WallClock.nanoseconds / 1_000_000_000) }

    private static func mission(
        _ campaign: borrowing LoadedCampaign, to address: SocketAddress, _ grouping: Grouping
    ) throws -> Mission {
        var limits = Limits()
        limits.sessions = campaign.manifest.limits.sessions
        limits.sessionsPerSite = campaign.manifest.limits.sessionsPerSite
        limits.messagesPerSession = campaign.manifest.limits.messagesPerSession
        return Mission(
            letter: try ExpectedMail.letter(of: campaign),
            envelopeFrom: Array(campaign.manifest.envelopeFrom.utf8),
            helloName: Array("sender.example".utf8), destination: address, grouping: grouping, limits: limits,
            patience: .delivery, unixOrigin: WallClock.nanoseconds - MonotonicClock.now.nanoseconds)
    }

    private static func report(
        _ progress: RecipientFeed.Progress, _ result: Run.Result, _ workers: Int
    ) -> RunReport {
        var facts = RunFacts(
            kind: .send, name: "test", workers: workers, startedUnixSeconds: 0, elapsed: result.elapsed,
            processorTime: result.processorTime, recipients: progress.rows, sites: [])
        facts.rejectedBeforeSending = progress.rejected
        facts.rejectedReasons = progress.reasons.map {
            RejectedReason(reason: $0.key.rawValue, count: $0.value)
        }
        facts.notAttempted = progress.rows - progress.rejected - result.tally.counts.total
        facts.sites = zip(progress.siteNames, progress.siteRecipients).map {
            SiteFacts(name: $0, recipients: $1)
        }
        return RunReport(facts, result.tally)
    }
}

/// Reads the list on a thread of its own; it gets the campaign whole.
private final class FeedReader: Sendable {
    private let campaign: Mutex<LoadedCampaign?>
    private let thread = Mutex<NativeThread?>(nil)

    init(_ campaign: consuming LoadedCampaign, _ feed: RecipientFeed) throws {
        self.campaign = Mutex(campaign)
        let started = try NativeThread.start { [self] in
            guard let campaign = self.campaign.withLock({ $0.take() }) else { return }
            feed.read(campaign, seed: 1)
        }
        thread.withLock { $0 = started }
    }

    func join() { thread.withLock { $0.take() }?.join() }
}

/// Tells two about a verdict: the ledger, and the test.
private final class JournalTap: OutcomeListener, Sendable {
    var wantsAcceptances: Bool { true }

    private let journal: WorkerJournal
    private let recorder: VerdictRecorder

    init(_ journal: WorkerJournal, _ recorder: VerdictRecorder) {
        self.journal = journal
        self.recorder = recorder
    }

    func settled(
        _ row: Span<UInt8>, recipients: Int, _ verdict: Verdict, text: Span<UInt8>, _ attempt: Attempt
    ) {
        journal.settled(row, recipients: recipients, verdict, text: text, attempt)
        recorder.settled(row, recipients: recipients, verdict, text: text, attempt)
    }

    func accepted(_ row: Span<UInt8>) { preconditionFailure("acceptances are wanted") }
}

/// Keeps every verdict.
private final class VerdictRecorder: OutcomeListener, Sendable {
    var wantsAcceptances: Bool { true }

    private let byLine = Mutex<[Int: [Verdict]]>([:])

    var verdicts: [Int: [Verdict]] { byLine.withLock { $0 } }

    func settled(
        _ row: Span<UInt8>, recipients: Int, _ verdict: Verdict, text: Span<UInt8>, _ attempt: Attempt
    ) {
        let line = PackedRow(row).number
        byLine.withLock { $0[line, default: []].append(verdict) }
    }

    func accepted(_ row: Span<UInt8>) { preconditionFailure("acceptances are wanted") }
}
