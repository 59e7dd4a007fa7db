/// Collects problems: those of one file, and of the files it names.
struct ProblemList {
    /// The manifest.
    let file: String
    private let insertions: TextInsertions
    private var problems: [ManifestProblem] = []

    /// - Parameter insertions: what places in the manifest have to be freed from.
    init(file: String, insertions: TextInsertions = TextInsertions()) {
        self.file = file
        self.insertions = insertions
    }

    mutating func add(_ problem: ManifestProblem) {
        problems.append(problem)
        guard problem.file == file, let place = problem.place else { return }
        problems[problems.count - 1].place = insertions.original(place)
    }

    /// Notes what is wrong in the manifest itself.
    mutating func add(_ place: Place?, _ what: String, fix: String) {
        add(ManifestProblem(file: file, at: place, what: what, fix: fix))
    }

    mutating func warn(_ place: Place?, _ what: String, fix: String) {
        add(ManifestProblem(.warning, file: file, at: place, what: what, fix: fix))
    }

    var problemCount: Int { problems.count }

    /// The manifest's first, then file by file as they were met, each from its top to its bottom.
    var sorted: [ManifestProblem] {
        var files = [file]
        for problem in problems where !files.contains(problem.file) { files.append(problem.file) }
        return files.flatMap { name in
            problems.enumerated().filter { $0.element.file == name }.sorted { left, right in
                let (first, second) = (left.element.place, right.element.place)
                return (first?.line ?? 0, first?.column ?? 0, left.offset)
                    < (second?.line ?? 0, second?.column ?? 0, right.offset)
            }.map(\.element)
        }
    }
}
