import ArgumentParser
import Foundation
import Glibc
import Ledger
import Measurement
import Terminal

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how a campaign stands, whether it is being sent or not.",
        discussion: """
            Reads the ledger in the campaign's state directory, and asks the process that sends it, if there is one. \
            Names the recipients of whom it is not known whether they have the mail.

            Exit codes: 0 shown, 74 there is no campaign there, or its ledger cannot be read.
            """)

    @OptionGroup var options: StateOptions

    @Flag(help: "Print JSON on standard output.")
    var json = false

    func run() throws {
        try CampaignState.withLedgerErrors {
            let activity = try ControlClient.activity(in: options.state)
            try CampaignStatus(LedgerReader(path: options.state), activity).show(asJSON: json)
        }
    }
}

/// What `sluice status` shows, as `--json` has it.
struct CampaignStatus: Codable {
    enum Stage: String, Codable {
        case sending
        case paused
        /// No process sends it, and there is something left to do.
        case stopped
        case finished
        case cancelled
    }

    struct Doubtful: Codable {
        var line: Int
        var address: String
    }

    var campaign: String
    var stage: Stage
    var startedUnixSeconds: Int64
    var totals: CampaignTotals
    /// Seconds since 1970 at which somebody who was deferred is tried again; absent when nobody is.
    var nextTryUnixSeconds: Int64?
    var listIsRead: Bool
    var inDoubt: [Doubtful]
    var activity: ControlResponse.Activity?

    enum CodingKeys: String, CodingKey {
        case campaign
        case stage
        case startedUnixSeconds = "started_unix_seconds"
        case totals
        case nextTryUnixSeconds = "next_try_unix_seconds"
        case listIsRead = "list_is_read"
        case inDoubt = "in_doubt"
        case activity
    }

    init(_ reader: LedgerReader, _ activity: ControlResponse.Activity?) throws(LedgerFault) {
        let standing = reader.standing
        campaign = reader.campaign
        stage = CampaignStatus.stage(standing, activity)
        startedUnixSeconds = reader.createdAt / 1_000_000
        totals = CampaignTotals(standing)
        // Nobody is put off until 1970: that is for those who are to be tried at once.
        let next = standing.nextDue.flatMap { $0 > 0 ? $0 / 1_000_000 : nil }
        nextTryUnixSeconds = totals.deferred > 0 ? next : nil
        listIsRead = standing.isPlanningComplete
        inDoubt = try reader.doubtful().map {
            Doubtful(line: $0.line, address: String(decoding: $0.address, as: UTF8.self))
        }
        self.activity = activity
    }

    private static func stage(_ standing: Standing, _ activity: ControlResponse.Activity?) -> Stage {
        if let activity { return activity.isPaused ? .paused : .sending }
        if standing.isCancelled { return .cancelled }
        return standing.hasEnded ? .finished : .stopped
    }

    func show(asJSON: Bool) {
        if asJSON { return Console.print(String(decoding: line, as: UTF8.self)) }
        let lines = view.lines(width: Console.output.size.width)
        Console.write(lines.joined(styled: Console.output.isLive), to: STDOUT_FILENO)
    }

    private var view: StatusView {
        var view = StatusView(campaign: campaign, stage: stage.rawValue, totals: totals)
        view.facts = facts
        view.doubtful = inDoubt.map { "line \($0.line)  \($0.address)" }
        return view
    }

    static func date(_ unixSeconds: Int64) -> String {
        Date(timeIntervalSince1970: TimeInterval(unixSeconds)).formatted(.iso8601)
    }

    private var facts: [(String, String)] {
        var facts = [("begun", CampaignStatus.date(startedUnixSeconds))]
        if let activity {
            facts.append(("process", "\(activity.process), for \(NumberText.clock(seconds: activity.seconds))"))
            facts.append(("sessions", NumberText.grouped(activity.sessions)))
            facts.append(("rate", "\(NumberText.rate(activity.messagesPerSecond)) messages/s"))
        }
        if !listIsRead { facts.append(("list", "not read to its end yet")) }
        if let next = nextTryUnixSeconds { facts.append(("next try", CampaignStatus.date(next))) }
        return facts
    }
}
