import ArgumentParser
import Campaign
import Delivery
import Engine
import Foundation
import Glibc
import Ledger
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

            What has happened to whom is kept in the campaign's state directory, so that nothing is lost or \
            sent twice when this process or the machine fails: the same command goes on where it ended. \
            Recipients that were deferred are tried again, as the manifest's `retry` says; the command goes on \
            until nobody is left to try.

            At the end, rows that get no mail are written to rejected.csv, recipients that were not accepted to \
            undelivered.csv, both beside the manifest and each with its line and reason.

            Ctrl-C once: no further message is begun, those under way are finished, then the report. Twice: \
            only messages whose end is on its way are waited for. A third time: the end at once; those messages \
            are in doubt.

            Exit codes: 0 all accepted, 1 some were not, 3 some are held in doubt, 64 usage, 65 bad manifest or \
            changed input, 66 no manifest, 69 receiver not reachable, 71 no io_uring, 73 a file cannot be made, \
            74 a file or the state cannot be read or written, 75 some are to be tried again later, \
            130 interrupted.
            """)

    @Argument(help: "The campaign's manifest, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
    var campaign: String

    @Flag(help: "Send without asking. Needed where there is no terminal to ask on.")
    var yes = false

    @Option(help: "Send everything to HOST:PORT instead of where the manifest says.")
    var route: String?

    @OptionGroup var workerOptions: WorkerOptions

    @OptionGroup var groupingOptions: GroupingOptions

    @Option(help: "Write the report as JSON to this file (docs/report.md explains it).", completion: .file())
    var report: String?

    @Option(help: "Send to this many recipients at most; the same command goes on behind them.")
    var limit: Int?

    @Option(help: "Where to keep the campaign's state. Default: beside the manifest, its name with .state.")
    var state: String?

    @Option(
        help: "Append a line of JSON for each attempt to this file (docs/log.md explains it).", completion: .file())
    var log: String?

    @Flag(help: "Do not wait for recipients that are to be tried again later.")
    var once = false

    @Flag(help: "Go on although the manifest, the letter or the list has changed since the campaign began.")
    var acceptChanges = false

    @Option(help: "Where to write the rows that get no mail. Default: rejected.csv beside the manifest.")
    var rejected: String?

    @Option(help: "Where to write who was not accepted. Default: undelivered.csv beside the manifest.")
    var undelivered: String?

    @Flag(help: "Print the report as JSON on standard output instead of the table.")
    var json = false

    func validate() throws {
        try workerOptions.check()
        try groupingOptions.check()
        if let limit, limit < 1 { throw ValidationError("--limit takes 1 or more") }
    }

    func run() throws {
        Allocator.keepApart(blocksFrom: 131_072)
        let seed = UInt64.random(in: .min ... .max)
        let directory = try directoryOfList()
        let listCopy = directory.map { "\($0.path)/recipients.csv" }
        let loaded = try CampaignSupport.load(campaign, route: route, seed: seed, listCopy: listCopy)
        let inputs = try CampaignSupport.withFileErrors(ExitStatus.inputOutput) { try loaded.fingerprints() }
        let parts = CampaignSupport.letterParts(of: loaded)
        _ = try CampaignSupport.letter(parts)
        let manifest = loaded.manifest
        let planner = CampaignSupport.planner(for: loaded)
        try CampaignSupport.checkSources(of: manifest)
        let reading = FeedThread(loaded, seed: seed)
        try OutputFiles.check([rejectedPath, undeliveredPath] + [report, log].compactMap(\.self))
        try confirm(manifest)
        DescriptorLimit.raise()
        try CampaignState.withLedgerErrors {
            try RunSupport.withSystemErrors {
                let directory = try directory ?? StateDirectory(path: statePath)
                try send(manifest, inputs, parts, planner, reading, in: directory)
            }
        }
    }

    private func send(
        _ manifest: Manifest, _ inputs: [InputFingerprint], _ parts: LetterParts, _ planner: SitePlanner?,
        _ reading: FeedThread, in directory: StateDirectory
    ) throws {
        try workerOptions.keepOffCores()
        let run = try Run(workers: workerOptions.places(sessions: manifest.limits.sessions))
        let interruption = try Interruption.watch {
            run.stop()
        } then: {
            run.stopNow()
        }
        let ledger = try openLedger(manifest, inputs, in: directory) { _ in run.stop() }
        let campaignRun = CampaignRun(
            manifest, run: run, ledger: ledger, planner: try CampaignState.remind(planner, manifest, ledger),
            interruption: interruption, limit: limit, waits: !once)
        let mission = mission(manifest, try CampaignState.letter(parts, of: ledger), of: run.workerCount)
        let result = try campaignRun.perform(mission, reading, at: workerOptions.placeOfReading(), in: directory)
        try ledger.close()
        try conclude(campaignRun, result, manifest.target)
    }

    /// Where a list from standard input is kept; nil for a list in a file, whose campaign is not begun yet.
    private func directoryOfList() throws -> StateDirectory? {
        guard ManifestLoader.namesStandardInput(path: campaign) else { return nil }
        return try CampaignState.withLedgerErrors { try StateDirectory(path: statePath) }
    }

    private func openLedger(
        _ manifest: Manifest, _ inputs: [InputFingerprint], in directory: StateDirectory,
        onFault: @escaping @Sendable (LedgerFault) -> Void
    ) throws -> Ledger {
        var options = LedgerOptions(
            campaign: manifest.name, doubtPolicy: DoubtPolicy(manifest.inDoubt),
            retry: RetrySchedule(manifest.retry))
        options.inputs = inputs
        options.acceptsChanges = acceptChanges
        options.seed = UInt64.random(in: .min ... .max)
        options.unixOrigin = RunSupport.unixOrigin
        options.onFault = onFault
        options.makeSink = makeSink(manifest)
        let ledger = try Ledger.open(in: directory, options)
        try CampaignState.rememberRoute(manifest, ledger)
        tell(ledger.recovery, ledger.standing)
        return ledger
    }

    private func makeSink(_ manifest: Manifest) -> (@Sendable (String) throws -> any AttemptSink)? {
        guard let log else { return nil }
        return { uniqueName in
            try AttemptLogJSON(
                path: log,
                AttemptLogContext(
                    campaign: manifest.name, sender: manifest.envelopeFrom, messagePrefix: uniqueName,
                    peerAddress: manifest.route?.socketAddress.host ?? ""))
        }
    }

    /// Says where a campaign goes on that was begun before.
    private func tell(_ recovery: Recovery, _ standing: Standing) {
        guard !recovery.isNew else { return }
        let totals = CampaignTotals(standing)
        if standing.hasEnded {
            let what = standing.isCancelled ? "was cancelled" : "is finished"
            Console.note("This campaign \(what): nobody is left to send to (\(statePath)).")
        } else {
            Console.note("This campaign was begun before; it goes on where it ended (\(statePath)).")
        }
        if let next = standing.nextDue, next > WallClock.microseconds, standing.isPlanningComplete {
            let rest = once ? "; without --once this command waits for that" : ""
            Console.note("Nobody is due before \(CampaignStatus.date(next / 1_000_000))\(rest).")
        }
        if recovery.inDoubt > 0 {
            Console.note(
                "\(recovery.inDoubt) messages were under way when the last run ended: \(whatHappensInDoubt(totals))")
        }
        for name in recovery.changedInputs { Console.note("Accepted as changed: the \(name).") }
    }

    private func whatHappensInDoubt(_ totals: CampaignTotals) -> String {
        totals.held > 0 ? "they are held; `sluice resolve` decides." : "they are sent again."
    }

    private func conclude(_ campaignRun: CampaignRun, _ result: Run.Result, _ target: String) throws {
        let progress = campaignRun.feed.current
        var files = try CampaignSupport.withFileErrors(ExitStatus.inputOutput) {
            try CampaignState.writeFiles(
                CampaignTotals(campaignRun.ledger.standing), state: statePath, rejected: rejectedPath,
                undelivered: undeliveredPath)
        }
        files.report = report
        if let fault = progress.fault { Console.fail("\(fault)") }
        try RunSupport.conclude(
            RunReport(campaignRun.facts(result), result.tally), unreachable: result.unreachable,
            target: target, json: json, files: files)
        if progress.fault != nil { throw ExitStatus.inputOutput }
    }

    private var statePath: String { state ?? StateOptions.usualDirectory(besides: campaign) }
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
            route       \(manifest.target)
            """)
        Console.write("Send it? `sluice plan` shows more. [y/N] ", to: STDERR_FILENO)
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            Console.note("Nothing was sent.")
            throw ExitCode.success
        }
    }

    private func mission(
        _ manifest: Manifest, _ letter: Letter, of workerCount: Int
    ) -> Mission {
        var limits = Limits()
        limits.sessions = max(1, manifest.limits.sessions / workerCount)
        limits.openingPerSite = max(1, 64 / workerCount)
        limits.sessionsPerSite = manifest.limits.sessionsPerSite
        limits.messagesPerSession = manifest.limits.messagesPerSession
        limits.learns = manifest.isAdaptive
        limits.rowsHaveTerms = manifest.sendWindow?.isByRecipient ?? false
        var mission = Mission(
            letter: letter, envelopeFrom: Array(manifest.envelopeFrom.utf8),
            helloName: HelloName.usual(envelopeFrom: manifest.envelopeFrom),
            destination: manifest.route?.socketAddress,
            grouping: groupingOptions.grouping ?? grouping(manifest), limits: limits,
            patience: .delivery, unixOrigin: RunSupport.unixOrigin)
        mission.sources = CampaignSupport.mailSources(of: manifest)
        return mission
    }

    private func grouping(_ manifest: Manifest) -> Grouping {
        switch manifest.grouping {
        case .auto, .chunked: .chunked(depth: manifest.depth)
        case .grouped: .grouped
        case .lockstep: .lockstep
        }
    }
}
