import Testing

@testable import Message

struct TemplateSourceTests {
    @Test(arguments: [
        ("", ""),
        ("plain", "'plain'"),
        ("{{a}}", "[a]"),
        ("Hi {{ first name }}!", "'Hi '[first name]'!'"),
        ("{{a}}{{\tb }}", "[a][b]"),
        ("{a} }} {", "'{a} }} {'"),
        ("{{a}}}", "[a]'}'"),
        ("x{{é}}", "'x'[é]"),
        ("\u{FEFF}x", "'x'"),
    ])
    func cutsIntoSegments(text: String, expected: String) {
        let source = TemplateSource(Array(text.utf8))
        #expect(source.problems.isEmpty)
        #expect(described(source) == expected)
    }

    @Test func namesFieldsInOrderOfFirstUse() {
        let source = TemplateSource(Array("{{b}}\r\n{{a}}\r{{b}}\n\n{{c}} {{a}}".utf8))
        #expect(source.fieldNames.map(\.name) == ["b", "a", "c"])
        #expect(source.fieldNames.map(\.line) == [1, 2, 5])
    }

    /// Canonically equal strings are different columns when their bytes differ.
    @Test func tellsFieldsApartByBytes() {
        let source = TemplateSource(Array("{{\u{E9}}}{{e\u{301}}}".utf8))
        #expect(source.fieldNames.map { Array($0.name.utf8).count } == [2, 3])
    }

    @Test(arguments: [
        ("a\n{{b", [2]),
        ("{{a\n}}", [1]),
        ("{{a}b}}", [1]),
        ("{{{a}}}", [1]),
        ("{{}}\n{{  }}", [1, 2]),
        ("{{a{{b}}", [1]),
        ("x\n\0\n{{", [2, 3]),
        ("{{", [1]),
        ("{{a}", [1]),
    ])
    func namesEveryProblem(text: String, lines: [Int]) {
        let problems = TemplateSource(Array(text.utf8)).problems
        #expect(problems.map(\.line) == lines)
    }

    @Test func namesLinesThatAreNotUTF8() {
        let source = TemplateSource(Array("ok\r\n".utf8) + [0xFF, 0x0A] + Array("{{\n".utf8) + [0xC3])
        #expect(source.problems.map(\.line) == [2, 3, 4])
        #expect(source.problems[0].text.contains("UTF-8"))
        #expect(source.problems[1].text.contains("}}"))
    }

    @Test func keepsTheFieldsOfABrokenTemplate() {
        let source = TemplateSource(Array("{{a\n{{b}}".utf8))
        #expect(source.problems.count == 1)
        #expect(source.fieldNames.map(\.name) == ["b"])
    }

    private func described(_ source: TemplateSource) -> String {
        source.segments.map { segment in
            switch segment {
            case .literal(let bytes): "'\(String(decoding: bytes, as: UTF8.self))'"
            case .field(let name): "[\(name)]"
            }
        }.joined()
    }
}
