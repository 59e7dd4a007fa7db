import Measurement
import Primitives
import Testing

@Suite("Reply table")
struct ReplyTableTests {
    @Test("replies are told apart by code, by enhanced code, and by having one at all")
    func distinguishing() {
        var table = ReplyTable()
        table.record(code: 250, enhanced: nil)
        table.record(code: 250, enhanced: 0)
        for _ in 0..<3 {
            table.record(code: 550, enhanced: PackedEnhancedCode.packed(class: 5, subject: 1, detail: 1))
        }
        for _ in 0..<2 {
            table.record(code: 550, enhanced: PackedEnhancedCode.packed(class: 5, subject: 7, detail: 1))
        }

        #expect(table.entries.map(\.code) == [550, 550, 250, 250])
        #expect(table.entries.map(\.count) == [3, 2, 1, 1])
        #expect(table.entries.map { $0.enhanced.map(PackedEnhancedCode.text) } == ["5.1.1", "5.7.1", nil, "0.0.0"])
    }

    @Test("alternating replies and repeated ones are counted alike")
    func lastEntry() {
        var table = ReplyTable()
        for round in 0..<100 { table.record(code: round.isMultiple(of: 2) ? 250 : 451, enhanced: nil) }
        for _ in 0..<50 { table.record(code: 451, enhanced: nil) }
        #expect(table.entries.map(\.code) == [451, 250])
        #expect(table.entries.map(\.count) == [100, 50])
    }

    @Test("a server that never repeats itself fills 512 entries, and the rest is counted as others")
    func bounded() {
        var table = ReplyTable()
        for detail in 0..<2_000 { table.record(code: 550, enhanced: UInt32(detail)) }
        #expect(table.distinct == ReplyTable.limit)
        #expect(table.entries.count == ReplyTable.limit)
        #expect(table.others == 2_000 - ReplyTable.limit)

        table.record(code: 550, enhanced: 3)
        #expect(table.entries.first?.count == 2)
        #expect(table.others == 2_000 - ReplyTable.limit)
    }

    @Test("merging keeps the bound and loses no reply", arguments: 1...20)
    func merging(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var left = ReplyTable()
        var right = ReplyTable()
        for _ in 0..<700 {
            left.record(
                code: UInt16.random(in: 400...600, using: &random), enhanced: UInt32(random.next() % 9))
            right.record(code: UInt16.random(in: 0...UInt16.max, using: &random), enhanced: nil)
        }
        left.merge(right)
        let counted = left.entries.reduce(0) { $0 + $1.count }
        #expect(counted + left.others == 1_400, "seed \(seed)")
        #expect(left.distinct <= ReplyTable.limit, "seed \(seed)")
        #expect(Set(left.entries).count == left.entries.count, "seed \(seed)")
    }

    @Test("the parts of an enhanced code are bounded, and read back as replies write them")
    func enhancedCodes() {
        #expect(PackedEnhancedCode.text(PackedEnhancedCode.packed(class: 2, subject: 0, detail: 0)) == "2.0.0")
        #expect(PackedEnhancedCode.text(PackedEnhancedCode.packed(class: 5, subject: 999, detail: 123)) == "5.999.123")
        #expect(PackedEnhancedCode.text(PackedEnhancedCode.packed(class: 4, subject: .max, detail: .min)) == "4.999.0")
    }
}
