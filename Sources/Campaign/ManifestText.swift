import Yams

/// The text of a manifest as a tree of YAML nodes that know their places.
struct ManifestText {
    /// Nil for a document without content.
    let root: Node?
    /// What was put into the text to have it read, so that places can be told as in the file.
    let insertions: TextInsertions

    /// - Throws: what is wrong with the text as such; nothing else can be said about it then.
    init(_ bytes: [UInt8], file: String) throws(ManifestProblems) {
        if let problem = ManifestText.problemOfBytes(bytes, file: file) { throw ManifestProblems([problem]) }
        var text = bytes
        var insertions = TextInsertions()
        while true {
            do {
                root = try Yams.compose(yaml: String(decoding: text, as: UTF8.self))
                self.insertions = insertions
                return
            } catch let YamlError.duplicatedKeysInMapping(keys, context) {
                guard let key = keys.sorted().first, insertions.count < 100,
                    RepeatedKey.mark(key, after: context.mark, in: &text, &insertions)
                else { throw ManifestProblems([ManifestText.repeated(keys, at: context.mark, file: file)]) }
            } catch {
                throw ManifestProblems([ManifestText.syntaxProblem(error, file: file)])
            }
        }
    }

    private static func problemOfBytes(_ bytes: [UInt8], file: String) -> ManifestProblem? {
        var line = 1
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let text = bytes.span.extracting(start..<end)
            if !isUTF8(text) {
                return ManifestProblem(
                    file: file, at: Place(line: line), what: "the line is not UTF-8",
                    fix: "save the file as UTF-8")
            }
            if holdsForbiddenByte(text) {
                return ManifestProblem(
                    file: file, at: Place(line: line), what: "the line holds a control byte",
                    fix: "remove it; YAML permits none")
            }
            start = end + 1
            line += 1
        }
        return nil
    }

    private static func holdsForbiddenByte(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] < 0x20 || text[index] == 0x7F {
            let isTab = text[index] == UInt8(ascii: "\t")
            let isLineEnd = text[index] == UInt8(ascii: "\r") && index == text.count - 1
            if !isTab && !isLineEnd { return true }
        }
        return false
    }

    private static func syntaxProblem(_ error: any Error, file: String) -> ManifestProblem {
        let fix = "look at the quotes and the indentation here and on the line above"
        switch error {
        case YamlError.scanner(let context, let problem, let mark, let yaml),
            YamlError.parser(let context, let problem, let mark, let yaml),
            YamlError.composer(let context, let problem, let mark, let yaml):
            let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
            let isTab = lines.indices.contains(mark.line - 1) && lines[mark.line - 1].contains("\t")
            let around = context.map { "\($0.text), " } ?? ""
            return ManifestProblem(
                file: file, at: Place(line: mark.line, column: mark.column),
                what: "this is not YAML: \(around)\(problem)",
                fix: isTab ? "indent with spaces; YAML permits no tabs there" : fix)
        default: return ManifestProblem(file: file, what: "this is not YAML: \(error)", fix: fix)
        }
    }

    private static func repeated(_ keys: [String], at mark: Mark, file: String) -> ManifestProblem {
        ManifestProblem(
            file: file, at: Place(line: mark.line, column: mark.column),
            what: "these keys are given twice: \(keys.sorted().joined(separator: ", "))",
            fix: "keep one of each")
    }
}
