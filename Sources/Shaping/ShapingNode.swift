/// A value of a shaping file, and the line it begins in.
struct ShapingNode: Hashable, Sendable {
    indirect enum Content: Hashable, Sendable {
        case text(String)
        case integer(Int64)
        case number(Double)
        case flag(Bool)
        case list([ShapingNode])
        case table([ShapingEntry])
        /// Dates and times, which no rule is made of.
        case moment
    }

    var content: Content
    var line: Int

    /// What it is, in words for the operator.
    var kind: String {
        switch content {
        case .text: "a text"
        case .integer: "a whole number"
        case .number: "a fraction"
        case .flag: "true or false"
        case .list: "a list"
        case .table: "a table"
        case .moment: "a date or time"
        }
    }

    var text: String? { if case .text(let text) = content { text } else { nil } }

    var table: [ShapingEntry]? { if case .table(let entries) = content { entries } else { nil } }

    /// The elements of a list; anything else is a list of one.
    var elements: [ShapingNode] { if case .list(let elements) = content { elements } else { [self] } }
}

/// A key of a table with its value.
struct ShapingEntry: Hashable, Sendable {
    var key: String
    /// Of the key.
    var line: Int
    var value: ShapingNode
}
