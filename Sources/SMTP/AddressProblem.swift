import Primitives

/// Why an address is refused.
package enum AddressProblem: String, Hashable, Sendable, CaseIterable {
    case empty
    case tooLong
    case controlByte
    case space
    case displayName
    case mailtoURL
    case severalAddresses
    case quotedLocalPart
    case domainLiteral
    case comment
    case sourceRoute
    case noAtSign
    case severalAtSigns
    case noLocalPart
    case localPartTooLong
    case localPartNotASCII
    case localPartByte
    case misplacedDot
    case noDomain
    case domainNotASCII
    case domainByte
    case emptyLabel
    case labelTooLong
    case labelHyphen
    case trailingDot
    case singleLabelDomain
    case numericTopLevel

    /// The reason in words, for the line of a list or a manifest.
    package var sentence: String {
        switch self {
        case .empty: "the address is empty"
        case .tooLong: "the address is longer than 254 bytes"
        case .controlByte: "the address holds a control byte"
        case .space: "the address holds a space"
        case .displayName: "only the address belongs here, without a name or angle brackets"
        case .mailtoURL: "only the address belongs here, without mailto:"
        case .severalAddresses: "there are several addresses; one row is one address"
        case .quotedLocalPart: "quoted local parts are not supported"
        case .domainLiteral: "an IP address in brackets is not a domain name"
        case .comment: "comments in parentheses are not supported"
        case .sourceRoute: "source routes are not supported"
        case .noAtSign: "there is no @"
        case .severalAtSigns: "there is more than one @"
        case .noLocalPart: "there is nothing before the @"
        case .localPartTooLong: "the part before the @ is longer than 64 bytes"
        case .localPartNotASCII: "the part before the @ is not ASCII"
        case .localPartByte: "the part before the @ holds a character that is not allowed there"
        case .misplacedDot: "the part before the @ begins or ends with a dot, or has two in a row"
        case .noDomain: "there is nothing after the @"
        case .domainNotASCII: "the domain is not ASCII; write it as an A-label, xn--…"
        case .domainByte: "the domain holds a character other than letters, digits, hyphens and dots"
        case .emptyLabel: "the domain begins with a dot or has two in a row"
        case .labelTooLong: "a label of the domain is longer than 63 bytes"
        case .labelHyphen: "a label of the domain begins or ends with a hyphen"
        case .trailingDot: "the domain ends with a dot"
        case .singleLabelDomain: "the domain has only one label; at least two are needed"
        case .numericTopLevel: "the domain ends in a number; IP addresses are not domain names"
        }
    }
}

extension Address {
    /// The most telling reason for a refused address: what the writer meant comes before what a byte broke.
    static func diagnosed(
        _ bytes: Span<UInt8>, otherwise fallback: AddressProblem? = nil
    ) -> AddressProblem {
        let marks = Marks(bytes)
        if marks.hasControl { return .controlByte }
        if hasPrefix(bytes, "mailto:") { return .mailtoURL }
        if bytes[0] == UInt8(ascii: "\"") && !marks.hasAngle { return .quotedLocalPart }
        if marks.atSigns > 1 && marks.hasSeparator && !hasPrefix(bytes, "<@") { return .severalAddresses }
        if hasPrefix(bytes, "@") && marks.atSigns > 1 || hasPrefix(bytes, "<@") { return .sourceRoute }
        if marks.hasAngle { return .displayName }
        if marks.hasBracket { return .domainLiteral }
        if marks.hasParenthesis { return .comment }
        if marks.hasSpace { return .space }
        if marks.atSigns == 0 { return .noAtSign }
        return fallback ?? .severalAtSigns
    }

    /// - Parameter prefix: in lower case; matches either case.
    private static func hasPrefix(_ bytes: Span<UInt8>, _ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        guard bytes.count >= count else { return false }
        var index = 0
        for scalar in prefix.description.utf8 {
            guard bytes[index] | lowerCaseBit(bytes[index]) == scalar else { return false }
            index += 1
        }
        return true
    }

    private struct Marks {
        var atSigns = 0
        var hasControl = false
        var hasSpace = false
        var hasAngle = false
        var hasBracket = false
        var hasParenthesis = false
        var hasSeparator = false

        init(_ bytes: Span<UInt8>) {
            for index in bytes.indices { note(bytes[index]) }
        }

        private mutating func note(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "@"): atSigns += 1
            case UInt8(ascii: " "):
                hasSpace = true
                hasSeparator = true
            case UInt8(ascii: ","), UInt8(ascii: ";"): hasSeparator = true
            case UInt8(ascii: "<"), UInt8(ascii: ">"): hasAngle = true
            case UInt8(ascii: "["), UInt8(ascii: "]"): hasBracket = true
            case UInt8(ascii: "("), UInt8(ascii: ")"): hasParenthesis = true
            default: hasControl = hasControl || byte < 0x20 || byte == 0x7F
            }
        }
    }
}
