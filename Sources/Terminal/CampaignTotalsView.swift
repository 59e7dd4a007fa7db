import Measurement

/// How a whole campaign stands, for people. Counts that are zero are left out, but for the accepted.
package enum CampaignTotalsView {
    package static func lines(_ totals: CampaignTotals, width: Int) -> [StyledLine] {
        let counts = [
            ("accepted", totals.accepted), ("refused", totals.refused), ("expired", totals.expired),
            ("held: in doubt", totals.held), ("dropped", totals.dropped),
            ("cancelled", totals.cancelled), ("rejected", totals.rejected),
            ("deferred, to be tried again", totals.deferred), ("waiting", totals.waiting),
        ]
        var table = TextTable(columns: [
            TextTable.Column(title: "the whole campaign", rightAligned: false),
            TextTable.Column(title: NumberText.grouped(totals.recipients)),
            TextTable.Column(title: ""),
        ])
        table.rows = counts.compactMap { name, count in
            guard count > 0 || name == "accepted" else { return nil }
            return [name, NumberText.grouped(count), NumberText.share(count, of: totals.recipients)]
        }
        return table.lines(width: width)
    }
}
