import Pacing
import Primitives
import Testing

@testable import Delivery

@Suite("Limits")
struct LimitTableTests {
    /// As many lanes as are named wait for one limit of ten a second.
    private func table(lanes: Range<Int>) -> LimitTable {
        var table = LimitTable()
        var plan = LanePlan()
        plan.messageRates = [LimitPlan(0, .rate(Rate(10, per: .seconds(1))))]
        for lane in lanes {
            _ = table.limits(of: plan, at: .zero)
            table.wait(0, lane, isCalled: false, at: .zero)
        }
        return table
    }

    @Test("Those that wait are listed once each, in their order, before they are called", arguments: [1, 2, 17, 100])
    func coming(count: Int) {
        var table = table(lanes: 0..<count)
        var coming: [Int] = []
        var listed: [Int] = []
        for lane in 0..<count {
            let called = table.nextCalled(at: .zero + .seconds(60 + Int64(lane)))
            #expect(called?.lane == lane)
            #expect(lane == 0 || listed.contains(lane), "read ahead in time")
            table.listComing(at: 0, in: &coming)
            listed += coming
        }
        #expect(listed == Array(1..<max(1, count)))
    }

    @Test("Somebody waits for a limit until all have been called")
    func awaited() {
        var table = table(lanes: 0..<2)
        let list = LimitList(0, 1)
        #expect(table.isAwaited(list))
        _ = table.nextCalled(at: .zero + .seconds(60))
        #expect(table.isAwaited(list))
        _ = table.nextCalled(at: .zero + .seconds(120))
        #expect(!table.isAwaited(list))
    }
}
