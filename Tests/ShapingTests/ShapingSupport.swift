import Foundation
import Primitives
import Testing

@testable import Shaping

/// What files `1.toml`, `2.toml`, … with these texts say together.
func read(_ texts: String...) -> (rules: ShapingRules, problems: [String]) {
    var reader = ShapingReader()
    var problems: [ShapingProblem] = []
    for (index, text) in texts.enumerated() {
        problems += reader.read(Array(text.utf8), file: "\(index + 1).toml")
    }
    return (reader.finished(), problems.map(\.description))
}

/// The rules for a domain that nobody knows the hosts of.
func rules(_ texts: String..., domain: String = "a.example", source: String? = nil) -> PathRules {
    var reader = ShapingReader()
    for (index, text) in texts.enumerated() { _ = reader.read(Array(text.utf8), file: "\(index + 1).toml") }
    let rules = reader.finished()
    return rules.rules(for: rules.site(ofDomain: domain, hosts: nil), domain: domain, source: source)
}
