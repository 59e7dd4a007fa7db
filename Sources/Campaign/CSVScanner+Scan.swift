import Primitives

extension CSVScanner {
    enum Scan {
        /// The row is complete: its length without the line end, `scanned` being behind that.
        case rowEnd(length: Int)
        case fault(RowFault)
        case needsInput
        case ended
    }

    /// Reads on until the row ends, breaks, or the input runs out.
    mutating func scan() -> Scan {
        let longest = rowStart + CSVScanner.longestRow + 2
        let limit = min(bytes.count, longest)
        while scanned < limit {
            let result: Scan? =
                switch state {
                case .cellStart: beginCell()
                case .plain: scanPlain(to: limit)
                case .quoted: scanQuoted(to: limit)
                case .quoteInQuoted: scanAfterQuote()
                case .returnAfterQuote: scanAfterReturn()
                }
            if let result { return result }
        }
        // A line end that has not come within CR and LF of the limit makes the row too long.
        if limit == longest { return .fault(.tooLong) }
        return isFinished ? scanEnd() : .needsInput
    }

    private mutating func beginCell() -> Scan? {
        let isQuoted = bytes[scanned] == UInt8(ascii: "\"")
        if isQuoted { scanned += 1 }
        state = isQuoted ? .quoted : .plain
        cellStart = scanned
        return nil
    }

    private mutating func scanPlain(to limit: Int) -> Scan? {
        guard let index = next(UInt8(ascii: ","), before: limit) else { return nil }
        scanned += 1
        if bytes[index] == UInt8(ascii: ",") {
            endCell(at: index)
            return nil
        }
        return endPlainRow(at: index)
    }

    /// A CR before the line end, or before the end of the stream, belongs to the line end.
    private mutating func endPlainRow(at index: Int) -> Scan {
        let hasReturn = index > cellStart && bytes[index - 1] == UInt8(ascii: "\r")
        let end = hasReturn ? index - 1 : index
        endCell(at: end)
        return .rowEnd(length: end - rowStart)
    }

    private mutating func scanQuoted(to limit: Int) -> Scan? {
        while let index = next(UInt8(ascii: "\""), before: limit) {
            scanned += 1
            if bytes[index] == UInt8(ascii: "\"") {
                state = .quoteInQuoted
                return nil
            }
            lineEndsInQuotes += 1
        }
        return nil
    }

    /// Goes on to the next byte of this value or line feed, or to the limit; nil there.
    private mutating func next(_ byte: UInt8, before limit: Int) -> Int? {
        let found = bytes.span.extracting(..<limit).firstIndex(of: byte, or: UInt8(ascii: "\n"), from: scanned)
        scanned = found ?? limit
        return found
    }

    private mutating func scanAfterQuote() -> Scan? {
        let closing = scanned - 1
        scanned += 1
        switch bytes[scanned - 1] {
        case UInt8(ascii: "\""):
            cellHasDoubledQuotes = true
            anyDoubledQuotes = true
            state = .quoted
        case UInt8(ascii: ","): endCell(at: closing)
        case UInt8(ascii: "\r"): state = .returnAfterQuote
        case UInt8(ascii: "\n"):
            endCell(at: closing)
            return .rowEnd(length: scanned - 1 - rowStart)
        default: return .fault(.textAfterQuote)
        }
        return nil
    }

    private mutating func scanAfterReturn() -> Scan? {
        scanned += 1
        guard bytes[scanned - 1] == UInt8(ascii: "\n") else { return .fault(.textAfterQuote) }
        endCell(at: scanned - 3)
        return .rowEnd(length: scanned - 2 - rowStart)
    }

    private mutating func scanEnd() -> Scan {
        guard scanned > rowStart else { return .ended }
        switch state {
        case .cellStart:
            cellStart = scanned
            return endPlainRow(at: scanned)
        case .plain: return endPlainRow(at: scanned)
        case .quoted: return .fault(.unterminatedQuote)
        case .quoteInQuoted:
            endCell(at: scanned - 1)
            return .rowEnd(length: scanned - rowStart)
        case .returnAfterQuote:
            endCell(at: scanned - 2)
            return .rowEnd(length: scanned - 1 - rowStart)
        }
    }

    private mutating func endCell(at end: Int) {
        let cell = Cell(start: cellStart - rowStart, end: end - rowStart, hasDoubledQuotes: cellHasDoubledQuotes)
        if cellCount < cells.count { cells[cellCount] = cell } else { cells.append(cell) }
        cellCount += 1
        cellHasDoubledQuotes = false
        state = .cellStart
    }

    /// Halves the doubled quotes, in place: the cell becomes shorter, the bytes behind it stay.
    mutating func collapseDoubledQuotes() {
        for index in 0..<cellCount where cells[index].hasDoubledQuotes {
            var output = rowStart + cells[index].start
            var input = output
            let end = rowStart + cells[index].end
            while input < end {
                bytes[output] = bytes[input]
                input += bytes[input] == UInt8(ascii: "\"") ? 2 : 1
                output += 1
            }
            cells[index].end = output - rowStart
            cells[index].hasDoubledQuotes = false
        }
    }
}
