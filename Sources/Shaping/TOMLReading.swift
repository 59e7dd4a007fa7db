import TOMLKit

/// The text of a shaping file as a tree with lines.
///
/// The parser gives up at the first fault. Here its line is noted and taken out, and the rest is read again, so that
/// one broken rule does not hide the others.
struct TOMLReading {
    private static let mostFaults = 20
    /// What a broken section header becomes: what follows it belongs to no section that counts.
    private static let unreadable = "~unreadable-"

    private(set) var entries: [ShapingEntry] = []
    private(set) var problems: [ShapingProblem] = []
    private let file: String
    private var lines: [[UInt8]]

    init(_ bytes: [UInt8], file: String) {
        self.file = file
        lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        guard isReadable(bytes) else { return }
        while let fault = attempt() {
            note(fault)
            guard problems.count < TOMLReading.mostFaults, takeOut(fault.source.begin.line) else { return }
        }
    }

    /// Whether the parser can be given the text at all.
    private mutating func isReadable(_ bytes: [UInt8]) -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            return refuse(line: 0, "the file is no UTF-8", fix: "save it as UTF-8")
        }
        let isNUL = { (line: [UInt8]) in
            let text = String(decoding: line, as: UTF8.self)
            return line.contains(0) || text.contains("\\u0000") || text.contains("\\U00000000")
        }
        if let line = lines.firstIndex(where: isNUL) {
            return refuse(line: line + 1, "there is a NUL character", fix: "take it out")
        }
        if let line = TOMLPlaces(bytes).tooDeepLine {
            return refuse(line: line, "the key has too many parts", fix: "quote names with dots, as in [\"a.example\"]")
        }
        return true
    }

    private mutating func refuse(line: Int, _ what: String, fix: String) -> Bool {
        problems.append(ShapingProblem(at: RulePlace(file: file, line: line), what: what, fix: fix))
        return false
    }

    /// Reads what is left of the text.
    ///
    /// - Returns: the fault, or nil when the entries are there.
    private mutating func attempt() -> TOMLParseError? {
        let bytes = Array(lines.joined(separator: [0x0A]))
        do {
            let table = try TOMLTable(string: String(decoding: bytes, as: UTF8.self))
            let tree = TOMLTree(places: TOMLPlaces(bytes))
            entries = tree.entries(of: table, at: []).filter { !$0.key.hasPrefix(TOMLReading.unreadable) }
        } catch {
            return error as? TOMLParseError
        }
        return nil
    }

    private mutating func note(_ fault: TOMLParseError) {
        let place = RulePlace(file: file, line: min(max(1, fault.source.begin.line), lines.count))
        problems.append(
            ShapingProblem(at: place, what: "this is no TOML", fix: fault.description))
    }

    /// - Returns: false when there is nothing left to take out there.
    private mutating func takeOut(_ line: Int) -> Bool {
        guard line >= 1, line <= lines.count else { return false }
        let old = lines[line - 1]
        let isHeader = old.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "[")
        let new = isHeader ? Array("[\"\(TOMLReading.unreadable)\(line)\"]".utf8) : []
        guard new != old else { return false }
        lines[line - 1] = new
        return true
    }
}

/// Turns the parser's tables into ours: in the order of the file, each value with its line.
private struct TOMLTree {
    let places: TOMLPlaces

    func entries(of table: TOMLTable, at path: TOMLPlaces.Path) -> [ShapingEntry] {
        let entries = table.keys.compactMap { key -> ShapingEntry? in
            guard let value = table[key] else { return nil }
            let line = places.line(of: path + [key])
            return ShapingEntry(key: key, line: line, value: node(value, at: path + [key]))
        }
        return entries.sorted { ($0.line, $0.key) < ($1.line, $1.key) }
    }

    private func node(_ value: any TOMLValueConvertible, at path: TOMLPlaces.Path) -> ShapingNode {
        ShapingNode(content: content(value, at: path), line: places.line(of: path))
    }

    private func content(_ value: any TOMLValueConvertible, at path: TOMLPlaces.Path) -> ShapingNode.Content {
        switch value.type {
        case .string: .text(value.string ?? "")
        case .int: .integer(Int64(value.int ?? 0))
        case .double: .number(value.double ?? 0)
        case .bool: .flag(value.bool ?? false)
        case .table: .table(value.table.map { entries(of: $0, at: path) } ?? [])
        case .array: .list(value.array.map { elements(of: $0, at: path) } ?? [])
        case .date, .time, .dateTime: .moment
        }
    }

    private func elements(of array: TOMLArray, at path: TOMLPlaces.Path) -> [ShapingNode] {
        (0..<array.count).map { node(array[$0], at: path + ["#\($0)"]) }
    }
}
