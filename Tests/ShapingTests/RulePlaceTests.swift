import Shaping
import Testing

@Suite("Places of rules")
struct RulePlaceTests {
    @Test("A place names its file and line")
    func place() {
        #expect(RulePlace(file: "shaping.toml", line: 3).line == 3)
    }
}
