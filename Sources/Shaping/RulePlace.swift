/// Where a rule stands, for whoever asks why mail waits.
package struct RulePlace: Hashable, Sendable {
    package var file: String
    /// From 1.
    package var line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }
}
