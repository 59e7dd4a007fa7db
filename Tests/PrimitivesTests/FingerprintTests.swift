import Testing

@testable import Primitives

@Suite("Fingerprints")
struct FingerprintTests {
    private func fingerprint(_ text: String, seed: UInt64 = 1) -> Fingerprint {
        Fingerprint(of: Array(text.utf8).span, seed: seed)
    }

    @Test("The same bytes and seed give the same fingerprint; another seed gives other halves")
    func seed() {
        for text in ["", "a", "a@b.example", "somebody.else@mail.example"] {
            #expect(fingerprint(text, seed: 1) == fingerprint(text, seed: 1))
            #expect(fingerprint(text, seed: 1).low != fingerprint(text, seed: 2).low)
            #expect(fingerprint(text, seed: 1).high != fingerprint(text, seed: 2).high)
        }
    }

    @Test("Zero bytes at the end count", arguments: [0, 1, 7, 8, 9, 15, 16, 17])
    func length(count: Int) {
        let text = String(repeating: "x", count: count)
        let fingerprints = (0...20).map { fingerprint(text + String(repeating: "\0", count: $0)) }
        #expect(Set(fingerprints).count == fingerprints.count)
        #expect(Set(fingerprints.map(\.low)).count == fingerprints.count)
        #expect(Set(fingerprints.map(\.high)).count == fingerprints.count)
    }

    @Test("Every bit of the input moves about half of both halves")
    func avalanche() {
        let text = Array("someone@mail.example".utf8)
        let before = Fingerprint(of: text.span, seed: 7)
        for bit in 0..<text.count * 8 {
            var changed = text
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let after = Fingerprint(of: changed.span, seed: 7)
            #expect((12...52).contains((before.low ^ after.low).nonzeroBitCount), "bit \(bit)")
            #expect((12...52).contains((before.high ^ after.high).nonzeroBitCount), "bit \(bit)")
        }
    }

    @Test("From a byte on capitals are small letters, and nothing else is", arguments: 0...30)
    func folding(first: Int) {
        for shift in 0..<30 {
            let bytes = (0..<30).map { UInt8(truncatingIfNeeded: ($0 + shift) * 37 + shift) }
            let folded = bytes.enumerated().map { place, byte in
                place >= first && (0x41...0x5A).contains(byte) ? byte + 0x20 : byte
            }
            for count in 0...30 {
                let (before, after) = (Array(bytes[..<count]), Array(folded[..<count]))
                #expect(
                    Fingerprint(of: before.span, foldingFrom: first, seed: 3) == Fingerprint(of: after.span, seed: 3),
                    "\(before)")
            }
        }
    }

    @Test("The order of words counts")
    func order() {
        #expect(fingerprint("aaaaaaaabbbbbbbb") != fingerprint("bbbbbbbbaaaaaaaa"))
    }
}

@Suite("Set of fingerprints")
struct FingerprintSetTests {
    @Test("It holds what a set of the standard library holds", arguments: [1, 2] as [UInt64])
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var set = FingerprintSet()
        var model: Set<UInt32> = []
        var mistakes = 0
        for _ in 0..<200_000 {
            // A third of the draws has been there before.
            let number = UInt32.random(in: 0..<250_000, using: &random)
            let isNew = set.insert(fingerprint(number, seed))
            if isNew != model.insert(number).inserted { mistakes += 1 }
        }
        for number in 0..<250_000 as Range<UInt32> {
            if set.contains(fingerprint(number, seed)) != model.contains(number) { mistakes += 1 }
        }
        let count = set.count
        #expect(mistakes == 0 && count == model.count, "seed \(seed)")
    }

    @Test("Many at a time are as many one by one, with room made before or not", arguments: [0, 10, 100_000])
    func many(expected: Int) {
        var one = FingerprintSet()
        var many = FingerprintSet()
        many.reserve(expected)
        let bytesBefore = many.byteCount
        for start in stride(from: 0 as UInt32, to: 100_000, by: 16) {
            let fingerprints = (start..<start + 16).map { fingerprint($0 % 90_000, 3) }
            many.insert(fingerprints.span)
            for fingerprint in fingerprints { _ = one.insert(fingerprint) }
        }
        let missing = (0..<100_000 as Range<UInt32>).count {
            one.contains(fingerprint($0, 3)) != many.contains(fingerprint($0, 3))
        }
        let (count, expectedCount, bytes) = (many.count, one.count, many.byteCount)
        #expect(missing == 0 && count == expectedCount && count == 90_000)
        #expect(expected < count || bytes == bytesBefore, "it has grown")
    }

    @Test("At no size does a fingerprint take more than 31 bytes")
    func memory() {
        var set = FingerprintSet()
        var (most, random) = (0.0, SeededRandom(seed: 5))
        for _ in 0..<600_000 {
            _ = set.insert(fingerprint(UInt32(truncatingIfNeeded: random.next()), 5))
            let count = set.count
            guard count > 20_000, count.isMultiple(of: 5_000) else { continue }
            most = max(most, Double(set.byteCount) / Double(count))
        }
        #expect(most < 31)
    }

    @Test("Small shards double, large ones grow by a quarter", arguments: [(16, 32), (4_096, 8_192), (8_192, 10_240)])
    func growth(count: Int, next: Int) {
        #expect(FingerprintSet.nextSlotCount(after: count) == next)
    }

    @Test("An empty set holds nothing")
    func empty() {
        let set = FingerprintSet()
        let holds = set.contains(fingerprint(1, 1))
        let count = set.count
        #expect(!holds && count == 0)
    }

    private func fingerprint(_ number: UInt32, _ seed: UInt64) -> Fingerprint {
        let bytes: [UInt8] = [
            UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8),
            UInt8(truncatingIfNeeded: number >> 16), UInt8(truncatingIfNeeded: number >> 24),
        ]
        return Fingerprint(of: bytes.span, seed: seed)
    }
}
