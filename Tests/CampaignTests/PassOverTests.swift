import Primitives
import Testing

@testable import Campaign

@Suite("Rows that are passed over end where rows that are read do")
struct PassOverTests {
    /// What a scanner gives that passes over rows, then reads the next, and so on: the lines it reads, and all behind.
    private func lines(_ bytes: [UInt8], passingTo targets: [Int], cutAt cuts: [Int]) -> [Int] {
        var scanner = CSVScanner()
        var pieces = zip([0] + cuts, cuts + [bytes.count]).map { Array(bytes[$0..<$1]) }[...]
        var targets = targets[...]
        var lines: [Int] = []
        while true {
            var step = CSVScanner.Step.needsInput
            if scanner.passOver(to: targets.first ?? 0) {
                if bytes.count % 2 == 0 { _ = scanner.cutAhead() }
                step = scanner.next()
            }
            switch step {
            case .row, .broken:
                lines.append(scanner.line)
                targets = targets.dropFirst()
            case .needsInput:
                if let piece = pieces.popFirst() { scanner.feed(piece.span) } else { scanner.finish() }
            case .ended: return lines
            }
        }
    }

    private func expect(_ bytes: [UInt8], _ targets: [Int], cutAt cuts: [Int], _ comment: Comment) {
        let all = lines(bytes, passingTo: [], cutAt: [])
        var expected: [Int] = []
        for line in all where targets.count <= expected.count || line >= targets[expected.count] {
            expected.append(line)
        }
        let found = lines(bytes, passingTo: targets, cutAt: cuts)
        #expect(found == expected, comment)
    }

    @Test(arguments: CSVSplitTests.tricky)
    func everyCutAndEveryTarget(_ text: String) {
        let bytes = Array(text.utf8)
        for target in 0...6 {
            for cut in 0...bytes.count { expect(bytes, [target], cutAt: [cut], "to \(target), cut at \(cut)") }
            expect(bytes, [target, target + 2], cutAt: Array(0...bytes.count), "to \(target), byte by byte")
        }
    }

    @Test(arguments: 0..<400)
    func random(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bytes = seed % 2 == 0 ? RandomList.bytes(&random) : noise(&random)
        for _ in 0..<10 {
            let targets = (0..<3).map { _ in Int.random(in: 0...40, using: &random) }.sorted()
            let cuts = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            expect(bytes, targets, cutAt: cuts, "seed \(seed), to \(targets), cut at \(cuts)")
        }
    }

    private func noise(_ random: inout SeededRandom) -> [UInt8] {
        let alphabet = ["a", "bcdefghi", ",", ",", "\"", "\"", "\n", "\n", "\r\n", "\r", "\"\"", ",\""]
        var text = ""
        for _ in 0..<Int.random(in: 0...80, using: &random) {
            text += alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
        }
        return Array(text.utf8)
    }

    @Test("Rows around the limit of their length, plain and in quotes", arguments: [-3, -2, -1, 0, 1, 2, 3, 9_000])
    func longRows(_ more: Int) {
        let long = String(repeating: "x", count: CSVScanner.longestRow + more - 4)
        let lineEnds = String(repeating: "\n", count: CSVScanner.longestRow / 2 + more)
        let texts = [
            "a,b\n\(long),1\nc,d\n", "a,b\n\"\(long)\",1\nc,d\n", "a,b\n\"\(long)\",1\r\nc,\"d\"\r\ne,f",
            "a,b\n\(long),\"1\n2\"\nc,d\n", "\"\(lineEnds)\(lineEnds)\",x\nc,d\n", "a,\"\(long)",
        ]
        for (index, text) in texts.enumerated() {
            let bytes = Array(text.utf8)
            for target in [2, 3, 4] {
                for cut in [0, 5, 40_000, bytes.count - 3] {
                    expect(bytes, [target], cutAt: [cut], "text \(index), to \(target), cut at \(cut)")
                }
            }
        }
    }
}
