import Primitives
import Testing

@Suite("Packed rows")
struct PackedRowTests {
    @Test("A row gives back its number and its fields", arguments: 0..<200)
    func roundTrip(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let number = Int(UInt32.random(in: 0...(.max), using: &random))
        let fields = (0..<Int.random(in: 0...20, using: &random)).map { _ in field(&random) }
        expectRoundTrip(number, fields, "seed \(seed)")
    }

    @Test("The largest number, many fields and the longest field fit")
    func borders() {
        let longest = [UInt8](repeating: 0x61, count: PackedRow.longestField)
        expectRoundTrip(Int(UInt32.max), [longest, [], longest], "longest fields")
        expectRoundTrip(0, [[UInt8]](repeating: [1], count: 3_000), "many fields")
    }

    private func field(_ random: inout SeededRandom) -> [UInt8] {
        let longest = random.oneIn(8) ? 2_000 : 20
        let count = Int.random(in: 0...longest, using: &random)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private func expectRoundTrip(_ number: Int, _ fields: [[UInt8]], _ what: Comment) {
        var buffer = ByteBuffer(capacity: 6 + fields.reduce(0) { $0 + $1.count + 2 })
        var writer = buffer.writer()
        PackedRow.begin(number: number, fieldCount: fields.count, into: &writer)
        for field in fields { PackedRow.append(field.span, into: &writer) }
        #expect(!writer.overflowed && writer.remaining == 0, what)
        let row = PackedRow(buffer.bytes(0..<writer.count))
        let readNumber = row.number
        let readCount = row.fieldCount
        #expect(readNumber == number && readCount == fields.count, what)
        let isSame = (0..<min(fields.count, 50)).allSatisfy { row.field($0).copy() == fields[$0] }
        #expect(isSame, what)
        guard let last = fields.last else { return }
        let readLast = row.field(fields.count - 1).copy()
        #expect(readLast == last, what)
    }
}
