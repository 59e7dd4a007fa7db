import Measurement
import Primitives

/// The report of a run for people. Everything in it is in the JSON report too.
package struct ReportView {
    /// Where the details are, as the operator can open them; nil when there is no such file.
    package struct Files: Sendable {
        package var rejected: String?
        package var undelivered: String?
        package var inDoubt: String?
        package var report: String?

        package init(
            rejected: String? = nil, undelivered: String? = nil, inDoubt: String? = nil, report: String? = nil
        ) {
            self.rejected = rejected
            self.undelivered = undelivered
            self.inDoubt = inDoubt
            self.report = report
        }
    }

    private static let mostReplies = 12
    private static let mostSites = 10

    private let report: RunReport
    private let files: Files
    private let width: Int

    private init(_ report: RunReport, _ files: Files, _ width: Int) {
        self.report = report
        self.files = files
        self.width = width
    }

    /// - Returns: lines of at most `width` cells, except that paths are never cut.
    package static func lines(_ report: RunReport, files: Files, width: Int) -> [StyledLine] {
        let view = ReportView(report, files, width)
        let parts = [
            view.heading, view.outcomes, view.campaign, view.rates, view.latency, view.replies, view.sites,
            view.rejections,
            view.details, view.sumErrors,
        ]
        return Array(parts.filter { !$0.isEmpty }.joined(separator: [.blank]))
    }

    private var heading: [StyledLine] {
        let recipients = NumberText.grouped(report.recipients)
        let time = NumberText.duration(seconds: report.seconds)
        let what = report.kind == .bench ? "messages" : "recipients"
        let end = report.interrupted ? ", interrupted" : ""
        let text = "\(TextWidth.cleaned(report.name)): \(recipients) \(what) in \(time)\(end)"
        return [StyledLine(TextWidth.fitted(text, to: width), .strong)]
    }

    private var outcomes: [StyledLine] {
        let counts = [
            ("accepted", report.accepted), ("refused", report.refused), ("deferred", report.deferred),
            ("in doubt", report.inDoubt), ("not attempted", report.notAttempted),
            ("rejected before sending", report.rejectedBeforeSending),
        ]
        var table = TextTable(columns: ReportView.untitled(leading: 1, numbers: 2))
        table.rows = counts.map { name, count in
            [name, NumberText.grouped(count), NumberText.share(count, of: report.recipients + report.retries)]
        }
        return table.lines(width: width)
    }

    /// All runs together, when this one is not the whole story.
    private var campaign: [StyledLine] {
        guard let totals = report.campaign else { return [] }
        guard totals.recipients != report.recipients || report.retries > 0 || totals.ended < totals.recipients
        else { return [] }
        return CampaignTotalsView.lines(totals, width: width)
    }

    private var rates: [StyledLine] {
        let processor = NumberText.decimal(report.processorMicrosecondsPerMessage, places: 1)
        let workers = report.workers == 1 ? "1 worker" : "\(NumberText.grouped(report.workers)) workers"
        let bytesPerSecond = report.seconds > 0 ? Double(report.bytes) / report.seconds : 0
        var rows = [
            ["rate", "\(NumberText.rate(report.messagesPerSecond)) messages/s"],
            ["processor", "\(processor) µs per message, \(workers)"],
            [
                "sent",
                "\(NumberText.bytes(report.bytes)), \(NumberText.bytes(Int(clamping: bytesPerSecond)))/s",
            ],
            ["sessions", sessions],
        ]
        if let target = report.target { rows.append(["target", TextWidth.cleaned(target)]) }
        if let grouping = report.grouping { rows.append(["grouping", TextWidth.cleaned(grouping)]) }
        var table = TextTable(columns: ReportView.untitled(leading: 2, numbers: 0))
        table.rows = rows
        return table.lines(width: width)
    }

    private var sessions: String {
        var text = "\(NumberText.grouped(report.sessionsOpened)) opened"
        text += ", \(NumberText.grouped(report.sessionsLost)) lost"
        return text + ", \(NumberText.grouped(report.connectFailures)) connections failed"
    }

    private var latency: [StyledLine] {
        var table = TextTable(columns: [
            TextTable.Column(title: "latency", rightAligned: false),
            TextTable.Column(title: "p50"),
            TextTable.Column(title: "p90", dropOrder: 1),
            TextTable.Column(title: "p99"),
            TextTable.Column(title: "p99.9", dropOrder: 2),
            TextTable.Column(title: "max"),
            TextTable.Column(title: "mean", dropOrder: 0),
        ])
        let phases = [
            ("transaction", report.latency), ("connect", report.phases.connect),
            ("greeting", report.phases.greeting), ("envelope", report.phases.envelope),
            ("content", report.phases.content),
        ]
        table.rows = phases.compactMap { name, summary in
            guard summary.count > 0 else { return nil }
            let numbers = [summary.p50, summary.p90, summary.p99, summary.p999, summary.max]
            let texts = (numbers + [Int(summary.mean.rounded())]).map(NumberText.latency)
            return [name] + texts
        }
        return table.rows.isEmpty ? [] : table.lines(width: width)
    }

    private var replies: [StyledLine] {
        let all = report.replies.reduce(report.repliesOther) { $0 + $1.count }
        guard all > 0 else { return [] }
        var table = TextTable(columns: [
            TextTable.Column(title: "reply", rightAligned: false),
            TextTable.Column(title: "enhanced", rightAligned: false),
            TextTable.Column(title: "count"),
            TextTable.Column(title: "share"),
        ])
        table.rows = report.replies.prefix(ReportView.mostReplies).map { reply in
            [
                "\(reply.code)", reply.enhancedCode ?? "", NumberText.grouped(reply.count),
                NumberText.share(reply.count, of: all),
            ]
        }
        let shown = report.replies.prefix(ReportView.mostReplies).reduce(0) { $0 + $1.count }
        if all > shown {
            table.rows.append(
                ["others", "", NumberText.grouped(all - shown), NumberText.share(all - shown, of: all)])
        }
        return table.lines(width: width)
    }
}

extension ReportView {
    private var sites: [StyledLine] {
        guard !report.sites.isEmpty else { return [] }
        var table = TextTable(columns: [
            TextTable.Column(title: "site", rightAligned: false),
            TextTable.Column(title: "recipients"),
            TextTable.Column(title: "accepted"),
            TextTable.Column(title: "refused", dropOrder: 3),
            TextTable.Column(title: "deferred", dropOrder: 2),
            TextTable.Column(title: "in doubt", dropOrder: 1),
            TextTable.Column(title: "sessions", dropOrder: 0),
        ])
        table.rows = report.sites.prefix(ReportView.mostSites).map { site in
            let counts = [
                site.recipients, site.accepted, site.refused, site.deferred, site.inDoubt,
                site.sessionsOpened,
            ]
            return [TextWidth.cleaned(site.name)] + counts.map(NumberText.grouped)
        }
        table.others = report.sites.count - table.rows.count
        return table.lines(width: width)
    }

    private var rejections: [StyledLine] {
        guard !report.rejectedReasons.isEmpty else { return [] }
        var table = TextTable(columns: [
            TextTable.Column(title: "rejected before sending", rightAligned: false),
            TextTable.Column(title: "count"),
        ])
        table.rows = report.rejectedReasons.map {
            [TextWidth.cleaned($0.reason), NumberText.grouped($0.count)]
        }
        return table.lines(width: width)
    }

    private var details: [StyledLine] {
        let totals = report.campaign
        let undelivered =
            totals.map { $0.undelivered + $0.deferred } ?? report.refused + report.deferred + report.inDoubt
        return [
            line("Not delivered, each with its reply", undelivered, files.undelivered),
            line("Held, because it is not known whether they have the mail", totals?.held ?? 0, files.inDoubt),
            line(
                "Rejected, each with line and reason", totals?.rejected ?? report.rejectedBeforeSending,
                files.rejected),
            files.report.map { StyledLine("Report: \(TextWidth.cleaned($0))") },
        ].compactMap(\.self)
    }

    private func line(_ what: String, _ count: Int, _ path: String?) -> StyledLine? {
        guard let path, count > 0 else { return nil }
        return StyledLine("\(what) (\(NumberText.grouped(count))): \(TextWidth.cleaned(path))")
    }

    private var sumErrors: [StyledLine] {
        guard !report.sumsMatch else { return [] }
        let heading = "The sums of this report do not match, which is a fault in Sluice:"
        return ([heading] + report.sumErrors.map { "  " + $0 }).map {
            StyledLine(TextWidth.cleaned($0), .alarm)
        }
    }

    private static func untitled(leading: Int, numbers: Int) -> [TextTable.Column] {
        let texts = Array(repeating: TextTable.Column(title: "", rightAligned: false), count: leading)
        return texts + Array(repeating: TextTable.Column(title: ""), count: numbers)
    }
}

extension Int {
    /// The whole part of a number that is not negative; the largest Int for what does not fit.
    fileprivate init(clamping number: Double) {
        self = Int(exactly: number.rounded(.down)) ?? .max
    }
}
