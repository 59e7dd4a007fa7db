import Primitives

/// A message to many, compiled once: composes the complete content for one recipient after another.
///
/// A row's field 0 is the recipient's address; field i is the merge field `fieldNames[i - 1]` of the
/// `LetterParts`. What is composed is 7-bit, ends every line with CRLF and never starts one with a dot, so
/// the same bytes serve DATA (without dot-stuffing; the final dot is not included) and BDAT. The same row
/// always gives the same bytes for the same date, so that a repeated message can be recognised as one.
package struct Letter: Sendable {
    /// What is done, from the first byte to the last: a text and what follows it.
    struct Step: Sendable {
        /// Bytes that are the same in every message; often none.
        let literal: Range<Int>
        let insertion: Insertion
    }

    /// What differs from message to message.
    enum Insertion: Sendable {
        case nothing
        case address
        case subject
        case date
        case rowNumber
        case value(BodyValue)
        /// These lines of text, as often as needed for a message of exactly `count` bytes.
        case padding(count: Int, lines: Range<Int>)
    }

    let steps: [Step]
    /// The bytes that are the same in every message, one stretch behind the other.
    package let literals: [UInt8]
    let subject: SubjectLine
    /// What all rows have in common of `largestCount`.
    private let bounds: LetterBounds

    /// The packed fields that reach header fields, in ascending order.
    ///
    /// A row with a control byte in one of them must be rejected; should one come here nevertheless, a tab
    /// becomes a space and any other a `?`, so no header can be forged.
    package let headerFieldIndexes: [Int]

    init(steps: [Step], literals: [UInt8], subject: SubjectLine, headerFieldIndexes: [Int]) {
        self.steps = steps
        self.literals = literals
        self.subject = subject
        self.headerFieldIndexes = headerFieldIndexes
        bounds = LetterBounds(steps, subject)
    }

    /// Appends the message for one recipient. Allocates nothing.
    ///
    /// - Parameter row: with all fields of the letter; fewer stop the process. Its number goes into the
    ///   Message-ID.
    /// - Parameter date: as `MailDate` writes it.
    /// - Parameter writer: when it has overflowed, what it holds is worthless.
    ///
    /// Next: Session.write.
    package func compose(_ row: PackedRow, date: Span<UInt8>, into writer: inout ByteWriter) {
        var nothing = SharedPieces(shortest: .max)
        compose(row, date: date, into: &writer, sharing: &nothing)
    }

    /// The same, but long stretches that all recipients share are noted in `shared` and not written.
    package func compose(
        _ row: PackedRow, date: Span<UInt8>, into writer: inout ByteWriter, sharing shared: inout SharedPieces
    ) {
        let start = writer.count + shared.byteCount
        let steps = steps.span
        let literals = literals.span
        for index in steps.indices {
            append(steps[index].literal, of: literals, into: &writer, sharing: &shared)
            switch steps[index].insertion {
            case .nothing: break
            case .address: HeaderText.append(address: row.field(0), into: &writer)
            case .subject: subject.append(row, into: &writer)
            case .date: writer.append(date)
            case .rowNumber: writer.append(decimal: row.number)
            case .value(let value): value.append(row, into: &writer)
            case .padding(let count, let lines):
                let room = count - (writer.count + shared.byteCount - start)
                append(room, padding: lines, of: literals, into: &writer, sharing: &shared)
            }
        }
    }

    @inline(__always)
    func append(
        _ range: Range<Int>, of literals: Span<UInt8>, into writer: inout ByteWriter,
        sharing shared: inout SharedPieces
    ) {
        if range.count < shared.shortest {
            writer.append(literals.extracting(range))
        } else {
            shared.append(range, at: writer.count)
        }
    }

    /// An upper bound of what `compose` appends for this row, for SIZE (RFC 1870) and for buffers.
    package func largestCount(of row: PackedRow) -> Int { bounds.largestCount(of: row) }

    /// How many pieces `compose` notes for a message at most.
    package func mostSharedPieces(shortest: Int) -> Int {
        var count = 0
        for step in steps {
            if step.literal.count >= shortest { count += 1 }
            switch step.insertion {
            case .padding(let total, let lines): count += total / lines.count + 1
            case .nothing, .address, .subject, .date, .rowNumber, .value: break
            }
        }
        return count
    }

    /// At least so many bytes of every message `compose` notes as shared instead of writing them.
    package func sharedCount(shortest: Int) -> Int {
        var count = 0
        for step in steps {
            if step.literal.count >= shortest { count += step.literal.count }
            switch step.insertion {
            case .padding(let total, let lines) where lines.count >= shortest:
                let rest = total - bounds.unpadded
                count += max(0, rest / lines.count) * lines.count
            case .nothing, .address, .subject, .date, .rowNumber, .value, .padding: break
            }
        }
        return count
    }
}
