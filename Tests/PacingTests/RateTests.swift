import Pacing
import Primitives
import Testing

@Suite("Rates")
struct RateTests {
    @Test("Nothing makes a rate of nothing")
    func leastRate() {
        #expect(Rate(0, per: .zero, burst: -1) == Rate(1, per: Interval(nanoseconds: 1), burst: 1))
    }
}
