import Foundation
import TestSupport
import Testing

@testable import Shaping

/// `sluice shaping`, as a user runs it.
@Suite("The command")
struct ShapingCommandTests {
    private static let rules = """
        ["default"]
        connection_limit = 10
        max_message_rate = "100/s"
        conection_limit = 3
        enable_tls = "Required"

        ["a.example"]
        max_deliveries_per_connection = 20

        ["a.example".sources."cold"]
        max_message_rate = "100/h,max_burst=5"

        [["a.example".automation]]
        regex = 'too\\s+many'
        trigger = { Threshold = "2/hr" }
        action = { SetConfig = { name = "connection_limit", value = 1 } }
        duration = "0s"

        [[limit]]
        key = ["source"]
        pool = "new"
        messages = "1,000/day"
        """
    private static let hosts =
        "a.example mx1.a.example=127.0.0.1:2525 mx2.a.example\nb.example mx2.a.example mx1.a.example\n"

    private let directory: TestDirectory

    init() throws {
        directory = try TestDirectory()
        _ = try directory.write(ShapingCommandTests.rules, to: "own.toml")
        _ = try directory.write(ShapingCommandTests.hosts, to: "hosts")
        _ = try directory.write("[\"a.example\"]\nconnection_limit = 1\nenable_dane = true\n", to: "good.toml")
    }

    private func run(_ arguments: String...) throws -> SluiceCommand.Result {
        try SluiceCommand.run(["shaping"] + arguments, in: directory)
    }

    @Test("lint tells what is wrong, in the order of the lines")
    func lint() throws {
        let result = try run("lint", "own.toml", "--no-defaults")
        #expect(result.status == 65 && result.errors.isEmpty)
        let expected = """
            own.toml:4   error    there is no key 'conection_limit': did you mean connection_limit?
            own.toml:5   warning  'enable_tls' is not honoured: what TLS does is not a matter of shaping here; take the key out
            own.toml:13  warning  what this automation does ends as soon as it begins: write a longer duration
            1 error, 2 warnings

            """
        #expect(result.output == expected)
    }

    @Test("with warnings only, lint is content")
    func lintWarnings() throws {
        let result = try run("lint", "good.toml")
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("good.toml:3  warning  'enable_dane' is not honoured: "))
        #expect(result.output.hasSuffix("\n1 warning\n"))
    }

    @Test("lint as JSON")
    func lintJSON() throws {
        let result = try run("lint", "good.toml", "--json")
        #expect(result.status == 0)
        let expected = """
            {
              "errors" : 0,
              "problems" : [
                {
                  "file" : "good.toml",
                  "fix" : "what TLS does is not a matter of shaping here; take the key out",
                  "line" : 3,
                  "severity" : "warning",
                  "what" : "'enable_dane' is not honoured"
                }
              ],
              "warnings" : 1
            }

            """
        #expect(result.output == expected)
    }

    @Test("show has every rule with its place, and what is wrong beside it")
    func show() throws {
        let result = try run(
            "show", "B.Example.", "own.toml", "--no-defaults", "--directory", "hosts", "--source", "cold")
        #expect(result.status == 65)
        let expected = """
            b.example: hosts mx1.a.example,mx2.a.example, from cold
              connection_limit               10                 own.toml:2
              max_deliveries_per_connection  20                 own.toml:8
              max_message_rate               100/h,max_burst=5  own.toml:11

            limits over other fields
              messages of each source where pool = new  1000/day  own.toml:22

            when a reply has
              own.toml:13  2 within 1h  connection_limit = 1, for 0s  too\\s+many

            """
        #expect(result.output == expected)
        #expect(result.errors.contains("own.toml:4  error    there is no key 'conection_limit'"))
        #expect(result.errors.hasSuffix("1 error, 1 warning\n"))
    }

    @Test("show as JSON")
    func showJSON() throws {
        let result = try run("show", "a.example", "good.toml", "--no-defaults", "--json")
        #expect(result.status == 0)
        let expected = """
            {
              "automation" : [

              ],
              "domain" : "a.example",
              "limits" : [

              ],
              "rules" : [
                {
                  "file" : "good.toml",
                  "key" : "connection_limit",
                  "line" : 2,
                  "value" : "1"
                }
              ],
              "site" : "a.example",
              "site_kind" : "domain",
              "takes_no_mail" : false
            }

            """
        #expect(result.output == expected)
    }

    @Test("defaults prints a file that reads back")
    func defaults() throws {
        let result = try run("defaults")
        #expect(result.status == 0 && result.output == ShapingFiles.defaults)
        #expect(read(result.output).problems == [])
    }

    @Test(
        "files that are not there", arguments: [["lint", "none.toml"], ["show", "a.example", "--directory", "none"]])
    func missing(arguments: [String]) throws {
        let result =
            try arguments.count == 2 ? run("lint", "none.toml") : run("show", "a.example", "--directory", "none")
        #expect(result.status == 66 && result.output.isEmpty)
        #expect(result.errors.hasSuffix(": there is no such file\n"))
    }

    @Test("nothing in a file steers the terminal")
    func terminal() throws {
        let path = try directory.write("\"\\u001B[31m\\u202E\" = 1\n", to: "odd.toml")
        let lines = ShapingText.lines(ShapingFiles.load([path], withDefaults: false).problems)
        #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E } })
    }
}
