/// Names of domains and hosts, made equal: lower case, no dot at the end.
enum DomainName {
    static func normal(_ name: String) -> String {
        var bytes = name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        if bytes.last == UInt8(ascii: ".") && bytes.count > 1 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the name ends with the suffix, at the beginning of a label: `a.example` ends with `example` and with
    /// `.example`, `example` with `example` only.
    static func hasSuffix(_ name: String, _ suffix: String) -> Bool {
        let (name, suffix) = (name.utf8, suffix.utf8)
        guard !suffix.isEmpty, name.count >= suffix.count else { return false }
        let rest = name.count - suffix.count
        guard name.dropFirst(rest).elementsEqual(suffix) else { return false }
        return rest == 0 || suffix.first == UInt8(ascii: ".") || name.dropFirst(rest - 1).first == UInt8(ascii: ".")
    }

    /// The name and every part of it that begins behind a dot, the longest first: `a.b`, `.b`, `b`.
    static func suffixes(of name: String) -> [String] {
        var suffixes = [name]
        let bytes = name.utf8
        for index in bytes.indices where bytes[index] == UInt8(ascii: ".") {
            suffixes.append(String(name[index...]))
            suffixes.append(String(name[bytes.index(after: index)...]))
        }
        return suffixes
    }
}
