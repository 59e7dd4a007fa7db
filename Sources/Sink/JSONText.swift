internal import Primitives

extension GrowingBytes {
    /// Appends a JSON string, quotes included. Bytes that are no UTF-8 become U+FFFD.
    mutating func append(json text: Span<UInt8>) {
        var writer = writer(room: 2 + 6 * text.count)
        writer.append(json: text)
        take(writer)
    }

    /// Appends bytes in hexadecimal, in lower case.
    mutating func append(hexadecimal bytes: Span<UInt8>) {
        var writer = writer(room: 2 * bytes.count)
        for index in bytes.indices {
            writer.append(hexadecimal: bytes[index] >> 4)
            writer.append(hexadecimal: bytes[index] & 15)
        }
        take(writer)
    }
}
