/// What is wrong with a line of TOML.
struct TOMLFault: Error, Hashable {
    var line: Int
    var what: String
    var fix: String
    /// Whether the text ended before something was closed.
    var isUnclosed = false
    /// Whether a list was what it befell.
    var isInList = false
}

/// Reads keys and values of TOML 1.0, each with its line, from valid UTF-8.
struct TOMLScanner {
    /// Keys have at most so many parts, and lists and tables are at most so deep in each other.
    static let deepest = 16

    let bytes: [UInt8]
    private(set) var index = 0
    private(set) var line = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { index >= bytes.count }

    /// A line feed at the end.
    var byte: UInt8 { index < bytes.count ? bytes[index] : 0x0A }

    func fault(_ what: String, fix: String, isUnclosed: Bool = false) -> TOMLFault {
        TOMLFault(line: line, what: what, fix: fix, isUnclosed: isUnclosed && isAtEnd)
    }

    mutating func advance() {
        if index < bytes.count && bytes[index] == 0x0A { line += 1 }
        index += 1
    }

    /// Goes past the byte if it is the next one.
    mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard !isAtEnd, UInt32(byte) == wanted.value else { return false }
        advance()
        return true
    }

    /// Goes to a place that was passed before.
    mutating func rewind(to index: Int, line: Int) {
        self.index = index
        self.line = line
    }

    // MARK: Blanks

    /// Goes past the mark that some editors put before UTF-8.
    mutating func skipMark() {
        if index == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    mutating func skipBlank() {
        while byte == 0x20 || byte == 0x09 { advance() }
    }

    mutating func skipBlankAndLines() {
        while !isAtEnd {
            switch byte {
            case 0x20, 0x09, 0x0A: advance()
            case 0x0D where index + 1 < bytes.count && bytes[index + 1] == 0x0A: advance()
            case UInt8(ascii: "#"): skipToLineEnd()
            default: return
            }
        }
    }

    mutating func skipToLineEnd() {
        while !isAtEnd && byte != 0x0A { advance() }
    }

    /// Whether nothing but a comment is left of the line; then this goes to its end.
    mutating func endsLine() -> Bool {
        skipBlank()
        if byte == 0x0D { advance() }
        if byte == UInt8(ascii: "#") { skipToLineEnd() }
        return byte == 0x0A
    }

    // MARK: Keys

    /// The parts of a key, and the blanks around it.
    mutating func key() throws(TOMLFault) -> [String] {
        var parts: [String] = []
        repeat {
            skipBlank()
            parts.append(try keyPart())
            skipBlank()
            guard parts.count <= TOMLScanner.deepest else {
                throw fault("the key has too many parts", fix: "quote names with dots, as in [\"a.example\"]")
            }
        } while take(".")
        return parts
    }

    private mutating func keyPart() throws(TOMLFault) -> String {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try string(mayBeLong: false) }
        let start = index
        while !isAtEnd, TOMLScanner.isBare(byte) { advance() }
        guard index > start else {
            throw fault("a key is missing", fix: "write key = value, or a section in square brackets")
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5A).contains(byte & 0xDF) && byte < 0x80 || byte == 0x2D || byte == 0x5F
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    // MARK: Values

    mutating func value(depth: Int = 0) throws(TOMLFault) -> ShapingNode {
        let start = line
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return ShapingNode(content: .text(try string(mayBeLong: true)), line: start)
        case UInt8(ascii: "["): return ShapingNode(content: .list(try list(depth: depth + 1)), line: start)
        case UInt8(ascii: "{"): return ShapingNode(content: .table(try inlineTable(depth: depth + 1)), line: start)
        default: return ShapingNode(content: try scalar(), line: start)
        }
    }

    private func checkDepth(_ depth: Int) throws(TOMLFault) {
        guard depth <= TOMLScanner.deepest else {
            throw fault("lists and tables are too deep in each other", fix: "no rule needs that")
        }
    }

    private mutating func list(depth: Int) throws(TOMLFault) -> [ShapingNode] {
        try checkDepth(depth)
        advance()
        var elements: [ShapingNode] = []
        while true {
            skipBlankAndLines()
            if take("]") { return elements }
            if isAtEnd { throw fault("a list is not closed", fix: "write ] behind it", isUnclosed: true) }
            elements.append(try value(depth: depth))
            skipBlankAndLines()
            guard take(",") || byte == UInt8(ascii: "]") else {
                var fault = fault("a list goes on without a comma", fix: "write , or ] here", isUnclosed: true)
                fault.isInList = true
                throw fault
            }
        }
    }

    private mutating func inlineTable(depth: Int) throws(TOMLFault) -> [ShapingEntry] {
        try checkDepth(depth)
        advance()
        let table = TOMLTable(line: line)
        skipBlankAndLines()
        while !take("}") {
            let start = line
            let key = try key()
            guard take("=") else { throw fault("a value is missing", fix: "write key = value") }
            skipBlank()
            try table.set(key, to: try value(depth: depth), line: start)
            skipBlankAndLines()
            if take(",") {
                skipBlankAndLines()
            } else if byte != UInt8(ascii: "}") {
                throw fault("a table goes on without a comma", fix: "write , or } here", isUnclosed: true)
            }
        }
        return table.entries
    }
}
