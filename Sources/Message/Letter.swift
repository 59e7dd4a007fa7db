import Primitives

/// A message to many, compiled once: composes the complete content for one recipient after another.
///
/// A row's field 0 is the recipient's address; field i is the merge field `fieldNames[i - 1]` of the
/// `LetterParts`. What is composed is 7-bit, ends every line with CRLF and never starts one with a dot, so
/// the same bytes serve DATA (without dot-stuffing; the final dot is not included) and BDAT. The same row
/// always gives the same bytes for the same date, so that a repeated message can be recognised as one.
package struct Letter: Sendable {
    /// What is done, from the first byte to the last.
    enum Step: Sendable {
        /// Bytes that are the same in every message.
        case literal(Range<Int>)
        case address
        case subject
        case date
        case rowNumber
        case value(BodyValue)
        /// Lines of text up to a message of exactly this many bytes.
        case padding(Int)
    }

    let steps: [Step]
    let literals: [UInt8]
    let subject: SubjectLine

    /// The packed fields that reach header fields, in ascending order.
    ///
    /// A row with a control byte in one of them must be rejected; should one come here nevertheless, a tab
    /// becomes a space and any other a `?`, so no header can be forged.
    package let headerFieldIndexes: [Int]

    /// Appends the message for one recipient. Allocates nothing.
    ///
    /// Next: Session.write.
    ///
    /// - Parameter row: with all fields of the letter; fewer stop the process. Its number goes into the
    ///   Message-ID.
    /// - Parameter date: as `MailDate` writes it.
    /// - Parameter writer: when it has overflowed, what it holds is worthless.
    package func compose(_ row: PackedRow, date: Span<UInt8>, into writer: inout ByteWriter) {
        let start = writer.count
        for index in steps.indices {
            switch steps[index] {
            case .literal(let range): writer.append(literals.span.extracting(range))
            case .address: HeaderText.append(address: row.field(0), into: &writer)
            case .subject: subject.append(row, into: &writer)
            case .date: writer.append(date)
            case .rowNumber: writer.append(decimal: row.number)
            case .value(let value): value.append(row, into: &writer)
            case .padding(let count): appendPadding(count - (writer.count - start), into: &writer)
            }
        }
    }

    /// An upper bound of what `compose` appends for this row, for SIZE (RFC 1870) and for buffers.
    package func largestCount(of row: PackedRow) -> Int {
        var count = 0
        for index in steps.indices {
            switch steps[index] {
            case .literal(let range): count += range.count
            case .address: count += min(row.field(0).count, HeaderText.longestAddress)
            case .subject: count += subject.largestCount(of: row)
            case .date: count += MailDate.byteCount
            case .rowNumber: count += 10
            case .value(let value): count += value.largestCount(of: row)
            case .padding(let total): count = max(count, total)
            }
        }
        return count
    }
}

/// Where a merge field's value goes in a body, and all that is known of the place beforehand.
struct BodyValue: Sendable {
    /// The packed field.
    var field: Int
    /// Where the value begins in its line.
    var column: Int
    var isHTML: Bool
    /// A line end follows without a soft break before it.
    var endsLine: Bool
    /// The byte before the value is an unencoded blank of the template.
    var followsBlank: Bool

    /// Appends the value in quoted-printable; LF, CRLF and CR become line ends.
    func append(_ row: PackedRow, into writer: inout ByteWriter) {
        let value = row.field(field)
        var line = QuotedPrintableLine(column: column)
        if followsBlank && lineEnds(value, at: 0) { line.softBreak(into: &writer) }
        var index = 0
        while index < value.count {
            let byte = value[index]
            index += 1
            if Octet.isLineEnd(byte) {
                let isCRLF =
                    byte == Octet.carriageReturn && index < value.count && value[index] == Octet.lineFeed
                if isCRLF { index += 1 }
                line.lineEnd(into: &writer)
            } else if isHTML && BodyValue.isSpecialInHTML(byte) {
                line.putReference(byte, into: &writer)
            } else {
                line.put(byte, endsLine: lineEnds(value, at: index), into: &writer)
            }
        }
    }

    /// At least as much as `append` writes: five octets for a byte at most, and a soft break of three octets
    /// for every 73 of them.
    func largestCount(of row: PackedRow) -> Int {
        let count = 5 * row.field(field).count
        return count + (count / 73 + 2) * 3
    }

    private func lineEnds(_ value: Span<UInt8>, at index: Int) -> Bool {
        index < value.count ? Octet.isLineEnd(value[index]) : endsLine
    }

    private static func isSpecialInHTML(_ byte: UInt8) -> Bool {
        switch byte {
        case Octet.ampersand, Octet.lessThan, Octet.greaterThan, Octet.quote, Octet.apostrophe: true
        default: false
        }
    }
}
