import Pacing
import Primitives
import Testing

@testable import Shaping

@Suite("General limits")
struct LimitTests {
    @Test("a limit has a key, filters, values, and their places")
    func limit() throws {
        let text = """
            [[limit]]
            key = ["domain", "source"]
            domain = "A.Example."
            source = "Cold"
            messages = "100/h"
            connections = 5
            connection_rate = "10/min"
            messages_per_connection = 20

            [[limit]]
            key = "campaign"
            connections = 7
            """
        let (rules, problems) = read(text)
        #expect(problems == [])
        try #require(rules.limits.count == 2)
        let limit = rules.limits[0]
        #expect(limit.key == [.source, .domain] && limit.place == RulePlace(file: "1.toml", line: 1))
        #expect(
            limit.filters == [
                GeneralLimit.Filter(field: .domain, value: "a.example"),
                GeneralLimit.Filter(field: .source, value: "Cold"),
            ])
        #expect(limit.messages == Ruled(Rate(100, per: .seconds(3_600)), at: RulePlace(file: "1.toml", line: 5)))
        #expect(limit.connections == Ruled(5, at: RulePlace(file: "1.toml", line: 6)))
        #expect(limit.connectionRate == Ruled(Rate(10, per: .seconds(60)), at: RulePlace(file: "1.toml", line: 7)))
        #expect(limit.messagesPerConnection == Ruled(20, at: RulePlace(file: "1.toml", line: 8)))
        #expect(rules.limits[1].key == [.campaign] && rules.limits[1].place.line == 10)
    }

    @Test(
        "a limit that cannot be kept is told with its line and left out, and the next one counts",
        arguments: [
            ("messages = \"1/s\"", "1: the limit has no key"),
            ("key = []\nmessages = \"1/s\"", "2: key: nothing is counted apart"),
            ("key = [\"tenant\"]\nmessages = \"1/s\"", "2: key: nothing is counted by 'tenant'"),
            ("key = [5]\nmessages = \"1/s\"", "2: key: a whole number does not fit here"),
            ("key = \"source\"", "1: the limit limits nothing"),
            ("key = \"source\"\nmessages = \"1\"", "3: messages: '1' is no rate"),
            ("key = \"source\"\nconnections = 0", "3: connections: 0 is out of range"),
            (
                "key = \"source\"\nconnections = 1\nsourc = \"a\"",
                "4: sourc: there is no such key in a limit: did you mean source?"
            ),
            ("key = \"source\"\nconnections = 1\nsource = 5", "4: source: a whole number does not fit here"),
        ])
    func broken(body: String, problem: String) {
        let (rules, problems) = read("[[limit]]\n\(body)\n[[limit]]\nkey = \"site\"\nconnections = 1")
        #expect(problems.count == 1 && problems.first?.hasPrefix("1.toml:\(problem)") == true, "\(problems)")
        #expect(rules.limits.map(\.key) == [[.site]])
    }
}
