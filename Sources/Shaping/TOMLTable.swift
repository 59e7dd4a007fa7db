/// A table of a TOML text while it is being read.
final class TOMLTable {
    private enum Value {
        case whole(ShapingNode)
        case table(TOMLTable)
        /// What `[[key]]` makes, one table each time.
        case tables([TOMLTable])
    }

    private let line: Int
    private var keys: [(key: String, line: Int)] = []
    private var values: [String: Value] = [:]
    /// Whether a header of its own began it, so that no other may.
    private var hasHeader = false

    init(line: Int) {
        self.line = line
    }

    /// In the order of the text.
    var entries: [ShapingEntry] {
        keys.compactMap { key, line in
            values[key].map { ShapingEntry(key: key, line: line, value: TOMLTable.node($0, line: line)) }
        }
    }

    private static func node(_ value: Value, line: Int) -> ShapingNode {
        switch value {
        case .whole(let node): node
        case .table(let table): ShapingNode(content: .table(table.entries), line: line)
        case .tables(let tables):
            ShapingNode(
                content: .list(tables.map { ShapingNode(content: .table($0.entries), line: $0.line) }), line: line)
        }
    }

    /// Sets what `a.b.c = value` says.
    func set(_ key: [String], to node: ShapingNode, line: Int) throws(TOMLFault) {
        var table = self
        for part in key.dropLast() { table = try table.inner(part, line: line) }
        guard let last = key.last else { return }
        guard table.values[last] == nil else { throw TOMLTable.repeated(key, line) }
        table.put(last, .whole(node), line)
    }

    /// The table that `[a.b.c]` begins.
    func section(_ key: [String], line: Int) throws(TOMLFault) -> TOMLTable {
        var table = self
        for part in key.dropLast() { table = try table.inner(part, line: line) }
        guard let last = key.last else { return table }
        if case .tables = table.values[last] { throw TOMLTable.repeated(key, line) }
        let section = try table.inner(last, line: line)
        guard !section.hasHeader else { throw TOMLTable.repeated(key, line) }
        section.hasHeader = true
        return section
    }

    /// The table that `[[a.b.c]]` begins.
    func element(_ key: [String], line: Int) throws(TOMLFault) -> TOMLTable {
        var table = self
        for part in key.dropLast() { table = try table.inner(part, line: line) }
        guard let last = key.last else { return table }
        let element = TOMLTable(line: line)
        switch table.values[last] {
        case nil: table.put(last, .tables([element]), line)
        case .tables(let tables): table.values[last] = .tables(tables + [element])
        case .whole, .table: throw TOMLTable.repeated(key, line)
        }
        return element
    }

    /// The table of a key, which is made when there is none; of several, the last.
    private func inner(_ key: String, line: Int) throws(TOMLFault) -> TOMLTable {
        switch values[key] {
        case nil:
            let table = TOMLTable(line: line)
            put(key, .table(table), line)
            return table
        case .table(let table): return table
        case .tables(let tables):
            guard let last = tables.last else { throw TOMLTable.repeated([key], line) }
            return last
        case .whole: throw TOMLTable.repeated([key], line)
        }
    }

    private func put(_ key: String, _ value: Value, _ line: Int) {
        keys.append((key, line))
        values[key] = value
    }

    private static func repeated(_ key: [String], _ line: Int) -> TOMLFault {
        TOMLFault(
            line: line, what: "'\(key.joined(separator: "."))' is there already", fix: "write it once in a file")
    }
}
