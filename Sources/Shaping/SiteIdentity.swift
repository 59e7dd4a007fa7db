/// The destinations that share limits.
package enum SiteIdentity: Hashable, Sendable {
    /// Those that a `[provider."name"]` matches.
    case provider(String)
    /// Domains with the same mail exchangers: their names, sorted, with a comma between them.
    case hosts(String)
    /// One domain alone.
    case domain(String)

    /// For people.
    package var name: String {
        switch self {
        case .provider(let name), .hosts(let name), .domain(let name): name
        }
    }
}
