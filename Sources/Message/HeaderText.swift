import Primitives

/// Text in header fields: what may stand there as it is, and how lines are folded (RFC 5322 2.2.3).
enum HeaderText {
    /// Where a line is folded when there is a space to fold at.
    static let wantedLine = 78

    /// A byte that may stand in a header: a tab is a space, any other control byte a `?`.
    ///
    /// The last line of defence: rows with such bytes are rejected long before.
    static func cleaned(_ byte: UInt8) -> UInt8 {
        guard Octet.isControl(byte) else { return byte }
        return byte == Octet.tab ? Octet.space : Octet.questionMark
    }

    /// Appends an address: what is not visible US-ASCII becomes `?`, what comes after 900 bytes is dropped.
    static func append(address: Span<UInt8>, into writer: inout ByteWriter) {
        if address.count <= longestAddress && writer.append(visibleWithoutAngles: address) { return }
        for index in 0..<min(address.count, longestAddress) {
            let byte = address[index]
            writer.append(Octet.isVisible(byte) ? byte : Octet.questionMark)
        }
    }

    static let longestAddress = 900

    /// Appends a display name (RFC 5322 3.2.5): words as they are, a quoted-string, or encoded-words.
    ///
    /// - Parameter phrase: not empty.
    /// - Parameter column: where it begins.
    static func append(phrase: String, column: Int, into bytes: inout [UInt8]) {
        let text = phrase.utf8.map(cleaned)
        var survey = HeaderSurvey()
        for byte in text { survey.note(byte) }
        if survey.isPlain && text.count <= longestPlainPhrase {
            append(plainPhrase: text, into: &bytes)
        } else {
            var words = EncodedWords(survey.encoding, column: column, into: &bytes)
            words.append(text.span, into: &bytes)
            words.close(into: &bytes)
        }
    }

    private static let longestPlainPhrase = 64

    private static func append(plainPhrase text: [UInt8], into bytes: inout [UInt8]) {
        let isWords =
            text.allSatisfy { isWordCharacter($0) || $0 == Octet.space }
            && text.first != Octet.space && text.last != Octet.space
        guard !isWords else { return bytes.append(contentsOf: text) }
        bytes.append(Octet.quote)
        for byte in text {
            if byte == Octet.quote || byte == Octet.backslash { bytes.append(Octet.backslash) }
            bytes.append(byte)
        }
        bytes.append(Octet.quote)
    }

    /// atext of RFC 5322 3.2.3.
    private static func isWordCharacter(_ byte: UInt8) -> Bool {
        Octet.isVisible(byte) && byte != Octet.dot && !MailboxText.isSpecial(byte)
    }

    /// Appends unstructured text after `Name:`, each word with the space before it, folded before words that
    /// would pass 78 columns. Spaces at both ends are dropped; the others survive unfolding.
    ///
    /// - Parameter text: printable US-ASCII, so short that a line of all of it is legal.
    /// - Parameter column: where the line stands.
    static func appendFolded(_ text: Span<UInt8>, column start: Int, into sink: inout some ByteSink) {
        let end = endWithoutSpaces(text)
        var column = start
        var index = firstWord(text, from: 0, to: end)
        var gapStart = index
        while index < end {
            let wordEnd = endOfWord(text, from: index, to: end)
            let gap = max(index - gapStart, 1)
            if column > start && column + gap + wordEnd - index > wantedLine {
                sink.appendLineEnd()
                column = 0
            }
            for _ in 0..<gap { sink.append(Octet.space) }
            for position in index..<wordEnd { sink.append(text[position]) }
            column += gap + wordEnd - index
            gapStart = wordEnd
            index = firstWord(text, from: wordEnd, to: end)
        }
    }

    private static func endWithoutSpaces(_ text: Span<UInt8>) -> Int {
        var end = text.count
        while end > 0 && text[end - 1] == Octet.space { end -= 1 }
        return end
    }

    private static func firstWord(_ text: Span<UInt8>, from start: Int, to end: Int) -> Int {
        var index = start
        while index < end && text[index] == Octet.space { index += 1 }
        return index
    }

    private static func endOfWord(_ text: Span<UInt8>, from start: Int, to end: Int) -> Int {
        var index = start
        while index < end && text[index] != Octet.space { index += 1 }
        return index
    }
}

/// What has to be known of a header text before it is written: gathered byte by byte.
struct HeaderSurvey {
    private(set) var count = 0
    private var highCount = 0
    private var looksEncoded = false
    private var previous: UInt8 = 0

    /// - Parameter byte: cleaned.
    mutating func note(_ byte: UInt8) {
        count &+= 1
        highCount &+= Int(byte >> 7)
        if byte == Octet.questionMark && previous == Octet.equals { looksEncoded = true }
        previous = byte
    }

    /// Whether it may stand unencoded: printable US-ASCII, nothing that looks like an encoded-word.
    var isPlain: Bool { highCount == 0 && !looksEncoded }

    /// Quoted, which people can read, until half of the bytes are not US-ASCII; base64 is clearly shorter
    /// from there on (RFC 2047 4 leaves the choice to the sender).
    var encoding: EncodedWords.Encoding { highCount * 2 <= count ? .quoted : .base64 }
}
