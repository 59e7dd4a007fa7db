/// Rows in columns that fit a width: the first column gives way first, then whole columns go.
struct TextTable {
    struct Column {
        var title: String
        var rightAligned = true
        /// The columns that are left out when the width is short, the lowest number first; nil never goes.
        var dropOrder: Int?
    }

    private static let gap = "  "
    private static let shortestFirstColumn = 12

    var columns: [Column]
    var rows: [[String]] = []
    /// How many rows there are beyond those in the table; told in a line of its own.
    var others = 0

    /// The lines, indented by two cells and none wider than `width`. The first has the titles, if any.
    func lines(width: Int) -> [StyledLine] {
        let shown = shownColumns(width: width)
        let widths = self.widths(of: shown, width: width)
        let titles = columns.map(\.title)
        var lines: [StyledLine] = []
        if titles.contains(where: { !$0.isEmpty }) {
            lines.append(StyledLine(line(titles, shown, widths, width), .faint))
        }
        lines += rows.map { StyledLine(line($0, shown, widths, width)) }
        guard others > 0 else { return lines }
        let more = "  and \(NumberText.grouped(others)) more"
        return lines + [StyledLine(TextWidth.fitted(more, to: width), .faint)]
    }

    /// Indices of the columns that there is room for.
    private func shownColumns(width: Int) -> [Int] {
        var shown = Array(columns.indices)
        while leastWidth(of: shown) > width {
            let droppable = shown.filter { columns[$0].dropOrder != nil }
            guard
                let next = droppable.min(by: { (columns[$0].dropOrder ?? 0) < (columns[$1].dropOrder ?? 0) })
            else { break }
            shown.removeAll { $0 == next }
        }
        return shown
    }

    private func leastWidth(of shown: [Int]) -> Int {
        shown.reduce(0) { sum, index in
            let natural = naturalWidth(of: index)
            return sum + TextTable.gap.count
                + (index == 0 ? min(natural, TextTable.shortestFirstColumn) : natural)
        }
    }

    private func widths(of shown: [Int], width: Int) -> [Int] {
        var widths = shown.map(naturalWidth)
        let others = widths.dropFirst().reduce(0, +)
        let room = width - others - TextTable.gap.count * shown.count
        if let first = widths.first { widths[0] = min(first, max(room, TextTable.shortestFirstColumn)) }
        return widths
    }

    private func naturalWidth(of index: Int) -> Int {
        rows.reduce(TextWidth.width(of: columns[index].title)) { widest, row in
            max(widest, TextWidth.width(of: row[index]))
        }
    }

    private func line(_ cells: [String], _ shown: [Int], _ widths: [Int], _ width: Int) -> String {
        var text = ""
        for (place, index) in shown.enumerated() {
            let cell = TextWidth.fitted(cells[index], to: widths[place])
            text += TextTable.gap
            text += TextWidth.padded(cell, to: widths[place], rightAligned: columns[index].rightAligned)
        }
        while text.last == " " { text.removeLast() }
        return TextWidth.fitted(text, to: width)
    }
}

/// Short texts one after the other, with three cells between them, in as many lines as the width asks for.
func flowed(_ items: [String], width: Int) -> [StyledLine] {
    var lines: [String] = []
    for item in items {
        if let last = lines.last, TextWidth.width(of: last) + 3 + TextWidth.width(of: item) <= width {
            lines[lines.count - 1] = last + "   " + item
        } else {
            lines.append("  " + item)
        }
    }
    return lines.map { StyledLine(TextWidth.fitted($0, to: width)) }
}
