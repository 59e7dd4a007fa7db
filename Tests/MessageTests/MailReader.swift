import Testing

/// Reads mail by its own rules, written from the RFCs and not from the encoder, to check the encoder by.
struct MailReader {
    var header: [(name: String, value: [UInt8])] = []
    var body: [UInt8] = []

    init(_ message: [UInt8]) throws {
        let end = try #require(MailReader.firstIndex(of: "\r\n\r\n", in: message))
        var value: [UInt8] = []
        var name = ""
        for line in MailReader.lines(Array(message[..<(end + 2)])) {
            if line.first == 0x20 || line.first == 0x09 {
                value += line
                continue
            }
            if !name.isEmpty { header.append((name, value)) }
            let colon = try #require(line.firstIndex(of: 0x3A))
            name = String(decoding: line[..<colon], as: UTF8.self)
            value = Array(line[(colon + 1)...])
        }
        header.append((name, value))
        body = Array(message[(end + 4)...])
    }

    func value(_ name: String) throws -> String {
        let values = header.filter { $0.name == name }
        try #require(values.count == 1, "the header needs one \(name)")
        return String(decoding: MailReader.trimmed(values[0].value), as: UTF8.self)
    }

    /// The value with its encoded-words decoded, and the white space between two of them dropped (RFC 2047 6.2).
    func decoded(_ name: String) throws -> [UInt8] {
        var result: [UInt8] = []
        var lastWasEncoded = false
        var gap: [UInt8] = []
        for token in try MailReader.tokens(Array(value(name).utf8)) {
            if token.first == 0x20 {
                gap = token
                continue
            }
            let word = try MailReader.decodedWord(token)
            if !(lastWasEncoded && word != nil) { result += gap }
            gap = []
            result += word ?? token
            lastWasEncoded = word != nil
        }
        return result
    }

    /// The body as text: decoded when it is quoted-printable.
    func decodedBody() throws -> [UInt8] {
        try #require(try value("Content-Transfer-Encoding") == "quoted-printable")
        return try MailReader.quotedPrintable(body)
    }

    /// The parts of a multipart body (RFC 2046 5.1.1).
    func parts(boundary: String) throws -> [MailReader] {
        let delimiter = Array("--\(boundary)".utf8)
        var parts: [[UInt8]] = []
        var isOpen = false
        for line in MailReader.lines(body) {
            if line == delimiter {
                parts.append([])
                isOpen = true
            } else if line == delimiter + [0x2D, 0x2D] {
                isOpen = false
            } else if isOpen {
                parts[parts.count - 1] += line + [0x0D, 0x0A]
            } else {
                try #require(line.isEmpty, "text outside of the parts")
            }
        }
        try #require(!isOpen, "the last part is not closed")
        return try parts.map { try MailReader(Array($0.dropLast(2))) }
    }
}

// MARK: Encodings

extension MailReader {
    /// RFC 2045 6.7, and nothing that it does not allow.
    static func quotedPrintable(_ bytes: [UInt8]) throws -> [UInt8] {
        var result: [UInt8] = []
        for line in lines(bytes) {
            try #require(line.count <= 76, "a line of \(line.count) octets")
            try #require(line.last != 0x20 && line.last != 0x09, "a blank at the end of a line")
            var index = 0
            var isSoft = false
            while index < line.count {
                if line[index] != 0x3D {
                    try #require((0x20...0x7E).contains(line[index]) || line[index] == 0x09)
                    result.append(line[index])
                    index += 1
                } else if index == line.count - 1 {
                    isSoft = true
                    index += 1
                } else {
                    try #require(index + 2 < line.count)
                    result.append(try hexadecimal(line[(index + 1)...(index + 2)]))
                    index += 3
                }
            }
            if !isSoft { result += [0x0D, 0x0A] }
        }
        return result
    }

    /// Nil when the token is no encoded-word.
    static func decodedWord(_ token: [UInt8]) throws -> [UInt8]? {
        guard token.starts(with: Array("=?".utf8)), token.suffix(2).elementsEqual("?=".utf8) else {
            return nil
        }
        let fields = token.split(separator: 0x3F, omittingEmptySubsequences: false)
        try #require(fields.count == 5 && token.count <= 75, "a malformed encoded-word")
        try #require(fields[1].elementsEqual("UTF-8".utf8))
        let text =
            fields[2].elementsEqual("Q".utf8) ? try quotedWord(fields[3]) : try base64(Array(fields[3]))
        if String(validating: text, as: UTF8.self) == nil {
            throw Fault(text: "a character split over two encoded-words")
        }
        return text
    }

    private static func quotedWord(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == 0x3D {
                try #require(index + 2 < bytes.endIndex)
                result.append(try hexadecimal(bytes[(index + 1)...(index + 2)]))
                index += 3
            } else {
                result.append(bytes[index] == 0x5F ? 0x20 : bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func base64(_ bytes: [UInt8]) throws -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        try #require(bytes.count % 4 == 0)
        let digits = bytes.prefix { $0 != 0x3D }
        try #require(bytes.count - digits.count <= 2)
        var result: [UInt8] = []
        var bits = 0
        var bitCount = 0
        for digit in digits {
            bits = bits << 6 | (try #require(alphabet.firstIndex(of: digit)))
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                result.append(UInt8(bits >> bitCount & 0xFF))
            }
        }
        return result
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) throws -> UInt8 {
        let text = String(decoding: digits, as: UTF8.self)
        try #require(text == text.uppercased(), "RFC 2045 6.7 (1) wants upper-case digits")
        return try #require(UInt8(text, radix: 16))
    }
}

// MARK: Bytes

extension MailReader {
    struct Fault: Error {
        var text: String
    }

    /// Lines without their CRLF; all of them must have one.
    static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = 0
        for index in bytes.indices where bytes[index] == 0x0A {
            lines.append(Array(bytes[start..<max(start, index - 1)]))
            start = index + 1
        }
        if start < bytes.count { lines.append(Array(bytes[start...])) }
        return lines
    }

    static func firstIndex(of pattern: String, in bytes: [UInt8]) -> Int? {
        let pattern = Array(pattern.utf8)
        guard bytes.count >= pattern.count else { return nil }
        return (0...(bytes.count - pattern.count)).first {
            bytes[$0] == pattern[0] && bytes[$0...].starts(with: pattern)
        }
    }

    static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        let rest = bytes.drop { $0 == 0x20 }
        return Array(rest[..<(rest.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? rest.startIndex)])
    }

    private static func tokens(_ bytes: [UInt8]) -> [[UInt8]] {
        var tokens: [[UInt8]] = []
        for byte in bytes {
            let isNew = tokens.last?.last.map { ($0 == 0x20) != (byte == 0x20) } ?? true
            if isNew { tokens.append([byte]) } else { tokens[tokens.count - 1].append(byte) }
        }
        return tokens
    }
}

/// Everything that holds for any composed message, whatever is in it.
func expectSafe(_ message: [UInt8], _ comment: Comment, source: SourceLocation = #_sourceLocation) {
    #expect(message.suffix(2) == [0x0D, 0x0A], comment, sourceLocation: source)
    var lineStart = 0
    for (index, byte) in message.enumerated() {
        let next = index + 1 < message.count ? message[index + 1] : 0
        let previous = index > 0 ? message[index - 1] : 0
        let isSound =
            byte >= 0x20 && byte < 0x7F || byte == 0x09 || (byte == 0x0D && next == 0x0A)
            || (byte == 0x0A && previous == 0x0D)
        if !isSound { Issue.record("\(comment): byte \(byte) at \(index)", sourceLocation: source) }
        if index == lineStart && byte == 0x2E {
            Issue.record("\(comment): a line starts with a dot at \(index)", sourceLocation: source)
        }
        if byte == 0x0A {
            if index - 1 - lineStart > 998 { Issue.record("\(comment): a long line", sourceLocation: source) }
            lineStart = index + 1
        }
    }
    for sequence in smugglingSequences where MailReader.firstIndex(of: sequence, in: message) != nil {
        Issue.record("\(comment): holds \(sequence.utf8.map { $0 })", sourceLocation: source)
    }
}

/// What some servers take for the end of a message (SMTP smuggling).
let smugglingSequences = [
    "\n.\n", "\n.\r", "\r.\n", "\r.\r", "\n.\r\n", "\r.\r\n", "\r\n.\r\r\n", "\r\r\n.\r\r\n", "\r\n\0.\r\n",
    "\r\n.\n", "\r\n.\r", "\r\n.\0\r\n",
]
