/// IP addresses as text (RFC 4291 2.2).
package enum IPText {
    /// Four decimal numbers; 4 bytes.
    package static func v4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: [UInt8] = []
        for part in parts {
            // A leading zero means octal to some readers.
            guard part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            guard let number = decimal(part, limit: 255) else { return nil }
            address.append(UInt8(number))
        }
        return address
    }

    /// Eight groups, of which `::` may stand for some; 16 bytes in network order.
    package static func v6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard let gap = doubleColon(in: text) else {
            return groups(text, isLast: true).flatMap { $0.count == 16 ? $0 : nil }
        }
        guard let head = groups(text[..<gap], isLast: false), let tail = groups(text[(gap + 2)...], isLast: true) else {
            return nil
        }
        guard head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func doubleColon(in text: ArraySlice<UInt8>) -> Int? {
        let colon = UInt8(ascii: ":")
        return text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
    }

    /// Groups of up to four hexadecimal digits.
    ///
    /// - Parameter isLast: whether an address ends with these groups, so that they may end in an IPv4 address.
    private static func groups(_ text: ArraySlice<UInt8>, isLast: Bool) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var address: [UInt8] = []
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, let tail = v4(part) { return address + tail }
            guard part.count <= 4, let group = hexadecimal(part) else { return nil }
            address += [UInt8(group >> 8), UInt8(group & 0xFF)]
        }
        return address
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard !digits.isEmpty, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
            return nil
        }
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}

/// A number of nothing but digits, up to a limit.
package func decimal(_ digits: some Collection<UInt8>, limit: Int) -> Int? {
    guard !digits.isEmpty, digits.count <= 10 else { return nil }
    var number = 0
    for digit in digits {
        guard digit >= 0x30 && digit <= 0x39 else { return nil }
        number = number * 10 + Int(digit - 0x30)
    }
    return number <= limit ? number : nil
}
