import Primitives
import Testing

@Suite("Byte search")
struct ByteSearchTests {
    @Test("The first place is found, wherever it is and whatever surrounds it", arguments: 0..<200)
    func agreesWithTheLibrary(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        // Few different values, those among them that a carry between bytes could mistake for the one sought.
        let values: [UInt8] = [0x0A, 0x0B, 0x09, 0x8A, 0x00, 0xFF]
        let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
            values[Int.random(in: 0..<values.count, using: &random)]
        }
        for start in 0...bytes.count {
            let expected = bytes[start...].firstIndex(of: 0x0A)
            #expect(bytes.span.firstIndex(of: 0x0A, from: start) == expected, "seed \(seed), start \(start)")
        }
    }
}
