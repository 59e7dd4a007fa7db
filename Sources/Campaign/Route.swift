import Primitives

/// Where all mail of a campaign goes: an IP address and a port.
package struct Route: Hashable, Sendable {
    /// 4 bytes of IPv4 or 16 of IPv6, in network order.
    package var address: [UInt8]
    package var port: UInt16

    package init(address: [UInt8], port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads `192.0.2.1:25`, `[2001:db8::1]:25` or `localhost:25`.
    ///
    /// - Throws: what is wrong and how to mend it.
    package init(parsing text: String) throws(RouteProblem) {
        let bytes = Array(text.utf8)
        guard !text.hasPrefix("smtp://"), !text.hasPrefix("smtps://") else { throw .url }
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")),
            bytes[0] != UInt8(ascii: "[") || bytes[colon - 1] == UInt8(ascii: "]")
        else { throw .noPort }
        guard let port = Route.port(bytes[(colon + 1)...]) else { throw .port }
        address = try Route.host(Array(bytes[..<colon]))
        self.port = port
    }

    private static func port(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard let number = decimal(digits, limit: 65_535), number > 0 else { return nil }
        return UInt16(number)
    }

    private static func host(_ bytes: [UInt8]) throws(RouteProblem) -> [UInt8] {
        if bytes == Array("localhost".utf8) { return [127, 0, 0, 1] }
        if bytes.first == UInt8(ascii: "[") {
            guard bytes.last == UInt8(ascii: "]"), let address = IPText.v6(bytes.dropFirst().dropLast())
            else {
                throw .address
            }
            return address
        }
        guard let address = IPText.v4(bytes[...]) else {
            throw bytes.contains(UInt8(ascii: ":")) ? .brackets : (looksNumeric(bytes) ? .address : .name)
        }
        return address
    }

    private static func looksNumeric(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 == UInt8(ascii: ".") || ($0 >= 0x30 && $0 <= 0x39) }
    }
}

package enum RouteProblem: Error, Hashable, Sendable {
    case url
    case noPort
    case port
    case address
    case brackets
    case name

    package var what: String {
        switch self {
        case .url: "a route is not a URL"
        case .noPort: "the route has no port"
        case .port: "the port of the route is not a number from 1 to 65535"
        case .address: "the route is not an IP address"
        case .brackets: "an IPv6 address needs brackets"
        case .name: "the route is a name, and this version looks up no names"
        }
    }

    package var fix: String {
        switch self {
        case .url, .noPort, .port: "write HOST:PORT, such as 127.0.0.1:2525"
        case .address, .name: "write an IP address and a port, such as 127.0.0.1:2525 or [::1]:2525"
        case .brackets: "write [ADDRESS]:PORT, such as [::1]:2525"
        }
    }
}
