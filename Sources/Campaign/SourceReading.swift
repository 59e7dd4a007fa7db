import Primitives
import SMTP
import Yams

/// A source as far as it could be read.
struct SourceDraft {
    var name: Located<String>
    /// Nil when it has a problem that was noted.
    var address: Located<[UInt8]>?
    var ehlo: String?
    var warmup: WarmupDraft?
}

/// How the `sources` of a manifest are read.
extension ProblemList {
    private static let mostSources = 1_000

    mutating func sources(_ node: Node) -> [SourceDraft] {
        let example = "write it as: sources: [{ name: one, address: 192.0.2.1 }]"
        guard let sequence = node.sequence else {
            add(Place(node.mark), "'sources' is not a list", fix: example)
            return []
        }
        if sequence.isEmpty { add(Place(node.mark), "'sources' is empty", fix: example) }
        if sequence.count > Self.mostSources {
            add(Place(node.mark), "'sources' has \(sequence.count) entries", fix: "write \(Self.mostSources) at most")
        }
        var sources: [SourceDraft] = []
        for node in sequence.prefix(Self.mostSources) {
            guard let source = source(node) else { continue }
            noteRepetition(source, of: sources)
            sources.append(source)
        }
        return sources
    }

    private mutating func source(_ node: Node) -> SourceDraft? {
        guard let reader = mapping(node, "sources", known: ManifestKeys.source) else { return nil }
        for key in ["name", "address"] where reader.isMissing(key) {
            add(
                reader.place, "the source has no '\(key)'",
                fix: key == "name" ? "add name: NAME" : "add address: ADDRESS, one of this machine")
        }
        let name = reader.value("name").flatMap { label($0, "name") }
        let address = reader.value("address").flatMap { localAddress($0) }
        let ehlo = reader.value("ehlo").flatMap { domain($0, "ehlo") }
        let warmup = reader.value("warmup").flatMap { self.warmup($0) }
        return name.map { SourceDraft(name: $0, address: address, ehlo: ehlo, warmup: warmup) }
    }

    private mutating func noteRepetition(_ source: SourceDraft, of sources: [SourceDraft]) {
        if let first = sources.first(where: { $0.name.value == source.name.value }) {
            add(
                source.name.place,
                "the source '\(source.name.value)' is given twice, first on line \(first.name.place.line)",
                fix: "give each its own name")
        }
        guard let address = source.address else { return }
        if let first = sources.first(where: { $0.address?.value == address.value }) {
            add(
                address.place, "the source '\(first.name.value)' has the same address",
                fix: "give each its own address, or keep one of them")
        }
    }

    private mutating func localAddress(_ node: Node) -> Located<[UInt8]>? {
        guard let value = text(node, "address") else { return nil }
        let bytes = Array(value.value.utf8)
        guard let address = IPText.v4(bytes[...]) ?? IPText.v6(bytes[...]) else {
            add(
                value.place, "'address' is '\(value.value)', which is no IP address",
                fix: "write an address of this machine without a port, such as 192.0.2.1 or 2001:db8::1")
            return nil
        }
        guard address.contains(where: { $0 != 0 }) else {
            add(value.place, "'\(value.value)' is no address of its own", fix: "write one of this machine's addresses")
            return nil
        }
        return Located(value: address, place: value.place)
    }

    private mutating func domain(_ node: Node, _ key: String) -> String? {
        guard let value = text(node, key) else { return nil }
        guard case .valid = Address.check(Array("a@\(value.value)".utf8).span) else {
            add(
                value.place, "'\(key)' is '\(value.value)', which is no domain",
                fix: "write the name that the address has in DNS, such as mta1.shop.example")
            return nil
        }
        return value.value
    }

    /// A name that people give to a part of the manifest.
    mutating func label(_ node: Node, _ key: String) -> Located<String>? {
        guard let value = text(node, key) else { return nil }
        return isLabel(value.value, value.place) ? value : nil
    }

    /// Whether a name is short and plain enough to stand in reports, in shaping files and on command lines.
    mutating func isLabel(_ name: String, _ place: Place) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
        }
        if isPlain && (1...64).contains(name.utf8.count) { return true }
        add(place, "'\(name)' is no name", fix: "write 1 to 64 letters, digits, hyphens, underscores and dots")
        return false
    }
}
