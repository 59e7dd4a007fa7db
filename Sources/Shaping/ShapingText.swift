/// What the command shows of rules and problems: columns as wide as their longest cell, and nothing in them that
/// steers a terminal.
package enum ShapingText {
    /// A line for each problem and one for their sum.
    package static func lines(_ problems: [ShapingProblem]) -> [String] {
        let rows = problems.map { problem in
            let place = problem.place.line > 0 ? "\(problem.place)" : problem.place.file
            return [place, problem.severity.rawValue, "\(problem.what): \(problem.fix)"]
        }
        return aligned(rows, indent: "") + [sum(problems)]
    }

    private static func sum(_ problems: [ShapingProblem]) -> String {
        let errors = problems.count { $0.severity == .error }
        let warnings = problems.count - errors
        let words = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        return words.isEmpty ? "nothing to mend" : words.joined(separator: ", ")
    }

    package static func lines(_ effective: EffectiveRules) -> [String] {
        var lines = [heading(effective)]
        lines += aligned(effective.rules.map { [$0.key, $0.value, "\($0.file):\($0.line)"] }, indent: "  ")
        if !effective.limits.isEmpty {
            lines += ["", "limits over other fields"]
            lines += aligned(effective.limits.map { [$0.key, $0.value, "\($0.file):\($0.line)"] }, indent: "  ")
        }
        if !effective.automation.isEmpty {
            lines += ["", "when a reply has"]
            let rows = effective.automation.map { rule in
                let actions = rule.actions.joined(separator: ", ")
                let regexes = rule.regex.joined(separator: " or ")
                return ["\(rule.file):\(rule.line)", rule.trigger, "\(actions), for \(rule.duration)", regexes]
            }
            lines += aligned(rows, indent: "  ")
        }
        return lines
    }

    private static func heading(_ effective: EffectiveRules) -> String {
        var text = "\(effective.domain): "
        switch effective.siteKind {
        case "provider": text += "provider \(effective.site)"
        case "hosts": text += "hosts \(effective.site)"
        default: text += "a site of its own"
        }
        if let source = effective.source { text += ", from \(source)" }
        if effective.takesNoMail { text += "; it takes no mail" }
        return cleaned(text)
    }

    /// The last column is as wide as it likes.
    private static func aligned(_ rows: [[String]], indent: String) -> [String] {
        let rows = rows.map { $0.map(cleaned) }
        let columns = rows.first?.count ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == columns - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return indent + cells.joined(separator: "  ")
        }
    }

    private static func cleaned(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: scalars.append("?")
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }
}
