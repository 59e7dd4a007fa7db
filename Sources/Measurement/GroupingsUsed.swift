/// The groupings that sessions have used: more than one when receivers offered different things.
package struct GroupingsUsed: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let lockstep = GroupingsUsed(rawValue: 1)
    package static let grouped = GroupingsUsed(rawValue: 2)
    package static let chunked = GroupingsUsed(rawValue: 4)

    /// Their names, as in reports: `grouped`, or `lockstep, chunked`. Nil when there is none.
    package var text: String? {
        let names: [(GroupingsUsed, String)] = [
            (.lockstep, "lockstep"), (.grouped, "grouped"), (.chunked, "chunked"),
        ]
        return isEmpty ? nil : names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
