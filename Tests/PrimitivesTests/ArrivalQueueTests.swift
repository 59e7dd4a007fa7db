import Primitives
import Testing

@Suite("A queue in the order of arrival")
struct ArrivalQueueTests {
    @Test("it does what an array would do", arguments: 0..<50)
    func likeAnArray(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var queue = ArrivalQueue<Int>()
        var array: [Int] = []
        for step in 0..<400 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<6:
                queue.append(step)
                array.append(step)
            case 6..<10:
                let removed = queue.removeFirst()
                #expect(removed == (array.isEmpty ? nil : array.removeFirst()), "seed \(seed)")
            case 10:
                let divisor = Int.random(in: 2...5, using: &random)
                queue.removeAll { $0 % divisor == 0 }
                array.removeAll { $0 % divisor == 0 }
            default:
                guard Int.random(in: 0..<10, using: &random) == 0 else { continue }
                queue.removeAll()
                array.removeAll()
            }
            #expect(queue.isEmpty == array.isEmpty && queue.first == array.first, "seed \(seed)")
            let place = Int.random(in: 0...array.count, using: &random)
            #expect(queue[place] == (place < array.count ? array[place] : nil), "seed \(seed)")
        }
    }
}
