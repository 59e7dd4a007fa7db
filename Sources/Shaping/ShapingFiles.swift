/// Reads shaping files in KumoMTA's format; `docs/shaping.md` has what of it counts here, and what Sluice adds.
package enum ShapingFiles {
    static let largestFile = 1 << 20
    /// What places in the shipped rules are said to be in.
    package static let nameOfDefaults = "defaults"

    /// Reads all files, the later ones over the earlier ones.
    ///
    /// Nothing of a file is passed over in silence: what cannot be used is among the problems, and everything else
    /// counts nevertheless.
    /// - Parameter withDefaults: whether the shipped rules come before the first file.
    /// - Returns: the rules, and the problems in the order of the files and their lines.
    package static func load(_ paths: [String], withDefaults: Bool) -> (rules: ShapingRules, problems: [ShapingProblem])
    {
        var reader = ShapingReader()
        var problems: [ShapingProblem] = []
        if withDefaults { problems += reader.read(Array(ShippedDefaults.text.utf8), file: nameOfDefaults) }
        for path in paths {
            switch FileReading.contents(of: path, limit: largestFile) {
            case .failure(let problem): problems.append(problem)
            case .success(let bytes): problems += reader.read(bytes, file: path)
            }
        }
        return (reader.finished(), problems)
    }

    /// The shipped rules as a file.
    package static var defaults: String { ShippedDefaults.text }
}
