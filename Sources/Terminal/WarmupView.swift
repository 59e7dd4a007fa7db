/// How the warmups of a campaign stand, for people.
package struct WarmupView {
    private static let mostWarmups = 20
    private static let mostDays = 31

    private let report: WarmupReport
    private let width: Int

    package init(_ report: WarmupReport, width: Int) {
        self.report = report
        self.width = width
    }

    /// - Returns: lines of at most `width` cells.
    package var lines: [StyledLine] {
        let heading = StyledLine(
            TextWidth.fitted("\(TextWidth.cleaned(report.campaign)): warmup", to: width), .strong)
        guard !report.warmups.isEmpty else {
            return [heading, .blank, StyledLine(TextWidth.fitted("  nothing was sent by a warmup yet", to: width))]
        }
        let calendars = report.warmups.prefix(WarmupView.mostWarmups).map(calendar)
        return Array(([[heading], overview] + calendars).joined(separator: [.blank]))
    }

    private var overview: [StyledLine] {
        var table = TextTable(columns: [
            TextTable.Column(title: "site", rightAligned: false),
            TextTable.Column(title: "source", rightAligned: false),
            TextTable.Column(title: "stage", dropOrder: 2), TextTable.Column(title: "today"),
            TextTable.Column(title: "sent"), TextTable.Column(title: "delivered", dropOrder: 3),
            TextTable.Column(title: "failed", dropOrder: 4), TextTable.Column(title: "share", dropOrder: 5),
            TextTable.Column(title: "tomorrow", dropOrder: 1),
        ])
        table.rows = report.warmups.prefix(WarmupView.mostWarmups).map { warmup in
            let cells = WarmupView.cells(warmup.today)
            return [TextWidth.cleaned(warmup.site), TextWidth.cleaned(warmup.source)] + cells
                + [warmup.tomorrow.words]
        }
        table.others = report.warmups.count - table.rows.count
        return table.lines(width: width)
    }

    private func calendar(_ warmup: WarmupReport.Warmup) -> [StyledLine] {
        let preset = warmup.preset.map { "\($0), " } ?? ""
        let text = "\(warmup.source) at \(warmup.site) (\(preset)days of \(warmup.zone))"
        var table = TextTable(columns: [
            TextTable.Column(title: "day", rightAligned: false), TextTable.Column(title: "stage", dropOrder: 1),
            TextTable.Column(title: "ceiling"), TextTable.Column(title: "sent"),
            TextTable.Column(title: "delivered", dropOrder: 2), TextTable.Column(title: "failed", dropOrder: 3),
            TextTable.Column(title: "share", dropOrder: 4),
        ])
        table.rows = warmup.days.suffix(WarmupView.mostDays).map { [$0.day] + WarmupView.cells($0) }
        table.others = warmup.days.count - table.rows.count
        return [StyledLine(TextWidth.fitted(TextWidth.cleaned(text), to: width), .strong)] + table.lines(width: width)
    }

    private static func cells(_ day: WarmupReport.Day) -> [String] {
        [
            NumberText.grouped(Int(day.stage)), day.ceiling.words, NumberText.grouped(Int(day.intended)),
            NumberText.grouped(Int(day.delivered)), NumberText.grouped(Int(day.failed)),
            NumberText.share(Int(day.delivered), of: Int(day.delivered) + Int(day.failed)),
        ]
    }
}

extension WarmupReport.Ceiling {
    /// `500/day`, `20/h`, `300/day, 60/h`, or `no limit`.
    var words: String {
        let parts = [
            perDay.map { "\(NumberText.grouped(Int($0)))/day" }, perHour.map { "\(NumberText.grouped(Int($0)))/h" },
        ]
        let words = parts.compactMap(\.self).joined(separator: ", ")
        return words.isEmpty ? "no limit" : words
    }
}

/// The days until a list is through, for people.
package struct WarmupOutlookView {
    private static let mostSites = 20
    private static let mostDays = 60

    private let outlook: WarmupOutlook
    private let width: Int

    package init(_ outlook: WarmupOutlook, width: Int) {
        self.outlook = outlook
        self.width = width
    }

    /// - Returns: lines of at most `width` cells.
    package var lines: [StyledLine] {
        let recipients = NumberText.grouped(Int(outlook.recipients))
        let text = "\(TextWidth.cleaned(outlook.campaign)): \(recipients) recipients at each site, if all goes well"
        let heading = StyledLine(TextWidth.fitted(text, to: width), .strong)
        guard !outlook.sites.isEmpty else {
            return [heading, .blank, StyledLine(TextWidth.fitted("  no source is warmed up", to: width))]
        }
        let sites = outlook.sites.prefix(WarmupOutlookView.mostSites).map(days)
        var parts = [[heading]] + sites
        let others = outlook.sites.count - sites.count
        if others > 0 { parts.append([StyledLine("  and \(NumberText.grouped(others)) more sites", .faint)]) }
        return Array(parts.joined(separator: [.blank]))
    }

    private func days(_ site: WarmupOutlook.Site) -> [StyledLine] {
        let days = site.days.count == 1 ? "1 day" : "\(NumberText.grouped(site.days.count)) days"
        let time = site.isThrough ? days : "not through after \(days)"
        let text = "\(site.name ?? "any new site") from \(site.sources.joined(separator: ", ")): \(time)"
        var table = TextTable(columns: [
            TextTable.Column(title: "day", rightAligned: false), TextTable.Column(title: "ceiling"),
            TextTable.Column(title: "sent"), TextTable.Column(title: "so far"),
        ])
        table.rows = site.days.prefix(WarmupOutlookView.mostDays).map { day in
            [
                day.day, day.ceiling.map { NumberText.grouped(Int($0)) } ?? "no limit",
                NumberText.grouped(Int(day.sent)), NumberText.grouped(Int(day.sentSoFar)),
            ]
        }
        table.others = site.days.count - table.rows.count
        return [StyledLine(TextWidth.fitted(TextWidth.cleaned(text), to: width), .strong)] + table.lines(width: width)
    }
}
