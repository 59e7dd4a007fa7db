import Foundation
import Testing

@Suite("Tidiness of the tree")
struct TidyTests {
    @Test("the sources keep the rules")
    func sources() throws {
        let sources = try PackageTree.sources()
        #expect(sources.count >= 10)
        let problems = sources.flatMap(Rules.problems)
        #expect(problems.isEmpty, "\n\(problems.joined(separator: "\n"))")
    }

    @Test("every exception is still needed")
    func exceptions() throws {
        let sources = try PackageTree.sources()
        for path in Rules.unsafeFiles.keys {
            let source = try #require(sources.first { $0.path == path }, "\(path) is gone")
            #expect(source.code.contains { $0.hasWord("unsafe") }, "\(path) is safe by now")
        }
        for key in Rules.longFunctions.keys {
            let long = sources.contains { source in
                FunctionFinder.functions(in: source.code).contains {
                    key == "\(source.path):\($0.name)" && $0.lineCount > Rules.longestFunction
                }
            }
            #expect(long, "\(key) is short by now, or gone")
        }
    }

    @Test("no file names a place on somebody's machine")
    func machinePaths() throws {
        let places = ["home", "root", "work", "tmp/wt"].map { Data("/\($0)/".utf8) }
        for path in try PackageTree.files() {
            let data = try Data(contentsOf: PackageTree.root.appending(path: path))
            if data.contains(0) { continue }
            for place in places where data.range(of: place) != nil {
                Issue.record("\(path) contains \(String(decoding: place, as: UTF8.self))")
            }
        }
    }
}

@Suite("Rules of tidiness")
struct RuleTests {
    private func problems(_ text: String, path: String = "Sources/SMTP/Some.swift") -> [String] {
        Rules.problems(in: SourceText(path: path, text: text))
    }

    @Test(
        "each rule sees a breach of it",
        arguments: [
            ("import Foundation", "cannot import Foundation"),
            ("import struct Foundation.Data", "cannot import Foundation"),
            ("@preconcurrency import Glibc", "cannot import Glibc"),
            ("import Histogram", "cannot import Histogram"),
            ("let a = try! b()", "try! stops"),
            ("let a = b as! C", "as! stops"),
            ("func a() { fatalError(\"\") }", "fatalError( is for"),
            ("// TO" + "DO: later", "belongs in an issue"),
            ("let a = \"\\(b as! C)\"", "as! stops"),
            ("let a = Date()", "reads a clock"),
            ("let a = ContinuousClock.now", "reads a clock"),
            ("let a = Int.random(in: 0..<2)", "not repeatable"),
            ("let a = unsafe b", "may be unsafe"),
            ("nonisolated(unsafe) var a = 1", "may be unsafe"),
            ("\tlet a = 1", "a tab"),
            ("let a = \"" + String(repeating: "a", count: 120) + "\"", "130 characters"),
            (String(repeating: "let a = 1\n", count: 351), "more than 350 lines"),
            ("func a() {\n" + String(repeating: "b()\n", count: 59) + "}", "a has 61 lines"),
            ("var a: Int {\n" + String(repeating: "b()\n", count: 59) + "}", "a has 61 lines"),
            ("init(\n  a: Int\n) {\n" + String(repeating: "b()\n", count: 59) + "}", "init has 61 lines"),
        ])
    func breaches(text: String, problem: String) {
        #expect(problems(text).count == 1, "\(problems(text))")
        #expect(problems(text).first?.contains(problem) == true, "\(problems(text))")
    }

    @Test(
        "what only looks like a breach is none",
        arguments: [
            "import Primitives", "// try! and as! and Date() and unsafe", "let a = \"try! unsafe Date()\"",
            "let a = #\"as! \"quoted\" unsafe\"#", "let a = \"\"\"\n  try! \"unsafe\"\n  \"\"\"",
            "/* try! /* as! */ unsafe */",
            "let a = alias!", "let a = Int.random(in: 0..<2, using: &random)", "appendDate(a)",
            "withUnsafeBytes(a)",
            "let a = \"\\\"try!\"", "let a = \"{ { {\"", "let a = \"\\(b(\"as!\"))\" // unsafe",
            String(repeating: "let a = 1\n", count: 350),
            "func a() {\n" + String(repeating: "b()\n", count: 58) + "}",
            "struct A {\n" + String(repeating: "let b = 1\n", count: 99) + "}",
        ])
    func innocence(text: String) {
        #expect(problems(text) == [])
    }

    @Test(
        "rooms that touch the world may do what they are for",
        arguments: [
            ("Engine", "import Glibc\nlet a = unsafe clock_gettime(1)"),
            ("sluice", "import Foundation\nlet a = Date()"),
            ("Measurement", "import Histogram"), ("Primitives", "let a = unsafe b"),
        ])
    func worldly(room: String, text: String) {
        #expect(problems(text, path: "Sources/\(room)/Some.swift") == [])
    }

    @Test("a problem names its file and line")
    func place() {
        #expect(
            problems("let a = 1\nlet b = try! c()").first?.hasPrefix("Sources/SMTP/Some.swift:2: try! ")
                == true)
    }

    @Test("functions are found with their lines, nested ones too")
    func functions() {
        let text = """
            struct A {
                var a: Int { 1 }
                func b() {
                    if a { c() }
                    func inner() {
                    }
                }
                init(_ text: String = "{") {
                    self.a = 1
                }
            }
            """
        let found = FunctionFinder.functions(in: SourceText(path: "", text: text).code)
        #expect(found.map(\.name) == ["a", "inner", "b", "init"])
        #expect(found.map(\.lineCount) == [1, 2, 5, 3])
    }
}
