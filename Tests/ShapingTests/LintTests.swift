import Testing

@testable import Shaping

@Suite("Lint")
struct LintTests {
    private func lint(_ texts: String..., directory: String? = nil) -> [String] {
        var reader = ShapingReader()
        for (index, text) in texts.enumerated() {
            #expect(reader.read(Array(text.utf8), file: "\(index + 1).toml") == [])
        }
        var rules = reader.finished()
        let hosts = directory.map { HostDirectory.read(Array($0.utf8), file: "hosts").directory }
        if let hosts { rules.rollUp(with: hosts) }
        return ShapingLint.lint(rules, hosts).map(\.description)
    }

    @Test("the shipped rules are clean")
    func defaults() {
        #expect(ShapingLint.lint(ShapingFiles.load([], withDefaults: true).rules, nil) == [])
    }

    @Test("rules for a provider that another file calls by another name")
    func unreachable() {
        let base = "[provider.\"google\"]\nmatch = [{ MXSuffix = \".google.test\" }]\n"
        let community = """
            [[provider."gmail".automation]]
            regex = "x"
            action = "Suspend"
            duration = "1h"
            [provider."gogle"]
            connection_limit = 3
            """
        #expect(
            lint(base, community) == [
                "2.toml:1: warning: nothing matches the provider 'gmail', so these rules never hold: "
                    + "give it a match, or name one that has: google",
                "2.toml:5: warning: nothing matches the provider 'gogle', so these rules never hold: "
                    + "write provider.\"google\", or give it a match",
            ])
        #expect(lint(base, "[provider.\"google\"]\nconnection_limit = 3\n") == [])
        #expect(
            lint("[provider.p]\nconnection_limit = 3") == [
                "1.toml:1: warning: nothing matches the provider 'p', so these rules never hold: give it a match"
            ])
    }

    @Test(
        "matches that overlap, with the one that wins",
        arguments: [
            (
                "MXSuffix = \".test.\"", "MXSuffix = \".TEST\"",
                "'.test' is matched by 'one' too, which is the first and wins"
            ),
            (
                "MXSuffix = \".test\"", "MXSuffix = \".a.test\"",
                "'.a.test' is also within '.test' of 'one'; 'two' wins, being longer"
            ),
            (
                "MXSuffix = \".test\"", "MXSuffix = \"a.test\"",
                "'a.test' is also within '.test' of 'one'; 'two' wins, being longer"
            ),
            (
                "MXSuffix = \"test\"", "MXSuffix = \".test\"",
                "'.test' is also within 'test' of 'one'; 'two' wins, being longer"
            ),
            (
                "MXSuffix = \".a.test\"", "MXSuffix = \".test\"",
                "'.a.test' of 'one' is also within '.test'; 'one' wins, being longer"
            ),
            (
                "MXSuffix = \".test\"", "HostName = \"a.test\"",
                "'a.test' is also within '.test' of 'one'; 'two' wins, being longer"
            ),
            (
                "DomainSuffix = \"example\"", "DomainSuffix = \"a.example\"",
                "'a.example' is also within 'example' of 'one'; 'two' wins, being longer"
            ),
            ("MXSuffix = \".test\"", "MXSuffix = \".atest\"", nil),
            ("MXSuffix = \".test\"", "DomainSuffix = \".a.test\"", nil),
            ("HostName = \"a.test\"", "HostName = \"b.test\"", nil),
            (
                "MXSuffix = \".a.test\"", "MXSuffix = \"a.test\"",
                "'.a.test' of 'one' is also within 'a.test'; 'one' wins, being longer"
            ),
        ] as [(String, String, String?)])
    func overlap(first: String, second: String, what: String?) {
        let problems = lint("[provider.one]\nmatch = [{ \(first) }]\n[provider.two]\nmatch = [\n{ \(second) }]\n")
        let fix = ": see 1.toml:2, and take one of them out unless that is meant"
        #expect(problems == (what.map { ["1.toml:5: warning: \($0)\(fix)"] } ?? []))
    }

    @Test("what wins is what the lint says")
    func winner() {
        let rules = read(
            "[provider.one]\nmatch = [{ MXSuffix = \".test\" }]\n[provider.two]\nmatch = [{ MXSuffix = \".a.test\" }]"
        ).rules
        #expect(rules.site(ofDomain: "x.example", hosts: ["b.a.test"]) == .provider("two"))
    }

    @Test(
        "limits that never bind",
        arguments: [
            (
                "max_connection_rate = \"1/s\"\nmax_deliveries_per_connection = 10\nmax_message_rate = \"11/s\"",
                "4: warning: default: max_message_rate is never reached: max_connection_rate times max_deliveries_per_connection is 10/s: see 1.toml:2"
            ),
            ("max_connection_rate = \"1/s\"\nmax_deliveries_per_connection = 10\nmax_message_rate = \"10/s\"", nil),
            (
                "max_connection_rate = \"101/s\"\nmax_deliveries_per_connection = 10\nmax_message_rate = \"10/s\"",
                "2: warning: default: max_connection_rate never binds: a hundredth of it would do for max_message_rate: see 1.toml:4"
            ),
            ("max_connection_rate = \"100/s\"\nmax_deliveries_per_connection = 10\nmax_message_rate = \"10/s\"", nil),
            ("provider_connection_limit = 20\nconnection_limit = 10", nil),
        ] as [(String, String?)])
    func general(body: String, problem: String?) {
        let fix = ", and change or take out one of them"
        #expect(lint("[default]\n\(body)") == (problem.map { ["1.toml:\($0)\(fix)"] } ?? []))
    }

    @Test(
        "limits of a provider that never bind",
        arguments: [
            (
                "provider_connection_limit = 20\nconnection_limit = 10",
                "2: warning: p: provider_connection_limit never binds: connection_limit is 10: see 1.toml:3"
            ),
            (
                "provider_connection_limit = 5\nconnection_limit = 10",
                "3: warning: p: connection_limit never binds: provider_connection_limit is 5: see 1.toml:2"
            ),
            ("provider_connection_limit = 10\nconnection_limit = 10", nil),
            (
                "provider_max_message_rate = \"2/s\"\nmax_message_rate = \"60/min\"",
                "2: warning: p: provider_max_message_rate never binds: max_message_rate is lower: see 1.toml:3"
            ),
            (
                "provider_max_message_rate = \"1/s\"\nmax_message_rate = \"61/min\"",
                "3: warning: p: max_message_rate never binds: provider_max_message_rate is lower: see 1.toml:2"
            ),
            (
                "provider_max_connection_rate = \"2/s\"\nmax_connection_rate = \"1/s\"",
                "2: warning: p: provider_max_connection_rate never binds: max_connection_rate is lower: see 1.toml:3"
            ),
            (
                "provider_source_selection_rate = \"2/s\"\nmax_message_rate = \"1/s\"",
                "2: warning: p: provider_source_selection_rate never binds: max_message_rate is lower: see 1.toml:3"
            ),
        ] as [(String, String?)])
    func provider(body: String, problem: String?) {
        let fix = ", and change or take out one of them"
        let problems = lint("[provider.p]\n\(body)\nmatch = [{ MXSuffix = \".test\" }]")
        #expect(problems == (problem.map { ["1.toml:\($0)\(fix)"] } ?? []))
    }

    @Test("what is inherited is nobody's mistake, and sources are looked at too")
    func inherited() {
        let base = "[default]\nconnection_limit = 10\nmax_message_rate = \"100/s\"\nmax_connection_rate = \"100/min\"\n"
        let provider = "[provider.p]\nmatch = [{ MXSuffix = \".test\" }]\n"
        #expect(lint(base, provider + "provider_connection_limit = 5\nmax_deliveries_per_connection = 5\n") == [])
        #expect(
            lint(base, provider + "provider_connection_limit = 5\n[provider.p.sources.s]\nconnection_limit = 6\n") == [
                "2.toml:5: warning: p from s: connection_limit never binds: provider_connection_limit is 5: "
                    + "see 2.toml:3, and change or take out one of them"
            ])
    }

    @Test(
        "general limits under others that are not higher",
        arguments: [
            ("key = [\"source\", \"site\"]\nmessages = \"5/s\"", "key = [\"source\"]\nmessages = \"5/s\"", [3]),
            ("key = [\"source\", \"site\"]\nmessages = \"4/s\"", "key = [\"source\"]\nmessages = \"5/s\"", []),
            ("key = [\"source\"]\nconnections = 5", "key = [\"source\", \"site\"]\nconnections = 6", [6]),
            (
                "key = [\"source\"]\nsource = \"a\"\nconnections = 5", "key = [\"source\", \"site\"]\nconnections = 6",
                []
            ),
            (
                "key = [\"source\"]\nconnections = 5", "key = [\"source\", \"site\"]\nsource = \"a\"\nconnections = 6",
                [7]
            ),
            ("key = [\"source\"]\nconnections = 5", "key = [\"site\"]\nconnections = 6", []),
            ("key = [\"source\"]\nconnections = 5", "key = [\"source\"]\nconnections = 5", [6]),
            ("key = [\"source\"]\nconnections = 6", "key = [\"source\"]\nconnections = 5", [3]),
            (
                "key = [\"site\", \"pool\"]\nconnection_rate = \"6/s\"", "key = [\"pool\"]\nconnection_rate = \"5/s\"",
                [3]
            ),
            ("key = [\"site\", \"pool\"]\nconnection_rate = \"6/s\"", "key = [\"pool\"]\nmessages = \"5/s\"", []),
        ])
    func generalLimits(first: String, second: String, lines: [Int]) {
        let problems = lint("[[limit]]\n\(first)\n[[limit]]\n\(second)")
        #expect(problems.count == lines.count)
        for (problem, line) in zip(problems, lines) {
            #expect(problem.hasPrefix("1.toml:\(line): warning: "), "\(problem)")
        }
    }

    @Test("automation that is over before it begins")
    func automation() {
        let problems = lint("[[\"a.example\".automation]]\nregex = \"x\"\naction = \"Suspend\"\nduration = \"0s\"")
        #expect(
            problems == [
                "1.toml:1: warning: what this automation does ends as soon as it begins: write a longer duration"
            ])
    }

    @Test("rules of a domain that is a part of a provider, known by name or by hosts")
    func members() {
        let text = """
            [provider.p]
            match = [{ DomainSuffix = "a.example" }, { MXSuffix = ".test" }]
            ["a.example"]
            connection_limit = 1
            ["b.example".sources.s]
            connection_limit = 2
            ["x.a.example"]
            mx_rollup = false
            """
        let told = { (line: Int, domain: String) in
            "1.toml:\(line): warning: '\(domain)' belongs to the provider 'p', and these rules are for the domain alone: "
                + "write them in provider.\"p\" unless that is meant"
        }
        #expect(lint(text) == [told(3, "a.example")])
        #expect(lint(text, directory: "b.example mx.test\n") == [told(3, "a.example"), told(5, "b.example")])
    }

    @Test("domains as the directory has them")
    func domains() {
        let text = """
            ["a.example"]
            connection_limit = 1
            ["b.example"]
            connection_limit = 2
            ["c.example"]
            mx_rollup = false
            ["none.example"]
            connection_limit = 3
            ["unknown.example"]
            connection_limit = 4
            """
        let hosts = "a.example mx.test\nb.example MX.test.\nc.example mx.test\nnone.example .\n"
        #expect(lint(text) == [])
        #expect(
            lint(text, directory: hosts) == [
                "1.toml:3: warning: 'b.example' has the same hosts as 'a.example', so both sections hold for both: "
                    + "see 1.toml:1; write mx_rollup = false in one of them, or make them one",
                "1.toml:7: warning: 'none.example' takes no mail: take the section out",
            ])
    }
}
