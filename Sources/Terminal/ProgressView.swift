import Measurement
import Primitives

/// The view of a running campaign that fills the lower part of a terminal.
struct ProgressView {
    private static let mostSites = 10
    private static let widestBar = 40

    private var meter = RateMeter()

    /// - Returns: at most `height` lines, none wider than `width` cells.
    mutating func lines(_ snapshot: ProgressSnapshot, width: Int, height: Int) -> [StyledLine] {
        let rate = meter.update(elapsed: snapshot.elapsed, outcomes: snapshot.outcomes.total)
        var lines = [heading(snapshot, width: width), StyledLine(way(snapshot, rate: rate, width: width))]
        lines += flowed(rates(snapshot, rate: rate), width: width)
        lines += flowed(counts(snapshot), width: width)
        lines += siteTable(snapshot, width: width, room: height - lines.count)
        return Array(lines.prefix(max(height, 0)))
    }

    private func heading(_ snapshot: ProgressSnapshot, width: Int) -> StyledLine {
        let stage = stage(snapshot)
        let clock = NumberText.clock(seconds: snapshot.elapsed.seconds)
        let room = width - clock.count - 1
        let title = TextWidth.fitted("\(TextWidth.cleaned(snapshot.name)): \(stage)", to: room)
        return StyledLine(
            TextWidth.fitted(TextWidth.padded(title, to: room + 1, rightAligned: false) + clock, to: width),
            .strong)
    }

    private func stage(_ snapshot: ProgressSnapshot) -> String {
        if snapshot.isDraining { return "finishing what is under way" }
        if snapshot.isPaused { return "paused" }
        guard let seconds = snapshot.secondsToNextTry else { return "sending" }
        return "waiting, the next try is in \(NumberText.clock(seconds: max(0, seconds.rounded(.up))))"
    }

    /// How much of the list is done: a bar when its length is known.
    private func way(_ snapshot: ProgressSnapshot, rate: Double, width: Int) -> String {
        guard let total = snapshot.total else {
            let text = "  \(NumberText.grouped(snapshot.done)) done, the list is still being read"
            return TextWidth.fitted(text, to: width)
        }
        var text = "  \(NumberText.share(snapshot.done, of: total))"
        text += "   \(NumberText.grouped(snapshot.done)) of \(NumberText.grouped(total))"
        if let seconds = snapshot.secondsLeft(at: rate) {
            text += "   \(NumberText.clock(seconds: seconds.rounded(.up))) left"
        }
        let room = min(ProgressView.widestBar, width - TextWidth.width(of: text) - 4)
        return TextWidth.fitted(bar(snapshot.done, of: total, room: room) + text, to: width)
    }

    private func bar(_ done: Int, of total: Int, room: Int) -> String {
        guard room >= 8, total > 0 else { return "" }
        let filled = min(room, Int(Double(room) * Double(done) / Double(total)))
        let full = String(repeating: "#", count: filled)
        return "  [" + full + String(repeating: ".", count: room - filled) + "]"
    }

    private func rates(_ snapshot: ProgressSnapshot, rate: Double) -> [String] {
        [
            "\(NumberText.rate(rate)) messages/s now",
            "\(NumberText.rate(snapshot.averageRate)) average",
            "\(NumberText.grouped(snapshot.sessionsOpen)) sessions",
            "\(NumberText.grouped(snapshot.waiting)) waiting",
        ]
    }

    private func counts(_ snapshot: ProgressSnapshot) -> [String] {
        [
            "accepted \(NumberText.grouped(snapshot.outcomes.accepted))",
            "refused \(NumberText.grouped(snapshot.outcomes.refused))",
            "deferred \(NumberText.grouped(snapshot.outcomes.deferred))",
            "in doubt \(NumberText.grouped(snapshot.outcomes.inDoubt))",
            "rejected \(NumberText.grouped(snapshot.rejectedBeforeSending))",
        ]
    }

    /// The largest sites in as many lines as there is room for, with a blank line above.
    private func siteTable(_ snapshot: ProgressSnapshot, width: Int, room: Int) -> [StyledLine] {
        let rows = min(ProgressView.mostSites, room - 3, snapshot.sites.count)
        guard rows > 0 else { return [] }
        var table = TextTable(columns: [
            TextTable.Column(title: "site", rightAligned: false),
            TextTable.Column(title: "done"),
            TextTable.Column(title: "of"),
            TextTable.Column(title: "accepted", dropOrder: 0),
            TextTable.Column(title: "refused", dropOrder: 3),
            TextTable.Column(title: "deferred", dropOrder: 2),
            TextTable.Column(title: "sessions", dropOrder: 1),
        ])
        table.rows = snapshot.sites.largest(rows).map(row)
        table.others = snapshot.sites.count - rows
        return [.blank] + table.lines(width: width)
    }

    private func row(_ site: SiteProgress) -> [String] {
        let counts = [
            site.outcomes.total, site.recipients, site.outcomes.accepted, site.outcomes.refused,
            site.outcomes.deferred, site.sessionsOpen,
        ]
        return [TextWidth.cleaned(site.name)] + counts.map(NumberText.grouped)
    }
}
