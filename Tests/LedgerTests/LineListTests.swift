import Primitives
import Testing

@testable import Ledger

@Suite("LineList") struct LineListTests {
    private func text(_ lines: [UInt32]) -> String {
        var buffer = ByteBuffer(capacity: LineList.mostBytes(for: lines.count))
        var writer = buffer.writer()
        LineList.write(lines, into: &writer)
        #expect(!writer.overflowed)
        return String(decoding: [UInt8](copying: buffer.bytes(0..<writer.count)), as: UTF8.self)
    }

    private func read(_ text: String) -> [UInt32]? {
        var lines: [UInt32] = []
        let bytes = Array(text.utf8)
        return LineList.read(bytes.span, into: &lines) ? lines : nil
    }

    @Test(
        "lists are written and read back",
        arguments: [
            ([], "[]"), ([0], "[0]"), ([2, 3, 15], "[2,3,15]"), ([.max, 0, 99_999_999, 100_000_000], nil),
            (Array(repeating: UInt32.max, count: 1_000), nil), (Array(0...2_000), nil),
        ] as [([UInt32], String?)])
    func roundTrip(lines: [UInt32], expected: String?) {
        if let expected { #expect(text(lines) == expected) }
        #expect(read(text(lines)) == lines)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "[", "]", "1", "[1", "1]", "[1,]", "[,1]", "[1,,2]", "[ 1]", "[1 ,2]", "[-1]", "[+1]", "[01]",
            "[1.0]", "[1e3]", "[4294967296]", "[99999999999999999999999]", "[1][2]", "[[1]]", "[1]]", "[\"1\"]",
            "[null]", "[1,2] ", "{1}", "[a]", "[1;2]",
        ])
    func damage(text: String) {
        #expect(read(text) == nil)
    }

    @Test("no beginning and no end of a list is a list")
    func torn() {
        let whole = "[2,3,15,4294967295]"
        for cut in 1..<whole.count {
            #expect(read(String(whole.dropLast(cut))) == nil)
            #expect(read(String(whole.dropFirst(cut))) == nil)
        }
    }
}

@Suite("StepRows") struct StepRowsTests {
    private func rows(_ steps: [(StepKind, Int, Bool)]) -> [StepRow] {
        var rows = StepRows()
        for (kind, line, isFirst) in steps { rows.append(kind, line: line, at: 7, isFirst: isFirst) }
        return rows.takeAll()
    }

    @Test("steps of a kind share a row, however they are mixed")
    func merging() {
        let made = rows([(.intent, 2, true), (.accepted, 3, true), (.intent, 4, true), (.accepted, 5, true)])
        #expect(
            made == [
                StepRow(number: 1, at: 7, kind: .intent, lines: [2, 4]),
                StepRow(number: 2, at: 7, kind: .accepted, lines: [3, 5]),
            ])
    }

    @Test("steps of one line stay in their order")
    func order() {
        let made = rows([
            (.intent, 2, true), (.withdrawn, 3, true), (.withdrawn, 2, false), (.intent, 2, false), (.intent, 3, false),
            (.intent, 4, true),
        ])
        let steps = made.flatMap { row in row.lines.map { (row.kind, $0) } }
        #expect(steps.filter { $0.1 == 2 }.map(\.0) == [.intent, .withdrawn, .intent])
        #expect(steps.filter { $0.1 == 3 }.map(\.0) == [.withdrawn, .intent])
        #expect(made.map(\.number) == Array(1...Int64(made.count)))
    }

    @Test("other words, another code or another time make another row")
    func details() {
        var rows = StepRows()
        let (left, right) = (Array("left".utf8), Array("right".utf8))
        rows.append(.deferred, line: 2, at: 1, isFirst: true, text: left.span, nextAt: 9)
        rows.append(.deferred, line: 3, at: 1, isFirst: true, text: left.span, nextAt: 9)
        rows.append(.deferred, line: 4, at: 1, isFirst: true, text: right.span, nextAt: 9)
        rows.append(.deferred, line: 5, at: 1, isFirst: true, text: right.span, nextAt: 10)
        rows.append(
            .deferred, line: 6, at: 1, isFirst: true, details: StepDetails(code: 450), text: right.span, nextAt: 10)
        rows.append(.deferred, line: 7, at: 1, isFirst: true, nextAt: 10)
        #expect(rows.takeAll().map(\.lines) == [[2, 3], [4], [5], [6], [7]])
    }

    @Test("a row has a bounded number of lines, and commits do not share rows")
    func bounds() {
        var rows = StepRows()
        for line in 0...StepRows.mostLines { rows.append(.intent, line: line, at: 1, isFirst: true) }
        #expect(rows.takeAll().map(\.lines.count) == [StepRows.mostLines, 1])
        rows.append(.intent, line: 1, at: 1, isFirst: true)
        #expect(rows.takeAll().map(\.number) == [3])
    }
}
