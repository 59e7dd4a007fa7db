import Measurement

/// How a campaign stands, for people.
package struct StatusView {
    private static let mostDoubtful = 20

    private let campaign: String
    private let stage: String
    private let totals: CampaignTotals
    /// Names and values.
    package var facts: [(String, String)] = []
    /// Recipients of whom it is not known whether they have the mail.
    package var doubtful: [String] = []

    package init(campaign: String, stage: String, totals: CampaignTotals) {
        self.campaign = campaign
        self.stage = stage
        self.totals = totals
    }

    /// - Returns: lines of at most `width` cells.
    package func lines(width: Int) -> [StyledLine] {
        let heading = StyledLine(TextWidth.fitted("\(TextWidth.cleaned(campaign)): \(stage)", to: width), .strong)
        var table = TextTable(columns: [
            TextTable.Column(title: "", rightAligned: false), TextTable.Column(title: "", rightAligned: false),
        ])
        table.rows = facts.map { [$0.0, TextWidth.cleaned($0.1)] }
        let parts = [
            [heading], table.lines(width: width), CampaignTotalsView.lines(totals, width: width), inDoubt(width),
        ]
        return Array(parts.filter { !$0.isEmpty }.joined(separator: [.blank]))
    }

    private func inDoubt(_ width: Int) -> [StyledLine] {
        guard !doubtful.isEmpty else { return [] }
        var lines = [StyledLine("Nobody knows whether these have the mail (`sluice resolve` decides):", .strong)]
        for text in doubtful.prefix(StatusView.mostDoubtful) {
            lines.append(StyledLine(TextWidth.fitted("  " + TextWidth.cleaned(text), to: width)))
        }
        if doubtful.count > StatusView.mostDoubtful {
            let more = NumberText.grouped(doubtful.count - StatusView.mostDoubtful)
            lines.append(StyledLine("  and \(more) more"))
        }
        return lines
    }
}
