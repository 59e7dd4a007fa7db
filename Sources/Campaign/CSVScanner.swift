import Primitives

/// Cuts a stream of bytes into the rows and cells of a CSV file (RFC 4180).
///
/// Fed with pieces of any size; gives the same rows for the same bytes however they are cut. A row ends with LF
/// or CRLF, the last one also with the end of the stream; empty lines are skipped; a byte order mark at the
/// start is dropped. A quote opens a quoted cell only where a cell begins. Holds one row and what was fed
/// behind it, and allocates nothing per row once its buffers have grown.
///
/// A quote that is never closed would swallow the rest of the file. So a quoted row that is longer than
/// `longestRow`, goes wrong on a later line, or is cut off by the end of the file costs its first line only:
/// scanning goes on with the next line.
struct CSVScanner: ~Copyable {
    /// The limit of one row in bytes, without its line end.
    static let longestRow = 65_536

    enum Step: Equatable {
        /// Well-formed cells: see `cell`, `cellCount` and `isASCII`.
        case row
        /// A line that is not a row: see `brokenText`.
        case broken(RowFault)
        case needsInput
        case ended
    }

    enum RowFault: Equatable {
        case tooLong
        case unterminatedQuote
        case textAfterQuote
    }

    /// A range of the row, counted from its first byte.
    struct Cell {
        var start = 0
        var end = 0
        /// Quotes in it are still doubled.
        var hasDoubledQuotes = false
    }

    enum State {
        case cellStart
        case plain
        case quoted
        /// Behind a quote within a quoted cell: its end, or the first half of a doubled quote.
        case quoteInQuoted
        /// Behind a CR that followed a quoted cell: only a line end may come.
        case returnAfterQuote
    }

    var bytes: [UInt8] = []
    var isFinished = false
    private var isPastMark = false
    /// The rest of a line that was given up is still to come.
    private var isSkipping = false

    /// Where the row begins in `bytes`, and how far it has been read.
    var rowStart = 0
    var scanned = 0
    var state = State.cellStart
    /// Those of the row, `cellCount` from the first one on, and of rows ahead; the others are memory to use again.
    var cells = [Cell](repeating: Cell(), count: 8 * RowsAhead.most)
    private var firstCell = 0
    var cellCount = 0
    var cellStart = 0
    var cellHasDoubledQuotes = false
    var anyDoubledQuotes = false
    var lineEndsInQuotes = 0
    /// Rows that follow, cut before they are asked for.
    private(set) var ahead = RowsAhead()
    /// How many rows may be cut next: few behind rows that were passed over, since as many may follow.
    private var mostAhead = RowsAhead.most
    /// Which of the rows that were cut ahead together the row is; nil when it is none of them.
    private(set) var indexAhead: Int?
    /// Whether all bytes of the row are known to be visible ASCII or spaces.
    private(set) var isPrintable = false

    /// The line where the row begins, counted from 1 over all lines of the stream.
    private(set) var line = 1
    /// What the row takes from the stream, its line ends included; 0 while it is being read.
    private var bytesUsed = 0
    private var linesUsed = 0

    /// Takes the next bytes of the stream, when it needs input.
    mutating func feed(_ chunk: Span<UInt8>) {
        precondition(ahead.isEmpty, "rows that were cut stay where they are until they are taken")
        bytes.removeSubrange(0..<rowStart)
        scanned -= rowStart
        cellStart -= rowStart
        rowStart = 0
        bytes.append(chunk)
    }

    /// Bytes of a line, by those that have been fed and not left; nil when none of them is whole.
    func meanLineLength() -> Double? {
        let end = RowEnds.passOver(bytes.span, from: rowStart, line: 0, to: .max)
        return end.line > 0 ? Double(end.start - rowStart) / Double(end.line) : nil
    }

    /// Says that no more bytes will come.
    mutating func finish() {
        isFinished = true
    }

    /// The next row. Its parts can be read until the next call.
    mutating func next() -> Step {
        leaveRow()
        if takeRowAhead() { return .row }
        while true {
            leaveRow()
            guard dropMark(), dropRestOfLine() else { return isFinished ? .ended : .needsInput }
            switch scan() {
            case .needsInput: return .needsInput
            case .ended: return .ended
            case .fault(let fault): return giveUp(fault)
            case .rowEnd(let length):
                guard length <= CSVScanner.longestRow else { return giveUp(.tooLong) }
                complete()
                if length > 0 { return .row }
            }
        }
    }

    /// Where the next row may begin.
    var nextLine: Int { line + linesUsed }

    /// Goes on to the first row that begins at this line or behind it, without a look at the rows before.
    ///
    /// - Returns: whether it has come; `next` gives that row. Otherwise more must be fed.
    mutating func passOver(to target: Int) -> Bool {
        passOverRowsAhead(to: target)
        while true {
            leaveRow()
            if line >= target { return true }
            guard dropMark(), dropRestOfLine() else { return isFinished }
            if scanned == rowStart { passOverWholeRows(to: target) }
            if line >= target { return true }
            switch scan() {
            case .needsInput: return false
            case .ended: return true
            case .fault(let fault): _ = giveUp(fault)
            case .rowEnd(let length):
                if length <= CSVScanner.longestRow { complete() } else { _ = giveUp(.tooLong) }
            }
        }
    }

    /// Leaves the row, and cuts rows that follow, which `next` will give; not while there are such rows.
    ///
    /// - Returns: whether there are new ones.
    mutating func cutAhead() -> Bool {
        guard ahead.isEmpty else { return false }
        leaveRow()
        guard dropMark(), dropRestOfLine(), scanned == rowStart else { return false }
        var fed: [UInt8] = []
        swap(&fed, &bytes)
        let place = ahead.cut(fed.span, from: rowStart, line: line, into: &cells, atMost: mostAhead)
        swap(&fed, &bytes)
        goOn(to: place)
        mostAhead = min(2 * mostAhead, RowsAhead.most)
        return !ahead.isEmpty
    }

    private mutating func takeRowAhead() -> Bool {
        guard !ahead.isEmpty else { return false }
        let row = ahead.first
        (indexAhead, isPrintable) = (ahead.taken, ahead.arePrintable)
        ahead.takeFirst()
        (rowStart, scanned, line) = (row.start, row.end, row.line)
        (firstCell, cellCount) = (row.firstCell, row.cellCount)
        (bytesUsed, linesUsed) = (row.end - row.start, 1)
        return true
    }

    private mutating func passOverRowsAhead(to target: Int) {
        leaveRow()
        while !ahead.isEmpty, line < target {
            let row = ahead.first
            if row.line >= target { return goOn(to: RowEnds.Place(start: row.start, line: row.line)) }
            goOn(to: RowEnds.Place(start: row.end, line: row.line + 1))
            ahead.takeFirst()
        }
    }

    private mutating func passOverWholeRows(to target: Int) {
        mostAhead = 1
        goOn(to: RowEnds.passOver(bytes.span, from: rowStart, line: line, to: target))
    }

    private mutating func goOn(to place: RowEnds.Place) {
        line = place.line
        rowStart = place.start
        scanned = rowStart
        cellStart = rowStart
    }

    private mutating func leaveRow() {
        guard bytesUsed > 0 else { return }
        rowStart += bytesUsed
        line += linesUsed
        bytesUsed = 0
        linesUsed = 0
        scanned = rowStart
        cellStart = rowStart
        state = .cellStart
        cellCount = 0
        cellHasDoubledQuotes = false
        anyDoubledQuotes = false
        lineEndsInQuotes = 0
        (firstCell, indexAhead, isPrintable) = (0, nil, false)
    }

    private mutating func complete() {
        if anyDoubledQuotes { collapseDoubledQuotes() }
        bytesUsed = scanned - rowStart
        linesUsed = lineEndsInQuotes + 1
    }

    /// Drops a byte order mark; false when more input is needed to see whether there is one.
    private mutating func dropMark() -> Bool {
        if isPastMark { return true }
        let mark: InlineArray<3, UInt8> = [0xEF, 0xBB, 0xBF]
        var matched = 0
        while matched < min(3, bytes.count) && bytes[matched] == mark[matched] { matched += 1 }
        if matched == bytes.count && matched < 3 && !isFinished { return false }
        isPastMark = true
        if matched == 3 {
            rowStart = 3
            scanned = 3
            cellStart = 3
        }
        return true
    }

    /// Goes on to the line behind one that was given up; false when its end has not come yet.
    private mutating func dropRestOfLine() -> Bool {
        guard isSkipping else { return true }
        let lineEnd = bytes[rowStart...].firstIndex(of: UInt8(ascii: "\n"))
        rowStart = lineEnd.map { $0 + 1 } ?? bytes.count
        scanned = rowStart
        cellStart = rowStart
        isSkipping = lineEnd == nil
        return !isSkipping
    }

    /// Takes the first line of the row as lost and makes the line behind it the next row.
    private mutating func giveUp(_ fault: RowFault) -> Step {
        let lineEnd = bytes[rowStart...].firstIndex(of: UInt8(ascii: "\n"))
        isSkipping = lineEnd == nil
        bytesUsed = (lineEnd.map { $0 + 1 } ?? bytes.count) - rowStart
        linesUsed = 1
        return .broken(lineEndsInQuotes > 0 ? .unterminatedQuote : fault)
    }
}

extension CSVScanner {
    /// Whether no byte of the row is beyond 0x7F.
    var isASCII: Bool { bytes.span.extracting(rowStart..<scanned).isASCII }

    /// The bytes of one cell of the row, without quotes.
    @_lifetime(borrow self)
    @inline(__always)
    func cell(_ index: Int) -> Span<UInt8> {
        precondition(index < cellCount, "the row has no such cell")
        let cell = cells[firstCell + index]
        return bytes.span.extracting((rowStart + cell.start)..<(rowStart + cell.end))
    }

    @inline(__always)
    func byteCount(ofCell index: Int) -> Int {
        precondition(index < cellCount, "the row has no such cell")
        let cell = cells[firstCell + index]
        return cell.end - cell.start
    }

    /// One cell of a row that was cut ahead; nothing when it has no such cell.
    @_lifetime(borrow self)
    @inline(__always)
    func cell(_ index: Int, ofRowAhead number: Int) -> Span<UInt8> {
        let row = ahead[number]
        let cell = index < row.cellCount ? cells[row.firstCell + index] : Cell()
        return bytes.span.extracting((row.start + cell.start)..<(row.start + cell.end))
    }

    /// The beginning of a broken line, up to where it broke: at most `limit` bytes.
    func brokenText(limit: Int) -> [UInt8] {
        let text = bytes[rowStart..<min(scanned, rowStart + limit)]
        return Array(text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
    }
}
