extension TOMLScanner {
    // MARK: Numbers, truth and dates

    mutating func scalar() throws(TOMLFault) -> ShapingNode.Content {
        var token = self.token()
        guard !token.isEmpty else { throw fault("a value is missing", fix: "write one behind the =") }
        // A date and a time may have a blank between them.
        if TOMLScanner.isDate(token), byte == 0x20, index + 1 < bytes.count, TOMLScanner.isDigit(bytes[index + 1]) {
            advance()
            token += " " + self.token()
        }
        switch token {
        case "true": return .flag(true)
        case "false": return .flag(false)
        case "inf", "+inf": return .number(.infinity)
        case "-inf": return .number(-.infinity)
        case "nan", "+nan", "-nan": return .number(.nan)
        default: break
        }
        if TOMLScanner.isMoment(token) { return .moment }
        guard let number = TOMLScanner.number(token) else {
            throw fault("'\(token)' is no value", fix: "put a text in quotes; a number has at most 18 digits")
        }
        return number
    }

    private mutating func token() -> String {
        let start = index
        while !isAtEnd, !TOMLScanner.endsToken(byte) { advance() }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func endsToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"): true
        default: false
        }
    }

    private static func isDate(_ token: String) -> Bool {
        let bytes = Array(token.utf8)
        return bytes.count == 10 && bytes[4] == 0x2D && bytes[7] == 0x2D
            && [0, 1, 2, 3, 5, 6, 8, 9].allSatisfy { isDigit(bytes[$0]) }
    }

    /// Whether this is a date or a time, as far as it takes to say that there should be none.
    private static func isMoment(_ token: String) -> Bool {
        let bytes = Array(token.utf8)
        let isTime = bytes.count >= 8 && bytes[2] == 0x3A && bytes[5] == 0x3A && bytes[..<2].allSatisfy(isDigit)
        return isTime || isDate(String(decoding: bytes.prefix(10), as: UTF8.self))
    }

    private static func number(_ token: String) -> ShapingNode.Content? {
        var digits = token[...]
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits = digits.dropFirst() }
        guard digits.utf8.first.map(isDigit) == true, digits.utf8.last != 0x5F, !digits.contains("__") else {
            return nil
        }
        let plain = digits.filter { $0 != "_" }
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where plain.hasPrefix(prefix) {
            guard token.first == "0" else { return nil }
            let rest = plain.dropFirst(2)
            return rest.first?.isHexDigit == true ? Int64(rest, radix: radix).map { .integer($0) } : nil
        }
        let whole = plain.prefix { $0.isASCII && $0.isNumber }
        guard whole.count == 1 || whole.first != "0" else { return nil }
        if whole.count == plain.count { return Int64((isNegative ? "-" : "") + plain).map { .integer($0) } }
        return fraction(plain.dropFirst(whole.count)) ? Double(plain).map { .number(isNegative ? -$0 : $0) } : nil
    }

    /// Whether this may follow the whole part of a number: `.5`, `e9`, `.5e-9`.
    private static func fraction(_ text: Substring) -> Bool {
        var rest = text.utf8
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: isDigit)
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let mark = rest.first else { return true }
        guard mark | 0x20 == UInt8(ascii: "e") else { return false }
        rest = rest.dropFirst()
        if rest.first == 0x2B || rest.first == 0x2D { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }

    // MARK: Texts

    /// The text that begins with the quote here.
    ///
    /// - Parameter mayBeLong: whether three quotes begin a text of several lines.
    mutating func string(mayBeLong: Bool) throws(TOMLFault) -> String {
        let quote = byte
        let isLong = mayBeLong && bytes[index...].prefix(3).count { $0 == quote } == 3
        let start = line
        for _ in 0..<(isLong ? 3 : 1) { advance() }
        if isLong { skipFirstLineEnd() }
        var text: [UInt8] = []
        while true {
            if isAtEnd || byte == 0x0A && !isLong {
                let fault = fault("a text is not closed", fix: "write the quote at its end", isUnclosed: true)
                throw TOMLFault(line: start, what: fault.what, fix: fault.fix, isUnclosed: fault.isUnclosed)
            }
            if byte == quote, let rest = closing(quote, isLong: isLong) {
                text += Array(repeating: quote, count: rest)
                return String(decoding: text, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"") {
                try escape(into: &text, isLong: isLong)
            } else {
                try plain(into: &text)
            }
        }
    }

    private mutating func skipFirstLineEnd() {
        if byte == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A { advance() }
        if byte == 0x0A { advance() }
    }

    /// Goes past the closing quotes, if they are here.
    ///
    /// - Returns: how many quotes before them belong to the text: a long one may end in two of its own.
    private mutating func closing(_ quote: UInt8, isLong: Bool) -> Int? {
        let run = isLong ? bytes[index...].prefix(5).prefix { $0 == quote }.count : 1
        guard !isLong || run >= 3 else { return nil }
        for _ in 0..<run { advance() }
        return isLong ? run - 3 : 0
    }

    private mutating func plain(into text: inout [UInt8]) throws(TOMLFault) {
        let isLineEnd = byte == 0x0A || byte == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
        guard byte >= 0x20 && byte != 0x7F || byte == 0x09 || isLineEnd else {
            throw fault("there is a control character in a text", fix: "write it as \\u00" + hexadecimal(byte))
        }
        text.append(byte)
        advance()
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    private mutating func escape(into text: inout [UInt8], isLong: Bool) throws(TOMLFault) {
        advance()
        let letter = byte
        switch letter {
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(letter)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            advance()
            return try scalarValue(into: &text, digits: letter == UInt8(ascii: "u") ? 4 : 8)
        case 0x20, 0x09, 0x0A, 0x0D:
            guard isLong, endsLine(), bytes[..<index].last != UInt8(ascii: "#") else { throw unknownEscape() }
            while !isAtEnd, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { advance() }
            return
        default: throw unknownEscape()
        }
        advance()
    }

    private func unknownEscape() -> TOMLFault {
        fault("a backslash stands before nothing that it changes", fix: "double it, or put the text in single quotes")
    }

    private mutating func scalarValue(into text: inout [UInt8], digits: Int) throws(TOMLFault) {
        let hexadecimal = bytes[min(index, bytes.count)...].prefix(digits)
        let isWhole = hexadecimal.count == digits && hexadecimal.first != 0x2B && hexadecimal.first != 0x2D
        guard isWhole, let value = UInt32(String(decoding: hexadecimal, as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw unknownEscape() }
        text += Array(String(scalar).utf8)
        for _ in 0..<digits { advance() }
    }
}
