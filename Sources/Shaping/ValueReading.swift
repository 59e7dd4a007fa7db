import Pacing
import Primitives

extension PathRules {
    /// Sets what a key says.
    ///
    /// - Parameter entry: the value and its key's line.
    /// - Throws: what is wrong with the value; nothing has changed then.
    mutating func set(_ key: PathKey, to value: ShapingNode, at place: RulePlace) throws(ValueFault) {
        switch key.field {
        case .count(let path): self[keyPath: path] = Ruled(try value.count(), at: place)
        case .rate(let path): self[keyPath: path] = Ruled(try value.rate(), at: place)
        case .length(let path): self[keyPath: path] = Ruled(try value.length(), at: place)
        case .flag(let path): self[keyPath: path] = Ruled(try value.flag(), at: place)
        case .percent(let path): self[keyPath: path] = Ruled(try value.percent(), at: place)
        case .namedCounts(let path):
            self[keyPath: path] = try value.named(place) { node throws(ValueFault) in try node.count() }
        case .namedRates(let path):
            self[keyPath: path] = try value.named(place) { node throws(ValueFault) in try node.rate() }
        }
    }
}

extension ShapingNode {
    static let largestCount: Int64 = 1_000_000_000

    /// A whole number from 1 on; KumoMTA also has `"local:5"`.
    func count() throws(ValueFault) -> Int {
        let fix = "write a whole number from 1 to \(ShapingNode.largestCount)"
        var number: Int64?
        if case .integer(let value) = content { number = value }
        if let text { number = Int64(text.hasPrefix("local:") ? text.dropFirst("local:".count) : text[...]) }
        guard let number else { throw wrong(fix) }
        guard (1...ShapingNode.largestCount).contains(number) else {
            throw ValueFault(what: "\(number) is out of range", fix: fix)
        }
        return Int(number)
    }

    func rate() throws(ValueFault) -> Rate {
        guard let text else { throw wrong("write a text such as \"100/s\" or \"1,000/h\"") }
        return try RateText.rate(text)
    }

    /// A text with a unit, or seconds.
    func length() throws(ValueFault) -> Interval {
        if let text { return try DurationText.interval(text) }
        if case .integer(let seconds) = content { return try DurationText.interval(seconds: seconds) }
        throw wrong(DurationText.fix)
    }

    func flag() throws(ValueFault) -> Bool {
        guard case .flag(let flag) = content else { throw wrong("write true or false") }
        return flag
    }

    /// 0 to 100.
    func percent() throws(ValueFault) -> Double {
        let fix = "write percent, a number from 0 to 100"
        var number: Double?
        if case .integer(let value) = content { number = Double(value) }
        if case .number(let value) = content { number = value }
        guard let number else { throw wrong(fix) }
        guard (0...100).contains(number) else { throw ValueFault(what: "\(number) is out of range", fix: fix) }
        return number
    }

    func named<Value>(
        _ place: RulePlace, _ read: (ShapingNode) throws(ValueFault) -> Value
    ) throws(ValueFault) -> [NamedLimit<Value>] {
        guard let table else { throw wrong("write { \"name\" = limit }") }
        var limits: [NamedLimit<Value>] = []
        for entry in table {
            let line = RulePlace(file: place.file, line: entry.line)
            limits.append(NamedLimit(name: entry.key, limit: Ruled(try read(entry.value), at: line)))
        }
        return limits.sorted { $0.name < $1.name }
    }

    /// A value of the wrong kind.
    func wrong(_ fix: String) -> ValueFault { ValueFault(what: "\(kind) does not fit here", fix: fix) }
}
