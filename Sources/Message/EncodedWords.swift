import Primitives

/// Writes text as encoded-words of RFC 2047 in UTF-8, one a line, split only between characters.
///
/// Fed piece by piece; a character must not be split over two pieces. Bytes that are not UTF-8 pass
/// through. The quoted form uses only what RFC 2047 5(3) allows in a phrase, so it serves names too.
struct EncodedWords {
    enum Encoding {
        case quoted
        case base64
    }

    /// `=?UTF-8?Q?` and `?=`.
    private static let frameCount = 12
    /// RFC 2047 2.
    private static let longestWord = 75
    /// RFC 2047 2: a line that holds an encoded-word.
    static let longestLine = 76

    private let encoding: Encoding
    /// Characters of encoded text (quoted) or bytes of text (base64) that still fit in the open word.
    private var room = 0
    private var pending: UInt32 = 0
    private var pendingCount = 0

    /// Opens the first word.
    ///
    /// - Parameter column: where it begins, less than 40.
    init(_ encoding: Encoding, column: Int, into sink: inout some ByteSink) {
        self.encoding = encoding
        open(column: column, into: &sink)
    }

    static func quotedCost(_ byte: UInt8) -> Int {
        byte == Octet.space || isPlain(byte) ? 1 : 3
    }

    mutating func append(_ text: Span<UInt8>, into sink: inout some ByteSink) {
        var index = 0
        while index < text.count {
            let end = EncodedWords.endOfCharacter(text, from: index)
            reserve(text.extracting(index..<end), into: &sink)
            while index < end {
                put(HeaderText.cleaned(text[index]), into: &sink)
                index += 1
            }
        }
    }

    /// Closes the open word.
    mutating func close(into sink: inout some ByteSink) {
        if pendingCount > 0 { flushGroup(into: &sink) }
        sink.append(Octet.questionMark)
        sink.append(Octet.equals)
    }

    private mutating func open(column: Int, into sink: inout some ByteSink) {
        for byte in EncodedWords.charset { sink.append(byte) }
        sink.append(encoding == .quoted ? 0x51 : 0x42)
        sink.append(Octet.questionMark)
        let payload =
            min(EncodedWords.longestWord, EncodedWords.longestLine - column) - EncodedWords.frameCount
        room = encoding == .quoted ? payload : payload / 4 * 3
    }

    /// Goes on to the next word when the character would not fit in this one.
    private mutating func reserve(_ character: Span<UInt8>, into sink: inout some ByteSink) {
        var cost = character.count
        if encoding == .quoted {
            cost = 0
            for index in character.indices { cost += EncodedWords.quotedCost(character[index]) }
        }
        if cost > room {
            close(into: &sink)
            sink.appendLineEnd()
            sink.append(Octet.space)
            open(column: 1, into: &sink)
        }
        room -= cost
    }

    private mutating func put(_ byte: UInt8, into sink: inout some ByteSink) {
        switch encoding {
        case .quoted:
            putQuoted(byte, into: &sink)
        case .base64:
            pending = pending << 8 | UInt32(byte)
            pendingCount += 1
            if pendingCount == 3 { flushGroup(into: &sink) }
        }
    }

    private func putQuoted(_ byte: UInt8, into sink: inout some ByteSink) {
        if byte == Octet.space {
            sink.append(Octet.underscore)
        } else if EncodedWords.isPlain(byte) {
            sink.append(byte)
        } else {
            sink.append(Octet.equals)
            sink.append(hexadecimal: byte)
        }
    }

    /// Writes one to three bytes as four characters of base64 (RFC 4648 4).
    private mutating func flushGroup(into sink: inout some ByteSink) {
        let group = pending << UInt32(8 * (3 - pendingCount))
        for place in 0..<4 {
            let sextet = UInt8(truncatingIfNeeded: group >> UInt32(18 - 6 * place)) & 0x3F
            sink.append(place <= pendingCount ? EncodedWords.base64Digit(sextet) : Octet.equals)
        }
        pending = 0
        pendingCount = 0
    }

    private static let charset: [UInt8] = Array("=?UTF-8?".utf8)

    /// What RFC 2047 5(3) lets stand for itself even in a phrase.
    private static func isPlain(_ byte: UInt8) -> Bool {
        if Octet.isAlphanumeric(byte) { return true }
        return switch byte {
        case 0x21, 0x2A, 0x2B, 0x2D, 0x2F: true
        default: false
        }
    }

    private static func base64Digit(_ sextet: UInt8) -> UInt8 {
        switch sextet {
        case 0..<26: 0x41 &+ sextet
        case 26..<52: 0x61 &+ sextet &- 26
        case 52..<62: 0x30 &+ sextet &- 52
        case 62: 0x2B
        default: 0x2F
        }
    }

    /// The end of the UTF-8 character at `start`, or of as much of it as is there.
    private static func endOfCharacter(_ text: Span<UInt8>, from start: Int) -> Int {
        let longest =
            switch text[start] {
            case 0x00...0xBF: 1
            case 0xC0...0xDF: 2
            case 0xE0...0xEF: 3
            default: 4
            }
        var end = start + 1
        while end < text.count && end - start < longest && text[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }
}
