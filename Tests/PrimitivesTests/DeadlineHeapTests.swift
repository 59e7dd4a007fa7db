import Primitives
import Testing

@Suite("Deadlines")
struct DeadlineHeapTests {
    private func at(_ nanoseconds: Int64) -> Instant { Instant(nanoseconds: nanoseconds) }

    @Test("An empty heap has no deadline")
    func empty() {
        var heap = DeadlineHeap(owners: 0)
        #expect(heap.earliest == .never)
        #expect(heap.popExpired(at: .never) == nil)
        heap.clear(17)
    }

    @Test("Deadlines come out in their order, whatever the order in which they were set", arguments: 0..<50)
    func order(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let deadlines = (0..<100).map { at(Int64($0 * 3)) }.shuffled(using: &random)
        var heap = DeadlineHeap(owners: 10)
        for (owner, deadline) in deadlines.enumerated() { heap.set(deadline, for: owner) }
        var popped: [Instant] = []
        while heap.earliest != .never {
            let earliest = heap.earliest
            #expect(heap.popExpired(at: at(earliest.nanoseconds - 1)) == nil)
            guard let owner = heap.popExpired(at: earliest) else { break }
            popped.append(deadlines[owner])
        }
        #expect(popped == deadlines.sorted(), "seed \(seed)")
    }

    @Test("A deadline that was moved later does not come at its old time")
    func movedLater() {
        var heap = DeadlineHeap(owners: 2)
        heap.set(at(10), for: 0)
        heap.set(at(30), for: 0)
        heap.set(at(20), for: 1)
        #expect(heap.earliest <= at(20))
        #expect(heap.popExpired(at: at(15)) == nil)
        #expect(heap.earliest == at(20))
        #expect(heap.popExpired(at: at(25)) == 1)
        #expect(heap.popExpired(at: at(29)) == nil)
        #expect(heap.popExpired(at: at(30)) == 0)
        #expect(heap.earliest == .never)
    }

    @Test("A deadline that was moved earlier comes at its new time")
    func movedEarlier() {
        var heap = DeadlineHeap(owners: 2)
        heap.set(at(20), for: 0)
        heap.set(at(30), for: 1)
        heap.set(at(10), for: 1)
        #expect(heap.earliest == at(10))
        #expect(heap.popExpired(at: at(10)) == 1)
        #expect(heap.popExpired(at: at(10)) == nil)
    }

    @Test("A deadline that was cleared never comes; the owner may have another")
    func cleared() {
        var heap = DeadlineHeap(owners: 1)
        heap.set(at(10), for: 0)
        heap.clear(0)
        #expect(heap.popExpired(at: at(100)) == nil)
        heap.set(at(200), for: 0)
        #expect(heap.popExpired(at: at(200)) == 0)
    }

    @Test("It agrees with a list of deadlines", arguments: 0..<200)
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var heap = DeadlineHeap(owners: Int.random(in: 0...8, using: &random))
        var deadlines: [Int: Instant] = [:]
        var now: Int64 = 0
        for step in 0..<400 {
            let owner = Int.random(in: 0..<30, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                heap.clear(owner)
                deadlines[owner] = nil
            case 1:
                now += Int64.random(in: 0...60, using: &random)
                let expired = deadlines.filter { $0.value <= at(now) }.keys.sorted()
                var popped: [Int] = []
                while let owner = heap.popExpired(at: at(now)) { popped.append(owner) }
                #expect(popped.sorted() == expired, "seed \(seed), step \(step)")
                for owner in expired { deadlines[owner] = nil }
                // Or its user would wake up for nothing, over and over.
                #expect(heap.earliest > at(now), "seed \(seed), step \(step)")
            default:
                let deadline = at(now + Int64.random(in: -5...100, using: &random))
                heap.set(deadline, for: owner)
                deadlines[owner] = deadline
            }
            #expect(heap.earliest <= deadlines.values.min() ?? .never, "seed \(seed), step \(step)")
        }
    }
}
