import Pacing

/// A limit over any set of fields: `[[limit]]` with `key = ["source", "domain"]` counts each pair of them apart.
package struct GeneralLimit: Hashable, Sendable {
    package enum Field: String, CaseIterable, Hashable, Sendable {
        case source
        case site
        case domain
        case pool
        case campaign
    }

    /// What a field must be for the limit to hold.
    package struct Filter: Hashable, Sendable {
        package var field: Field
        package var value: String
    }

    package var place: RulePlace
    /// Not empty, each field once, in the order of `Field`.
    package var key: [Field]
    package var filters: [Filter]
    package var messages: Ruled<Rate>?
    package var connections: Ruled<Int>?
    package var connectionRate: Ruled<Rate>?
    package var messagesPerConnection: Ruled<Int>?

    init(place: RulePlace, key: [Field], filters: [Filter] = []) {
        self.place = place
        self.key = key
        self.filters = filters
    }
}
