import Primitives

/// Finds where rows end, and nothing else about them.
///
/// For rows that nobody wants. Knows only what is plainly well-formed, and leaves the rest to `CSVScanner`, which
/// comes to the same ends.
enum RowEnds {
    /// Where a row begins, and on which line.
    struct Place: Equatable {
        var start: Int
        var line: Int
    }

    /// Passes over whole rows, up to the first that begins at line `target` or behind it.
    ///
    /// - Returns: the beginning of that row, or of one that is not whole, longer than `CSVScanner.longestRow`, or not
    ///   well-formed.
    static func passOver(_ bytes: Span<UInt8>, from start: Int, line: Int, to target: Int) -> Place {
        var place = Place(start: start, line: line)
        while place.line < target, let next = next(bytes, place) { place = next }
        return place
    }

    /// The beginning of the next row.
    private static func next(_ bytes: Span<UInt8>, _ row: Place) -> Place? {
        var index = row.start
        while let found = bytes.firstIndex(of: UInt8(ascii: "\n"), or: UInt8(ascii: "\""), from: index) {
            if bytes[found] == UInt8(ascii: "\n") { return Place(start: found + 1, line: row.line + 1) }
            // Only at the beginning of a cell does a quote mean anything.
            guard found == row.start || bytes[found - 1] == UInt8(ascii: ",") else {
                index = found + 1
                continue
            }
            return nextBehindQuote(bytes, row, found)
        }
        return nil
    }

    /// Goes on within a row from the first quote that opens a cell.
    private static func nextBehindQuote(_ bytes: Span<UInt8>, _ row: Place, _ quote: Int) -> Place? {
        var (index, line, isQuoted) = (quote + 1, row.line, true)
        while let found = bytes.firstIndex(of: UInt8(ascii: "\n"), or: UInt8(ascii: "\""), from: index) {
            guard found - row.start <= CSVScanner.longestRow else { return nil }
            index = found + 1
            switch (bytes[found] == UInt8(ascii: "\n"), isQuoted) {
            case (true, true): line += 1
            case (true, false): return Place(start: index, line: line + 1)
            case (false, false): isQuoted = bytes[found - 1] == UInt8(ascii: ",")
            case (false, true):
                // What follows a closing quote is a comma or a line end; a second quote stands for one.
                guard index + 1 < bytes.count else { return nil }
                switch bytes[index] {
                case UInt8(ascii: "\""): index += 1
                case UInt8(ascii: ","), UInt8(ascii: "\n"): isQuoted = false
                case UInt8(ascii: "\r") where bytes[index + 1] == UInt8(ascii: "\n"): isQuoted = false
                default: return nil
                }
            }
        }
        return nil
    }
}
