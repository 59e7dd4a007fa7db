import Yams

/// A pool as far as it could be read.
struct PoolDraft {
    struct Member {
        var source: String
        var place: Place
        var weight: Int
    }

    var name: Located<String>
    var members: [Member] = []
}

/// How the `pools` of a manifest are read.
extension ProblemList {
    private static let mostPools = 1_000

    mutating func pools(_ node: Node) -> [PoolDraft] {
        guard let reader = mapping(node, "pools", known: nil) else { return [] }
        if reader.entries.isEmpty {
            add(reader.place, "'pools' is empty", fix: "write pools: { NAME: { SOURCE: 1 } }, or leave the key out")
        }
        if reader.entries.count > Self.mostPools {
            add(reader.place, "there are \(reader.entries.count) pools", fix: "write \(Self.mostPools) at most")
        }
        return reader.entries.prefix(Self.mostPools).compactMap { name, place, node in
            guard isLabel(name, place) else { return nil }
            return PoolDraft(name: Located(value: name, place: place), members: members(node, of: name))
        }
    }

    private mutating func members(_ node: Node, of pool: String) -> [PoolDraft.Member] {
        guard let reader = mapping(node, pool, known: nil) else { return [] }
        if reader.entries.isEmpty {
            add(
                reader.place, "the pool '\(pool)' is empty", fix: "write its sources, each with a weight: { SOURCE: 1 }"
            )
        }
        return reader.entries.compactMap { source, place, node in
            number(node, source, in: Manifest.Pool.weightRange).map {
                PoolDraft.Member(source: source, place: place, weight: $0)
            }
        }
    }

    /// Yes or no.
    mutating func flag(_ node: Node, _ key: String) -> Bool? {
        guard let value = text(node, key) else { return nil }
        switch value.value {
        case "true": return true
        case "false": return false
        default:
            add(value.place, "'\(key)' is '\(value.value)'", fix: "write true or false")
            return nil
        }
    }
}

extension Manifest.Pool {
    static let weightRange = 1...1_000
}
