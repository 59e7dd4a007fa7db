import ArgumentParser
import Campaign
import Foundation
import Ledger
import Measurement
import Pacing
import Terminal
import Uring

struct WarmupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warmup",
        abstract: "Show how far sources that are warmed up have come, and how long a list takes them.",
        discussion: """
            Both need the state directory of the campaign and nothing else: `sluice send` keeps there what the \
            manifest said of warmup, and what has gone. docs/warmup.md explains warmup, and the JSON.
            """,
        subcommands: [WarmupStatusCommand.self, WarmupForecastCommand.self])
}

struct WarmupStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what each source may send to each site today, what it has sent, and the days so far.",
        discussion: """
            Exit codes: 0 shown, 64 usage, 74 there is no campaign there, or its ledger cannot be read.
            """)

    @OptionGroup var options: StateOptions

    @Flag(help: "Print JSON on standard output.")
    var json = false

    func run() throws {
        let report = try CampaignState.withLedgerErrors {
            let reader = try LedgerReader(path: options.state)
            let standings = try reader.warmupStandings(now: WallClock.microseconds, zone: CampaignState.zone)
            return WarmupReport(campaign: reader.campaign, warmups: standings.map(WarmupReport.Warmup.init))
        }
        if json { return Console.print(try report.json) }
        let lines = WarmupView(report, width: Console.output.size.width).lines
        Console.write(lines.joined(styled: Console.output.isLive), to: STDOUT_FILENO)
    }
}

struct WarmupForecastCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Show day by day how long a list takes the sources that are warmed up.",
        discussion: """
            For each site that got mail from such sources: the days from today on until that many recipients there \
            have theirs, if mail goes out every day and all of it is delivered. For a campaign of which nothing has \
            gone yet, those of any site.

            Exit codes: 0 shown, 64 usage, 74 there is no campaign there, or its ledger cannot be read.
            """)

    @OptionGroup var options: StateOptions

    @Option(help: "Recipients of a site. Default: all of the campaign who have still to get it.")
    var recipients: Int64?

    @Flag(help: "Print JSON on standard output.")
    var json = false

    func validate() throws {
        if let recipients, !(1...1_000_000_000_000).contains(recipients) {
            throw ValidationError("--recipients takes 1 to 1,000,000,000,000")
        }
    }

    func run() throws {
        let outlook = try CampaignState.withLedgerErrors {
            let reader = try LedgerReader(path: options.state)
            let totals = CampaignTotals(reader.standing)
            return try CampaignState.outlook(
                reader, recipients: recipients ?? Int64(totals.waiting + totals.deferred),
                now: WallClock.microseconds)
        }
        if json { return Console.print(try outlook.json) }
        let lines = WarmupOutlookView(outlook, width: Console.output.size.width).lines
        Console.write(lines.joined(styled: Console.output.isLive), to: STDOUT_FILENO)
    }
}

/// Warmups, as a campaign's state directory has them.
extension CampaignState {
    /// Keeps what a manifest says of the warmup of its sources, for those who ask later: what it says now.
    static func rememberWarmups(_ manifest: Manifest, _ ledger: Ledger) throws {
        for source in manifest.sources {
            guard let warmup = source.warmup else { continue }
            let kept = RememberedWarmup(
                warmup.schedule, startedDay: warmup.startedDay, zone: manifest.sendWindow?.zoneName ?? "UTC")
            try ledger.keep(RememberedWarmup.factPrefix + source.name, try kept.json)
        }
    }

    static func zone(_ name: String) -> ZoneOffsets? { ZoneNames.offsets(of: Array(name.utf8).span) }

    /// - Parameter now: microseconds since 1970.
    static func outlook(
        _ reader: LedgerReader, recipients: Int64, now: Int64
    ) throws(LedgerFault) -> WarmupOutlook {
        let standings = try reader.warmupStandings(now: now, zone: zone)
        guard !standings.isEmpty else {
            let site = siteWithoutMail(reader, recipients, now: now)
            return WarmupOutlook(
                campaign: reader.campaign, recipients: recipients, sites: site.map { [$0] } ?? [])
        }
        let sites = Set(standings.map(\.site)).sorted().map { name in
            let sources = standings.filter { $0.site == name }
            return WarmupOutlook.Site(
                name: name, sources: sources.map(\.source), recipients: recipients,
                days: sources.map { $0.forecast(recipients: recipients).map(\.numbers) })
        }
        return WarmupOutlook(campaign: reader.campaign, recipients: recipients, sites: sites)
    }

    /// Nil when no source is warmed up.
    private static func siteWithoutMail(
        _ reader: LedgerReader, _ recipients: Int64, now: Int64
    ) -> WarmupOutlook.Site? {
        let warmups = reader.rememberedWarmups()
        guard !warmups.isEmpty else { return nil }
        let days = warmups.map { _, warmup in
            let today = (zone(warmup.zone) ?? .utc).dayAndHour(at: now).day
            let progress = WarmupProgress(startedDay: warmup.startedDay, today: today)
            return WarmupGate(warmup.schedule, progress).forecast(recipients: recipients, from: today).map(\.numbers)
        }
        return WarmupOutlook.Site(name: nil, sources: warmups.map(\.source), recipients: recipients, days: days)
    }
}

extension WarmupForecastDay {
    fileprivate var numbers: (day: Int64, ceiling: Int64, sent: Int64) { (day, ceiling, sent) }
}

extension WarmupReport.Warmup {
    fileprivate init(_ standing: WarmupStanding) {
        self.init(
            source: standing.source, site: standing.site, preset: standing.warmup?.preset,
            zone: standing.warmup?.zone ?? "UTC", today: WarmupReport.Day(standing.today),
            tomorrow: WarmupReport.Ceiling(standing.tomorrow), days: standing.days.map(WarmupReport.Day.init))
    }
}

extension WarmupReport.Day {
    fileprivate init(_ day: WarmupStanding.Day) {
        self.init(
            daysSince1970: day.day, stage: day.stage + 1, ceiling: WarmupReport.Ceiling(day.ceilings),
            intended: day.intended, delivered: day.delivered, failed: day.failed)
    }
}

extension WarmupReport.Ceiling {
    fileprivate init(_ stage: WarmupSchedule.Stage) { self.init(perDay: stage.perDay, perHour: stage.perHour) }
}
