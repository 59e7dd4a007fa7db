/// A place in a text file; lines and columns count from 1.
package struct Place: Hashable, Sendable {
    package var line: Int
    package var column: Int?

    package init(line: Int, column: Int? = nil) {
        self.line = line
        self.column = column
    }
}

/// One thing about a campaign that has to be mended, or looked at: where, what, and how.
package struct ManifestProblem: Hashable, Sendable, CustomStringConvertible {
    package enum Severity: Hashable, Sendable {
        /// Nothing is sent.
        case error
        /// Told, and no more.
        case warning
    }

    package var severity: Severity
    package var file: String
    package var place: Place?
    package var what: String
    package var fix: String

    package init(
        _ severity: Severity = .error, file: String, at place: Place? = nil, what: String, fix: String
    ) {
        self.severity = severity
        self.file = file
        self.place = place
        self.what = what
        self.fix = fix
    }

    /// `file:line:column: what is wrong: how to mend it`.
    package var description: String {
        var text = file
        if let place {
            text += ":\(place.line)"
            if let column = place.column { text += ":\(column)" }
        }
        return text + ": " + (severity == .warning ? "warning: " : "") + "\(what): \(fix)"
    }
}

/// Everything that is wrong with a campaign, and the warnings too, in the order of the files.
package struct ManifestProblems: Error, Hashable, Sendable, CustomStringConvertible {
    package var problems: [ManifestProblem]

    package init(_ problems: [ManifestProblem]) {
        self.problems = problems
    }

    package var errorCount: Int { problems.count { $0.severity == .error } }

    /// One problem a line.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
