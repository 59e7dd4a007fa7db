/// Why mail waits, for people.
package struct ExplanationView {
    /// One (source, site), in words.
    package struct Lane {
        package var site: String
        package var source: String
        package var waiting: String
        package var sessions: String
        package var since: String
        package var until: String
        package var reason: String

        package init(
            site: String, source: String, waiting: String, sessions: String, since: String, until: String,
            reason: String
        ) {
            self.site = site
            self.source = source
            self.waiting = waiting
            self.sessions = sessions
            self.since = since
            self.until = until
            self.reason = reason
        }
    }

    private let campaign: String
    private let summary: String
    /// The recipient, then what has happened.
    package var recipient: [String] = []
    package var lanes: [Lane] = []
    package var suspended: [String] = []
    package var decisions: [String] = []

    package init(campaign: String, summary: String) {
        self.campaign = campaign
        self.summary = summary
    }

    /// - Returns: lines of at most `width` cells.
    package func lines(width: Int) -> [StyledLine] {
        let heading = StyledLine(TextWidth.fitted("\(TextWidth.cleaned(campaign)): \(summary)", to: width), .strong)
        let parts = [
            [heading], list(nil, recipient, width), table(width), reasons(width),
            list("Suspended", suspended, width), list("Decided of late", decisions, width),
        ]
        return Array(parts.filter { !$0.isEmpty }.joined(separator: [.blank]))
    }

    private func table(_ width: Int) -> [StyledLine] {
        guard !lanes.isEmpty else { return [] }
        var table = TextTable(columns: [
            TextTable.Column(title: "site", rightAligned: false), TextTable.Column(title: "from", rightAligned: false),
            TextTable.Column(title: "waiting", rightAligned: true),
            TextTable.Column(title: "sessions", rightAligned: true),
            TextTable.Column(title: "waits for", rightAligned: true),
            TextTable.Column(title: "goes on in", rightAligned: true),
        ])
        table.rows = lanes.map {
            [TextWidth.cleaned($0.site), TextWidth.cleaned($0.source), $0.waiting, $0.sessions, $0.since, $0.until]
        }
        return table.lines(width: width)
    }

    /// A line for each reason: it would not fit a column.
    private func reasons(_ width: Int) -> [StyledLine] {
        list("Why", lanes.map { "\($0.site) from \($0.source): \($0.reason)" }, width)
    }

    private func list(_ title: String?, _ texts: [String], _ width: Int) -> [StyledLine] {
        guard !texts.isEmpty else { return [] }
        return (title.map { [StyledLine($0, .strong)] } ?? [])
            + texts.flatMap { wrapped(TextWidth.cleaned($0), to: width) }
    }

    /// Cut between words, with what follows further in.
    private func wrapped(_ text: String, to width: Int) -> [StyledLine] {
        var lines: [String] = []
        var line = " "
        for word in text.split(separator: " ") {
            if TextWidth.width(of: line) + 1 + TextWidth.width(of: String(word)) > width && line.count > 5 {
                lines.append(line)
                line = "   "
            }
            line += " " + word
        }
        return (lines + [line]).map { StyledLine(TextWidth.fitted($0, to: width)) }
    }
}
