import Primitives
import Testing

@testable import Message

struct LetterTests {
    @Test func composesASmallLetterByteForByte() throws {
        let parts = LetterParts.sample(
            subject: "Hello {{name}}", text: "Dear {{name}},\n\n.dots and =\n{{name}}\n", fieldNames: ["name"]
        )
        let expected = """
            From: Example Shop <news@shop.example>
            To: ann@customer.example
            Reply-To: help@shop.example
            Subject: Hello Ann
            Date: Tue, 24 Nov 2026 06:05:46 +0000
            Message-ID: <5f3a9c.7@shop.example>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Dear Ann=
            ,

            =2Edots and =3D
            Ann

            """
        let composed = try Letter(parts).composed(SampleRow(["Ann"]))
        #expect(String(decoding: composed.bytes, as: UTF8.self) == crlf(expected))
        #expect(!composed.overflowed)
    }

    @Test func putsTextBeforeHTMLInAlternatives() throws {
        let parts = LetterParts.sample(text: "Hi {{a}}", html: "<p>Hi {{a}}</p>\n", fieldNames: ["a"])
        let message = try MailReader(Letter(parts).composed(SampleRow(["<Ann & \"Bob\">'s"])).bytes)
        let boundary = "=_\(LetterParts.sampleBoundary)"
        #expect(try message.value("Content-Type") == "multipart/alternative; boundary=\"\(boundary)\"")
        let alternatives = try message.parts(boundary: boundary)
        #expect(
            try alternatives.map { try $0.value("Content-Type") }
                == ["text/plain; charset=utf-8", "text/html; charset=utf-8"])
        #expect(
            try alternatives.map { String(decoding: try $0.decodedBody(), as: UTF8.self) }
                == ["Hi <Ann & \"Bob\">'s\r\n", "<p>Hi &#60;Ann &#38; &#34;Bob&#34;&#62;&#39;s</p>\r\n"])
    }

    @Test(arguments: [
        ("{{a}}", "", "\r\n"),
        ("x {{a}}\ny", "", "x \r\ny\r\n"),
        ("x {{a}}", "\ny", "x \r\ny\r\n"),
        ("x\t{{a}}.", "\ny", "x\t\r\ny.\r\n"),
        ("{{a}}\n", "end ", "end \r\n"),
        ("{{a}}", "end\t\n\n", "end\t\r\n\r\n\r\n"),
        ("{{a}}x", "end ", "end x\r\n"),
        ("{{a}}.", "", ".\r\n"),
        ("{{a}}", ".", ".\r\n"),
        ("{{a}}\r\n.{{a}}", ".\n.\r.\r\n.", ".\r\n.\r\n.\r\n.\r\n..\r\n.\r\n.\r\n.\r\n"),
        ("a \n b\t\r\nc \rd ", "", "a \r\n b\t\r\nc \r\nd \r\n"),
        ("{{a}}", "\r\r\n\n", "\r\n\r\n\r\n\r\n"),
        ("\r{{a}}\n", "\n", "\r\n\r\n\r\n"),
        ("{{a}}{{a}}", "é=\u{0}\u{7F}", "é=\u{0}\u{7F}é=\u{0}\u{7F}\r\n"),
        ("{{a}}", "=3D", "=3D\r\n"),
    ])
    func keepsBodiesExactly(template: String, value: String, expected: String) throws {
        let letter = try Letter(.sample(text: template, fieldNames: ["a"]))
        let message = letter.composed(SampleRow([value])).bytes
        expectSafe(message, "\(template.debugDescription)")
        #expect(try MailReader(message).decodedBody() == Array(expected.utf8))
    }

    /// At every column, a value that needs three octets a byte, a run that needs breaks, and dots.
    @Test(arguments: 0...80)
    func breaksLinesAtAnyColumn(column: Int) throws {
        let lead = String(repeating: "y", count: column)
        let letter = try Letter(.sample(text: "\(lead){{a}}\n", fieldNames: ["a"]))
        for value in [
            "éééé", String(repeating: "z", count: 200), String(repeating: ".", count: 200), ". ", "",
        ] {
            let message = letter.composed(SampleRow([value])).bytes
            expectSafe(message, "column \(column), \(value)")
            #expect(try MailReader(message).decodedBody() == Array("\(lead)\(value)\r\n".utf8))
        }
    }

    @Test func needsNoSoftBreakBeforeALineEnd() throws {
        let letter = try Letter(.sample(text: "{{a}}\r\n{{a}}\n{{a}}", fieldNames: ["a"]))
        let message = try MailReader(letter.composed(SampleRow(["x"])).bytes)
        #expect(message.body == Array("x\r\nx\r\nx\r\n".utf8))
    }

    @Test func givesARowTheSameMessageIDAgain() throws {
        let letter = try Letter(.sample(text: "x"))
        let first = letter.composed(SampleRow(number: 4_294_967_295))
        #expect(first.bytes == letter.composed(SampleRow(number: 4_294_967_295)).bytes)
        #expect(try MailReader(first.bytes).value("Message-ID") == "<5f3a9c.4294967295@shop.example>")
    }

    @Test func listsTheFieldsThatReachHeaders() throws {
        let letter = try Letter(
            .sample(subject: "{{c}} {{a}} {{c}}", text: "{{b}}", fieldNames: ["a", "b", "c"]))
        #expect(letter.headerFieldIndexes == [0, 1, 3])
    }

    @Test func letsNoControlByteIntoTheHeader() throws {
        let letter = try Letter(.sample(subject: "S {{a}}", text: "x", fieldNames: ["a"]))
        for evil in ["x\r\nBcc: b@c.example", "\n\n.\r\n", "a\u{0}b\u{7F}\u{1B}", "é\r\n\r\nX: y"] {
            let message = letter.composed(SampleRow(address: "a@b.example\(evil)", [evil])).bytes
            expectSafe(message, "\(evil.debugDescription)")
            let read = try MailReader(message)
            #expect(read.header.count == 9)
            #expect(try !read.decoded("Subject").contains { $0 < 0x20 || $0 == 0x7F })
            #expect(read.body == Array("x\r\n".utf8))
        }
    }

    @Test("The bound holds for values in which each byte takes the most", arguments: ["\"", "é", " \n", "=", "."])
    func staysWithinItsBound(piece: String) throws {
        let letters = try [
            Letter(.sample(text: "{{a}}", fieldNames: ["a"])),
            Letter(.sample(html: "{{a}}{{b}}{{a}}", fieldNames: ["a", "b"])),
            Letter(.sample(subject: "{{b}} {{a}} {{a}}", text: "x", fieldNames: ["a", "b"])),
        ]
        for count in [0, 1, 2, 38, 39, 40, 73, 74, 75, 76, 400, 3_000, 30_000] {
            let row = SampleRow([String(repeating: piece, count: count), "B"])
            for letter in letters {
                #expect(!letter.composed(row).overflowed, "\(piece.debugDescription) \(count) times")
            }
        }
    }

    @Test func survivesAnAddressOfAnyLength() throws {
        let row = SampleRow(address: String(repeating: "a", count: 5_000))
        let letter = try Letter(.sample(text: "x"))
        let composed = letter.composed(row)
        #expect(!composed.overflowed)
        expectSafe(composed.bytes, "a long address")
    }

    @Test func overflowsWithoutTrapping() throws {
        let letter = try Letter(
            .sample(subject: "é {{a}}", text: "{{a}} x {{a}}", html: "<b>{{a}}</b>", fieldNames: ["a"]))
        let row = SampleRow(["value\nof & lines "])
        let whole = letter.composed(row).bytes
        for capacity in 1..<whole.count { #expect(letter.composed(row, capacity: capacity).overflowed) }
        #expect(!letter.composed(row, capacity: whole.count).overflowed)
        #expect(letter.composed(row, capacity: whole.count).bytes == whole)
    }

    @Test func refusesPartsThatMakeNoLetter() {
        #expect(throws: LetterFault.noBody) { try Letter(.sample()) }
        #expect(throws: LetterFault.unknownField("b")) {
            try Letter(.sample(text: "{{b}}", fieldNames: ["a"]))
        }
        #expect(throws: LetterFault.unknownField("b")) { try Letter(.sample(subject: "{{b}}", text: "x")) }
        #expect(throws: LetterFault.self) { try Letter(.sample(text: "{{")) }
        var parts = LetterParts.sample(text: "x")
        parts.boundaryToken = "abc"
        #expect(throws: LetterFault.unusableToken("abc")) { try Letter(parts) }
        parts = .sample(text: "x")
        parts.fromAddress = "a@b.example>\r\nBcc: x"
        #expect(throws: LetterFault.unusableAddress(parts.fromAddress)) { try Letter(parts) }
    }

    private func crlf(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    }
}
