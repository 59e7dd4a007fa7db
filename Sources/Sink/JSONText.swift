internal import Primitives

extension GrowingBytes {
    /// Appends a JSON string, quotes included. Bytes that are no UTF-8 become U+FFFD.
    mutating func append(json text: Span<UInt8>) {
        guard text.indices.allSatisfy({ text[$0] < 0x80 }) else { return append(repairing: text) }
        var writer = writer(room: 2 + 6 * text.count)
        writer.append("\"")
        writer.appendEscaped(text)
        writer.append("\"")
        take(writer)
    }

    private mutating func append(repairing text: Span<UInt8>) {
        let repaired = unsafe text.withUnsafeBytes { bytes in unsafe String(decoding: bytes, as: UTF8.self) }
        let utf8 = repaired.utf8Span.span
        var writer = writer(room: 2 + 6 * utf8.count)
        writer.append("\"")
        writer.appendEscaped(utf8)
        writer.append("\"")
        take(writer)
    }

    /// Appends bytes in hexadecimal, in lower case.
    mutating func append(hexadecimal bytes: Span<UInt8>) {
        var writer = writer(room: 2 * bytes.count)
        for index in bytes.indices {
            writer.append(hexadecimalDigit(bytes[index] >> 4))
            writer.append(hexadecimalDigit(bytes[index] & 15))
        }
        take(writer)
    }
}

extension ByteWriter {
    /// What RFC 8259 7 wants escaped: quotes, backslashes and control characters.
    fileprivate mutating func appendEscaped(_ text: Span<UInt8>) {
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case 0x22, 0x5C:
                append(0x5C)
                append(byte)
            case 0x00...0x1F, 0x7F:
                append("\\u00")
                append(hexadecimalDigit(byte >> 4))
                append(hexadecimalDigit(byte & 15))
            case _:
                append(byte)
            }
        }
    }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x57 + value
}
