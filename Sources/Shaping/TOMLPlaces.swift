/// The lines of all keys and list elements of a TOML text.
///
/// The parser tells where a syntax error is, but not where a key stands. This is no parser: what it cannot follow
/// it passes over, and whoever looks for a place there gets that of the section.
struct TOMLPlaces {
    /// Keys from the root down; an element of a list is its number behind a `#`.
    typealias Path = [String]

    static let deepest = 16

    private(set) var lines: [Path: Int] = [:]
    /// The first line with a key of more parts than any rule has: the parser would follow it as deep as it goes.
    private(set) var tooDeepLine: Int?

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var section: Path = []
    private var sectionCounts: [Path: Int] = [:]

    init(_ text: [UInt8]) {
        bytes = text
        while index < bytes.count { scanStatement() }
    }

    /// The line of a path, or of the nearest one above that has a line.
    func line(of path: Path) -> Int {
        var path = path
        while !path.isEmpty {
            if let line = lines[path] { return line }
            path.removeLast()
        }
        return 1
    }

    private var byte: UInt8 { index < bytes.count ? bytes[index] : 0x0A }

    private mutating func advance() {
        if index < bytes.count && bytes[index] == 0x0A { line += 1 }
        index += 1
    }

    private mutating func scanStatement() {
        skipBlank(newlines: true)
        guard index < bytes.count else { return }
        if byte == UInt8(ascii: "[") {
            scanHeader()
        } else if let key = scanKey() {
            note(section + key)
            if byte == UInt8(ascii: "=") {
                advance()
                scanValue(section + key, depth: 0)
            }
        }
        skipLine()
    }

    private mutating func note(_ path: Path) {
        if lines[path] == nil { lines[path] = line }
    }

    // MARK: Headers and keys

    private mutating func scanHeader() {
        advance()
        let isElement = byte == UInt8(ascii: "[")
        if isElement { advance() }
        guard let key = scanKey() else { return }
        var path: Path = []
        for (place, part) in key.enumerated() {
            path.append(part)
            let isLast = place == key.count - 1
            if isLast && isElement { sectionCounts[path, default: 0] += 1 }
            note(path)
            if let count = sectionCounts[path], isElement || !isLast {
                path.append("#\(count - 1)")
                note(path)
            }
        }
        section = path
    }

    /// The parts of a key and the blanks around it, or nil when there is none.
    private mutating func scanKey() -> Path? {
        var parts: Path = []
        while true {
            skipBlank(newlines: false)
            guard let part = scanKeyPart() else { return nil }
            parts.append(part)
            skipBlank(newlines: false)
            guard byte == UInt8(ascii: ".") else { break }
            advance()
        }
        if parts.count > TOMLPlaces.deepest && tooDeepLine == nil { tooDeepLine = line }
        return parts
    }

    private mutating func scanKeyPart() -> String? {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return scanString() }
        let start = index
        while index < bytes.count, TOMLPlaces.isBare(bytes[index]) { advance() }
        return index > start ? String(decoding: bytes[start..<index], as: UTF8.self) : nil
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    // MARK: Values

    private mutating func scanValue(_ path: Path, depth: Int) {
        skipBlank(newlines: false)
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = scanString()
        case UInt8(ascii: "["): scanList(path, depth: depth + 1)
        case UInt8(ascii: "{"): scanInlineTable(path, depth: depth + 1)
        default:
            while index < bytes.count, !TOMLPlaces.endsScalar(bytes[index]) { advance() }
        }
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"), 0x0A: true
        default: false
        }
    }

    private mutating func scanList(_ path: Path, depth: Int) {
        guard depth <= TOMLPlaces.deepest else { return index = bytes.count }
        advance()
        var count = 0
        while true {
            skipBlank(newlines: true)
            guard index < bytes.count, byte != UInt8(ascii: "]") else { break }
            let element = path + ["#\(count)"]
            note(element)
            scanValue(element, depth: depth)
            count += 1
            skipBlank(newlines: true)
            guard byte == UInt8(ascii: ",") else { break }
            advance()
        }
        if byte == UInt8(ascii: "]") { advance() }
    }

    private mutating func scanInlineTable(_ path: Path, depth: Int) {
        guard depth <= TOMLPlaces.deepest else { return index = bytes.count }
        advance()
        while true {
            skipBlank(newlines: true)
            guard index < bytes.count, byte != UInt8(ascii: "}"), let key = scanKey() else { break }
            note(path + key)
            guard byte == UInt8(ascii: "=") else { break }
            advance()
            scanValue(path + key, depth: depth)
            skipBlank(newlines: true)
            guard byte == UInt8(ascii: ",") else { break }
            advance()
        }
        if byte == UInt8(ascii: "}") { advance() }
    }

    // MARK: Strings and blanks

    /// The string that begins here, decoded as far as keys need it.
    private mutating func scanString() -> String {
        let quote = byte
        let isLong =
            index + 2 < bytes.count && bytes[index + 1] == quote && bytes[index + 2] == quote
        for _ in 0..<(isLong ? 3 : 1) { advance() }
        var decoded: [UInt8] = []
        while index < bytes.count {
            if bytes[index] == quote && endsString(quote, isLong: isLong) { break }
            if bytes[index] == 0x0A && !isLong { break }
            if bytes[index] == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"") {
                scanEscape(into: &decoded)
            } else {
                decoded.append(bytes[index])
                advance()
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    /// Goes past the end of the string, if it is here; a long one may end in quotes of its own.
    private mutating func endsString(_ quote: UInt8, isLong: Bool) -> Bool {
        guard isLong else {
            advance()
            return true
        }
        let run = bytes[index...].prefix(5).prefix { $0 == quote }.count
        guard run >= 3 else { return false }
        index += run
        return true
    }

    private mutating func scanEscape(into decoded: inout [UInt8]) {
        advance()
        let escape = byte
        advance()
        let digitCount =
            switch escape {
            case UInt8(ascii: "u"): 4
            case UInt8(ascii: "U"): 8
            default: 0
            }
        guard digitCount > 0 else {
            let named: [UInt8: UInt8] = [
                UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "b"): 0x08,
                UInt8(ascii: "f"): 0x0C, UInt8(ascii: "e"): 0x1B,
            ]
            return decoded.append(named[escape] ?? escape)
        }
        let digits = bytes[min(index, bytes.count)...].prefix(digitCount)
        let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        guard let value, let scalar = Unicode.Scalar(value) else { return }
        decoded += Array(String(scalar).utf8)
        index += digits.count
    }

    private mutating func skipBlank(newlines: Bool) {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0D: advance()
            case 0x0A where newlines: advance()
            case UInt8(ascii: "#") where newlines: skipLine()
            default: return
            }
        }
    }

    private mutating func skipLine() {
        while index < bytes.count, bytes[index] != 0x0A { advance() }
        advance()
    }
}
