import Primitives
import Testing

@testable import Campaign

@Suite("The same bytes give the same rows, however they are cut")
struct CSVSplitTests {
    static let tricky = [
        "\u{FEFF}a@x.example,A\r\nb@x.example,\"B\"\r\n",
        "a@x.example,\"say \"\"hi\"\", \"\"ho\"\"\"\nb@x.example,\"\"\n",
        "a@x.example,\"1\r\n2\n3\"\r\n\r\n\nb@x.example,é€😀",
        "a@x.example,\"open\nb@x.example,B\nc@x.example,\"C\"\n",
        "a@x.example,\"A\" text\nb@x.example,\"B\"\r\n",
        "a@x.example,\"A\"\rB\nb@x.example,\"B\"\r",
        "\"\"\"a@x.example\",A\n,\n,,\n\"\n",
        "a@x.example,A\r\r\nb@x.example,\r\n",
        "\u{FEFF}\u{FEFF}a@x.example,A",
    ]

    @Test(arguments: tricky)
    func everyCut(_ text: String) {
        let bytes = Array(text.utf8)
        let reading = ListReading()
        let expected = reading.rows(bytes)
        for first in 0...bytes.count {
            #expect(reading.rows(bytes, cutAt: [first]) == expected, "cut at \(first)")
            for second in first...bytes.count {
                let rows = reading.rows(bytes, cutAt: [first, second])
                #expect(rows == expected, "cut at \(first) and \(second)")
            }
        }
        #expect(reading.rows(bytes, cutAt: Array(0...bytes.count)) == expected, "one byte at a time")
    }

    @Test("Random text gives what a simple reader gives, and never loses a line", arguments: 0..<150)
    func random(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = ["a", "b", ",", ",", "\"", "\"", "\n", "\n", "\r\n", "\r", "é", " ", "\"\""]
        var text = ""
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            text += alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
        }
        let bytes = Array(text.utf8)
        let expected = SimpleReader.rows(bytes)
        let cuts = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
        for isAhead in [false, true] {
            #expect(scanned(bytes, cutAt: [], isAhead) == expected, "seed \(seed), ahead: \(isAhead)")
            let found = scanned(bytes, cutAt: cuts, isAhead)
            #expect(found == expected, "seed \(seed), cut at \(cuts), ahead: \(isAhead)")
        }
    }

    /// - Parameter isAhead: rows are cut ahead.
    private func scanned(_ bytes: [UInt8], cutAt cuts: [Int], _ isAhead: Bool) -> [SimpleReader.Row] {
        var scanner = CSVScanner()
        var starts = [0] + cuts
        let ends = cuts + [bytes.count]
        var piece = 0
        var rows: [SimpleReader.Row] = []
        while true {
            if isAhead { _ = scanner.cutAhead() }
            switch scanner.next() {
            case .row:
                rows.append(.init(line: scanner.line, cells: cells(scanner)))
            case .broken: rows.append(.init(line: scanner.line, cells: nil))
            case .needsInput:
                guard piece < ends.count else {
                    scanner.finish()
                    continue
                }
                scanner.feed(bytes.span.extracting(starts[piece]..<ends[piece]))
                piece += 1
            case .ended:
                starts.removeAll()
                return rows
            }
        }
    }

    private func cells(_ scanner: borrowing CSVScanner) -> [[UInt8]] {
        var cells: [[UInt8]] = []
        for index in 0..<scanner.cellCount {
            let cell = scanner.cell(index)
            cells.append(cell.indices.map { cell[$0] })
        }
        return cells
    }
}

/// A slow reader of whole files, written from the rules and not from the scanner.
private enum SimpleReader {
    struct Row: Equatable {
        var line: Int
        /// Nil for a line that is not a row.
        var cells: [[UInt8]]?
    }

    static func rows(_ bytes: [UInt8]) -> [Row] {
        var rows: [Row] = []
        var rest = bytes[...]
        var line = 1
        while !rest.isEmpty {
            let firstLineEnd = rest.firstIndex(of: 10).map { $0 + 1 } ?? rest.endIndex
            if let (cells, end) = row(rest) {
                let taken = rest[rest.startIndex..<end]
                if taken.contains(where: { $0 != 10 && $0 != 13 }) || taken.dropLast(2).contains(13) {
                    rows.append(Row(line: line, cells: cells))
                }
                line += taken.count { $0 == 10 }
                rest = rest[end...]
            } else {
                rows.append(Row(line: line, cells: nil))
                line += 1
                rest = rest[firstLineEnd...]
            }
        }
        return rows
    }

    /// The cells of the row that begins here and where the next begins; nil when it is not a row.
    private static func row(_ bytes: ArraySlice<UInt8>) -> (cells: [[UInt8]], end: Int)? {
        var cells: [[UInt8]] = []
        var index = bytes.startIndex
        while true {
            guard
                let (cell, end) = bytes[index...].first == 34
                    ? quoted(bytes[(index + 1)...]) : plain(bytes[index...])
            else { return nil }
            cells.append(cell)
            index = end
            if index == bytes.endIndex { return (cells, index) }
            if bytes[index] == 44 {
                index += 1
            } else {
                return (cells, bytes[index...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.endIndex)
            }
        }
    }

    private static func plain(_ bytes: ArraySlice<UInt8>) -> (cell: [UInt8], end: Int)? {
        let end = bytes.firstIndex { $0 == 44 || $0 == 10 } ?? bytes.endIndex
        var cell = Array(bytes[..<end])
        if cell.last == 13 && (end == bytes.endIndex || bytes[end] == 10) {
            cell.removeLast()
            return (cell, end - 1)
        }
        return (cell, end)
    }

    private static func quoted(_ bytes: ArraySlice<UInt8>) -> (cell: [UInt8], end: Int)? {
        var cell: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard bytes[index] == 34 else {
                cell.append(bytes[index])
                index += 1
                continue
            }
            let rest = bytes[(index + 1)...]
            if rest.first == 34 {
                cell.append(34)
                index += 2
            } else {
                let isEnd =
                    rest.isEmpty || rest.first == 44 || rest.first == 10 || rest.prefix(2) == [13, 10]
                return isEnd || Array(rest) == [13] ? (cell, index + 1) : nil
            }
        }
        return nil
    }
}
