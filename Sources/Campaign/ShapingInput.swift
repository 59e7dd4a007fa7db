import Shaping

/// What a campaign brings along about receivers: their rules, and where the mail of domains goes.
struct ShapingInput: Sendable {
    var rules: ShapingRules?
    var directory: HostDirectory?

    /// - Parameters:
    ///   - files: nil for no rules at all; the shipped ones lie under all others.
    ///   - directoryFile: nil for a campaign whose route says where mail goes.
    init(files: [String]?, directoryFile: String?, _ problems: inout ProblemList) {
        if let files {
            let (rules, found) = ShapingFiles.load(files, withDefaults: true)
            self.rules = rules
            for problem in found { problems.add(ManifestProblem(problem)) }
        }
        if let directoryFile {
            let (directory, found) = HostDirectory.load(directoryFile)
            self.directory = directory
            for problem in found { problems.add(ManifestProblem(problem)) }
            rules?.rollUp(with: directory)
        }
    }
}

extension ManifestProblem {
    fileprivate init(_ problem: ShapingProblem) {
        self.init(
            problem.severity == .warning ? .warning : .error, file: problem.place.file,
            at: problem.place.line > 0 ? Place(line: problem.place.line) : nil, what: problem.what, fix: problem.fix)
    }
}
