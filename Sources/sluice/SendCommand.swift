import ArgumentParser
import Campaign
import Delivery
import Engine
import Foundation
import Glibc
import Measurement
import Message
import Primitives
import SMTP
import Terminal
import Uring

struct SendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Send a campaign to the recipients of its list.",
        discussion: """
            Reads the manifest and everything it names; when anything is wrong, says all of it and sends \
            nothing. Then reads the recipients as a stream, groups them by site, and sends to each site over \
            persistent sessions. Shows progress meanwhile and a report at the end.

            Rows that get no mail are written to rejected.csv, recipients that were tried and not accepted to \
            undelivered.csv, both beside the manifest and each with its line and reason.

            Ctrl-C once: no further message is begun, those under way are finished, then the report. Twice: \
            the end at once; messages under way may or may not arrive.

            Exit codes: 0 all accepted, 1 some were not, 64 usage, 65 bad manifest, 66 no manifest, \
            69 receiver not reachable, 71 no io_uring, 73 a file cannot be made, 74 a file cannot be read or \
            written, 130 interrupted.
            """)

    @Argument(help: "The campaign's manifest, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
    var campaign: String

    @Flag(help: "Send without asking. Needed where there is no terminal to ask on.")
    var yes = false

    @Option(help: "Send everything to HOST:PORT instead of where the manifest says.")
    var route: String?

    @Option(help: "Worker threads, each with a ring of its own. Default: one for each processor.")
    var workers: Int?

    @OptionGroup var groupingOptions: GroupingOptions

    @Option(help: "Write the report as JSON to this file (docs/report.md explains it).", completion: .file())
    var report: String?

    @Option(help: "Stop reading after this many good recipients.")
    var limit: Int?

    @Option(help: "Where to write the rows that get no mail. Default: rejected.csv beside the manifest.")
    var rejected: String?

    @Option(help: "Where to write who was not accepted. Default: undelivered.csv beside the manifest.")
    var undelivered: String?

    @Flag(help: "Print the report as JSON on standard output instead of the table.")
    var json = false

    func validate() throws {
        try WorkerCount.check(workers)
        try groupingOptions.check()
        if let limit, limit < 1 { throw ValidationError("--limit takes 1 or more") }
    }

    func run() throws {
        let seed = UInt64.random(in: .min ... .max)
        let loaded = try CampaignSupport.load(campaign, route: route, seed: seed)
        let letter = try CampaignSupport.letter(of: loaded)
        let manifest = loaded.manifest
        let reading = FeedThread(loaded, seed: seed)
        try OutputFiles.check([rejectedPath, undeliveredPath] + [report].compactMap(\.self))
        try confirm(manifest)
        DescriptorLimit.raise()
        try RunSupport.withSystemErrors {
            let run = try Run(workers: workers ?? WorkerCount.usual)
            let feed = RecipientFeed(
                to: run, sessionsPerSite: manifest.limits.sessionsPerSite, limit: limit ?? .max)
            let interruption = try Interruption.watch { run.stop() }
            let log = try CampaignSupport.withFileErrors(ExitStatus.cannotCreate) {
                try UndeliveredLog(path: undeliveredPath) { run.stop() }
            }
            let share = Run.Share(
                mission: mission(manifest, letter, of: run.workerCount), work: .fromInbox, listener: log)
            let result = try display(run, feed, interruption, manifest.name).whileRunning {
                try reading.start(feed, rejectedPath: rejectedPath)
                defer { reading.join() }
                return try run.perform([Run.Share](repeating: share, count: run.workerCount))
            }
            try finish(result, run, feed, log, manifest, interrupted: interruption.hasArrived)
        }
    }

    private var rejectedPath: String { rejected ?? CampaignSupport.path(of: "rejected.csv", besides: campaign) }
    private var undeliveredPath: String {
        undelivered ?? CampaignSupport.path(of: "undelivered.csv", besides: campaign)
    }

    /// Asks on a terminal; elsewhere only `--yes` will do.
    private func confirm(_ manifest: Manifest) throws {
        guard !yes else { return }
        guard isatty(STDIN_FILENO) == 1, manifest.recipients.file != "-" else {
            Console.fail("nobody can be asked here whether to send: look at `sluice plan`, then give --yes")
            throw ExitStatus.usage
        }
        Console.note(
            """
            campaign    \(manifest.name) (\(manifest.mailClass.rawValue))
            from        \(manifest.from.address)
            subject     \(manifest.subject)
            recipients  \(manifest.recipients.file)\(limit.map { ", the first \($0)" } ?? "")
            route       \(manifest.route.socketAddress)
            """)
        Console.write("Send it? `sluice plan` shows more. [y/N] ", to: STDERR_FILENO)
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            Console.note("Nothing was sent.")
            throw ExitCode.success
        }
    }

    private func mission(_ manifest: Manifest, _ letter: Letter, of workerCount: Int) -> Mission {
        var limits = Limits()
        limits.sessions = max(1, manifest.limits.sessions / workerCount)
        limits.openingPerSite = max(1, 64 / workerCount)
        limits.sessionsPerSite = manifest.limits.sessionsPerSite
        limits.messagesPerSession = manifest.limits.messagesPerSession
        return Mission(
            letter: letter, envelopeFrom: Array(manifest.envelopeFrom.utf8),
            helloName: HelloName.usual(envelopeFrom: manifest.envelopeFrom),
            destination: manifest.route.socketAddress,
            grouping: groupingOptions.grouping ?? grouping(manifest), limits: limits,
            patience: .delivery, unixOrigin: RunSupport.unixOrigin)
    }

    private func grouping(_ manifest: Manifest) -> Grouping {
        switch manifest.grouping {
        case .auto, .chunked: .chunked(depth: manifest.depth)
        case .grouped: .grouped
        case .lockstep: .lockstep
        }
    }

    private func display(
        _ run: Run, _ feed: RecipientFeed, _ interruption: Interruption, _ name: String
    ) -> RunDisplay {
        RunDisplay(run: run, name: name, isDraining: { interruption.hasArrived }) {
            let progress = feed.current
            return RunDisplay.Facts(
                total: progress.isDone ? progress.rows : nil, rejected: progress.rejected,
                siteNames: progress.siteNames, siteRecipients: progress.siteRecipients)
        }
    }

    private func finish(
        _ result: Run.Result, _ run: Run, _ feed: RecipientFeed, _ log: UndeliveredLog, _ manifest: Manifest,
        interrupted: Bool
    ) throws {
        let progress = feed.current
        let undeliveredCount = try CampaignSupport.withFileErrors(ExitStatus.inputOutput) { try log.close() }
        var facts = RunSupport.facts(.send, name: manifest.name, run: run, result: result)
        facts.interrupted = interrupted
        facts.target = manifest.route.socketAddress.description
        facts.recipients = progress.rows
        facts.rejectedBeforeSending = progress.rejected
        facts.rejectedReasons = RejectedReason.list(progress.reasons)
        facts.notAttempted = progress.rows - progress.rejected - result.tally.counts.total
        facts.sites = progress.siteNames.indices.map { index in
            SiteFacts(name: progress.siteNames[index], recipients: progress.siteRecipients[index])
        }
        let files = ReportView.Files(
            rejected: progress.rejected > 0 ? rejectedPath : nil,
            undelivered: undeliveredCount > 0 ? undeliveredPath : nil, report: report)
        let finalReport = RunReport(facts, result.tally)
        if let fault = progress.fault { Console.fail("\(fault)") }
        try RunSupport.conclude(
            finalReport, unreachable: result.unreachable, target: manifest.route.socketAddress, json: json,
            files: files)
        if progress.fault != nil { throw ExitStatus.inputOutput }
    }
}
