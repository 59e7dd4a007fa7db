/// One thing about the shaping rules that has to be mended, or looked at: where, what, and how.
package struct ShapingProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Severity: String, Hashable, Sendable {
        /// The rule still counts, or is one that Sluice has no use for.
        case warning
        /// The rule is left out.
        case error
    }

    package var severity: Severity
    package var place: RulePlace
    package var what: String
    package var fix: String

    package init(_ severity: Severity = .error, at place: RulePlace, what: String, fix: String) {
        self.severity = severity
        self.place = place
        self.what = what
        self.fix = fix
    }

    /// `file:line: what is wrong: how to mend it`; without the line when the problem is that of the whole file.
    package var description: String {
        let line = place.line > 0 ? ":\(place.line)" : ""
        return "\(place.file)\(line): \(severity == .warning ? "warning: " : "")\(what): \(fix)"
    }
}

extension [ShapingProblem] {
    /// File by file as they were met, each from its top to its bottom.
    package var inOrder: [ShapingProblem] {
        var files: [String] = []
        for problem in self where !files.contains(problem.place.file) { files.append(problem.place.file) }
        return files.flatMap { file in
            enumerated().filter { $0.element.place.file == file }
                .sorted { ($0.element.place.line, $0.offset) < ($1.element.place.line, $1.offset) }.map(\.element)
        }
    }
}
