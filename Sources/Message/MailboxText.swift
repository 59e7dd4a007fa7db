/// A mailbox as people write it (RFC 5322 3.4): `news@shop.example`, or a name and the address in `<>`.
package enum MailboxText {
    /// Takes a mailbox apart.
    ///
    /// A name is plain words, or anything without control bytes in double quotes, where `\` takes the next
    /// byte as it is. An empty name is none. The address is visible US-ASCII with one `@` and nothing that
    /// would need quoting; whether it is a good address is not judged here.
    ///
    /// - Returns: nil for anything else, such as a list, a comment or an unclosed quote.
    package static func parse(_ text: String) -> (name: String?, address: String)? {
        let bytes = trimmed(Array(text.utf8)[...])
        guard let open = bytes.lastIndex(of: Octet.lessThan) else {
            return address(bytes).map { (nil, $0) }
        }
        guard bytes.last == Octet.greaterThan, let name = name(trimmed(bytes[..<open])),
            let address = address(bytes[(open + 1)...].dropLast())
        else { return nil }
        return (name.isEmpty ? nil : name, address)
    }

    private static func address(_ bytes: ArraySlice<UInt8>) -> String? {
        let parts = bytes.split(separator: Octet.at, omittingEmptySubsequences: false)
        let isAddress =
            parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
            && bytes.allSatisfy { $0 == Octet.at || (Octet.isVisible($0) && !isSpecial($0)) }
        return isAddress ? String(decoding: bytes, as: UTF8.self) : nil
    }

    private static func name(_ bytes: ArraySlice<UInt8>) -> String? {
        guard !bytes.contains(where: Octet.isControl) else { return nil }
        if bytes.first == Octet.quote { return quotedName(bytes.dropFirst()) }
        return bytes.contains(where: isSpecial) ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// - Parameter bytes: what follows the opening quote.
    private static func quotedName(_ bytes: ArraySlice<UInt8>) -> String? {
        var name: [UInt8] = []
        var isEscaped = false
        for (index, byte) in zip(bytes.indices, bytes) {
            if isEscaped {
                name.append(byte)
                isEscaped = false
            } else if byte == Octet.backslash {
                isEscaped = true
            } else if byte == Octet.quote {
                return index == bytes.endIndex - 1 ? String(decoding: name, as: UTF8.self) : nil
            } else {
                name.append(byte)
            }
        }
        return nil
    }

    /// The specials of RFC 5322 3.2.3 without the dot, which many write in a name (4.1 allows it there).
    static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case Octet.quote, 0x28, 0x29, 0x2C, 0x3A, Octet.semicolon, Octet.lessThan, Octet.greaterThan,
            Octet.at,
            0x5B, Octet.backslash, 0x5D:
            true
        default: false
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let rest = bytes.drop(while: Octet.isBlank)
        let end = rest.lastIndex { !Octet.isBlank($0) }
        return end.map { rest[...$0] } ?? []
    }
}
