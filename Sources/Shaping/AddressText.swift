/// Addresses of the Internet as people write them.
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
        guard let address = isBracketed ? version6(host) : version4(host) else { return nil }
        guard !rest.isEmpty else { return (address, 25) }
        guard rest.removeFirst() == ":", let port = number(rest, digits: 5), port > 0 else { return nil }
        return UInt16(exactly: port).map { (address, $0) }
    }

    /// Four decimal numbers without leading zeros, which some read as octal.
    static func version4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part -> UInt8? in
            guard part.utf8.first != UInt8(ascii: "0") || part.utf8.count == 1 else { return nil }
            return number(part, digits: 3).flatMap { UInt8(exactly: $0) }
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    /// RFC 4291 2.2: eight groups, of which `::` may stand for some, and the last two may be an IPv4 address.
    static func version6(_ text: Substring) -> [UInt8]? {
        guard let gap = text.firstRange(of: "::") else {
            return groups(text, isLast: true).flatMap { $0.count == 16 ? $0 : nil }
        }
        guard let head = groups(text[..<gap.lowerBound], isLast: false),
            let tail = groups(text[gap.upperBound...], isLast: true),
            head.count + tail.count <= 14
        else { return nil }
        return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// - Parameter isLast: whether an address ends with these groups, so that they may end in IPv4.
    private static func groups(_ text: Substring, isLast: Bool) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (place, part) in parts.enumerated() {
            if isLast, place == parts.count - 1, let last = version4(part) {
                bytes += last
            } else if (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
                let group = UInt16(part, radix: 16)
            {
                bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
            } else {
                return nil
            }
        }
        return bytes.count <= 16 ? bytes : nil
    }

    private static func number(_ text: Substring, digits: Int) -> Int? {
        guard (1...digits).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
