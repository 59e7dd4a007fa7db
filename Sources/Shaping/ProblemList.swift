/// Collects what is wrong in one file.
struct ProblemList {
    let file: String
    private(set) var problems: [ShapingProblem] = []

    init(file: String) {
        self.file = file
    }

    func place(_ line: Int) -> RulePlace { RulePlace(file: file, line: line) }

    mutating func add(_ line: Int, _ what: String, fix: String) {
        problems.append(ShapingProblem(at: place(line), what: what, fix: fix))
    }

    mutating func warn(_ line: Int, _ what: String, fix: String) {
        problems.append(ShapingProblem(.warning, at: place(line), what: what, fix: fix))
    }

    /// Takes over those of a part of the file.
    mutating func take(_ other: ProblemList) { problems += other.problems }
}
