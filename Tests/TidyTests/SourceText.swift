/// One Swift file, as it stands and with everything blanked out that is not code.
struct SourceText {
    /// Relative to the root of the package: `Sources/SMTP/Session.swift`.
    let path: String
    let lines: [String]
    /// The same lines without comments and without what stands in string literals.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        code = CodeFilter.code(of: text).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    /// The directory below `Sources`.
    var room: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    var name: String { path.split(separator: "/").last.map(String.init) ?? "" }
}

/// Replaces comments and the contents of string literals with spaces; lines stay where they are.
///
/// Knows nested comments, raw and multi-line strings, and interpolations, whose contents are code. Does not
/// know regular expression literals.
struct CodeFilter {
    private enum Mode {
        case code(parentheses: Int)
        case lineComment
        case blockComment(depth: Int)
        case string(hashes: Int, isMultiline: Bool)
    }

    private let bytes: [UInt8]
    private var position = 0
    private var modes: [Mode] = [.code(parentheses: 0)]
    private var result: [UInt8] = []

    static func code(of text: String) -> String {
        var filter = CodeFilter(bytes: Array(text.utf8))
        while filter.position < filter.bytes.count { filter.step() }
        return String(decoding: filter.result, as: UTF8.self)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func step() {
        switch modes[modes.count - 1] {
        case .code(let parentheses): stepInCode(parentheses)
        case .lineComment: stepInLineComment()
        case .blockComment(let depth): stepInBlockComment(depth)
        case .string(let hashes, let isMultiline): stepInString(hashes, isMultiline)
        }
    }

    private mutating func stepInCode(_ parentheses: Int) {
        if starts(with: "//") { return enter(.lineComment, blanking: 2) }
        if starts(with: "/*") { return enter(.blockComment(depth: 1), blanking: 2) }
        if let hashes = hashesBeforeQuote() {
            for _ in 0..<hashes { keep() }
            let isMultiline = starts(with: "\"\"\"")
            for _ in 0..<(isMultiline ? 3 : 1) { keep() }
            return modes.append(.string(hashes: hashes, isMultiline: isMultiline))
        }
        if bytes[position] == UInt8(ascii: "(") { setTop(.code(parentheses: parentheses + 1)) }
        if bytes[position] == UInt8(ascii: ")") {
            if parentheses == 1 && modes.count > 1 {
                modes.removeLast()
            } else {
                setTop(.code(parentheses: parentheses - 1))
            }
        }
        keep()
    }

    private mutating func stepInLineComment() {
        if bytes[position] == UInt8(ascii: "\n") { modes.removeLast() }
        blank()
    }

    private mutating func stepInBlockComment(_ depth: Int) {
        if starts(with: "/*") {
            setTop(.blockComment(depth: depth + 1))
            blank()
        } else if starts(with: "*/") {
            if depth == 1 { modes.removeLast() } else { setTop(.blockComment(depth: depth - 1)) }
            blank()
        }
        blank()
    }

    private mutating func stepInString(_ hashes: Int, _ isMultiline: Bool) {
        let escape = "\\" + String(repeating: "#", count: hashes)
        let end = (isMultiline ? "\"\"\"" : "\"") + String(repeating: "#", count: hashes)
        if starts(with: escape + "(") {
            for _ in 0..<(hashes + 2) { blank() }
            return modes.append(.code(parentheses: 1))
        }
        if starts(with: escape) {
            for _ in 0..<(hashes + 2) where position < bytes.count { blank() }
        } else if starts(with: end) {
            for _ in 0..<end.utf8.count { keep() }
            modes.removeLast()
        } else {
            blank()
        }
    }

    private func hashesBeforeQuote() -> Int? {
        var index = position
        while index < bytes.count && bytes[index] == UInt8(ascii: "#") { index += 1 }
        return index < bytes.count && bytes[index] == UInt8(ascii: "\"") ? index - position : nil
    }

    private func starts(with text: String) -> Bool {
        bytes[position...].starts(with: text.utf8)
    }

    private mutating func enter(_ mode: Mode, blanking count: Int) {
        modes.append(mode)
        for _ in 0..<count { blank() }
    }

    private mutating func setTop(_ mode: Mode) { modes[modes.count - 1] = mode }

    private mutating func keep() {
        result.append(bytes[position])
        position += 1
    }

    private mutating func blank() {
        result.append(bytes[position] == UInt8(ascii: "\n") ? UInt8(ascii: "\n") : UInt8(ascii: " "))
        position += 1
    }
}
