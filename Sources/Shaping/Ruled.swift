/// A value that a rule sets, and the place of that rule.
package struct Ruled<Value> {
    package var value: Value
    package var place: RulePlace

    package init(_ value: Value, at place: RulePlace) {
        self.value = value
        self.place = place
    }
}

extension Ruled: Equatable where Value: Equatable {}
extension Ruled: Hashable where Value: Hashable {}
extension Ruled: Sendable where Value: Sendable {}

/// A limit that all paths share which name it.
package struct NamedLimit<Value> {
    package var name: String
    package var limit: Ruled<Value>

    package init(name: String, limit: Ruled<Value>) {
        self.name = name
        self.limit = limit
    }
}

extension NamedLimit: Equatable where Value: Equatable {}
extension NamedLimit: Hashable where Value: Hashable {}
extension NamedLimit: Sendable where Value: Sendable {}
