import Primitives
import Testing

@testable import SMTP

@Suite("Reply parser")
struct ReplyParserTests {
    @Test(
        "Replies are found, with their text and their enhanced code",
        arguments: [
            ("250 ok\r\n", "250<ok>"), ("250\r\n", "250<>"), ("250 \r\n", "250<>"), ("250\n", "250<>"),
            ("354 go\n", "354<go>"), ("250  two\r\n", "250< two>"), ("250 x\r\r\n", "250<x\r>"),
            ("250-a\r\n250-b\r\n250 c\r\n", "-<a> -<b> 250<c>"), ("250-a\r\n250\r\n", "-<a> 250<>"),
            ("250-\r\n250 \r\n", "-<> 250<>"), ("250-a-b\r\n250 250-c\r\n", "-<a-b> 250<250-c>"),
            ("200\r\n250-a\r\n250 b\r\n221 c\r\n", "200<> -<a> 250<b> 221<c>"),
            // Unknown codes count by their first digit.
            ("299 x\r\n", "299<x>"), ("459 x\r\n", "459<x>"), ("590 x\r\n", "590<x>"), ("399\r\n", "399<>"),
            // Bytes that nobody should print.
            ("250 \0\u{1B}[2J\r\t\u{7F}é\r\n", "250<\0\u{1B}[2J\r\t\u{7F}é>"),
            // Enhanced codes, and what only looks like one.
            ("250 2.1.0 Ok\r\n", "250/2.1.0<2.1.0 Ok>"), ("550 5.1.1\r\n", "550/5.1.1<5.1.1>"),
            ("451 4.999.999 x\r\n", "451/4.999.999<4.999.999 x>"),
            ("250-2.1.0 a\r\n250 b\r\n", "-<2.1.0 a> 250<b>"), ("250 2.1 x\r\n", "250<2.1 x>"),
            ("250 5.1.1 x\r\n", "250<5.1.1 x>"), ("550 4.1.1 x\r\n", "550<4.1.1 x>"),
            ("354 3.0.0 x\r\n", "354/3.0.0<3.0.0 x>"), ("250 2.1.0x\r\n", "250<2.1.0x>"),
            ("250 2.1234.0 x\r\n", "250<2.1234.0 x>"), ("250 2.1.1234\r\n", "250<2.1.1234>"),
            ("250 2..0 x\r\n", "250<2..0 x>"), ("250 2.1.\r\n", "250<2.1.>"),
            ("250 2.1.0-x\r\n", "250<2.1.0-x>"),
        ])
    func good(input: String, heard: String) {
        expectSameAtEverySplit(input, heard)
    }

    @Test(
        "What is not a reply is a fault, and the replies before it stand",
        arguments: [
            ("\r\n", "badCode"), ("\n", "badCode"), ("25\r\n", "badCode"), ("2500 x\r\n", "badCode"),
            ("150 x\r\n", "badCode"), ("650 x\r\n", "badCode"), ("850 x\r\n", "badCode"),
            ("050 x\r\n", "badCode"), ("2a0 x\r\n", "badCode"), ("25: x\r\n", "badCode"),
            ("2/0 x\r\n", "badCode"), (" 250 x\r\n", "badCode"), ("250_x\r\n", "badCode"),
            ("250\tx\r\n", "badCode"), ("250\rx\n", "badCode"), ("250.x\r\n", "badCode"),
            ("OK\r\n", "badCode"), ("２50 x\r\n", "badCode"), ("\u{FEFF}250 x\r\n", "badCode"),
            ("-250 x\r\n", "badCode"), ("250\0\r\n", "badCode"),
            ("250-a\r\n251 b\r\n", "-<a> changingCode"), ("250-a\r\n550 b\r\n", "-<a> changingCode"),
            ("250-a\r\n251-b\r\n", "-<a> changingCode"), ("250-a\r\nb\r\n", "-<a> badCode"),
            ("250 a\r\n+ b\r\n250 c\r\n", "250<a> badCode"),
        ])
    func bad(input: String, heard: String) {
        expectSameAtEverySplit(input, heard)
    }

    @Test(
        "An unfinished line is not heard",
        arguments: [("", ""), ("250 ok", ""), ("250 ok\r", ""), ("250-a\r\n250 b", "-<a>"), ("2", "")])
    func unfinished(input: String, heard: String) {
        expectSameAtEverySplit(input, heard)
    }

    @Test("Random replies are heard alike however they are cut", arguments: 0..<200)
    func randomReplies(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var input = ""
        for _ in 0..<6 {
            let code = Int.random(in: 198...601, using: &random)
            for _ in 0..<Int.random(in: 0...3, using: &random) { input += "\(code)-\(text(&random))\r\n" }
            input += random.oneIn(4) ? "\(code)\n" : "\(code) \(text(&random))\r\n"
        }
        let whole = Heard.words(input, cutAt: [])
        for _ in 0..<20 {
            let cuts = (0..<8).map { _ in Int.random(in: 0...input.utf8.count, using: &random) }.sorted()
            #expect(Heard.words(input, cutAt: cuts) == whole, "seed \(seed), cut at \(cuts)")
        }
    }

    private func text(_ random: inout SeededRandom) -> String {
        let words = ["ok", "2.1.0", "5.7.1 no", "", "-", "\r", String(repeating: "long ", count: 150)]
        return words[Int.random(in: 0..<words.count, using: &random)]
    }

    @Test("Random bytes never stop the process, and each step takes some", arguments: 0..<300)
    func randomBytes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var parser = ReplyParser()
        for _ in 0..<60 {
            let input = bytes(&random)
            var cursor = 0
            var steps = 0
            while true {
                let before = cursor
                let step = parser.next(in: input.span, at: &cursor)
                steps += 1
                if step == .needsInput { break }
                #expect(cursor > before && cursor <= input.count, "seed \(seed)")
                if step == .fault(.lineTooLong) && cursor == input.count { break }
            }
            #expect(cursor == input.count && steps <= input.count + 1, "seed \(seed)")
        }
    }

    private func bytes(_ random: inout SeededRandom) -> [UInt8] {
        let likely = Array("2555034-- ..\r\n\n".utf8)
        return (0..<Int.random(in: 0...(random.oneIn(10) ? 3_000 : 20), using: &random)).map { _ in
            random.oneIn(6)
                ? UInt8.random(in: 0...255, using: &random)
                : likely[Int.random(in: 0..<likely.count, using: &random)]
        }
    }
}

@Suite("Limits of replies")
struct ReplyLimitTests {
    @Test("A line may have 4,096 bytes before its LF, and its first 512 are read")
    func longestLine() {
        let code = "250 2.0.0 "
        let text = "2.0.0 " + String(repeating: "t", count: 502)
        for (end, count) in [("\n", 4_096), ("\r\n", 4_095)] {
            let line = code + String(repeating: "t", count: count - code.count)
            expectSameAtSomeSplits(line + end, "250/2.0.0<\(text)>")
            expectSameAtSomeSplits(line + "t" + end, "lineTooLong")
        }
    }

    @Test("A line of more than 4,096 bytes is a fault before its end has come")
    func endless() {
        let line = "250 " + String(repeating: "t", count: 4_092)
        expectSameAtSomeSplits(line, "")
        expectSameAtSomeSplits(line + "t", "lineTooLong")
    }

    @Test("Around 512 bytes a text is cut, and nothing else changes", arguments: 510...515)
    func keptText(count: Int) {
        let text = String(repeating: "t", count: count - 4)
        let kept = String(text.prefix(508))
        expectSameAtEverySplit("250 \(text)\r\n250-\(text)\r\n250 x\r\n", "250<\(kept)> -<\(kept)> 250<x>")
    }

    @Test("A reply may have 128 lines, and the next one as many")
    func mostLines() {
        let line = "250-\r\n"
        let reply = String(repeating: line, count: 127) + "250 \r\n"
        let heard = String(repeating: "-<> ", count: 127) + "250<>"
        expectSameAtSomeSplits(reply + reply, heard + " " + heard)
        expectSameAtSomeSplits(line + reply, String(repeating: "-<> ", count: 128) + "tooManyLines")
    }

    @Test("A reply may have 65,536 bytes, and the next one as many")
    func mostBytes() {
        let text = String(repeating: "t", count: 4_091)
        let heardText = "-<" + text.prefix(508) + "> "
        let lines = String(repeating: "250-\(text)\r\n", count: 16)
        let reply = lines + "250 twelve bytes\r\n"
        let heard = String(repeating: heardText, count: 16) + "250<twelve bytes>"
        expectSameAtSomeSplits(reply + reply, heard + " " + heard)
        let longer = String(repeating: heardText, count: 16) + "replyTooLong"
        expectSameAtSomeSplits(lines + "250 thirteen byte\r\n", longer)
    }

    @Test(
        "A reply's first digit is its severity",
        arguments: [
            (200, .success), (251, .success), (299, .success), (300, .intermediate), (354, .intermediate),
            (399, .intermediate), (400, .transient), (499, .transient), (500, .permanent), (599, .permanent),
        ] as [(UInt16, Severity)])
    func severity(code: UInt16, severity: Severity) {
        #expect(Reply(code: code).severity == severity)
        #expect(!Reply(code: code).announcesShutdown)
        #expect(Reply(code: 421).announcesShutdown)
    }
}

/// What a parser finds in pieces of input, in words: `-<line>`, `250<text>`, `250/2.1.0<text>` or the fault.
private enum Heard {
    static func words(_ input: String, cutAt cuts: [Int]) -> String {
        let bytes = Array(input.utf8)
        var parser = ReplyParser()
        var words: [String] = []
        var start = 0
        for end in cuts.map({ min($0, bytes.count) }) + [bytes.count] {
            guard hear(Array(bytes[start..<end]), with: &parser, &words) else { break }
            start = end
        }
        return words.joined(separator: " ")
    }

    /// False after a fault: the session would be over.
    private static func hear(_ input: [UInt8], with parser: inout ReplyParser, _ words: inout [String])
        -> Bool
    {
        var cursor = 0
        while true {
            switch parser.next(in: input.span, at: &cursor) {
            case .needsInput:
                #expect(cursor == input.count)
                return true
            case .line: words.append("-<\(text(parser, input))>")
            case .reply(let reply):
                let enhanced = reply.enhanced.map { "/\($0.classDigit).\($0.subject).\($0.detail)" } ?? ""
                words.append("\(reply.code)\(enhanced)<\(text(parser, input))>")
            case .fault(let fault):
                words.append("\(fault)")
                return false
            }
        }
    }

    private static func text(_ parser: ReplyParser, _ input: [UInt8]) -> String {
        var buffer = ByteBuffer(capacity: ReplyParser.keptBytes)
        var writer = buffer.writer()
        parser.copyText(from: input.span, into: &writer)
        #expect(!writer.overflowed)
        let text = buffer.bytes(0..<writer.count)
        return String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
    }
}

private func expectSameAtEverySplit(_ input: String, _ heard: String) {
    #expect(Heard.words(input, cutAt: []) == heard)
    for split in 0...input.utf8.count {
        #expect(Heard.words(input, cutAt: [split]) == heard, "cut at \(split)")
    }
    #expect(Heard.words(input, cutAt: Array(0...input.utf8.count)) == heard, "byte by byte")
}

/// For long input: cuts around its ends and the sizes that matter, and pieces of a few sizes.
private func expectSameAtSomeSplits(_ input: String, _ heard: String) {
    let count = input.utf8.count
    let cuts = [0, 1, 3, 4, 511, 512, 513, 4_095, 4_096, 4_097, count - 3, count - 2, count - 1, count]
    #expect(Heard.words(input, cutAt: []) == heard)
    for cut in cuts where cut <= count {
        #expect(Heard.words(input, cutAt: [cut]) == heard, "cut at \(cut)")
    }
    for size in [1, 7, 512, 1_448] {
        let cuts = Array(stride(from: 0, to: count, by: size))
        #expect(Heard.words(input, cutAt: cuts) == heard, "pieces of \(size)")
    }
}
