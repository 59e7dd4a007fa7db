/// The text of a shaping file as a tree with lines.
///
/// A fault is noted, and reading goes on behind it, so that one broken rule does not hide the others.
struct TOMLReading {
    private static let mostFaults = 100

    private(set) var problems: ProblemList
    private let root = TOMLTable(line: 1)
    private var section: TOMLTable
    private var scanner: TOMLScanner

    init(_ bytes: [UInt8], file: String) {
        problems = ProblemList(file: file)
        section = root
        scanner = TOMLScanner(bytes)
        if String(validating: bytes, as: UTF8.self) == nil {
            problems.add(0, "the file is no UTF-8", fix: "save it as UTF-8")
        } else {
            scanner.skipMark()
            while readStatement() {}
        }
    }

    var entries: [ShapingEntry] { root.entries }

    /// - Returns: false at the end.
    private mutating func readStatement() -> Bool {
        scanner.skipBlankAndLines()
        guard !scanner.isAtEnd else { return false }
        let start = (index: scanner.index, line: scanner.line)
        do throws(TOMLFault) {
            if scanner.byte == UInt8(ascii: "[") { try readHeader() } else { try readPair() }
            guard scanner.endsLine() else {
                throw scanner.fault("there is more in the line", fix: "begin a new line, or put the text in quotes")
            }
        } catch {
            guard problems.problems.count < TOMLReading.mostFaults else { return false }
            problems.add(error.line, error.what, fix: error.fix)
            recover(from: error, start.index, start.line)
        }
        return true
    }

    private mutating func readHeader() throws(TOMLFault) {
        // What follows a broken header belongs to no section that counts.
        section = TOMLTable(line: scanner.line)
        let line = scanner.line
        scanner.advance()
        let isElement = scanner.take("[")
        let key = try scanner.key()
        guard scanner.take("]"), !isElement || scanner.take("]") else {
            throw scanner.fault("the name of a section is not closed", fix: isElement ? "write ]]" : "write ]")
        }
        section = isElement ? try root.element(key, line: line) : try root.section(key, line: line)
    }

    private mutating func readPair() throws(TOMLFault) {
        let line = scanner.line
        let key = try scanner.key()
        guard scanner.take("=") else { throw scanner.fault("a value is missing", fix: "write key = value") }
        scanner.skipBlank()
        try section.set(key, to: try scanner.value(), line: line)
    }

    /// Goes to the line where reading has the best hope: behind the statement that begins at a place, and when that
    /// has several lines, to the next one that looks like a statement and is not likely to be a part of this one.
    private mutating func recover(from fault: TOMLFault, _ start: Int, _ line: Int) {
        // Of what is not closed nobody knows how far it was meant to go.
        let faultLine = fault.isUnclosed ? line : scanner.line
        let isOneLine = scanner.line == line
        scanner.rewind(to: start, line: line)
        scanner.skipLine()
        while !isOneLine, !scanner.isAtEnd {
            let look = scanner.look()
            let isPlain = scanner.line > faultLine || scanner.line == faultLine && fault.isInList
            if look == .header || look == .pair && isPlain { return }
            scanner.skipLine()
        }
    }
}

extension TOMLScanner {
    fileprivate enum Look {
        case header
        case pair
        case neither
    }

    /// What the line that begins here looks like.
    fileprivate func look() -> Look {
        var copy = self
        copy.skipBlank()
        if copy.byte == UInt8(ascii: "[") { return .header }
        return (try? copy.key()) != nil && copy.byte == UInt8(ascii: "=") ? .pair : .neither
    }

    fileprivate mutating func skipLine() {
        skipToLineEnd()
        advance()
    }
}
