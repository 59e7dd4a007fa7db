/// One value of a CSV file that people open in terminals and spreadsheets.
package enum CSVCell {
    /// Appends a value so that it stays one cell, shows what is in it, and does nothing.
    package static func append(_ value: Span<UInt8>, isTrusted: Bool, to output: inout [UInt8]) {
        let text = visible(value)
        let isGuarded = !isTrusted && beginsLikeFormula(text)
        let isQuoted = isGuarded || needsQuotes(text)
        if isQuoted { output.append(UInt8(ascii: "\"")) }
        if isGuarded { output.append(UInt8(ascii: "'")) }
        for byte in text {
            if byte == UInt8(ascii: "\"") { output.append(byte) }
            output.append(byte)
        }
        if isQuoted { output.append(UInt8(ascii: "\"")) }
    }

    private static func beginsLikeFormula(_ text: [UInt8]) -> Bool {
        guard let first = text.first else { return false }
        return "=+-@".utf8.contains(first)
    }

    private static func needsQuotes(_ text: [UInt8]) -> Bool {
        text.first == UInt8(ascii: " ") || text.last == UInt8(ascii: " ")
            || text.contains {
                $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ";")
            }
    }

    /// The bytes with everything unprintable as `\xNN`; all that is not ASCII, if it is not UTF-8.
    static func visible(_ value: Span<UInt8>) -> [UInt8] {
        let bytes = value.indices.map { value[$0] }
        let isText = isUTF8(value)
        var output: [UInt8] = []
        for scalar in isText ? String(decoding: bytes, as: UTF8.self).unicodeScalars.map({ $0 }) : [] {
            let encoded = Array(String(scalar).utf8)
            output += isHarmless(scalar) ? encoded : encoded.flatMap(escaped)
        }
        if !isText {
            output = bytes.flatMap { $0 >= 0x20 && $0 < 0x7F ? [$0] : escaped($0) }
        }
        return output
    }

    /// Neither a control character nor one that moves or reverses text.
    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: false
        default: true
        }
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
