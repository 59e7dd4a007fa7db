import Primitives

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
        if isSimple(value) { writer.append(value) } else { append(value, into: &writer) }
    }

    /// Whether a value stays as it is, and on its line, as nearly all do.
    func isSimple(_ value: Span<UInt8>) -> Bool {
        guard value.count > 0 && value.count <= QuotedPrintableLine.longestText - column else { return false }
        guard value[value.count - 1] != Octet.space, value[0] != Octet.dot || column > 0 else { return false }
        return value.isPrintableWithoutEquals && !(isHTML && value.meansSomethingInHTML)
    }

    func append(_ value: Span<UInt8>, into writer: inout ByteWriter) {
        var line = QuotedPrintableLine(column: column)
        if followsBlank && lineEnds(value, at: 0) { line.softBreak(into: &writer) }
        var index = 0
        while index < value.count {
            var run = ordinaryRun(value, from: index, room: line.room)
            if run > index {
                writer.append(value.extracting(index..<run))
                line.advance(by: run - index)
            } else {
                run = put(value, from: index, on: &line, into: &writer)
            }
            index = run
        }
    }

    /// What `append` writes at most: five octets for a byte, and a soft break of three octets for every 73 of them.
    static let bound = LengthBound(quartersPerByte: 21, fixed: 6)

    /// The end of the bytes that are written as they are, as far as there is room on the line.
    private func ordinaryRun(_ value: Span<UInt8>, from start: Int, room: Int) -> Int {
        let limit = min(value.count, start + room)
        var index = start
        while index < limit && isOrdinary(value[index]) { index += 1 }
        return index
    }

    private func isOrdinary(_ byte: UInt8) -> Bool {
        switch byte {
        case Octet.dot, Octet.equals: false
        default: Octet.isVisible(byte) && !(isHTML && BodyValue.isSpecialInHTML(byte))
        }
    }

    /// Puts one byte, or one line end, that needs thought.
    ///
    /// - Returns: the index after it.
    private func put(
        _ value: Span<UInt8>, from index: Int, on line: inout QuotedPrintableLine,
        into writer: inout ByteWriter
    ) -> Int {
        let byte = value[index]
        let next = index + 1
        if Octet.isLineEnd(byte) {
            line.lineEnd(into: &writer)
            let isCRLF =
                byte == Octet.carriageReturn && next < value.count && value[next] == Octet.lineFeed
            return isCRLF ? next + 1 : next
        }
        if isHTML && BodyValue.isSpecialInHTML(byte) {
            line.putReference(byte, into: &writer)
        } else {
            line.put(byte, endsLine: lineEnds(value, at: next), into: &writer)
        }
        return next
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

extension Span<UInt8> {
    fileprivate var meansSomethingInHTML: Bool {
        !isFree { word in
            places(of: Octet.ampersand, in: word) | places(of: Octet.lessThan, in: word)
                | places(of: Octet.greaterThan, in: word) | places(of: Octet.quote, in: word)
                | places(of: Octet.apostrophe, in: word)
        }
    }
}
