/// One thing that is wrong with a template, and where.
package struct TemplateProblem: Hashable, Sendable {
    /// Counted from 1.
    package var line: Int
    package var text: String

    package init(line: Int, text: String) {
        self.line = line
        self.text = text
    }
}

/// A template as its author wrote it, cut into literal text and merge fields.
///
/// A merge field is `{{name}}` on one line; blanks around the name do not count, and the name holds no brace
/// and no control byte. A single brace, and `}}` without `{{`, are literal text. A byte order mark at the
/// start is dropped. A source with problems can be asked for its fields, so that everything wrong with a
/// template is told at once, but `Letter` refuses it.
package struct TemplateSource: Sendable {
    package enum Segment: Sendable {
        case literal([UInt8])
        case field(String)
    }

    /// A merge field and the line where it is used first.
    package struct FieldUse: Sendable {
        package var name: String
        /// Counted from 1.
        package var line: Int
    }

    /// Never empty literals, never two literals in a row.
    package let segments: [Segment]
    /// In the order of first use, each name once (compared on bytes).
    package let fieldNames: [FieldUse]
    /// Every problem, in the order of lines.
    package let problems: [TemplateProblem]

    package init(_ bytes: [UInt8]) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var scanner = TemplateScanner(bytes: bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes)
        scanner.scan()
        segments = scanner.segments
        fieldNames = scanner.fieldUses
        let found = scanner.problems + TemplateSource.encodingProblems(scanner.bytes)
        problems = found.sorted { $0.line < $1.line }
    }

    /// The lines that hold a NUL, or bytes that are not UTF-8.
    private static func encodingProblems(_ bytes: [UInt8]) -> [TemplateProblem] {
        var problems: [TemplateProblem] = []
        var line = 1
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(where: Octet.isLineEnd) ?? bytes.count
            let text = bytes[start..<end]
            if text.contains(0) {
                problems.append(TemplateProblem(line: line, text: "a NUL byte: save the file as UTF-8 text"))
            }
            if String(validating: text, as: UTF8.self) == nil {
                problems.append(TemplateProblem(line: line, text: "not UTF-8: save the file as UTF-8 text"))
            }
            start = TemplateScanner.afterLineEnd(bytes, at: end)
            line += 1
        }
        return problems
    }
}

/// One walk over a template: what it has found so far, and where it stands.
private struct TemplateScanner {
    let bytes: [UInt8]
    private(set) var segments: [TemplateSource.Segment] = []
    private(set) var fieldUses: [TemplateSource.FieldUse] = []
    private(set) var problems: [TemplateProblem] = []
    private var index = 0
    private var line = 1
    private var literalStart = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func scan() {
        while index < bytes.count {
            if Octet.isLineEnd(bytes[index]) {
                index = TemplateScanner.afterLineEnd(bytes, at: index)
                line += 1
            } else if isPair(Octet.openBrace, at: index) {
                scanField()
            } else {
                index += 1
            }
        }
        endLiteral(at: bytes.count)
    }

    /// The first index after the line end at `index`: CRLF, LF, or CR alone.
    static func afterLineEnd(_ bytes: [UInt8], at index: Int) -> Int {
        let isCRLF =
            index + 1 < bytes.count && bytes[index] == Octet.carriageReturn
            && bytes[index + 1] == Octet.lineFeed
        return index + (isCRLF ? 2 : 1)
    }

    private mutating func scanField() {
        let nameStart = index + 2
        var nameEnd = nameStart
        while nameEnd < bytes.count, isAllowedInField(bytes[nameEnd]) { nameEnd += 1 }
        guard isPair(Octet.closeBrace, at: nameEnd) else {
            problems.append(
                TemplateProblem(line: line, text: "'{{' is not closed by '}}' on its line: write {{field}}"))
            index = nameEnd
            return
        }
        endLiteral(at: index)
        addField(trimmed(nameStart..<nameEnd))
        index = nameEnd + 2
        literalStart = index
    }

    private mutating func addField(_ nameBytes: ArraySlice<UInt8>) {
        if nameBytes.isEmpty {
            problems.append(
                TemplateProblem(
                    line: line, text: "'{{}}' names no field: put a column's name between the braces"))
        }
        let name = String(decoding: nameBytes, as: UTF8.self)
        segments.append(.field(name))
        let isNew = !fieldUses.contains { $0.name.utf8.elementsEqual(nameBytes) }
        if isNew && !nameBytes.isEmpty { fieldUses.append(TemplateSource.FieldUse(name: name, line: line)) }
    }

    private mutating func endLiteral(at end: Int) {
        if literalStart < end { segments.append(.literal(Array(bytes[literalStart..<end]))) }
    }

    private func trimmed(_ range: Range<Int>) -> ArraySlice<UInt8> {
        let rest = bytes[range].drop(while: Octet.isBlank)
        let end = rest.lastIndex { !Octet.isBlank($0) }
        return end.map { rest[...$0] } ?? []
    }

    private func isAllowedInField(_ byte: UInt8) -> Bool {
        byte == Octet.tab
            || !(Octet.isControl(byte) || byte == Octet.openBrace || byte == Octet.closeBrace)
    }

    private func isPair(_ byte: UInt8, at index: Int) -> Bool {
        index + 1 < bytes.count && bytes[index] == byte && bytes[index + 1] == byte
    }
}
