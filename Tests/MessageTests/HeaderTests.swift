import Testing

@testable import Message

struct HeaderTests {
    @Test(arguments: [
        ("Hello", "", "Hello"),
        ("Hello {{a}}", "", "Hello"),
        ("{{a}}", "", ""),
        ("Hello {{a}}!", "Ann", "Hello Ann!"),
        ("50% = {{a}}?", "half", "50% = half?"),
    ])
    func leavesPlainSubjectsReadable(template: String, value: String, expected: String) throws {
        let message = try MailReader(subjectLetter(template).composed(SampleRow([value])).bytes)
        #expect(try message.value("Subject") == expected)
    }

    @Test(arguments: [
        ("{{a}}", "Zoë"),
        ("Grüße, {{a}}", "Ann"),
        ("={{a}}", "?utf-8?q?x?="),
        ("{{a}}", "=?"),
        ("{{a}}", String(repeating: "é..", count: 300)),
        ("{{a}}", "こんにちは、世界。今日はとても良い天気ですね。散歩に行きましょう。"),
        ("{{a}}", String(repeating: "👩‍👩‍👧‍👦", count: 40)),
        ("{{a}}", String(repeating: "word_", count: 300)),
        ("{{a}} é  {{a}}", String(repeating: "a ", count: 300)),
    ])
    func encodesWhatIsNotPlain(template: String, value: String) throws {
        let bytes = try subjectLetter(template).composed(SampleRow([value])).bytes
        expectSafe(bytes, "\(value)")
        for line in MailReader.lines(bytes) where line.starts(with: Array(" =?".utf8)) {
            #expect(line.count <= 76)
        }
        let expected = String(template.replacing("{{a}}", with: value))
        let message = try MailReader(bytes)
        #expect(try message.value("Subject").hasPrefix("=?UTF-8?"))
        #expect(try message.decoded("Subject") == Array(expected.utf8))
    }

    @Test(arguments: [
        ("Ann Ä", "=?UTF-8?Q?Ann_=C3=84?="),
        ("日本", "=?UTF-8?B?5pel5pys?="),
    ])
    func choosesTheEncodingPeopleCanReadUntilItIsLong(subject: String, expected: String) throws {
        let message = try MailReader(subjectLetter("{{a}}").composed(SampleRow([subject])).bytes)
        #expect(try message.value("Subject") == expected)
    }

    @Test func foldsLongPlainSubjectsAtSpaces() throws {
        let subject = (0..<40).map { String(repeating: "w", count: 1 + $0 % 9) }.joined(separator: "  ")
        let bytes = try subjectLetter("{{a}}").composed(SampleRow([subject])).bytes
        for line in MailReader.lines(bytes) { #expect(line.count <= 78) }
        #expect(try MailReader(bytes).value("Subject") == subject)
    }

    @Test func leavesAWordWholeWhenItFitsALegalLine() throws {
        let subject = "x " + String(repeating: "y", count: 800) + " z"
        let bytes = try subjectLetter("{{a}}").composed(SampleRow([subject])).bytes
        expectSafe(bytes, "a long word")
        #expect(try MailReader(bytes).value("Subject") == subject)
    }

    @Test(
        arguments: [
            (nil, "news@shop.example"),
            ("", "news@shop.example"),
            ("Example Shop", "Example Shop <news@shop.example>"),
            ("Shop, Inc.", "\"Shop, Inc.\" <news@shop.example>"),
            (#"a "b" \c"#, #""a \"b\" \\c" <news@shop.example>"#),
            (" x", "\" x\" <news@shop.example>"),
            ("Café", "=?UTF-8?Q?Caf=C3=A9?= <news@shop.example>"),
            ("=?xyz", "=?UTF-8?Q?=3D=3Fxyz?= <news@shop.example>"),
            ("a\r\nb", "a??b <news@shop.example>"),
        ] as [(String?, String)])
    func writesDisplayNames(name: String?, expected: String) throws {
        var parts = LetterParts.sample(text: "x")
        parts.fromName = name
        #expect(try MailReader(Letter(parts).composed(SampleRow()).bytes).value("From") == expected)
    }

    @Test func foldsLongDisplayNames() throws {
        for name in [String(repeating: "é ", count: 100), String(repeating: "n", count: 2_000)] {
            var parts = LetterParts.sample(text: "x")
            parts.fromName = name
            let bytes = try Letter(parts).composed(SampleRow()).bytes
            expectSafe(bytes, "\(name)")
            for line in MailReader.lines(bytes) { #expect(line.count <= 78) }
            let from = try MailReader(bytes).decoded("From")
            #expect(from == Array("\(name) <news@shop.example>".utf8))
        }
    }

    private func subjectLetter(_ template: String) throws -> Letter {
        try Letter(.sample(subject: template, text: "x", fieldNames: ["a"]))
    }
}
