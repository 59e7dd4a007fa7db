import Primitives
import SMTP
import Yams

/// How values of a manifest are read: each call gives the value, or nil after it has noted the problem.
extension ProblemList {
    /// Text on one line, not empty.
    mutating func text(_ node: Node, _ key: String) -> Located<String>? {
        guard let value = possiblyEmptyText(node, key) else { return nil }
        guard !value.value.isEmpty else {
            add(value.place, "'\(key)' is empty", fix: "write a value, or leave the key out")
            return nil
        }
        guard !Array(value.value.utf8).span.holdsControlByte else {
            add(
                value.place, "'\(key)' holds a line break or another control character",
                fix: "write it on one line")
            return nil
        }
        return value
    }

    /// Any text; a value that is left out is empty.
    mutating func possiblyEmptyText(_ node: Node, _ key: String) -> Located<String>? {
        let place = Place(node.mark)
        guard let scalar = node.scalar else {
            let found = node.sequence == nil ? "a mapping" : "a list"
            add(place, "'\(key)' is \(found)", fix: "write one value: \(key): …")
            return nil
        }
        return Located(value: isNull(scalar) ? "" : scalar.string, place: place)
    }

    private func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    mutating func number(_ node: Node, _ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = text(node, key) else { return nil }
        let isPlain = node.scalar?.style == .plain
        guard isPlain, let number = decimal(Array(value.value.utf8), limit: Int(Int32.max)) else {
            add(
                value.place, "'\(key)' is not a whole number",
                fix: "write a number from \(words(range)), without quotes")
            return nil
        }
        guard range.contains(number) else {
            add(value.place, "'\(key)' is \(number)", fix: "write a number from \(words(range))")
            return nil
        }
        return number
    }

    private func words(_ range: ClosedRange<Int>) -> String { "\(range.lowerBound) to \(range.upperBound)" }

    mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ node: Node, _ key: String, of type: Choice.Type
    ) -> Choice? {
        guard let value = text(node, key) else { return nil }
        if let choice = Choice(rawValue: value.value) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        add(value.place, "'\(key)' is '\(value.value)'", fix: "write \(names.joined(separator: " or "))")
        return nil
    }

    /// An address without a name.
    mutating func address(_ node: Node, _ key: String) -> String? {
        guard let value = text(node, key) else { return nil }
        return checked(value.value, value.place, key)
    }

    /// - Returns: the address, if it is a good one.
    mutating func checked(_ address: String, _ place: Place, _ key: String) -> String? {
        switch Address.check(Array(address.utf8).span) {
        case .valid: return address
        case .invalid(let problem):
            add(place, "'\(key)' is not a usable address: \(problem.sentence)", fix: "write local@domain")
            return nil
        }
    }

    mutating func texts(_ node: Node, _ key: String) -> [Located<String>] {
        guard let sequence = node.sequence else {
            add(Place(node.mark), "'\(key)' is not a list", fix: "write it in brackets: \(key): [FILE]")
            return []
        }
        return sequence.compactMap { text($0, key) }
    }

    /// The entries of a mapping.
    mutating func mapping(_ node: Node, _ key: String, known: [String]?) -> MappingReader? {
        guard let mapping = node.mapping else {
            let keys = known?.joined(separator: ", ") ?? "FIELD"
            add(
                Place(node.mark), "'\(key)' is not a mapping",
                fix: "write its keys below it, indented: \(keys)")
            return nil
        }
        return MappingReader(mapping, known: known, in: &self)
    }
}
