import Foundation
import Primitives
import Testing

@testable import Ledger

@Suite("RecipientPage") struct RecipientPageTests {
    struct Row: Equatable {
        var line: Int
        var address: String
        var reason = ""
    }

    private func batch(_ rows: [Row]) -> PlanBatch {
        var batch = PlanBatch()
        for row in rows {
            let (address, reason) = (Array(row.address.utf8), Array(row.reason.utf8))
            batch.append(line: row.line, address: address.span, reason: reason.span)
        }
        return batch
    }

    private func rows(_ batch: PlanBatch) -> [Row] {
        var rows: [Row] = []
        batch.forEach { (line, address, reason) in
            rows.append(
                Row(
                    line: line, address: String(decoding: [UInt8](copying: address), as: UTF8.self),
                    reason: String(decoding: [UInt8](copying: reason), as: UTF8.self)))
        }
        return rows
    }

    static let special = ["\"", "\\", "\\\"", "\u{0}", "\u{1F}", "\n", "\u{7F}", "é", "\u{2028}", "/", "\u{10FFFF}"]

    @Test("a page is JSON, and its rows come back as they were", arguments: 0..<50)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var rows: [Row] = []
        var line = 2
        for _ in 0..<60 {
            var text = ""
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                let isSpecial = random.oneIn(seed % 2 == 0 ? 1_000 : 10)
                text += isSpecial ? RecipientPageTests.special[Int.random(in: 0..<11, using: &random)] : "a"
            }
            rows.append(Row(line: line, address: text, reason: random.oneIn(4) ? "why \(text)" : ""))
            line += random.oneIn(5) ? Int.random(in: 1...30, using: &random) : 1
        }
        let batch = batch(rows)
        #expect(self.rows(batch) == rows, "seed \(seed)")
        #expect(batch.count == 60)
        for page in batch.pages {
            let json = try JSONSerialization.jsonObject(with: Data(page.text))
            let elements = try #require(json as? [Any])
            #expect(elements.count == page.contents.count, "seed \(seed)")
            for (element, content) in zip(elements, page.contents) {
                switch content {
                case .nothing: #expect(element is NSNull)
                case .recipient: #expect(element is String)
                case .rejected: #expect((element as? [String])?.count == 2)
                }
            }
        }
    }

    @Test("a special byte is seen wherever it stands", arguments: ["\"", "\\", "\u{0}", "\u{1F}"])
    func places(special: String) {
        for length in 0...24 {
            for place in 0...length {
                let text =
                    String(repeating: " ", count: place) + special + String(repeating: "~", count: length - place)
                #expect(rows(batch([Row(line: 2, address: text)])) == [Row(line: 2, address: text)])
            }
        }
    }

    @Test("many rows, large gaps and lines that go back make further pages")
    func pages() {
        #expect(batch([Row(line: 2, address: "a"), Row(line: 18, address: "b")]).pages.map(\.first) == [2])
        #expect(batch([Row(line: 2, address: "a"), Row(line: 20, address: "b")]).pages.map(\.first) == [2, 20])
        #expect(batch([Row(line: 2, address: "a"), Row(line: 2, address: "b")]).pages.map(\.first) == [2, 2])
        let long = (2..<2_000).map { Row(line: $0, address: "recipient\($0)@list.example") }
        let batch = batch(long)
        #expect(batch.pages.count == 2 && rows(batch) == long)
        #expect(batch.pages.allSatisfy { $0.text.count < PlanBatch.usualByteCount + 100 })
    }

    @Test(
        "what is not a page is not read",
        arguments: [
            "", "[", "]", "[]x", "[\"a\"", "[\"a\",]", "[,]", "[\"a]", "[\"a\"\"b\"]", "[nul]", "[\"a\\\"]",
            "[\"\\x\"]",
            "[\"\\u0100\"]", "[\"\\u00A0\"]", "[\"\\u00", "[[\"a\"]]", "[[\"a\",\"b\",\"c\"]]", "[[\"a\",null]]", "[2]",
            " [\"a\"]", "[\"a\", \"b\"]", "{}", "[\"a\"]]",
        ])
    func faults(text: String) {
        let bytes = Array(text.utf8)
        #expect(!RecipientPage.read(bytes.span, first: 2) { (_, _, _) in })
    }

    @Test("a page that is cut anywhere is not read; a page of nothing is")
    func cuts() throws {
        let rows = [
            Row(line: 2, address: "\u{1}a"), Row(line: 4, address: "b", reason: "c\"d"), Row(line: 5, address: ""),
        ]
        let text = try #require(batch(rows).pages.first).text
        #expect(String(decoding: text, as: UTF8.self) == "[\"\\u0001a\",null,[\"b\",\"c\\\"d\"],\"\"]")
        for count in 0..<text.count {
            let cut = Array(text[..<count])
            #expect(!RecipientPage.read(cut.span, first: 2) { (_, _, _) in }, "\(count)")
        }
        #expect(RecipientPage.read(text.span, first: 2) { (_, _, _) in })
        #expect(!RecipientPage.read(text.span, first: -1) { (_, _, _) in })
        #expect(!RecipientPage.read(text.span, first: .max) { (_, _, _) in })
        let empty = Array("[]".utf8)
        #expect(RecipientPage.read(empty.span, first: 2) { (_, _, _) in })
    }
}
