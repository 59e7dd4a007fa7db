/// One command line of a client, understood but not yet judged by the state of its session.
enum ReceiverCommand: Equatable {
    case hello(name: Range<Int>, extended: Bool)
    case mail(ReceiverPath, declaredSize: Int, usesUTF8: Bool)
    case recipient(ReceiverPath)
    case data
    case chunk(count: Int, isLast: Bool)
    case reset
    case noop
    case verify
    case help
    case quit
    case wrong(ReceiverFault)
}

/// Where the address of MAIL or RCPT stands in its line: between the brackets.
struct ReceiverPath: Equatable {
    var range: Range<Int>
    var isASCII: Bool
}

extension ReceiverCommand {
    /// - Parameter line: without its line end; blanks at its end are allowed (RFC 5321 4.1.1).
    init(line: Span<UInt8>, offer: ReceiverOffer) {
        let line = line.extracting(0..<line.endWithoutBlanks)
        guard line.count >= 4, line.count == 4 || line[4] == .blank else {
            self = ReceiverCommand.longName(line)
            return
        }
        let argument = min(5, line.count)
        switch line.word(at: 0, count: 4) {
        case .hello: self = ReceiverCommand.hello(line, argument, extended: false)
        case .extendedHello: self = ReceiverCommand.hello(line, argument, extended: true)
        case .mail: self = ReceiverCommand.mail(line, argument, offer)
        case .recipient: self = ReceiverCommand.recipient(line, argument)
        case .data: self = line.count == 4 ? .data : .wrong(.syntax)
        case .chunk: self = offer.chunking ? ReceiverCommand.chunk(line, argument) : .wrong(.notImplemented)
        case .reset: self = line.count == 4 ? .reset : .wrong(.syntax)
        case .noop: self = .noop
        case .verify: self = argument < line.count ? .verify : .wrong(.syntax)
        case .help: self = .help
        case .quit: self = line.count == 4 ? .quit : .wrong(.syntax)
        case .expand, .turn, .authenticate: self = .wrong(.notImplemented)
        case _: self = .wrong(.unknownCommand)
        }
    }

    private static func hello(_ line: Span<UInt8>, _ start: Int, extended: Bool) -> ReceiverCommand {
        guard start < line.count else { return .wrong(.syntax) }
        return .hello(name: start..<line.endOfWord(from: start), extended: extended)
    }

    private static func longName(_ line: Span<UInt8>) -> ReceiverCommand {
        line.isWord(.startTLS, in: 0..<line.endOfWord(from: 0))
            ? .wrong(.notImplemented) : .wrong(.unknownCommand)
    }

    private static func mail(_ line: Span<UInt8>, _ start: Int, _ offer: ReceiverOffer) -> ReceiverCommand {
        guard line.hasWord(.from, at: start), let path = line.path(at: start + 5) else {
            return .wrong(.syntax)
        }
        var size = 0
        var usesUTF8 = false
        var position = path.range.upperBound + 1
        while position < line.count {
            guard line[position] == .blank else { return .wrong(.syntax) }
            let word = position + 1..<line.endOfWord(from: position + 1)
            if offer.sizeLimit != nil && line.hasWord(.size, at: word.lowerBound) {
                guard let count = line.number(in: word.dropFirst(5)) else { return .wrong(.syntax) }
                size = count
            } else if offer.smtpUTF8 && line.isWord(.smtpUTF8, in: word) {
                usesUTF8 = true
            } else if !offer.eightBitMIME || !line.isBody(word) {
                return .wrong(.unknownParameter)
            }
            position = word.upperBound
        }
        return .mail(path, declaredSize: size, usesUTF8: usesUTF8)
    }

    private static func recipient(_ line: Span<UInt8>, _ start: Int) -> ReceiverCommand {
        guard line.hasWord(.to, at: start), let path = line.path(at: start + 3), !path.range.isEmpty else {
            return .wrong(.syntax)
        }
        let next = path.range.upperBound + 1
        guard next < line.count else { return .recipient(path) }
        return .wrong(line[next] == .blank ? .unknownParameter : .syntax)
    }

    private static func chunk(_ line: Span<UInt8>, _ start: Int) -> ReceiverCommand {
        let digits = start..<line.endOfWord(from: start)
        guard let count = line.number(in: digits) else { return .wrong(.chunkSizeUnreadable) }
        guard digits.upperBound < line.count else { return .chunk(count: count, isLast: false) }
        guard line.isWord(.last, in: digits.upperBound + 1..<line.count) else {
            return .wrong(.chunkSizeUnreadable)
        }
        return .chunk(count: count, isLast: true)
    }
}

/// Words in lower case as numbers, their last letter in the lowest byte.
extension UInt64 {
    fileprivate static let hello: UInt64 = 0x6865_6C6F
    fileprivate static let extendedHello: UInt64 = 0x6568_6C6F
    fileprivate static let mail: UInt64 = 0x6D61_696C
    fileprivate static let recipient: UInt64 = 0x7263_7074
    fileprivate static let data: UInt64 = 0x6461_7461
    fileprivate static let chunk: UInt64 = 0x6264_6174
    fileprivate static let reset: UInt64 = 0x7273_6574
    fileprivate static let noop: UInt64 = 0x6E6F_6F70
    fileprivate static let verify: UInt64 = 0x7672_6679
    fileprivate static let expand: UInt64 = 0x6578_706E
    fileprivate static let help: UInt64 = 0x6865_6C70
    fileprivate static let quit: UInt64 = 0x7175_6974
    fileprivate static let turn: UInt64 = 0x7475_726E
    fileprivate static let authenticate: UInt64 = 0x6175_7468

    fileprivate static let from: UInt64 = 0x66_726F_6D3A
    fileprivate static let to: UInt64 = 0x74_6F3A
    fileprivate static let size: UInt64 = 0x73_697A_653D
    fileprivate static let smtpUTF8: UInt64 = 0x736D_7470_7574_6638
    fileprivate static let body: UInt64 = 0x62_6F64_793D
    fileprivate static let eightBit: UInt64 = 0x3862_6974_6D69_6D65
    fileprivate static let sevenBit: UInt64 = 0x3762_6974
    fileprivate static let last: UInt64 = 0x6C61_7374
    fileprivate static let startTLS: UInt64 = 0x7374_6172_7474_6C73

    fileprivate var byteCount: Int { (bitWidth - leadingZeroBitCount + 7) / 8 }
}

extension UInt8 {
    fileprivate static let blank: UInt8 = 0x20

    /// Whether the byte means nothing but itself in a path, in quotes or not; true for most.
    fileprivate var isPlain: Bool {
        (self >= 0x3F && self < 0x7F && self != 0x5C) || (self >= 0x2D && self <= 0x3B)
    }

    fileprivate var lowerCased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}

extension Span<UInt8> {
    /// Up to eight bytes in lower case as a number: a receiver reads words in either case (RFC 5321 2.4).
    fileprivate func word(at start: Int, count length: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in start..<start + length { word = word << 8 | UInt64(self[index].lowerCased) }
        return word
    }

    fileprivate func hasWord(_ word: UInt64, at start: Int) -> Bool {
        start + word.byteCount <= count && self.word(at: start, count: word.byteCount) == word
    }

    fileprivate func isWord(_ word: UInt64, in range: Range<Int>) -> Bool {
        range.count == word.byteCount && self.word(at: range.lowerBound, count: range.count) == word
    }

    /// Whether the parameter is one of the two that 8BITMIME brings (RFC 6152 3).
    fileprivate func isBody(_ range: Range<Int>) -> Bool {
        guard hasWord(.body, at: range.lowerBound) else { return false }
        return isWord(.eightBit, in: range.dropFirst(5)) || isWord(.sevenBit, in: range.dropFirst(5))
    }

    fileprivate var endWithoutBlanks: Int {
        var end = count
        while end > 0 && (self[end - 1] == .blank || self[end - 1] == 0x09) { end -= 1 }
        return end
    }

    fileprivate func endOfWord(from start: Int) -> Int {
        var end = Swift.min(start, count)
        while end < count && self[end] != .blank { end += 1 }
        return end
    }

    /// Digits alone, as a number; nil for anything else and for more than Int holds.
    fileprivate func number(in range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        var value = 0
        for index in range {
            guard self[index] >= 0x30 && self[index] <= 0x39 else { return nil }
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int(self[index] - 0x30))
            guard !overflow && !carry else { return nil }
            value = sum
        }
        return value
    }

    /// The address between `<` at `start` and its `>`; quoted strings may hold either (RFC 5321 4.1.2).
    ///
    /// Nil for control characters, blanks outside quotes, and more than the 256 octets of RFC 5321 4.5.3.1.3.
    fileprivate func path(at start: Int) -> ReceiverPath? {
        guard start < count, self[start] == 0x3C else { return nil }
        var isQuoted = false
        var isASCII = true
        var index = start + 1
        while index < count, index - start < 256 {
            let byte = self[index]
            if byte.isPlain {
                index += 1
                continue
            }
            switch byte {
            case 0x3E where !isQuoted: return ReceiverPath(range: start + 1..<index, isASCII: isASCII)
            case 0x5C where isQuoted: index += 1
            case 0x22: isQuoted.toggle()
            case 0x00...0x1F, 0x7F: return nil
            case 0x20 where !isQuoted, 0x3C where !isQuoted: return nil
            case 0x80...: isASCII = false
            case _: break
            }
            index += 1
        }
        return nil
    }
}
