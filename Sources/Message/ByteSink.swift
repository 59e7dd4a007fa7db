import Primitives

/// Where encoded bytes go: a growing array when a letter is compiled, a `ByteWriter` when it is composed.
protocol ByteSink {
    mutating func append(_ byte: UInt8)
}

extension ByteWriter: ByteSink {}
extension Array: ByteSink where Element == UInt8 {}

extension ByteSink {
    mutating func appendLineEnd() {
        append(Octet.carriageReturn)
        append(Octet.lineFeed)
    }

    /// Two upper-case digits, as RFC 2045 6.7 and RFC 2047 4.2 want them.
    mutating func append(hexadecimal byte: UInt8) {
        append(Octet.hexadecimalDigit(byte >> 4))
        append(Octet.hexadecimalDigit(byte & 0x0F))
    }
}

/// The bytes that mean something in mail.
enum Octet {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let numberSign: UInt8 = 0x23
    static let ampersand: UInt8 = 0x26
    static let apostrophe: UInt8 = 0x27
    static let dot: UInt8 = 0x2E
    static let semicolon: UInt8 = 0x3B
    static let lessThan: UInt8 = 0x3C
    static let equals: UInt8 = 0x3D
    static let greaterThan: UInt8 = 0x3E
    static let questionMark: UInt8 = 0x3F
    static let at: UInt8 = 0x40
    static let backslash: UInt8 = 0x5C
    static let underscore: UInt8 = 0x5F
    static let openBrace: UInt8 = 0x7B
    static let closeBrace: UInt8 = 0x7D
    /// What a made-up text consists of.
    static let filler: UInt8 = 0x78
    static let delete: UInt8 = 0x7F

    static func isLineEnd(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }
    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }
    static func isControl(_ byte: UInt8) -> Bool { byte < space || byte == delete }

    /// Printable US-ASCII without the space.
    static func isVisible(_ byte: UInt8) -> Bool { byte > space && byte < delete }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        let lowered = byte | 0x20
        return (byte >= 0x30 && byte <= 0x39) || (lowered >= 0x61 && lowered <= 0x7A)
    }

    static func hexadecimalDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 0x30 &+ nibble : 0x37 &+ nibble
    }
}
