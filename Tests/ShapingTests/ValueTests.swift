import Pacing
import Primitives
import Testing

@testable import Shaping

@Suite("Values of rules")
struct ValueTests {
    @Test(
        "rates",
        arguments: [
            ("100/s", Rate(100, per: .seconds(1))), ("1/sec", Rate(1, per: .seconds(1))),
            ("1/second", Rate(1, per: .seconds(1))), ("100/min", Rate(100, per: .seconds(60))),
            ("1/minute", Rate(1, per: .seconds(60))), ("2/m", Rate(2, per: .seconds(60))),
            ("10000/h", Rate(10_000, per: .seconds(3_600))), ("5/hr", Rate(5, per: .seconds(3_600))),
            ("5/hour", Rate(5, per: .seconds(3_600))), ("500/d", Rate(500, per: .seconds(86_400))),
            ("1,000/day", Rate(1_000, per: .seconds(86_400))), ("1_000/day", Rate(1_000, per: .seconds(86_400))),
            ("local:7/10min", Rate(7, per: .seconds(600))),
            ("100/day,max_burst=5", Rate(100, per: .seconds(86_400), burst: 5)),
        ])
    func rates(text: String, rate: Rate) throws {
        #expect(try RateText.rate(text) == rate)
    }

    @Test("a limit that every message keeps is read in silence, and nothing of it is kept")
    func alwaysKept() {
        let (_, problems) = read("[\"default\"]\nmax_recipients_per_batch = 5")
        #expect(problems.isEmpty, "\(problems)")
        #expect(rules("[\"default\"]\nmax_recipients_per_batch = 5").isEmpty)
    }

    @Test(
        "what is no rate",
        arguments: [
            "", "/", "100", "100/", "/s", "100/fortnight", "-1/s", "0/s", "1/0s", "1.5/s", "99999999999999999999/s",
            "1/99999999999999999999s", "1/9999999999d", "1/s,", "1/s,max_burst=", "1/s,max_burst=0", "1/s,burst=1",
            "1/s,max_burst=99999999999999999999", "one/s", "1 /s", ",1/s", "1,/s", "1/s/s", "1/ms", "1/week", "1/367d",
            "1000000000000/s", "١/s",
        ])
    func noRates(text: String) {
        #expect(throws: ValueFault.self) { try RateText.rate(text) }
        let problems = read("[\"default\"]\n\nmax_message_rate = \"\(text)\"").problems
        #expect(problems.count == 1 && problems.first?.hasPrefix("1.toml:3: max_message_rate: ") == true, "\(problems)")
    }

    @Test(
        "rates in words read back",
        arguments: [
            ("100/s", "100/s"), ("1,000/hour", "1000/h"), ("100/minute", "100/min"), ("3/10min", "3/10min"),
            ("1/60s", "1/min"), ("100/d,max_burst=5", "100/day,max_burst=5"), ("1/90s", "1/90s"), ("1/48h", "1/2day"),
        ])
    func rateWords(text: String, words: String) throws {
        let rate = try RateText.rate(text)
        #expect(RateText.words(rate) == words)
        #expect(try RateText.rate(words) == rate)
    }

    @Test(
        "rates a second in words",
        arguments: [
            (10, "10/s"), (8.33, "8.3/s"), (0.5, "30/min"), (0.001, "3.6/h"), (1e-9, "0/day"),
            (1e300, "1000000000000/s"),
        ])
    func perSecond(rate: Double, words: String) {
        #expect(RateText.words(perSecond: rate) == words)
    }

    @Test(
        "lengths of time",
        arguments: [
            ("90m", 5_400), ("2h", 7_200), ("1 hour", 3_600), ("1 hours", 3_600), ("30 min", 1_800),
            ("30 minutes", 1_800), ("15m", 900), ("30 days", 2_592_000), ("1h 30m", 5_400), ("1w", 604_800), ("0s", 0),
        ])
    func lengths(text: String, seconds: Int64) throws {
        #expect(try DurationText.interval(text) == .seconds(seconds))
        #expect(rules("[\"default\"]\nidle_timeout = \(seconds)").idleTimeout?.value == .seconds(seconds))
    }

    @Test(
        "what is no length of time",
        arguments: [
            "", "m", "5", "5x", "-5m", "1.5h", "99999999999999999999s", "9223372036854775807d", "400d", "5m m", "٥m",
        ])
    func noLengths(text: String) {
        #expect(throws: ValueFault.self) { try DurationText.interval(text) }
    }

    @Test(
        "a length of time in words",
        arguments: [
            (0, "0s"), (1, "1ns"), (1_500_000, "1500000ns"), (2_000_000, "2ms"), (90_000_000_000, "90s"),
            (5_400_000_000_000, "90m"), (7_200_000_000_000, "2h"), (172_800_000_000_000, "2d"),
        ])
    func words(nanoseconds: Int64, words: String) {
        #expect(DurationText.words(Interval(nanoseconds: nanoseconds)) == words)
    }

    @Test("every key that is honoured takes its values, and has its place", arguments: PathKey.allCases)
    func keys(key: PathKey) throws {
        let value =
            switch key.field {
            case .count: "7"
            case .rate: "\"7/min\""
            case .length: "\"7m\""
            case .flag: "false"
            case .percent: "7.5"
            case .namedCounts: "{ all = 7 }"
            case .namedRates: "{ all = \"7/min\" }"
            }
        let (all, problems) = read("[\"default\"]\n\n\(key.rawValue) = \(value)")
        #expect(problems == [])
        let rules = all.rules(for: .domain("a.example"), domain: "a.example", source: nil)
        #expect(!rules.isEmpty)
        let place = RulePlace(file: "1.toml", line: 3)
        switch key.field {
        case .count(let path): #expect(rules[keyPath: path] == Ruled(7, at: place))
        case .rate(let path): #expect(rules[keyPath: path] == Ruled(Rate(7, per: .seconds(60)), at: place))
        case .length(let path): #expect(rules[keyPath: path] == Ruled(.seconds(420), at: place))
        case .flag(let path): #expect(rules[keyPath: path] == Ruled(false, at: place))
        case .percent(let path): #expect(rules[keyPath: path] == Ruled(7.5, at: place))
        case .namedCounts(let path): #expect(rules[keyPath: path].map(\.limit) == [Ruled(7, at: place)])
        case .namedRates(let path): #expect(rules[keyPath: path].first?.limit.place == place)
        }
    }

    @Test("every key refuses what does not fit, and the others count", arguments: PathKey.allCases)
    func wrongValues(key: PathKey) {
        for value in ["[]", "\"x\"", "1979-05-27", "-1", "nan", "{ all = [] }", "9223372036854775807"] {
            let text = "[\"default\"]\n\(key.rawValue) = \(value)\n[\"a.example\"]\nconnection_limit = 3"
            let (all, problems) = read(text)
            #expect(problems.count == 1, "\(value): \(problems)")
            #expect(problems.first?.hasPrefix("1.toml:2: ") == true, "\(value): \(problems)")
            let rules = all.rules(for: .domain("a.example"), domain: "a.example", source: nil)
            #expect(rules.connectionLimit?.value == 3)
        }
    }

    @Test("keys that do nothing here are told, one warning each", arguments: KnownKeys.unhonoured.map(\.key))
    func unhonoured(key: String) {
        let problems = read("[\"default\"]\n\(key) = \"whatever\"").problems
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("1.toml:2: warning: '\(key)' is not honoured: ") == true)
    }

    @Test(
        "keys that nobody knows are errors, with the one that is near",
        arguments: [
            ("conection_limit = 5", "there is no key 'conection_limit': did you mean connection_limit?"),
            ("max_mesage_rate = \"1/s\"", "there is no key 'max_mesage_rate': did you mean max_message_rate?"),
            ("colour = \"red\"", "there is no key 'colour': docs/shaping.md lists the keys"),
            ("adaptive.backof = true", "there is no key 'backof': did you mean backoff?"),
            ("match = [{ DomainSuffix = \"a\" }]", "'match' has no meaning in this section: take it out"),
            ("sources = 5", "'sources' is a whole number: write sections such as [\"a.example\".sources.\"name\"]"),
            (
                "sources.a = 5",
                "the source 'a' is a whole number: write sections such as [\"a.example\".sources.\"name\"]"
            ),
            ("sources.a.mx_rollup = true", "'mx_rollup' has no meaning in this section: take it out"),
            ("adaptive = 5", "'adaptive' is a whole number: write a table: adaptive = { backoff = true }"),
        ])
    func unknown(line: String, problem: String) {
        #expect(read("[\"a.example\"]\n\n\(line)").problems == ["1.toml:3: \(problem)"])
    }

    @Test("KumoMTA's limits of one node are limits")
    func local() {
        #expect(rules("[\"default\"]\nconnection_limit = \"local:5\"").connectionLimit?.value == 5)
    }
}
