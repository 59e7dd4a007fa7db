import Measurement

/// A campaign's plan for people.
package struct PlanView {
    private static let mostSites = 15
    private static let mostSampleLines = 30

    private let plan: CampaignPlan
    private let width: Int

    package init(_ plan: CampaignPlan, width: Int) {
        self.plan = plan
        self.width = width
    }

    /// - Returns: lines of at most `width` cells, except those of the sample messages.
    package var lines: [StyledLine] {
        let parts = [heading, facts, sites, reasons, rejections] + samples
        return Array(parts.filter { !$0.isEmpty }.joined(separator: [.blank]))
    }

    private var heading: [StyledLine] {
        let count = NumberText.grouped(plan.recipients)
        let sites = plan.sites.count == 1 ? "1 site" : "\(NumberText.grouped(plan.sites.count)) sites"
        let text = "\(TextWidth.cleaned(plan.name)): \(count) recipients at \(sites)"
        return [StyledLine(TextWidth.fitted(text, to: width), .strong)]
    }

    private var facts: [StyledLine] {
        var table = TextTable(columns: [
            TextTable.Column(title: "", rightAligned: false), TextTable.Column(title: "", rightAligned: false),
        ])
        table.rows = [
            ["from", TextWidth.cleaned(plan.from)], ["subject", TextWidth.cleaned(plan.subject)],
            ["route", plan.route], ["rows", NumberText.grouped(plan.rows)],
            ["rejected", NumberText.grouped(plan.rejected)],
        ]
        if let least = plan.leastSeconds, let slowest = plan.slowest {
            let site = TextWidth.cleaned(slowest.name)
            table.rows.append(["at least", "\(NumberText.span(seconds: least)), the time of \(site)"])
        }
        if let finish = plan.finishUnixSeconds {
            table.rows.append(["through", "not before \(DateText.minute(finish)) UTC, if it began now"])
        }
        return table.lines(width: width)
    }

    private var sites: [StyledLine] {
        guard !plan.sites.isEmpty else { return [] }
        return isPaced ? pacedSites : plainSites
    }

    private var isPaced: Bool {
        plan.sites.contains { $0.limit != nil || $0.leastSeconds != nil || $0.takesNoMail == true }
    }

    private var plainSites: [StyledLine] {
        var table = TextTable(columns: [
            TextTable.Column(title: "site", rightAligned: false), TextTable.Column(title: "recipients"),
            TextTable.Column(title: "share"),
        ])
        table.rows = plan.sites.prefix(PlanView.mostSites).map(plainCells)
        table.others = plan.sites.count - table.rows.count
        return table.lines(width: width)
    }

    private func plainCells(_ site: CampaignPlan.Site) -> [String] {
        [
            TextWidth.cleaned(site.name), NumberText.grouped(site.recipients),
            NumberText.share(site.recipients, of: plan.recipients),
        ]
    }

    private var pacedSites: [StyledLine] {
        var table = TextTable(columns: [
            TextTable.Column(title: "site", rightAligned: false), TextTable.Column(title: "recipients"),
            TextTable.Column(title: "share", dropOrder: 1), TextTable.Column(title: "at least", dropOrder: 4),
            TextTable.Column(title: "bound by", rightAligned: false, dropOrder: 3),
            TextTable.Column(title: "place", rightAligned: false, dropOrder: 2),
        ])
        table.rows = plan.sites.prefix(PlanView.mostSites).map { site in
            let time = site.leastSeconds.map(NumberText.span) ?? ""
            return plainCells(site) + [time, bound(site), place(site)]
        }
        table.others = plan.sites.count - table.rows.count
        return table.lines(width: width)
    }

    /// The limit without the words that say of whom it is: the row does.
    private func bound(_ site: CampaignPlan.Site) -> String {
        if site.takesNoMail == true { return "takes no mail" }
        guard let limit = site.limit else { return "" }
        let words = limit.name.split(separator: " ")
        let name = words.prefix { $0 != "of" }.joined(separator: " ")
        return TextWidth.fitted(TextWidth.cleaned([name, limit.value].joined(separator: " ")), to: 44)
    }

    /// Without the folder: the JSON has it.
    private func place(_ site: CampaignPlan.Site) -> String {
        guard let limit = site.limit, let file = limit.file else { return "" }
        let name = file.split(separator: "/").last.map(String.init) ?? file
        let line = limit.line.map { $0 > 0 ? ":\($0)" : "" } ?? ""
        return TextWidth.fitted(TextWidth.cleaned(name), to: 32) + line
    }

    private var reasons: [StyledLine] {
        guard !plan.rejectedReasons.isEmpty else { return [] }
        var table = TextTable(columns: [
            TextTable.Column(title: "rejected", rightAligned: false), TextTable.Column(title: "count"),
        ])
        table.rows = plan.rejectedReasons.map {
            [TextWidth.cleaned($0.reason), NumberText.grouped($0.count)]
        }
        return table.lines(width: width)
    }

    private var rejections: [StyledLine] {
        guard !plan.rejections.isEmpty else { return [] }
        var table = TextTable(columns: [
            TextTable.Column(title: "line"), TextTable.Column(title: "address", rightAligned: false),
            TextTable.Column(title: "reason", rightAligned: false),
        ])
        table.rows = plan.rejections.map { row in
            [NumberText.grouped(row.line), TextWidth.fitted(TextWidth.cleaned(row.address), to: 36), row.reason]
        }
        table.others = plan.rejected - table.rows.count
        return table.lines(width: width)
    }

    private var samples: [[StyledLine]] {
        plan.samples.enumerated().map { index, sample in
            let lines = sample.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast()
            var shown = [StyledLine("message \(index + 1) of \(NumberText.grouped(plan.recipients))", .strong)]
            shown += lines.prefix(PlanView.mostSampleLines).map { StyledLine("  " + TextWidth.cleaned(String($0))) }
            let left = lines.count - PlanView.mostSampleLines
            if left > 0 { shown.append(StyledLine("  … \(NumberText.grouped(left)) lines more", .faint)) }
            return shown
        }
    }
}
