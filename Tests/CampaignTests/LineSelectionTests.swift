import Foundation
import Primitives
import Testing

@testable import Campaign

@Suite("Reading only the lines that are wanted")
struct LineSelectionTests {
    private func selection(_ lines: [Int], through line: Int, isComplete: Bool) -> LineSelection {
        var selection = LineSelection(judgedThrough: line, isComplete: isComplete)
        for line in lines { selection.insert(line) }
        return selection
    }

    private func rows(_ text: String, _ selection: LineSelection, suppressed: [String] = []) -> [Row] {
        var reading = ListReading()
        reading.suppressed = suppressed
        reading.selection = selection
        return reading.rows(text)
    }

    @Test(arguments: 0..<50)
    func theNextLineIsTheFirstThatIsContained(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let through = Int.random(in: 0...300, using: &random)
        let lines = (0..<Int.random(in: 0...9, using: &random)).map { _ in Int.random(in: 0...through, using: &random) }
        let selection = selection(lines, through: through, isComplete: random.oneIn(2))
        for line in 0...through + 3 {
            let expected = (line...through + 4).first { selection.contains($0) }
            #expect(selection.next(from: line) == expected, "seed \(seed), line \(line)")
        }
    }

    @Test("Of what was judged before only selected rows come, and nothing is read behind it")
    func complete() {
        let text = "a@x.example,1\nnobody,2\nc@x.example,3\na@x.example,4\ne@x.example,5\nf@x.example,6\n"
        #expect(
            rows(text, selection([1, 3], through: 5, isComplete: true)) == [
                .recipient(line: 1, fields: ["a@x.example", "1"]),
                .recipient(line: 3, fields: ["c@x.example", "3"]),
            ])
        #expect(rows(text, selection([], through: 5, isComplete: true)) == [])
        #expect(rows(text, LineSelection(isComplete: true)) == [])
    }

    @Test("Selected rows get mail without another look for duplicates, but not if they are suppressed by now")
    func judgedAgain() {
        let text = "a@x.example,1\na@x.example,2\ngone@x.example,3\n"
        for isComplete in [false, true] {
            let selection = selection([1, 2, 3], through: 3, isComplete: isComplete)
            #expect(
                rows(text, selection, suppressed: ["gone@x.example"]) == [
                    .recipient(line: 1, fields: ["a@x.example", "1"]),
                    .recipient(line: 2, fields: ["a@x.example", "2"]),
                    .rejected(line: 3, address: "gone@x.example", .suppressed),
                ])
        }
    }

    @Test("Rows not judged before are judged; whatever came before them in the list was seen")
    func incomplete() {
        let text = """
            done@x.example,1
            waiting@x.example,2
            empty@x.example,
            gone@x.example,4
            done@x.example,5
            waiting@x.example,6
            empty@x.example,7
            gone@x.example,8
            new@x.example,9
            new@x.example,10
            "broken@x.example",11 or "so
            """
        var selection = selection([2], through: 4, isComplete: false)
        for line in [3, 4] { selection.insert(rejected: line) }
        #expect(
            rows(text, selection, suppressed: ["gone@x.example"]) == [
                .recipient(line: 2, fields: ["waiting@x.example", "2"]),
                .rejected(line: 5, address: "done@x.example", .duplicate),
                .rejected(line: 6, address: "waiting@x.example", .duplicate),
                // Line 3 had no value, so nobody has seen its address.
                .recipient(line: 7, fields: ["empty@x.example", "7"]),
                .rejected(line: 8, address: "gone@x.example", .suppressed),
                .recipient(line: 9, fields: ["new@x.example", "9"]),
                .rejected(line: 10, address: "new@x.example", .duplicate),
                .recipient(line: 11, fields: ["broken@x.example", "11 or \"so"]),
            ])
    }

    @Test("A row that did not fit comes again")
    func needsRoom() {
        let packed = PackedRows(capacity: 40)
        var selection = LineSelection(judgedThrough: 3, isComplete: true)
        for line in [1, 3] { selection.insert(line) }
        var reader = RecipientReader(
            layout: ListReading().layout, scanner: CSVScanner(), seed: 1, selection: selection)
        reader.feed(Array("a@x.example,Ann\nb@x.example,Bob\nc@x.example,Cid\n".utf8).span)
        let none = SuppressionList(seed: 1)
        #expect(reader.next(into: &packed.writer, suppression: none) == .recipient(line: 1, atSign: 1))
        #expect(reader.next(into: &packed.writer, suppression: none) == .needsRoom)
        packed.writer.truncate(to: 0)
        #expect(reader.next(into: &packed.writer, suppression: none) == .recipient(line: 3, atSign: 1))
        #expect(reader.next(into: &packed.writer, suppression: none) == .ended)
    }

    @Test("In a list that is too long for the processor's cache, duplicates are found before and behind the boundary")
    func longList() {
        let judged = 60_001
        var text = (1...judged).map { "r\($0)@x.example,1\n" }.joined()
        for number in 1...400 {
            text += "r\(number * 150)@X.example,2\nnew\(number / 2)@x.example,3\n"
            if number.isMultiple(of: 37) { text += "\"quoted\(number / 2)@x.example\",\"4\"\n\n" }
        }
        text += "r\(judged)@x.example,5\nr\(judged + 1)@x.example,6\n"
        let whole = ListReading().rows(text)
        let expected = Array(whole.drop { $0.line <= judged })
        #expect(expected.count { $0.isRecipient } == 201 + 10 + 1)
        #expect(rows(text, selection([], through: judged, isComplete: false)) == expected)
    }

    /// What two readings of a list give together is what one gives, wherever the first ended, whatever of it is
    /// wanted again, and however the bytes are cut.
    @Test(arguments: 0..<300)
    func anyListInTwoReadings(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let isAddressFirst = random.oneIn(2)
        let bytes = RandomList.bytes(&random, isAddressFirst: isAddressFirst)
        var reading = ListReading()
        if !isAddressFirst { reading.columns = ["name", "email"] }
        let whole = reading.rows(bytes)
        let lines = whole.map(\.line)
        let isComplete = random.oneIn(2)
        let end = isComplete ? lines.last ?? 0 : lines.randomElement(using: &random) ?? 0
        var selection = LineSelection(judgedThrough: end, isComplete: isComplete)
        var wanted: Set<Int> = []
        for row in whole where row.line <= end {
            if !row.isRecipient {
                selection.insert(rejected: row.line)
            } else if random.oneIn(3) {
                selection.insert(row.line)
                wanted.insert(row.line)
            }
        }
        reading.selection = selection
        let expected = whole.filter { $0.line > end || wanted.contains($0.line) }
        let cuts = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
        #expect(reading.rows(bytes) == expected, "seed \(seed)")
        #expect(reading.rows(bytes, cutAt: cuts) == expected, "seed \(seed), cut at \(cuts)")
        #expect(reading.rows(bytes, cutAt: Array(0...bytes.count)) == expected, "seed \(seed), byte by byte")
    }
}

extension Row {
    fileprivate var line: Int {
        switch self {
        case .recipient(let line, _), .rejected(let line, _, _): line
        }
    }

    var isRecipient: Bool {
        switch self {
        case .recipient: true
        case .rejected: false
        }
    }
}

/// Lists with everything in them that makes rows hard to tell apart.
enum RandomList {
    private static let addresses = [
        "a@x.example", "b@x.example", "a@X.EXAMPLE", "A@x.example", "c@y.example", "\"d@x.example\"", "nobody", "",
    ]
    private static let values = [
        "Ann", "", "\"Lee, Ann\"", "\"say \"\"hi\"\"\"", "\"1\r\n2\n3\"", "5\" disk", "\"\"", "\"open", "\"L\" or",
        "\"\n\"\"\n\"", "\"L\"\r", "é", "a,b",
    ]
    private static let ends = ["\n", "\n", "\n", "\r\n", "\n\n", "\r\r\n"]

    static func bytes(_ random: inout SeededRandom, isAddressFirst: Bool = true) -> [UInt8] {
        var text = random.oneIn(5) ? "\u{FEFF}" : ""
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            let (address, value) = (pick(addresses, &random), pick(values, &random))
            text += (isAddressFirst ? address + "," + value : value + "," + address) + pick(ends, &random)
        }
        if random.oneIn(3) { text += pick(addresses, &random) + "," + pick(values, &random) }
        return Array(text.utf8)
    }

    private static func pick(_ pieces: [String], _ random: inout SeededRandom) -> String {
        pieces[Int.random(in: 0..<pieces.count, using: &random)]
    }
}
