/// Where a rule stands, for whoever asks why mail waits.
package struct RulePlace: Hashable, Sendable, CustomStringConvertible {
    package var file: String
    /// From 1; 0 for the file as a whole.
    package var line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    package var description: String { "\(file):\(line)" }
}
