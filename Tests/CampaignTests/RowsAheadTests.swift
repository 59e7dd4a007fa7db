import Primitives
import Testing

@testable import Campaign

/// Fed byte by byte, a scanner never has a whole row to cut ahead: so it says what is right.
@Suite("Rows that are cut ahead are the rows that are read one by one")
struct RowsAheadTests {
    private static let values = [
        "Ann", "Ann Example 12345", "", " ", "a longer name than most of them", "é", "ab\u{7F}cd", "\u{80}",
        "tab\there",
        "nul\0", "\r", "a\rb", "~}|{", "\u{1F}", "1,2", "5\" disk", "\"Lee, Ann\"", "\"open", "\u{FFFD}",
    ]
    private static let addresses = [
        "a@x.example", "someone.else@customers.example", "a@X.EXAMPLE", "b@y.example", "nobody", "", "c+d@z.example",
    ]

    /// Mostly plain rows, so that some are cut together.
    private func list(_ random: inout SeededRandom) -> [UInt8] {
        let oddness = Int.random(in: 1...40, using: &random)
        let lineEnd = random.oneIn(2) ? "\n" : "\r\n"
        var text = ""
        for row in 0..<Int.random(in: 0...60, using: &random) {
            let address =
                random.oneIn(oddness)
                ? RowsAheadTests.addresses.randomElement(using: &random) ?? "" : "r\(row)@customers.example"
            let value =
                random.oneIn(oddness) ? RowsAheadTests.values.randomElement(using: &random) ?? "" : "Name \(row)"
            text += address + "," + value + lineEnd
            while random.oneIn(8) { text += lineEnd }
        }
        return Array((random.oneIn(2) ? text : String(text.dropLast(3))).utf8)
    }

    @Test(arguments: 0..<400)
    func random(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = list(&random)
        var reading = ListReading()
        if random.oneIn(2) { reading.headerFields = ["name"] }
        if random.oneIn(2) { reading.defaults = ["name": "Friend"] }
        // With so many expected, places in memory are fetched ahead.
        if random.oneIn(2) { reading.expectedRows = 60_000 }
        if random.oneIn(2) { reading.selection = selection(&random) }
        let expected = reading.rows(bytes, cutAt: Array(0...bytes.count))
        #expect(reading.rows(bytes) == expected, "seed \(seed)")
        let cuts = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
        #expect(reading.rows(bytes, cutAt: cuts) == expected, "seed \(seed), cut at \(cuts)")
    }

    private func selection(_ random: inout SeededRandom) -> LineSelection {
        let through = Int.random(in: 0...80, using: &random)
        var selection = LineSelection(judgedThrough: through, isComplete: random.oneIn(2))
        for line in 0...through {
            if random.oneIn(3) { selection.insert(line) } else if random.oneIn(3) { selection.insert(rejected: line) }
        }
        return selection
    }

    @Test("Rows of more cells than are cut at once", arguments: [1, 7, 8, 9, 64, 127, 128, 129, 400])
    func manyCells(_ count: Int) {
        let row = (0..<count).map { "c\($0)" }.joined(separator: ",") + "\n"
        let bytes = Array(String(repeating: row, count: 40).utf8)
        var scanner = CSVScanner()
        scanner.feed(bytes.span)
        scanner.finish()
        var rows = 0
        while true {
            _ = scanner.cutAhead()
            guard scanner.next() == .row else { break }
            rows += 1
            #expect(scanner.line == rows && scanner.cellCount == count)
            let last = scanner.cell(count - 1)
            #expect(last.indices.map { last[$0] } == Array("c\(count - 1)".utf8))
        }
        #expect(rows == 40)
    }

    @Test("Lines that are empty cost one look each, however many follow each other")
    func emptyLines() {
        var scanner = CSVScanner()
        let lineEnds = [UInt8](repeating: UInt8(ascii: "\n"), count: 1 << 20)
        scanner.feed(lineEnds.span)
        scanner.feed(Array("a@x.example,A\n".utf8).span)
        scanner.finish()
        #expect(!scanner.cutAhead() && scanner.nextLine == lineEnds.count + 1)
        #expect(scanner.next() == .row && scanner.line == lineEnds.count + 1)
        #expect(scanner.next() == .ended)
    }
}
