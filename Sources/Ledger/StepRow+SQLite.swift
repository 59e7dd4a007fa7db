import SMTP

extension StepRow {
    /// Reads number, at, kind, code, enhanced, text, next_at, lines, in this order.
    init(_ row: SQLiteStatement) throws(LedgerFault) {
        let number = row.number(0)
        guard let kind = StepKind(name: String(decoding: row.text(2), as: UTF8.self)) else {
            throw .damaged("step \(number) is of no kind that there is")
        }
        var lines: [UInt32] = []
        guard row.withText(7, { LineList.read($0, into: &lines) }) else {
            throw .damaged("the lines of step \(number) are not a list of lines")
        }
        self.init(
            number: number, at: row.number(1), kind: kind, details: StepDetails(row, code: 3, enhanced: 4),
            text: row.text(5), nextAt: row.isNull(6) ? nil : row.number(6), lines: lines)
    }
}

extension StepDetails {
    init(_ row: SQLiteStatement, code: Int32, enhanced: Int32) {
        self.init(
            code: UInt16(clamping: row.number(code)),
            enhanced: row.withText(enhanced) { EnhancedCode(text: $0) })
    }
}

extension EnhancedCode {
    /// Reads `4.2.1`; nil for anything else.
    init?(text: Span<UInt8>) {
        var numbers: InlineArray<3, UInt16> = [0, 0, 0]
        var place = 0
        var digits = 0
        for index in text.indices {
            if text[index] == UInt8(ascii: ".") && digits > 0 && place < 2 {
                place += 1
                digits = 0
                continue
            }
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 && digits < 3 else { return nil }
            numbers[place] = numbers[place] * 10 + UInt16(digit)
            digits += 1
        }
        guard place == 2 && digits > 0 && numbers[0] < 10 else { return nil }
        self.init(UInt8(numbers[0]), numbers[1], numbers[2])
    }
}
