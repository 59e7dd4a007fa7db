import Primitives

/// Finds replies in what a server sends, fed in any pieces.
///
/// Strict where leniency loses mail (RFC 5321 4.2): a code of three digits, the first 2 to 5; the same code
/// on every line; then a space, a hyphen or the end of the line. Bounded everywhere. Lines end in LF; a CR
/// before it is dropped. Nothing is allocated.
package struct ReplyParser: Sendable {
    /// Bytes before the LF.
    package static let longestLine = 4_096
    package static let mostLines = 128
    /// Bytes of all lines of a reply, without their ends.
    package static let mostBytes = 65_536
    /// Only so many bytes of a line are read (RFC 5321 4.5.3.1.5); the rest is counted and dropped.
    package static let keptBytes = 512

    package enum Step: Hashable, Sendable {
        case needsInput
        /// One line of a reply with more to come: `copyText` gives its text.
        case line
        /// The last line of a reply: `copyText` gives its text.
        case reply(Reply)
        case fault(ReplyFault)
    }

    private var carry = InlineArray<512, UInt8>(repeating: 0)
    /// The length so far of a line that came in pieces, also of what was not kept.
    private var carriedCount = 0
    private var lastCarried: UInt8 = 0
    private var lineCount = 0
    private var byteCount = 0
    private var code: UInt16 = 0
    /// Whether no reply has begun and not ended.
    package private(set) var isBetweenReplies = true
    /// Where the text of the last line stands: in `carry` or in the input.
    package private(set) var text = 0..<0
    /// Whether `text` counts in what was kept of earlier pieces, and not in the input.
    package private(set) var textIsCarried = false

    package init() {}

    /// Takes the next line out of `input`, starting at `cursor`, and moves `cursor` behind it.
    package mutating func next(in input: Span<UInt8>, at cursor: inout Int) -> Step {
        if let reply = successInOneLine(in: input, at: &cursor) { return .reply(reply) }
        guard let end = input.firstIndex(of: 0x0A, from: cursor) else { return carryRest(of: input, from: &cursor) }
        let start = cursor
        cursor = end + 1
        textIsCarried = carriedCount > 0
        guard textIsCarried else {
            return finishLine(input, from: start, count: end - start, last: end > start ? input[end - 1] : 0)
        }
        if let fault = keep(input, start..<end) { return .fault(fault) }
        let line = carry
        let count = carriedCount
        carriedCount = 0
        return finishLine(line.span, from: 0, count: count, last: lastCarried)
    }

    /// What nearly every reply is, read without the care that the others need.
    private mutating func successInOneLine(in input: Span<UInt8>, at cursor: inout Int) -> Reply? {
        let start = cursor
        guard passSuccess(in: input, at: &cursor) else { return nil }
        let end = input[cursor - 2] == 0x0D ? cursor - 2 : cursor - 1
        textIsCarried = false
        text = start + 4..<min(end, start + ReplyParser.keptBytes)
        let code = 200 + UInt16(input[start + 1] & 0x0F) * 10 + UInt16(input[start + 2] & 0x0F)
        return Reply(code: code, enhanced: EnhancedCode(input, text, of: code))
    }

    /// Passes over the next reply if it is a success in one line that stands whole in `input`; else nothing moves
    /// and `next` has to look. Leaves `text` as it was.
    mutating func passSuccess(in input: Span<UInt8>, at cursor: inout Int) -> Bool {
        guard carriedCount == 0, lineCount == 0, input.count - cursor >= 8 else { return false }
        guard ReplyParser.isLastLineOfSuccess(input.word(at: cursor)) else { return false }
        guard let end = input.firstIndex(of: 0x0A, from: cursor + 4) else { return false }
        guard end - cursor <= ReplyParser.longestLine else { return false }
        cursor = end + 1
        return true
    }

    /// Whether the line begins with `2`, two digits and a space, read as one number.
    private static func isLastLineOfSuccess(_ word: UInt64) -> Bool {
        let digits = word & 0x00FF_FF00
        return word & 0xFF00_00FF == 0x2000_0032 && digits & 0x00F0_F000 == 0x0030_3000
            && (digits + 0x0006_0600) & 0x00F0_F000 == 0x0030_3000
    }

    /// Appends the text of the line that `next` found last, without its code.
    ///
    /// - Parameter input: the same bytes that `next` was given.
    package func copyText(from input: Span<UInt8>, into writer: inout ByteWriter) {
        if textIsCarried {
            writer.append(carry.span.extracting(text))
        } else {
            writer.append(input.extracting(text))
        }
    }

    private mutating func carryRest(of input: Span<UInt8>, from cursor: inout Int) -> Step {
        let start = cursor
        cursor = input.count
        if let fault = keep(input, start..<input.count) { return .fault(fault) }
        return .needsInput
    }

    private mutating func keep(_ input: Span<UInt8>, _ range: Range<Int>) -> ReplyFault? {
        guard carriedCount + range.count <= ReplyParser.longestLine else { return .lineTooLong }
        for index in range {
            if carriedCount < ReplyParser.keptBytes { carry[carriedCount] = input[index] }
            lastCarried = input[index]
            carriedCount += 1
            isBetweenReplies = false
        }
        return nil
    }

    /// - Parameter count: of the whole line, whatever of it stands in `bytes`; its last byte may be a CR.
    private mutating func finishLine(
        _ bytes: Span<UInt8>, from start: Int, count: Int, last: UInt8
    ) -> Step {
        guard count <= ReplyParser.longestLine else { return .fault(.lineTooLong) }
        let length = last == 0x0D ? count - 1 : count
        let line = start..<start + min(length, ReplyParser.keptBytes)
        guard let lineCode = ReplyParser.code(of: bytes, line) else { return .fault(.badCode) }
        if lineCount > 0 && lineCode != code { return .fault(.changingCode) }
        code = lineCode
        lineCount += 1
        isBetweenReplies = false
        byteCount += length
        guard lineCount <= ReplyParser.mostLines else { return .fault(.tooManyLines) }
        guard byteCount <= ReplyParser.mostBytes else { return .fault(.replyTooLong) }
        text = min(line.lowerBound + 4, line.upperBound)..<line.upperBound
        if line.count > 3 && bytes[line.lowerBound + 3] == 0x2D { return .line }
        lineCount = 0
        byteCount = 0
        isBetweenReplies = true
        return .reply(Reply(code: code, enhanced: EnhancedCode(bytes, text, of: code)))
    }

    private static func code(of bytes: Span<UInt8>, _ line: Range<Int>) -> UInt16? {
        guard line.count >= 3 else { return nil }
        let first = bytes[line.lowerBound] &- 0x30
        let second = bytes[line.lowerBound + 1] &- 0x30
        let third = bytes[line.lowerBound + 2] &- 0x30
        guard first >= 2 && first <= 5 && second <= 9 && third <= 9 else { return nil }
        if line.count > 3 {
            let separator = bytes[line.lowerBound + 3]
            guard separator == 0x20 || separator == 0x2D else { return nil }
        }
        return UInt16(first) * 100 + UInt16(second) * 10 + UInt16(third)
    }
}

extension EnhancedCode {
    /// The enhanced code at the start of a reply's text, when its class agrees with the reply's (RFC 2034 4).
    fileprivate init?(_ bytes: Span<UInt8>, _ text: Range<Int>, of code: UInt16) {
        var index = text.lowerBound
        if text.count >= 8, let short = EnhancedCode(short: bytes.word(at: index), of: code) {
            self = short
            return
        }
        guard text.count >= 5, UInt16(bytes[index] &- 0x30) == code / 100, bytes[index + 1] == 0x2E else { return nil }
        index += 2
        guard let subject = EnhancedCode.number(bytes, &index, text.upperBound), index < text.upperBound,
            bytes[index] == 0x2E
        else { return nil }
        index += 1
        guard let detail = EnhancedCode.number(bytes, &index, text.upperBound) else { return nil }
        guard index == text.upperBound || bytes[index] == 0x20 else { return nil }
        self.init(UInt8(truncatingIfNeeded: code / 100), subject, detail)
    }

    /// A code of three single digits with a space behind, read as one number: what nearly all are.
    private init?(short word: UInt64, of code: UInt16) {
        let digits = word & 0x00FF_00FF_00FF
        guard word & 0xFF_00FF_00FF_00 == 0x20_002E_002E_00, digits & 0xF0_00F0_00F0 == 0x30_0030_0030,
            (digits + 0x06_0006_0006) & 0xF0_00F0_00F0 == 0x30_0030_0030
        else { return nil }
        let classDigit = UInt8(truncatingIfNeeded: word) & 0x0F
        guard UInt16(classDigit) == code / 100 else { return nil }
        self.init(
            classDigit, UInt16(truncatingIfNeeded: word >> 16 & 0x0F), UInt16(truncatingIfNeeded: word >> 32 & 0x0F))
    }

    /// One to three digits.
    private static func number(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> UInt16? {
        var value: UInt16 = 0
        var digits = 0
        while index < end, digits < 3, bytes[index] &- 0x30 <= 9 {
            value = value * 10 + UInt16(bytes[index] &- 0x30)
            index += 1
            digits += 1
        }
        return digits > 0 ? value : nil
    }
}
