import Foundation
import SMTP

extension SuppressionList {
    /// Lines that are no entries are told one by one up to here: a wrong file would give millions.
    static let warningsShown = 10

    /// Adds the entries of a file: one a line, LF or CRLF; `#` begins a comment; spaces around an entry do not
    /// count, since leaving it out would be worse than reading it kindly.
    ///
    /// - Returns: a warning for each line that is neither an address nor `@domain`.
    package mutating func load(path: String, shownAs name: String) throws(FileFault) -> [ManifestProblem] {
        let input = try InputFile(path: path, shownAs: name)
        var progress = Progress()
        while case .bytes(let chunk) = try input.nextChunk() { take(chunk.span, &progress) }
        endLine(&progress)
        return progress.warnings(name)
    }

    private mutating func take(_ chunk: Span<UInt8>, _ progress: inout Progress) {
        for index in chunk.indices {
            if chunk[index] == UInt8(ascii: "\n") {
                endLine(&progress)
            } else if progress.text.count < Progress.longestLine {
                progress.text.append(chunk[index])
            }
        }
    }

    private mutating func endLine(_ progress: inout Progress) {
        let entry = progress.entry
        if entry.count > 0, let problem = insert(progress.text.span.extracting(entry)) {
            progress.note(problem)
        }
        progress.line += 1
        progress.text.removeAll(keepingCapacity: true)
    }

    private struct Progress {
        /// A longer line is no address, whatever it is.
        static let longestLine = 1_024

        var line = 1
        var text: [UInt8] = []
        private var problems: [(line: Int, problem: AddressProblem)] = []
        private var problemCount = 0

        mutating func note(_ problem: AddressProblem) {
            problemCount += 1
            if problems.count < SuppressionList.warningsShown { problems.append((line, problem)) }
        }

        /// Where the entry stands in the line; empty when there is none.
        var entry: Range<Int> {
            var start = line == 1 && text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
            while start < text.count && isBlank(text[start]) { start += 1 }
            var end = start
            while end < text.count && !(text[end] == UInt8(ascii: "#") && startsComment(end, start)) {
                end += 1
            }
            while end > start && isBlank(text[end - 1]) { end -= 1 }
            return start..<end
        }

        /// A `#` may also stand within a local part.
        private func startsComment(_ index: Int, _ start: Int) -> Bool {
            index == start || isBlank(text[index - 1])
        }

        private func isBlank(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
        }

        func warnings(_ name: String) -> [ManifestProblem] {
            var warnings = problems.map { entry in
                ManifestProblem(
                    .warning, file: name, at: Place(line: entry.line),
                    what: "this line suppresses nobody: \(entry.problem.sentence)",
                    fix: "write one address, or @domain, on a line")
            }
            if problemCount > problems.count {
                warnings.append(
                    ManifestProblem(
                        .warning, file: name,
                        what: "\(problemCount - problems.count) more lines suppress nobody",
                        fix: "is this the right file?"))
            }
            return warnings
        }
    }
}
