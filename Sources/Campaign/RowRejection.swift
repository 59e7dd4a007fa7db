import SMTP

/// Why a row of the recipients file gets no mail.
package enum RowRejection: Hashable, Sendable {
    case rowTooLong
    case unterminatedQuote
    case textAfterQuote
    case fieldCount(found: Int, expected: Int)
    case notUTF8
    case address(AddressProblem)
    case suppressed
    case duplicate
    /// The number of the packed field, counted from 1 as in the packed row.
    case missingValue(field: Int)
    case controlByte(field: Int)
    case nulByte(field: Int)
    case unknownZone(field: Int)

    /// The reasons without their particulars, for counting.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case malformedRow = "malformed row"
        case fieldCount = "wrong number of fields"
        case notUTF8 = "not UTF-8"
        case badAddress = "bad address"
        case suppressed = "suppressed"
        case duplicate = "duplicate"
        case missingValue = "missing value"
        case controlByte = "control byte"
        case unknownZone = "unknown time zone"
    }

    package var kind: Kind {
        switch self {
        case .rowTooLong, .unterminatedQuote, .textAfterQuote: .malformedRow
        case .fieldCount: .fieldCount
        case .notUTF8: .notUTF8
        case .address: .badAddress
        case .suppressed: .suppressed
        case .duplicate: .duplicate
        case .missingValue: .missingValue
        case .controlByte, .nulByte: .controlByte
        case .unknownZone: .unknownZone
        }
    }

    /// The reason in words.
    ///
    /// - Parameter fields: the names of the packed fields behind the address, in their order.
    package func sentence(fields: [String]) -> String {
        switch self {
        case .rowTooLong: "the row is longer than 65536 bytes"
        case .unterminatedQuote: "a quote is opened and never properly closed"
        case .textAfterQuote: "text follows a closing quote"
        case .fieldCount(let found, let expected): "the row has \(found) fields, the header has \(expected)"
        case .notUTF8: "the row is not UTF-8"
        case .address(let problem): problem.sentence
        case .suppressed: "the address is on a suppression list"
        case .duplicate: "the address came before"
        case .missingValue(let field): "{{\(name(field, fields))}} has no value here and no default"
        case .controlByte(let field):
            "{{\(name(field, fields))}} goes into a header and holds a line break or another control byte"
        case .nulByte(let field): "{{\(name(field, fields))}} holds a NUL byte"
        case .unknownZone(let field): "'\(name(field, fields))' names no time zone"
        }
    }

    private func name(_ field: Int, _ fields: [String]) -> String {
        fields.indices.contains(field - 1) ? fields[field - 1] : "field \(field)"
    }
}

/// A row that gets no mail, as `rejected.csv` shows it.
package struct RejectedRow: Hashable, Sendable {
    /// The line where the row begins, counted from 1 at the header.
    package var line: Int
    /// The address as given; for a row without one, the beginning of the line. Any bytes, at most 320.
    package var address: [UInt8]
    package var reason: RowRejection

    static let longestAddressShown = 320
}
