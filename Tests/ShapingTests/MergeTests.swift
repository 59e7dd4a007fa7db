import Pacing
import Primitives
import Testing

@testable import Shaping

@Suite("Rules over rules")
struct MergeTests {
    private static let base = """
        ["default"]
        connection_limit = 1
        ["default".sources."cold"]
        connection_limit = 2
        [provider."p"]
        match = [{ DomainSuffix = "a.example" }]
        connection_limit = 3
        [provider."p".sources."cold"]
        connection_limit = 4
        ["a.example"]
        connection_limit = 5
        ["a.example".sources."cold"]
        connection_limit = 6
        """

    @Test(
        "default, provider, domain, then each of them for the source",
        arguments: [(1, 1, 1), (2, 1, 2), (3, 3, 2), (4, 3, 4), (5, 5, 4), (6, 5, 6)])
    func order(_ limits: Int, general: Int, cold: Int) {
        // Only the first so many limits are there.
        let lines = MergeTests.base.split(separator: "\n").filter { line in
            !(1...6).dropFirst(limits).contains { line == "connection_limit = \($0)" }
        }
        let text = lines.joined(separator: "\n")
        #expect(rules(text).connectionLimit?.value == general)
        #expect(rules(text, source: "cold").connectionLimit?.value == cold)
    }

    @Test("a source that no section names has the general rules")
    func otherSource() {
        #expect(rules(MergeTests.base, source: "warm").connectionLimit?.value == 5)
    }

    @Test("later files win key by key, and the rest stays")
    func laterFiles() {
        let first = "[\"a.example\"]\nconnection_limit = 5\nmax_message_rate = \"5/s\"\n"
        let second = "[\"a.example\"]\n\nconnection_limit = 7\n"
        let rules = rules(first, second)
        #expect(rules.connectionLimit == Ruled(7, at: RulePlace(file: "2.toml", line: 3)))
        #expect(rules.messageRate == Ruled(Rate(5, per: .seconds(1)), at: RulePlace(file: "1.toml", line: 3)))
    }

    @Test("replace_base forgets what earlier files say of the section, and nothing else")
    func replaceBase() {
        let first = """
            ["default"]
            idle_timeout = "9s"
            ["a.example"]
            connection_limit = 5
            [["a.example".automation]]
            regex = "a"
            action = "Suspend"
            duration = "1h"
            """
        let second = "[\"a.example\"]\nreplace_base = true\nmax_message_rate = \"1/s\"\n"
        let third = "[\"a.example\"]\nmax_deliveries_per_connection = 3\n"
        let rules = rules(first, second, third)
        #expect(rules.connectionLimit == nil && rules.messageRate != nil && rules.messagesPerConnection?.value == 3)
        #expect(rules.idleTimeout?.value == .seconds(9))
        let all = read(first, second, third).rules
        #expect(all.automation(for: .domain("a.example"), domain: "a.example").isEmpty)
    }

    @Test("replace_base of a provider forgets its matches too")
    func replaceProvider() {
        let first = "[provider.\"p\"]\nmatch = [{ DomainSuffix = \"a.example\" }]\n"
        let more = "[provider.\"p\"]\nmatch = [{ DomainSuffix = \"b.example\" }]\n"
        let added = read(first, more).rules
        #expect(added.site(ofDomain: "a.example", hosts: nil) == .provider("p"))
        #expect(added.site(ofDomain: "b.example", hosts: nil) == .provider("p"))
        let replaced = read(first, more + "replace_base = true\n").rules
        #expect(replaced.site(ofDomain: "a.example", hosts: nil) == .domain("a.example"))
        #expect(replaced.site(ofDomain: "b.example", hosts: nil) == .provider("p"))
    }

    @Test("sources and automation of later files join those of earlier ones")
    func joined() {
        let automation = "[[\"a.example\".automation]]\nregex = \"x\"\naction = \"Bounce\"\nduration = \"1h\"\n"
        let first = "[\"a.example\".sources.\"s\"]\nconnection_limit = 1\nmax_message_rate = \"1/s\"\n" + automation
        let second = "[\"a.example\".sources.\"s\"]\nconnection_limit = 2\n" + automation
        let rules = rules(first, second, source: "s")
        #expect(rules.connectionLimit?.value == 2 && rules.messageRate?.value == Rate(1, per: .seconds(1)))
        let all = read(first, second).rules.automation(for: .domain("a.example"), domain: "a.example")
        #expect(all.map(\.place) == [RulePlace(file: "1.toml", line: 4), RulePlace(file: "2.toml", line: 3)])
        #expect(Set(all.map(\.number)).count == 2)
    }

    @Test("named limits are laid over each other by name")
    func namedLimits() {
        let first = "[\"default\"]\nadditional_connection_limits = { z = 1, all = 9 }\n"
        let second = "[\"a.example\"]\nadditional_connection_limits = { \"all\" = 5 }\n"
        let limits = rules(first, second).additionalConnectionLimits
        #expect(limits.map(\.name) == ["all", "z"] && limits.map(\.limit.value) == [5, 1])
        #expect(limits.map(\.limit.place.file) == ["2.toml", "1.toml"])
    }

    @Test("case and a dot at the end make no other domain")
    func names() {
        let text = "[\"A.Example.\"]\nconnection_limit = 5\n"
        #expect(rules(text, domain: "a.example").connectionLimit?.value == 5)
        #expect(rules(text, domain: "A.EXAMPLE.").connectionLimit?.value == 5)
        #expect(rules(text, domain: "b.a.example").connectionLimit == nil)
    }

    @Test("a domain's rules hold for those with the same hosts, once a directory was asked")
    func rollUp() throws {
        let text = """
            ["a.example"]
            connection_limit = 5
            ["alone.example"]
            mx_rollup = false
            connection_limit = 7
            """
        let lines = """
            a.example mx1.test mx2.test
            b.example MX2.test. mx1.test
            c.example mx1.test
            alone.example mx3.test
            d.example mx3.test
            """
        let directory = HostDirectory.read(Array(lines.utf8), file: "hosts").directory
        var rules = read(text).rules
        func limit(_ domain: String, _ hosts: [String]) -> Int? {
            let site = rules.site(ofDomain: domain, hosts: hosts)
            return rules.rules(for: site, domain: domain, source: nil).connectionLimit?.value
        }
        #expect(limit("b.example", ["mx1.test", "mx2.test"]) == nil)
        rules.rollUp(with: directory)
        #expect(limit("a.example", ["mx1.test", "mx2.test"]) == 5)
        #expect(limit("b.example", ["mx2.test", "mx1.test"]) == 5)
        #expect(limit("c.example", ["mx1.test"]) == nil)
        #expect(limit("alone.example", ["mx3.test"]) == 7 && limit("d.example", ["mx3.test"]) == nil)
    }
}
