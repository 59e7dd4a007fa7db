/// Reads one `[[limit]]`.
struct LimitReader {
    private static let values = ["messages", "connections", "connection_rate", "messages_per_connection"]

    private(set) var problems: ProblemList
    private var isBroken = false

    init(file: String) {
        problems = ProblemList(file: file)
    }

    /// - Returns: nil when the limit is left out; the problems say why.
    mutating func read(_ entries: [ShapingEntry], at place: RulePlace) -> GeneralLimit? {
        var limit = GeneralLimit(place: place, key: [])
        for entry in entries { read(entry, into: &limit) }
        if !entries.contains(where: { $0.key == "key" }) {
            fail(place.line, "the limit has no key", fix: "write what is counted apart: key = [\"source\", \"domain\"]")
        }
        if !entries.contains(where: { LimitReader.values.contains($0.key) }) {
            fail(place.line, "the limit limits nothing", fix: "write \(LimitReader.values.joined(separator: ", "))")
        }
        return isBroken ? nil : limit
    }

    private mutating func read(_ entry: ShapingEntry, into limit: inout GeneralLimit) {
        let place = problems.place(entry.line)
        do throws(ValueFault) {
            switch entry.key {
            case "key": limit.key = try fields(entry.value)
            case "messages": limit.messages = Ruled(try entry.value.rate(), at: place)
            case "connections": limit.connections = Ruled(try entry.value.count(), at: place)
            case "connection_rate": limit.connectionRate = Ruled(try entry.value.rate(), at: place)
            case "messages_per_connection": limit.messagesPerConnection = Ruled(try entry.value.count(), at: place)
            default: try readFilter(entry, into: &limit)
            }
        } catch {
            fail(entry.line, "\(entry.key): \(error.what)", fix: error.fix)
        }
    }

    private func fields(_ node: ShapingNode) throws(ValueFault) -> [GeneralLimit.Field] {
        let names = GeneralLimit.Field.allCases.map(\.rawValue)
        let fix = "write some of \(names.joined(separator: ", "))"
        var fields: Set<GeneralLimit.Field> = []
        for element in node.elements {
            guard let name = element.text else { throw element.wrong(fix) }
            guard let field = GeneralLimit.Field(rawValue: name) else {
                throw ValueFault(what: "nothing is counted by '\(name)'", fix: fix)
            }
            fields.insert(field)
        }
        guard !fields.isEmpty else { throw ValueFault(what: "nothing is counted apart", fix: fix) }
        return GeneralLimit.Field.allCases.filter(fields.contains)
    }

    private func readFilter(_ entry: ShapingEntry, into limit: inout GeneralLimit) throws(ValueFault) {
        let names = GeneralLimit.Field.allCases.map(\.rawValue)
        guard let field = GeneralLimit.Field(rawValue: entry.key) else {
            let near = KnownKeys.nearest(to: entry.key, among: names + LimitReader.values + ["key"])
            throw ValueFault(
                what: "there is no such key in a limit", fix: near.map { "did you mean \($0)?" } ?? "take it out")
        }
        guard let text = entry.value.text else { throw entry.value.wrong("write a name in quotes") }
        let value = field == .domain ? DomainName.normal(text) : text
        limit.filters.append(GeneralLimit.Filter(field: field, value: value))
        limit.filters.sort { $0.field.rawValue < $1.field.rawValue }
    }

    private mutating func fail(_ line: Int, _ what: String, fix: String) {
        problems.add(line, what, fix: fix)
        isBroken = true
    }
}
