import Primitives
import Testing

@testable import Message

/// Values and subjects that stay as they are go a shorter way. It is taken only where the other writes the same.
@Suite("What stays as it is")
struct SimpleValueTests {
    @Test("a subject is the same, whichever way it goes", arguments: [1, 2, 3])
    func subjects(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var simple = 0
        for _ in 0..<4_000 {
            let values = (0..<2).map { _ in SimpleValueTests.text(upTo: 30, &random) }
            let literals = SimpleValueTests.text(upTo: 40, &random)
            let cut = Int.random(in: 0...literals.count, using: &random)
            let line = SubjectLine(
                pieces: [.literal(0..<cut), .field(1), .literal(cut..<literals.count), .field(2)], literals: literals)
            var row = SampleRow()
            row.values = values
            let packed = row.packed
            var isSimple = false
            let short = written(capacity: 4_096) { isSimple = line.appendSimple(PackedRow(packed.span), into: &$0) }
            guard isSimple else { continue }
            simple += 1
            let long = written(capacity: 4_096) { line.appendAny(PackedRow(packed.span), into: &$0) }
            #expect(short.bytes == long.bytes, "seed \(seed): \(literals) cut at \(cut), \(values)")
        }
        #expect(simple > 400, "seed \(seed): too few of them")
    }

    @Test("a subject with nothing special in it goes the short way up to the first fold", arguments: 0...80)
    func unfolded(count: Int) {
        let line = SubjectLine(pieces: [.field(1)], literals: [])
        let packed = SampleRow([String(repeating: "a", count: count)]).packed
        var isSimple = false
        _ = written(capacity: 128) { isSimple = line.appendSimple(PackedRow(packed.span), into: &$0) }
        #expect(isSimple == (1...69).contains(count))
    }

    @Test("a value is the same, whichever way it goes", arguments: [1, 2, 3])
    func values(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var simple = 0
        for _ in 0..<10_000 {
            let value = SimpleValueTests.text(upTo: 20, &random)
            let place = BodyValue(
                field: 1, column: Int.random(in: 0...75, using: &random), isHTML: Bool.random(using: &random),
                endsLine: Bool.random(using: &random), followsBlank: Bool.random(using: &random))
            guard place.isSimple(value.span) else { continue }
            simple += 1
            let long = written(capacity: 4_096) { place.append(value.span, into: &$0) }
            #expect(long.bytes == value, "seed \(seed): \(place)")
        }
        #expect(simple > 1_000, "seed \(seed): too few of them")
    }

    private static func text(upTo count: Int, _ random: inout SeededRandom) -> [UInt8] {
        let strange: [UInt8] = [0x20, 0x2E, 0x3D, 0x3F, 0x26, 0x3C, 0x22, 0x27, 0x0A, 0x0D, 0x09, 0x00, 0x7F, 0xC3]
        let (harmless, most) = (Int.random(in: 1...40, using: &random), Int.random(in: 1...14, using: &random))
        return (0..<Int.random(in: 0...count, using: &random)).map { _ in
            let pick = Int.random(in: 0..<harmless + 1, using: &random)
            return pick < harmless ? UInt8(0x61 + pick % 26) : strange[Int.random(in: 0..<most, using: &random)]
        }
    }
}
