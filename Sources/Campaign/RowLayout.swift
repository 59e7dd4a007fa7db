/// Which cells of a row are wanted, in the order in which they are packed.
package struct RowLayout: Hashable, Sendable {
    /// One merge field.
    package struct Field: Hashable, Sendable {
        package var name: String
        /// The cell that holds the value; nil when every recipient gets the default.
        package var column: Int?
        /// What stands in for an empty cell; nil when a recipient without a value is rejected.
        package var fallback: [UInt8]?
        /// Whether the value becomes part of a header: then it may hold no control byte.
        package var reachesHeader: Bool

        package init(name: String, column: Int?, fallback: [UInt8]? = nil, reachesHeader: Bool = false) {
            self.name = name
            self.column = column
            self.fallback = fallback
            self.reachesHeader = reachesHeader
        }
    }

    /// The number of cells in the header; every row has as many.
    package var columnCount: Int
    package var addressColumn: Int
    package var fields: [Field]
    /// The field whose values must be time zones, among `fields`.
    package var zoneField: Int?

    package init(columnCount: Int, addressColumn: Int, fields: [Field], zoneField: Int? = nil) {
        self.zoneField = zoneField
        self.columnCount = columnCount
        self.addressColumn = addressColumn
        self.fields = fields
    }
}
