extension ByteWriter {
    /// Appends a JSON string (RFC 8259 7), quotes included: at most 2 + 6 bytes for each byte of the text.
    ///
    /// Any bytes will do. What is no UTF-8 becomes U+FFFD, as `String(decoding:as:)` has it; control characters and
    /// what some readers take for a line end are escaped.
    public mutating func append(json text: Span<UInt8>) {
        append(0x22)
        var isASCII = true
        for index in text.indices where text[index] >= 0x80 { isASCII = false }
        if isASCII { append(escapedASCII: text) } else { append(repairing: text) }
        append(0x22)
    }

    private mutating func append(escapedASCII text: Span<UInt8>) {
        var start = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F else { continue }
            append(text.extracting(start..<index))
            append(escaped: byte)
            start = index + 1
        }
        append(text.extracting(start..<text.count))
    }

    private mutating func append(escaped byte: UInt8) {
        if byte == 0x22 || byte == 0x5C {
            append(0x5C)
            append(byte)
        } else {
            append(escapedUnit: UInt16(byte))
        }
    }

    private mutating func append(escapedUnit unit: UInt16) {
        append("\\u")
        for place in 0..<4 { append(hexadecimal: UInt8(unit >> UInt16(12 - 4 * place) & 15)) }
    }

    /// For the rare text that is not ASCII: this allocates.
    private mutating func append(repairing text: Span<UInt8>) {
        let repaired = unsafe text.withUnsafeBytes { bytes in unsafe String(decoding: bytes, as: UTF8.self) }
        for scalar in repaired.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x22, 0x5C, 0x7F: append(escaped: UInt8(scalar.value))
            case 0x80..<0xA0, 0x2028, 0x2029: append(escapedUnit: UInt16(scalar.value))
            default: for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte) }
            }
        }
    }

    /// Appends one digit in lower case.
    ///
    /// - Parameter digit: 0 to 15.
    public mutating func append(hexadecimal digit: UInt8) {
        append(digit < 10 ? 0x30 + digit : 0x57 + digit)
    }
}
