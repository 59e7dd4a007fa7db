import Primitives
import Testing

@testable import Shaping

@Suite("TOML with lines")
struct TOMLTests {
    private func entries(_ text: String) -> (entries: [ShapingEntry], problems: [String]) {
        let reading = TOMLReading(Array(text.utf8), file: "f")
        return (reading.entries, reading.problems.problems.map(\.description))
    }

    private func value(_ text: String) -> ShapingNode.Content? {
        let (entries, problems) = entries("x = \(text)")
        return problems.isEmpty ? entries.first?.value.content : nil
    }

    /// All keys with their lines, those of tables behind a dot.
    private func lines(_ entries: [ShapingEntry]) -> [String] {
        entries.flatMap { entry in
            ["\(entry.key) \(entry.line)"] + lines(within: entry.value).map { "\(entry.key).\($0)" }
        }
    }

    private func lines(within node: ShapingNode) -> [String] {
        switch node.content {
        case .table(let entries): lines(entries)
        case .list(let nodes): nodes.enumerated().flatMap { ["\($0) \($1.line)"] + lines(within: $1) }
        case .text, .integer, .number, .flag, .moment: []
        }
    }

    @Test("every key and element has its line, however it is written")
    func places() {
        let text = #"""
            # [default]
            title = """
            [default]
            """
            "qu\u006Fted" . 'key' = 1 # a
            list = [ # [x]
                "a]", '''
            b = 1''',
                { name = "}", inner = { deep = [1,
                    2] } },
            ]
            [a.b]
            x = 1
            [[a.c]]
            x = 1
            [a.c.d]
            x = 1
            [[a.c]]
            x = 2
            """#
        let (entries, problems) = entries(text)
        #expect(problems == [])
        #expect(
            lines(entries) == [
                "title 2", "quoted 5", "quoted.key 5", "list 6", "list.0 7", "list.1 7", "list.2 9", "list.name 9",
                "list.inner 9", "list.inner.deep 9", "list.inner.deep.0 9", "list.inner.deep.1 10", "a 12", "a.b 12",
                "a.b.x 13", "a.c 14", "a.c.0 14", "a.c.x 15", "a.c.d 16", "a.c.d.x 17", "a.c.1 18", "a.c.x 19",
            ])
    }

    @Test(
        "values",
        arguments: [
            ("5", .integer(5)), ("+5", .integer(5)), ("-5", .integer(-5)), ("0", .integer(0)),
            ("1_000", .integer(1_000)),
            ("0xFF", .integer(255)), ("0o17", .integer(15)), ("0b1_0", .integer(2)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", nil), ("05", nil), ("5_", nil), ("1__0", nil), ("_5", nil), ("0x", nil),
            ("+0x1", nil),
            ("0x-1", nil), ("5.5", .number(5.5)), ("-5.5", .number(-5.5)), ("1e3", .number(1_000)),
            ("1.5E-1", .number(0.15)),
            ("5.", nil), (".5", nil), ("1e", nil), ("1.e5", nil), ("1e5.5", nil), ("inf", .number(.infinity)),
            ("-inf", .number(-.infinity)), ("true", .flag(true)), ("false", .flag(false)), ("True", nil), ("yes", nil),
            ("1979-05-27", .moment), ("1979-05-27T07:32:00Z", .moment), ("1979-05-27 07:32:00", .moment),
            ("07:32:00", .moment), ("1979-05-2", nil), ("", nil), ("5 6", nil), ("five", nil), ("٥", nil), ("--5", nil),
            ("[]", .list([])), ("{}", .table([])), ("[1,]", .list([ShapingNode(content: .integer(1), line: 1)])),
            ("[,]", nil), ("[1 2]", nil), ("{a=1, a=2}", nil), ("{a}", nil), ("{a=}", nil), ("{a=1 b=2}", nil),
        ] as [(String, ShapingNode.Content?)])
    func values(text: String, content: ShapingNode.Content?) {
        #expect(value(text) == content)
    }

    @Test(
        "texts",
        arguments: [
            (#""a\tb\"\\""#, "a\tb\"\\"), (#"'a\t"'"#, #"a\t""#), (#""\u00e9\U0001F600""#, "\u{E9}\u{1F600}"),
            ("\"\"\"\na\n b\"\"\"", "a\n b"), ("'''\r\na'''", "a"), (#"""""a""b""""""#, #""a""b"""#),
            ("'''a''''", "a'"),
            ("\"\"\"a \\\n   b\"\"\"", "a b"), ("\"\"", ""), ("''", ""), ("\"\"\"\"\"\"", ""),
            (#""\q""#, nil), (#""\u12""#, nil), (#""\uD800""#, nil), (#""\U00110000""#, nil), (#""\u+123""#, nil),
            ("\"a", nil), ("'a\nb'", nil), ("\"\"\"a", nil), ("\"a\u{1}\"", nil), ("\"a\u{7F}\"", nil),
            ("\"a\0\"", nil),
            (#""\ a""#, nil), ("\"a\rb\"", nil), (#""a""b""#, nil),
        ] as [(String, String?)])
    func texts(text: String, content: String?) {
        #expect(value(text) == content.map { .text($0) })
    }

    @Test(
        "a key or section that is there twice",
        arguments: [
            ("x = 1\nx = 2", "x"), ("x.y = 1\nx = 2", "x"), ("x = 1\nx.y = 2", "x"), ("[x]\n[x]", "x"),
            ("[x.y]\n[x]\n[x.y]", "x.y"), ("x = 1\n[x]", "x"), ("x = {}\n[x.y]", "x"), ("[x]\n[[x]]", "x"),
            ("[[x]]\n[x]", "x"), ("x = []\n[[x]]", "x"), ("[x]\ny = 1\n[x.y.z]", "y"),
        ])
    func twice(text: String, key: String) {
        let lines = text.split(separator: "\n").count
        #expect(entries(text).problems == ["f:\(lines): '\(key)' is there already: write it once in a file"])
    }

    @Test(
        "a line that is no TOML is told once, and the rest counts",
        arguments: [
            "connection_limit", "connection_limit =", "connection_limit = 5 5", "= 5", "x = \"open", "x = [1, 2",
            "x = '''open", "x = [\n1,\n2", "x = [\n'a'\n'b',\n'c'\n]", "x = [{\na = 1\nb = 2\n}]",
            "x = 99999999999999999999",
            "x = { a = 1, a = 2 }", "[\"broken", "[broken]]", "[[broken]", "x = 'a' 'b'", "[]", "[a..b]", "x = \"\\q\"",
            "]", "x = 0x", "\"\" = [[[", "x = \"\u{1}\"", "\u{E9} = 1", "x = {", "x = {a = [", "\0",
        ])
    func broken(line: String) {
        let text = "[\"default\"]\nidle_timeout = \"9s\"\n\(line)\n[\"a.example\"]\nconnection_limit = 3\n"
        let (entries, problems) = entries(text)
        #expect(problems.count == 1 && problems.first?.hasPrefix("f:") == true, "\(problems)")
        let section = entries.first { $0.key == "a.example" }
        #expect(section?.value.table?.map(\.key) == ["connection_limit"], "\(problems)")
        #expect(entries.first?.value.table?.first?.key == "idle_timeout")
    }

    @Test("what follows a broken header belongs to no section")
    func brokenHeader() {
        let (entries, problems) = entries("[\"default\"]\n[\"a.example]\nconnection_limit = 3\n[b]\nx = 1")
        #expect(problems == ["f:2: a text is not closed: write the quote at its end"])
        #expect(lines(entries) == ["default 1", "b 4", "b.x 5"])
    }

    @Test("a file that is no UTF-8, and one with the mark of UTF-8")
    func encodings() {
        let bytes = TOMLReading([0x61, 0x3D, 0xFF], file: "f")
        #expect(bytes.problems.problems.map(\.description) == ["f: the file is no UTF-8: save it as UTF-8"])
        #expect(lines(entries("\u{FEFF}x = 1").entries) == ["x 1"])
        #expect(lines(entries("x = 1\r\ny = [\r\n1]\r\n# z\r\n").entries) == ["x 1", "y 2", "y.0 3"])
    }

    @Test("keys, lists and tables as deep as they like")
    func deep() {
        for text in [
            String(repeating: "a.", count: 400_000) + "a = 1", "[" + String(repeating: "a.", count: 400_000) + "a]",
            "a = " + String(repeating: "[", count: 100_000), "a = " + String(repeating: "{a=", count: 100_000),
            "a = " + String(repeating: "[", count: 17) + String(repeating: "]", count: 17),
        ] {
            #expect(entries(text).problems.count == 1)
        }
        #expect(entries("a = " + String(repeating: "[", count: 16) + String(repeating: "]", count: 16)).problems == [])
    }

    @Test("faults without end are not all told")
    func manyFaults() {
        #expect(entries(String(repeating: "x\n", count: 10_000)).problems.count == 100)
    }

    @Test(
        "things in the wrong place",
        arguments: [
            ("connection_limit = 5", "1.toml:1: 'connection_limit' stands outside of every section"),
            ("provider = 5", "1.toml:1: 'provider' is a whole number"),
            ("provider.p = 5", "1.toml:1: 'p' is a whole number"),
            ("limit = 5", "1.toml:1: 'limit' is a whole number"),
            ("[a.example]\nconnection_limit = 5", "1.toml:1: [a.example] is not in quotes"),
            (
                "[defualt]\nconnection_limit = 5",
                "1.toml:1: warning: 'defualt' would be a domain, but it has no dot: write default"
            ),
            ("[provider.p]\nmatch = [5]", "1.toml:2: match: a whole number does not fit here"),
            ("[provider.p]\nmatch = [{}]", "1.toml:2: match: a table does not fit here"),
            (
                "[provider.p]\nmatch = [\n{ MXSufix = \"x\" }]",
                "1.toml:3: there is no key 'MXSufix': did you mean MXSuffix?"
            ),
            ("[provider.p]\nmatch = [{ MXSuffix = 5 }]", "1.toml:2: MXSuffix: a whole number does not fit here"),
            ("[provider.p]\nmatch = [{ MXSuffix = \".\" }]", "1.toml:2: MXSuffix would match everything"),
            ("[\"a.example\"]\nautomation = 5", "1.toml:2: 'automation' is a whole number"),
            ("[\"a.example\"]\nmx_rollup = 5", "1.toml:2: mx_rollup: a whole number does not fit here"),
        ])
    func misplaced(text: String, problem: String) {
        let problems = read(text).problems
        #expect(problems.count == 1 && problems.first?.hasPrefix(problem) == true, "\(problems)")
    }

    @Test("whatever is in a file, reading it ends well", arguments: 1...8)
    func noise(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let pieces = [
            "[", "]", "[[", "]]", "\"", "'", "\"\"\"", "'''", "=", "{", "}", ",", ".", "\n", " ", "#", "\\", "\\u00",
            "5",
            "-", "1e9", "nan", "true", "default", "provider", "automation", "limit", "match", "regex", "sources",
            "adaptive", "connection_limit", "\"a.example\"", "\"1/s\"", "1979-05-27", "\u{E9}", "\r\n", "\t",
        ]
        for _ in 0..<300 {
            let count = Int.random(in: 1...40, using: &random)
            let text = (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
            _ = read(text)
        }
    }

    @Test("a good file, cut or with a byte changed anywhere", arguments: 1...4)
    func damaged(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let good = Array(ShapingFiles.defaults.utf8.prefix(1_500))
        for _ in 0..<100 {
            var bytes = good
            let place = Int.random(in: 0..<bytes.count, using: &random)
            if Bool.random(using: &random) {
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            } else {
                bytes.removeSubrange(place...)
            }
            var reader = ShapingReader()
            _ = reader.read(bytes, file: "damaged")
        }
    }
}
