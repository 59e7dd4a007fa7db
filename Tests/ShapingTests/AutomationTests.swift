import Pacing
import Primitives
import Testing

@testable import Shaping

@Suite("Automation")
struct AutomationTests {
    private func automation(_ body: String) -> (rules: [AutomationRule], problems: [String]) {
        let (rules, problems) = read("[[\"a.example\".automation]]\n\(body)")
        return (rules.automation(for: .domain("a.example"), domain: "a.example"), problems)
    }

    /// One rule with this trigger.
    private func rule(_ trigger: String, actions: String = "\"Suspend\"") throws -> AutomationRule {
        try #require(
            automation("regex = \"x\"\naction = \(actions)\nduration = \"10s\"\ntrigger = \(trigger)").rules.first)
    }

    @Test(
        "actions",
        arguments: [
            ("\"Suspend\"", [.suspend]), ("\"SuspendTenant\"", [.suspend]),
            ("\"SuspendCampaign\"", [.suspendCampaign]), ("\"Bounce\"", [.bounce]),
            ("[\"Suspend\", \"Bounce\"]", [.suspend, .bounce]),
        ] as [(String, [AutomationAction])])
    func actions(text: String, actions: [AutomationAction]) throws {
        let (rules, problems) = automation("regex = \"x\"\naction = \(text)\nduration = \"1h\"")
        #expect(problems == [])
        let rule = try #require(rules.first)
        #expect(rule.actions == actions && rule.trigger == .immediate && rule.duration == .seconds(3_600))
        #expect(!rule.matchesInternal && rule.place == RulePlace(file: "1.toml", line: 1))
    }

    @Test("values of SetConfig become rules, with their place")
    func config() throws {
        let body = """
            regex = ["x", 'y\\d']
            match_internal = true
            action = [
                { SetConfig = { name = "max_message_rate", value = "1/minute" } },
                { SetDomainConfig = { name = "connection_limit", value = 2 } },
            ]
            trigger = { Threshold = "3/hr" }
            duration = "90m"
            """
        let (rules, problems) = automation(body)
        #expect(problems == [])
        let rule = try #require(rules.first)
        var first = PathRules()
        first.messageRate = Ruled(Rate(1, per: .seconds(60)), at: RulePlace(file: "1.toml", line: 5))
        var second = PathRules()
        second.connectionLimit = Ruled(2, at: RulePlace(file: "1.toml", line: 6))
        #expect(rule.actions == [.setConfig(first), .setDomainConfig(second)])
        #expect(rule.trigger == .threshold(Rate(3, per: .seconds(3_600))) && rule.matchesInternal)
        #expect(rule.matches("a y5 b") && rule.matches("x") && !rule.matches("y"))
    }

    @Test("the default's rules come first, then the provider's, then the domain's")
    func order() {
        let rule = { (section: String) in
            "[[\(section).automation]]\nregex = \"x\"\naction = \"Bounce\"\nduration = \"1h\"\n"
        }
        let text = rule("\"a.example\"") + rule("provider.p") + rule("\"default\"")
        let rules = read(text).rules
        let all = rules.automation(for: .provider("p"), domain: "a.example")
        #expect(all.map(\.place.line) == [9, 5, 1])
        #expect(rules.automation(for: .domain("b.example"), domain: "b.example").map(\.place.line) == [9])
    }

    @Test(
        "a rule that cannot be kept is told with its line and left out, and the next one counts",
        arguments: [
            ("regex = \"(\"\naction = \"Suspend\"\nduration = \"1h\"", "2: the regex '(' does not compile"),
            ("regex = [\"x\", \"[\"]\naction = \"Suspend\"\nduration = \"1h\"", "2: the regex '[' does not compile"),
            ("regex = \"\"\naction = \"Suspend\"\nduration = \"1h\"", "2: the regex is empty"),
            ("regex = []\naction = \"Suspend\"\nduration = \"1h\"", "1: the automation has no 'regex'"),
            ("regex = \"x\"\naction = []\nduration = \"1h\"", "1: the automation has no 'action'"),
            ("regex = 5\naction = \"Suspend\"\nduration = \"1h\"", "2: regex: a whole number does not fit here"),
            ("action = \"Suspend\"\nduration = \"1h\"", "1: the automation has no 'regex'"),
            ("regex = \"x\"\nduration = \"1h\"", "1: the automation has no 'action'"),
            ("regex = \"x\"\naction = \"Suspend\"", "1: the automation has no 'duration'"),
            ("regex = \"x\"\naction = \"Suspend\"\nduration = \"soon\"", "4: duration: 'soon' is no length of time"),
            ("regex = \"x\"\naction = \"Suspnd\"\nduration = \"1h\"", "3: there is no action 'Suspnd'"),
            ("regex = \"x\"\naction = {}\nduration = \"1h\"", "3: action: a table does not fit here"),
            (
                "regex = \"x\"\naction = { SetConfig = { name = \"max_message_rate\" } }\nduration = \"1h\"",
                "3: SetConfig takes"
            ),
            (
                "regex = \"x\"\naction = { SetConfig = { name = \"x\", value = 1 } }\nduration = \"1h\"",
                "3: SetConfig: there is no key 'x'"
            ),
            (
                "regex = \"x\"\naction = { SetConfig = { name = \"connection_limit\", value = 0 } }\nduration = \"1h\"",
                "3: connection_limit: 0 is out of range"
            ),
            (
                "regex = \"x\"\naction = \"Suspend\"\nduration = \"1h\"\ntrigger = { Threshold = \"0/h\" }",
                "5: Threshold: '0/h'"
            ),
            (
                "regex = \"x\"\naction = \"Suspend\"\nduration = \"1h\"\ntrigger = { Threshold = \"10001/h\" }",
                "5: Threshold: 10001"
            ),
            (
                "regex = \"x\"\naction = \"Suspend\"\nduration = \"1h\"\ntrigger = \"Later\"",
                "5: trigger: 'Later' does not fit here"
            ),
        ])
    func broken(body: String, problem: String) {
        let next = "\n[[\"a.example\".automation]]\nregex = \"z\"\naction = \"Suspend\"\nduration = \"1h\""
        let (rules, problems) = automation(body + next)
        #expect(problems.count == 1 && problems.first?.hasPrefix("1.toml:\(problem)") == true, "\(problems)")
        #expect(rules.count == 1 && rules.first?.matches("z") == true)
    }

    @Test("actions that do nothing here are warnings, and a rule without any other is left out")
    func unhonoured() {
        let tls = "{ SetConfig = { name = \"enable_tls\", value = \"Disabled\" } }"
        let (none, problems) = automation("regex = \"x\"\naction = \(tls)\nduration = \"30 days\"")
        #expect(none.isEmpty && problems.count == 1)
        #expect(problems.first?.hasPrefix("1.toml:3: warning: SetConfig: 'enable_tls' is not honoured") == true)
        let (some, others) = automation("regex = \"x\"\naction = [\"BounceTenant\", \"Suspend\"]\nduration = \"1h\"")
        #expect(some.first?.actions == [.suspend])
        #expect(others.first?.hasPrefix("1.toml:3: warning: the action 'BounceTenant' is not honoured") == true)
    }

    @Test("a threshold is reached by so many replies within the period, and counts anew then")
    func threshold() throws {
        let rule = try rule("{ Threshold = \"3/min\" }")
        var state = AutomationState()
        let fired = [0, 30, 60, 89, 90, 91, 120, 160].map { second in
            state.note(rule, at: Instant(nanoseconds: 0) + .seconds(second)).isEmpty ? 0 : second
        }
        // At 60 the reply at 0 is a whole period old.
        #expect(fired == [0, 0, 0, 89, 0, 0, 120, 0])
    }

    @Test("in no window of a period are there as many replies as the threshold without an action", arguments: 1...5)
    func windows(seed: UInt64) throws {
        let rule = try rule("{ Threshold = \"4/min\" }")
        var random = SeededRandom(seed: seed)
        var state = AutomationState()
        var now = Instant.zero
        var since: [Instant] = []
        for _ in 0..<2_000 {
            now = now + .milliseconds(Int64.random(in: 0...30_000, using: &random))
            since = since.filter { now - $0 < .seconds(60) } + [now]
            let hasFired = !state.note(rule, at: now).isEmpty
            #expect(hasFired == (since.count == 4), "seed \(seed)")
            if hasFired { since = [] }
        }
    }
}
