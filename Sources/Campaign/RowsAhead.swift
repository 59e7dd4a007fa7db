import Primitives

/// Rows that follow each other, are whole and hold no quote, cut into cells in one pass over their bytes.
///
/// Most lists have no others. All others are left to `CSVScanner`, which would come to the same rows and cells.
struct RowsAhead: Sendable {
    struct Row: Sendable {
        /// Where the row begins in the scanner's bytes, and where the next one does.
        var start: Int
        var end: Int
        var line: Int
        var firstCell: Int
        var cellCount: Int
    }

    /// So many at once, or fewer with many cells.
    static let most = 16

    private var rows = [Row](
        repeating: Row(start: 0, end: 0, line: 0, firstCell: 0, cellCount: 0), count: RowsAhead.most)
    private(set) var count = 0
    private(set) var taken = 0
    /// Whether all bytes of these rows but their line ends are visible ASCII or spaces.
    private(set) var arePrintable = false

    var isEmpty: Bool { taken == count }

    /// The row to be taken next; there must be one.
    var first: Row { rows[taken] }

    mutating func takeFirst() { taken += 1 }

    subscript(_ index: Int) -> Row { rows[index] }

    /// Cuts rows up to the first that is not whole, holds a quote, or is very long or of very many cells.
    ///
    /// - Parameters:
    ///   - start: where a row begins.
    ///   - cells: become those of the rows.
    ///   - limit: rows at most, up to `most`.
    /// - Returns: where the first of them begins, or the row that is left for the scanner: behind empty lines.
    mutating func cut(
        _ bytes: Span<UInt8>, from start: Int, line: Int, into cells: inout [CSVScanner.Cell], atMost limit: Int
    ) -> RowEnds.Place {
        var cutter = RowCutter(start: start, line: line, limit: limit)
        cutter.cut(bytes, &rows, &cells)
        (count, taken, arePrintable) = (cutter.rowCount, 0, !cutter.isOdd)
        return count > 0 ? RowEnds.Place(start: rows[0].start, line: rows[0].line) : cutter.place
    }
}

/// The cutting of one group of rows.
private struct RowCutter {
    private(set) var rowCount = 0
    /// Whether there was a byte that is neither visible ASCII nor a space nor part of a line end.
    private(set) var isOdd = false
    private var rowStart: Int
    private var line: Int
    private let limit: Int
    private var cellStart: Int
    private var cellCount = 0
    private var firstCell = 0

    init(start: Int, line: Int, limit: Int) {
        (rowStart, cellStart, self.line, self.limit) = (start, start, line, limit)
    }

    /// Where the row begins that was not cut.
    var place: RowEnds.Place { RowEnds.Place(start: rowStart, line: line) }

    /// The last bytes, fewer than eight, are never looked at.
    mutating func cut(_ bytes: Span<UInt8>, _ rows: inout [RowsAhead.Row], _ cells: inout [CSVScanner.Cell]) {
        var rows = rows.mutableSpan
        var cells = cells.mutableSpan
        var index = rowStart
        var beyond: UInt64 = 0
        while index &+ 8 <= bytes.count {
            let word = bytes.word(at: index)
            beyond |= bytesBeyondASCII(word)
            var marks = marks(word)
            while marks != 0 {
                let place = index &+ marks.trailingZeroBitCount / 8
                marks &= marks &- 1
                guard note(bytes, place, &rows, &cells) else {
                    isOdd = isOdd || beyond != 0
                    return
                }
            }
            index &+= 8
        }
        isOdd = isOdd || beyond != 0
    }

    /// - Returns: false when no row behind this byte is to be cut.
    @inline(__always)
    private mutating func note(
        _ bytes: Span<UInt8>, _ index: Int, _ rows: inout MutableSpan<RowsAhead.Row>,
        _ cells: inout MutableSpan<CSVScanner.Cell>
    ) -> Bool {
        switch bytes[index] {
        case UInt8(ascii: ","): return endCell(at: index, &cells)
        case UInt8(ascii: "\n"):
            let hasReturn = index > cellStart && bytes[index - 1] == UInt8(ascii: "\r")
            return endRow(at: hasReturn ? index - 1 : index, next: index + 1, &rows, &cells)
        case UInt8(ascii: "\""): return false
        case UInt8(ascii: "\r") where index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n"): return true
        default:
            isOdd = true
            return true
        }
    }

    @inline(__always)
    private mutating func endCell(at end: Int, _ cells: inout MutableSpan<CSVScanner.Cell>) -> Bool {
        let index = firstCell &+ cellCount
        guard index < cells.count else { return false }
        cells[index] = CSVScanner.Cell(start: cellStart &- rowStart, end: end &- rowStart)
        cellCount &+= 1
        cellStart = end &+ 1
        return true
    }

    @inline(__always)
    private mutating func endRow(
        at end: Int, next: Int, _ rows: inout MutableSpan<RowsAhead.Row>, _ cells: inout MutableSpan<CSVScanner.Cell>
    ) -> Bool {
        if end > rowStart {
            guard end &- rowStart <= CSVScanner.longestRow, endCell(at: end, &cells) else { return false }
            rows[rowCount] = RowsAhead.Row(
                start: rowStart, end: next, line: line, firstCell: firstCell, cellCount: cellCount)
            rowCount &+= 1
            firstCell &+= cellCount
        }
        (rowStart, cellStart, cellCount) = (next, next, 0)
        line &+= 1
        return rowCount < limit
    }
}

/// The high bit of each byte of the word that is a comma, a quote or a control byte below 0x20.
@inline(__always)
private func marks(_ word: UInt64) -> UInt64 {
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    // With the high bit set in each byte, none borrows from the next.
    let isNoControl = (word | highs) &- ones &* 0x20 | word
    return ~(isNoControl & isOther(UInt8(ascii: ","), word) & isOther(UInt8(ascii: "\""), word)) & highs
}

/// The high bit of each byte that is not this one, and nobody knows what below.
@inline(__always)
private func isOther(_ byte: UInt8, _ word: UInt64) -> UInt64 {
    let sevens: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    let difference = word ^ 0x0101_0101_0101_0101 &* UInt64(byte)
    // Of seven bits each, so that no byte carries into the next.
    return (difference & sevens) &+ sevens | difference
}

/// Not zero when a byte is 0x7F or beyond.
@inline(__always)
private func bytesBeyondASCII(_ word: UInt64) -> UInt64 {
    ((word &+ 0x0101_0101_0101_0101) | word) & 0x8080_8080_8080_8080
}
