import Primitives

/// A line of quoted-printable text (RFC 2045 6.7) while it is written: knows its column, breaks in time.
///
/// No line passes 76 octets, and none starts with a dot: a dot there is written `=2E`, so the same bytes
/// serve DATA without dot-stuffing and BDAT.
struct QuotedPrintableLine {
    /// One less than RFC 2045 allows, so that the `=` of a soft break always fits.
    static let longestText = 75

    private(set) var column: Int

    init(column: Int = 0) {
        self.column = column
    }

    /// - Parameter endsLine: whether a line end follows. Blanks there would be lost, so they are encoded.
    mutating func put(_ byte: UInt8, endsLine: Bool, into sink: inout some ByteSink) {
        var isEncoded =
            byte > 0x7E || byte == Octet.equals || (byte < Octet.space && byte != Octet.tab)
            || (endsLine && Octet.isBlank(byte))
        if column + (isEncoded ? 3 : 1) > QuotedPrintableLine.longestText { softBreak(into: &sink) }
        if byte == Octet.dot && column == 0 { isEncoded = true }
        guard isEncoded else {
            sink.append(byte)
            column += 1
            return
        }
        sink.append(Octet.equals)
        sink.append(hexadecimal: byte)
        column += 3
    }

    /// Puts a printable byte as an HTML character reference, `&#38;` for `&`.
    mutating func putReference(_ byte: UInt8, into sink: inout some ByteSink) {
        put(Octet.ampersand, endsLine: false, into: &sink)
        put(Octet.numberSign, endsLine: false, into: &sink)
        put(0x30 &+ byte / 10, endsLine: false, into: &sink)
        put(0x30 &+ byte % 10, endsLine: false, into: &sink)
        put(Octet.semicolon, endsLine: false, into: &sink)
    }

    mutating func lineEnd(into sink: inout some ByteSink) {
        sink.appendLineEnd()
        column = 0
    }

    /// Ends the line without ending the text's line.
    mutating func softBreak(into sink: inout some ByteSink) {
        sink.append(Octet.equals)
        lineEnd(into: &sink)
    }
}
