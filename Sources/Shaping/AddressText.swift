import Primitives

/// Addresses of hosts, perhaps with a port, as people write them.
enum AddressText {
    /// Reads `192.0.2.1:25`, `192.0.2.1`, `[2001:db8::1]:25` and `[2001:db8::1]`; the port is 25 unless it is told.
    static func addressAndPort(_ text: String) -> (address: [UInt8], port: UInt16)? {
        let isBracketed = text.utf8.first == UInt8(ascii: "[")
        let host: Substring
        var rest: Substring
        if isBracketed {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
        }
        let bytes = Array(host.utf8)[...]
        guard let address = isBracketed ? IPText.v6(bytes) : IPText.v4(bytes) else { return nil }
        guard !rest.isEmpty else { return (address, 25) }
        guard rest.removeFirst() == ":", rest.utf8.count <= 5, let port = decimal(Array(rest.utf8), limit: 65_535),
            port > 0
        else { return nil }
        return (address, UInt16(port))
    }
}
