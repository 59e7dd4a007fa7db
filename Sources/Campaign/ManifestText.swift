import Yams

/// The text of a manifest as a tree of YAML nodes that know their places.
enum ManifestText {
    /// Composes the tree.
    ///
    /// - Returns: nil for a document without content.
    /// - Throws: what is wrong with the text as such; nothing else can be said about it then.
    static func compose(_ bytes: [UInt8], file: String) throws(ManifestProblems) -> Node? {
        if let problem = problemOfBytes(bytes, file: file) { throw ManifestProblems([problem]) }
        var text = bytes
        for attempt in 0... {
            do {
                return try Yams.compose(yaml: String(decoding: text, as: UTF8.self))
            } catch let YamlError.duplicatedKeysInMapping(keys, context) {
                let isMarked = keys.sorted().first.map { key in
                    RepeatedKey.mark(key, after: context.mark, in: &text, number: attempt)
                }
                guard isMarked == true, attempt < 100 else {
                    throw ManifestProblems([repeated(keys, at: context.mark, file: file)])
                }
            } catch {
                throw ManifestProblems([syntaxProblem(error, file: file)])
            }
        }
        return nil
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

/// A way past the parser, which gives up at the first repeated key: a tag makes the repetition a different key,
/// so that it can be reported together with everything else.
private enum RepeatedKey {
    /// Puts a tag before the next repetition of a key.
    ///
    /// - Returns: false when none was found.
    static func mark(_ key: String, after mark: Mark, in text: inout [UInt8], number: Int) -> Bool {
        let name = Array(key.utf8)
        guard let position = inBlock(name, mark, text) ?? inBraces(name, mark, text) else { return false }
        text.insert(contentsOf: Array("!repeated-\(number) ".utf8), at: position)
        return true
    }

    /// A later line that is indented like the first occurrence and begins with the key.
    private static func inBlock(_ name: [UInt8], _ mark: Mark, _ text: [UInt8]) -> Int? {
        var start = lineStart(mark.line + 1, text)
        while let line = start {
            let end = text[line...].firstIndex { $0 != UInt8(ascii: " ") } ?? text.count
            if end - line == mark.column - 1 && isKey(name, at: end, text) { return end }
            start = text[line...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
        }
        return nil
    }

    /// A later place behind `{` or `,`.
    private static func inBraces(_ name: [UInt8], _ mark: Mark, _ text: [UInt8]) -> Int? {
        guard let line = lineStart(mark.line, text) else { return nil }
        var previous: UInt8 = 0
        var occurrences = 0
        for index in line..<text.count {
            let byte = text[index]
            if previous == UInt8(ascii: "{") || previous == UInt8(ascii: ","), isKey(name, at: index, text) {
                occurrences += 1
                if occurrences == 2 { return index }
            }
            if byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\n") { previous = byte }
        }
        return nil
    }

    private static func isKey(_ name: [UInt8], at start: Int, _ text: [UInt8]) -> Bool {
        var index = start
        let quote =
            index < text.count && (text[index] == UInt8(ascii: "\"") || text[index] == UInt8(ascii: "'"))
        if quote { index += 1 }
        guard text[index...].starts(with: name) else { return false }
        index += name.count + (quote ? 1 : 0)
        return text[min(index, text.count)...].first { $0 != UInt8(ascii: " ") } == UInt8(ascii: ":")
    }

    private static func lineStart(_ line: Int, _ text: [UInt8]) -> Int? {
        var start = 0
        for _ in 1..<max(line, 1) {
            guard let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            start = end + 1
        }
        return start
    }
}
