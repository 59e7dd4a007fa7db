import Primitives

/// What a check of an address says.
package enum AddressVerdict: Hashable, Sendable {
    /// - Parameter atSign: where the `@` stands; the domain begins behind it.
    case valid(atSign: Int)
    case invalid(AddressProblem)
}

/// The addresses that mail is sent to: a dot-atom at a domain of two labels or more, in ASCII.
///
/// This is the part of RFC 5321 4.1.2 that every system reads alike. What lies outside (quoted local parts,
/// domain literals, routes, comments, UTF-8) is refused with its reason, and nothing is ever repaired: not
/// even a space is cut off, since a corrected guess is mail to somebody else.
package enum Address {
    /// RFC 5321 4.5.3.1.1.
    package static let longestLocalPart = 64
    /// A path has 256 octets with its angle brackets (RFC 5321 4.5.3.1.3).
    package static let longestAddress = 254
    /// RFC 1035 2.3.4.
    package static let longestLabel = 63

    /// Says whether mail may go to an address, or the first reason why not.
    ///
    /// Traps on no input; reads each byte at most a few times.
    package static func check(_ bytes: Span<UInt8>) -> AddressVerdict {
        if let atSign = atSignOfPlain(bytes) { return .valid(atSign: atSign) }
        return checkEachByte(bytes)
    }

    static func checkEachByte(_ bytes: Span<UInt8>) -> AddressVerdict {
        guard bytes.count > 0 else { return .invalid(.empty) }
        guard bytes.count <= longestAddress else { return .invalid(.tooLong) }
        guard let atSign = onlyAtSign(in: bytes) else { return .invalid(diagnosed(bytes)) }
        if let problem = problem(ofLocalPart: bytes.extracting(0..<atSign)) {
            return .invalid(diagnosed(bytes, otherwise: problem))
        }
        if let problem = problem(ofDomain: bytes.extracting((atSign + 1)..<bytes.count)) {
            return .invalid(diagnosed(bytes, otherwise: problem))
        }
        return .valid(atSign: atSign)
    }

    private static func onlyAtSign(in bytes: Span<UInt8>) -> Int? {
        var found: Int?
        for index in bytes.indices where bytes[index] == UInt8(ascii: "@") {
            guard found == nil else { return nil }
            found = index
        }
        return found
    }

    /// RFC 5322 3.2.3: dot-atom-text.
    private static func problem(ofLocalPart bytes: Span<UInt8>) -> AddressProblem? {
        guard bytes.count > 0 else { return .noLocalPart }
        guard bytes.count <= longestLocalPart else { return .localPartTooLong }
        var previous = UInt8(ascii: ".")
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == UInt8(ascii: ".") {
                guard previous != UInt8(ascii: ".") else { return .misplacedDot }
            } else {
                guard isAtomText(byte) else { return byte >= 0x80 ? .localPartNotASCII : .localPartByte }
            }
            previous = byte
        }
        return previous == UInt8(ascii: ".") ? .misplacedDot : nil
    }

    private static func problem(ofDomain bytes: Span<UInt8>) -> AddressProblem? {
        guard bytes.count > 0 else { return .noDomain }
        guard bytes[bytes.count - 1] != UInt8(ascii: ".") else { return .trailingDot }
        var labels = 0
        var start = 0
        var lastIsNumber = false
        while start <= bytes.count {
            let end = endOfLabel(in: bytes, from: start)
            let label = bytes.extracting(start..<end)
            if let problem = problem(ofLabel: label) { return problem }
            lastIsNumber = isAllDigits(label)
            labels += 1
            start = end + 1
        }
        guard labels >= 2 else { return .singleLabelDomain }
        return lastIsNumber ? .numericTopLevel : nil
    }

    /// RFC 1123 2.1: letters, digits and hyphens, no hyphen at either end.
    private static func problem(ofLabel label: Span<UInt8>) -> AddressProblem? {
        for index in label.indices where !isLetterDigitHyphen(label[index]) {
            return label[index] >= 0x80 ? .domainNotASCII : .domainByte
        }
        guard label.count > 0 else { return .emptyLabel }
        guard label.count <= longestLabel else { return .labelTooLong }
        let hyphen = UInt8(ascii: "-")
        return label[0] == hyphen || label[label.count - 1] == hyphen ? .labelHyphen : nil
    }

    private static func endOfLabel(in bytes: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < bytes.count && bytes[end] != UInt8(ascii: ".") { end += 1 }
        return end
    }

    private static func isAllDigits(_ label: Span<UInt8>) -> Bool {
        for index in label.indices where !isDigit(label[index]) { return false }
        return true
    }
}

extension Address {
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }

    private static func isLetterDigitHyphen(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-")
    }

    /// RFC 5322 3.2.3: atext.
    static func isAtomText(_ byte: UInt8) -> Bool {
        if isLetter(byte) || isDigit(byte) { return true }
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: "="), UInt8(ascii: "?"), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"), UInt8(ascii: "~"):
            return true
        default:
            return false
        }
    }
}
