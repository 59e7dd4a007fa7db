import Primitives
import Testing

@testable import Message

struct LetterRandomTests {
    /// Random templates and rows: what a reader decodes is exactly what the template and the row say.
    @Test(arguments: 0..<600)
    func decodesToWhatWasMeant(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let sample = LetterSample(random: &random)
        let letter = try Letter(sample.parts)
        for number in 0..<2 {
            let row = sample.row(number: number, random: &random)
            let composed = letter.composed(row)
            #expect(!composed.overflowed, "seed \(seed)")
            expectSafe(composed.bytes, "seed \(seed)")
            try expectExact(composed.bytes, sample, row, "seed \(seed)")
            for shortest in [1, 10, 60] {
                #expect(letter.composedSharing(row, shortest: shortest) == composed.bytes, "seed \(seed)")
            }
        }
    }

    private func expectExact(
        _ bytes: [UInt8], _ sample: LetterSample, _ row: SampleRow, _ comment: Comment
    ) throws {
        let message = try MailReader(bytes)
        let subject = try message.decoded("Subject")
        let wantedSubject = sample.subject.rendered(row, isHTML: false)
        #expect(MailReader.trimmed(subject) == MailReader.trimmed(wantedSubject), comment)
        #expect(try message.value("To") == String(decoding: row.address, as: UTF8.self), comment)

        let wanted = [(sample.text, false), (sample.html, true)].compactMap { template, isHTML in
            template.map { $0.renderedBody(row, isHTML: isHTML) }
        }
        let boundary = "=_\(LetterParts.sampleBoundary)"
        let parts = wanted.count == 1 ? [message] : try message.parts(boundary: boundary)
        #expect(parts.count == wanted.count, comment)
        for (part, wanted) in zip(parts, wanted) {
            #expect(try part.decodedBody() == wanted, comment)
            #expect(MailReader.firstIndex(of: boundary, in: part.body) == nil, comment)
        }
    }
}

/// A letter made up from a seed.
private struct LetterSample {
    var subject: TemplateSample
    var text: TemplateSample?
    var html: TemplateSample?

    init(random: inout SeededRandom) {
        subject = TemplateSample(pieceCount: 4, isHeader: true, random: &random)
        let kind = Int.random(in: 0..<3, using: &random)
        text = kind == 1 ? nil : TemplateSample(pieceCount: 12, isHeader: false, random: &random)
        html = kind == 0 ? nil : TemplateSample(pieceCount: 12, isHeader: false, random: &random)
    }

    var parts: LetterParts {
        .sample(
            subject: subject.source, text: text?.source, html: html?.source,
            fieldNames: TemplateSample.fieldNames)
    }

    /// The first field goes into the subject as well, so its value has no control bytes.
    func row(number: Int, random: inout SeededRandom) -> SampleRow {
        SampleRow(
            number: number,
            [
                TextSample.make(isHeader: true, random: &random),
                TextSample.make(isHeader: false, random: &random),
                TextSample.make(isHeader: false, random: &random),
            ])
    }
}

/// A template, with what it means in the test's own words.
private struct TemplateSample {
    static let fieldNames = ["a", "b b", "ç"]

    private enum Piece {
        case text(String)
        case field(Int)
    }

    private var pieces: [Piece] = []

    init(pieceCount: Int, isHeader: Bool, random: inout SeededRandom) {
        for _ in 0..<Int.random(in: 0...pieceCount, using: &random) {
            if random.oneIn(2) {
                pieces.append(.field(isHeader ? 0 : Int.random(in: 0..<3, using: &random)))
            } else {
                pieces.append(.text(TextSample.make(isHeader: isHeader, random: &random)))
            }
        }
    }

    var source: String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .field(let field): "{{ \(TemplateSample.fieldNames[field]) }}"
            }
        }.joined()
    }

    func rendered(_ row: SampleRow, isHTML: Bool) -> [UInt8] {
        pieces.flatMap { piece -> [UInt8] in
            switch piece {
            case .text(let text): Array(text.utf8)
            case .field(let field): isHTML ? escaped(row.values[field]) : row.values[field]
            }
        }
    }

    /// Line ends are CRLF, each value and each run of text for itself, and the last line has one.
    func renderedBody(_ row: SampleRow, isHTML: Bool) -> [UInt8] {
        var result: [UInt8] = []
        var text: [UInt8] = []
        var endsInText = false
        for piece in pieces {
            switch piece {
            case .text(let more):
                text += Array(more.utf8)
            case .field(let field):
                result += withLineEnds(text)
                result += withLineEnds(isHTML ? escaped(row.values[field]) : row.values[field])
                text = []
            }
            endsInText = !text.isEmpty
        }
        result += withLineEnds(text)
        return endsInText && result.last == 0x0A ? result : result + [0x0D, 0x0A]
    }

    private func withLineEnds(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            let isAfterCR = index > 0 && bytes[index - 1] == 0x0D
            if byte == 0x0D || (byte == 0x0A && !isAfterCR) {
                result += [0x0D, 0x0A]
            } else if byte != 0x0A {
                result.append(byte)
            }
        }
        return result
    }

    private func escaped(_ bytes: [UInt8]) -> [UInt8] {
        let references: [UInt8: String] = [
            0x26: "&#38;", 0x3C: "&#60;", 0x3E: "&#62;", 0x22: "&#34;", 0x27: "&#39;",
        ]
        return bytes.flatMap { byte in references[byte].map { Array($0.utf8) } ?? [byte] }
    }
}

/// Text that is hard to encode.
private enum TextSample {
    static func make(isHeader: Bool, random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            text += fragment(isHeader: isHeader, random: &random)
        }
        return text
    }

    private static func fragment(isHeader: Bool, random: inout SeededRandom) -> String {
        let plain = [
            "Hello", "a", " ", "  ", ".", "..", "?", "<b>", "&amp;", "\"'", "_", "From ", "-", "--", "}",
        ]
        let hard = ["=", "=?", "?=", "=3D", "=_", "é", "日本語", "👩‍👩‍👧", "\u{301}", "ß"]
        let bodyOnly = [
            "\n", "\r\n", "\r", "\t", " \n", "\t\r\n", "\n.\n", "\r\n.\r\n", "\n.", "\u{1}", "\u{7F}",
        ]
        let count = Int.random(in: 1...200, using: &random)
        switch Int.random(in: 0..<(isHeader ? 6 : 9), using: &random) {
        case 0...2: return plain[Int.random(in: 0..<plain.count, using: &random)]
        case 3: return hard[Int.random(in: 0..<hard.count, using: &random)]
        case 4: return String(repeating: random.oneIn(2) ? "x" : "word ", count: count)
        case 5: return random.oneIn(3) ? String(repeating: "é", count: count) : "plain words"
        default: return bodyOnly[Int.random(in: 0..<bodyOnly.count, using: &random)]
        }
    }
}
