import Primitives
import Testing

@Suite("Queues of records")
struct RecordQueueTests {
    @Test("Records come out in the order in which they went in, with their tags")
    func order() {
        var pool = PagePool()
        var queue = RecordQueue()
        for number in 0..<2_000 as Range<UInt64> {
            pool.append([UInt8(truncatingIfNeeded: number)].span, tag: number, to: &queue)
        }
        #expect(queue.count == 2_000 && !queue.isEmpty)
        for number in 0..<2_000 as Range<UInt64> {
            let tag = pool.firstTag(of: queue)
            let record = pool.first(of: queue).copy()
            #expect(tag == number && record == [UInt8(truncatingIfNeeded: number)])
            pool.removeFirst(of: &queue)
        }
        #expect(queue.isEmpty)
        pool.clear(&queue)
        let bytesInUse = pool.bytesInUse
        #expect(bytesInUse == 0)
    }

    @Test("A record that was taken back leaves no trace, also where it had begun a page")
    func takenBack() {
        var pool = PagePool()
        var queue = RecordQueue()
        for size in [0, 480, 484, 485, 4_068, 65_508, 65_509, 100_000] {
            pool.append([1, 2, 3].span, tag: 1, to: &queue)
            pool.append([UInt8](repeating: 9, count: size).span, tag: 2, to: &queue)
            pool.removeLast(of: &queue)
            pool.append([4, 5].span, tag: 3, to: &queue)
            let newest = pool.newest(of: queue).copy()
            let first = pool.first(of: queue).copy()
            pool.removeFirst(of: &queue)
            let second = pool.first(of: queue).copy()
            let tag = pool.firstTag(of: queue)
            #expect(
                newest == [4, 5] && first == [1, 2, 3] && second == [4, 5] && tag == 3, "\(size) bytes")
            pool.removeFirst(of: &queue)
            #expect(queue.isEmpty, "\(size) bytes")
        }
        pool.clear(&queue)
        let bytesInUse = pool.bytesInUse
        #expect(bytesInUse == 0)
    }

    @Test("A page whose only record was taken back is passed over when it is too small for the next")
    func emptyPage() {
        var pool = PagePool()
        var queue = RecordQueue()
        pool.append([UInt8](repeating: 1, count: 400).span, tag: 1, to: &queue)
        pool.append([UInt8](repeating: 2, count: 400).span, tag: 2, to: &queue)
        pool.removeLast(of: &queue)
        pool.append([UInt8](repeating: 3, count: 600).span, tag: 3, to: &queue)
        pool.removeFirst(of: &queue)
        let tag = pool.firstTag(of: queue)
        let record = pool.first(of: queue).copy()
        #expect(tag == 3 && record == [UInt8](repeating: 3, count: 600))
        pool.clear(&queue)
        let bytesInUse = pool.bytesInUse
        #expect(bytesInUse == 0)
    }

    @Test("A record that is larger than the page which an emptied queue kept is the first all the same")
    func largerThanKeptPage() {
        var pool = PagePool()
        var queue = RecordQueue()
        for size in [10, 600, 10, 5_000, 0, 100_000, 484, 485] {
            let bytes = [UInt8](repeating: 5, count: size)
            pool.append(bytes.span, tag: UInt64(size), to: &queue)
            let tag = pool.firstTag(of: queue)
            let record = pool.first(of: queue).copy()
            #expect(tag == UInt64(size) && record == bytes)
            pool.removeFirst(of: &queue)
        }
        pool.clear(&queue)
        let bytesInUse = pool.bytesInUse
        #expect(bytesInUse == 0)
    }

    @Test("A record that fills its page, or nearly, is followed by the next")
    func fullPage() {
        var pool = PagePool()
        // Pages that were in use before, so that what they hold is no accident.
        var before = RecordQueue()
        for _ in 0..<6 { pool.append([UInt8](repeating: 0, count: 300).span, tag: 0, to: &before) }
        pool.clear(&before)
        for size in 470..<500 {
            var queue = RecordQueue()
            pool.append([UInt8](repeating: 1, count: size).span, tag: 1, to: &queue)
            pool.append([2].span, tag: 2, to: &queue)
            pool.append([3].span, tag: 3, to: &queue)
            for number in 2...3 as ClosedRange<UInt64> {
                pool.removeFirst(of: &queue)
                let (tag, record) = (pool.firstTag(of: queue), pool.first(of: queue).copy())
                #expect(tag == number && record == [UInt8(number)], "\(size) bytes")
            }
            pool.clear(&queue)
        }
    }

    @Test("An emptied queue holds at most one small page; pages are used again")
    func emptied() {
        var pool = PagePool()
        var queue = RecordQueue()
        var most = 0
        for round in 0..<20 {
            for _ in 0..<300 { pool.append([UInt8](repeating: 7, count: 700).span, tag: 0, to: &queue) }
            let inUse = pool.bytesInUse
            if round == 0 { most = inUse }
            #expect(inUse == most)
            while !queue.isEmpty { pool.removeFirst(of: &queue) }
            let held = pool.bytesInUse
            #expect(held <= RecordQueueModel.smallPage)
        }
        // A long queue costs little more than its bytes.
        #expect(most < 300 * 712 * 3 / 2)
        pool.clear(&queue)
    }

    @Test("Queues agree with arrays of arrays", arguments: 0..<60)
    func model(seed: UInt64) {
        var model = RecordQueueModel(queues: 12, seed: seed)
        for _ in 0..<600 { model.step() }
        model.empty()
        #expect(model.mistakes == [], "seed \(seed)")
    }
}

/// Queues in one pool, and what they should hold.
private struct RecordQueueModel: ~Copyable {
    static let smallPage = 512

    private struct Record: Equatable {
        var bytes: [UInt8]
        var tag: UInt64
    }

    private var pool = PagePool()
    private var queues: [RecordQueue]
    private var expected: [[Record]]
    private var random: SeededRandom
    private(set) var mistakes: [String] = []
    private var steps = 0

    init(queues count: Int, seed: UInt64) {
        queues = [RecordQueue](repeating: RecordQueue(), count: count)
        expected = [[Record]](repeating: [], count: count)
        random = SeededRandom(seed: seed)
    }

    mutating func step() {
        steps += 1
        let index = Int.random(in: 0..<queues.count, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0: clear(index)
        case 1...7: removeFirst(index)
        case 8...10: move(from: index)
        default: append(index)
        }
        check(index)
    }

    /// At the end every page must be back.
    mutating func empty() {
        for index in queues.indices {
            while !queues[index].isEmpty && random.next() % 50 != 0 { removeFirst(index) }
            check(index)
        }
        for index in queues.indices { clear(index) }
        if pool.bytesInUse != 0 { mistakes.append("\(pool.bytesInUse) bytes are lost") }
    }

    private mutating func append(_ index: Int) {
        for _ in 0..<(random.oneIn(10) ? 100 : 1) {
            let record = Record(bytes: bytes(), tag: random.next())
            pool.append(record.bytes.span, tag: record.tag, to: &queues[index])
            expected[index].append(record)
            checkNewest(index)
            takeBackSometimes(index)
        }
    }

    private mutating func move(from index: Int) {
        let target = Int.random(in: 0..<queues.count, using: &random)
        guard target != index, !queues[index].isEmpty else { return }
        let tag = random.next()
        // Both at once in one array cannot be had by inout.
        var source = queues[index]
        pool.moveFirst(of: &source, tag: tag, to: &queues[target])
        queues[index] = source
        expected[target].append(Record(bytes: expected[index].removeFirst().bytes, tag: tag))
        checkNewest(target)
        takeBackSometimes(target)
        check(target)
    }

    private mutating func takeBackSometimes(_ index: Int) {
        guard random.oneIn(4) else { return }
        pool.removeLast(of: &queues[index])
        expected[index].removeLast()
    }

    private mutating func removeFirst(_ index: Int) {
        guard !queues[index].isEmpty else { return }
        pool.removeFirst(of: &queues[index])
        expected[index].removeFirst()
    }

    private mutating func clear(_ index: Int) {
        pool.clear(&queues[index])
        expected[index] = []
    }

    private mutating func check(_ index: Int) {
        let queue = queues[index]
        if queue.count != expected[index].count {
            return mistakes.append("step \(steps): \(queue.count) records for \(expected[index].count)")
        }
        guard let record = expected[index].first else { return }
        let first = Record(bytes: pool.first(of: queue).copy(), tag: pool.firstTag(of: queue))
        if first != record {
            mistakes.append("step \(steps): another record than \(record.bytes.count) bytes")
        }
    }

    private mutating func checkNewest(_ index: Int) {
        let newest = pool.newest(of: queues[index]).copy()
        if newest != expected[index].last?.bytes { mistakes.append("step \(steps): another newest record") }
    }

    /// Around every size at which the choice of a page changes.
    private mutating func bytes() -> [UInt8] {
        let borders = [0, 484, 4_068, 65_508, 100_000]
        let border = borders[Int.random(in: 0..<(random.oneIn(20) ? 5 : 2), using: &random)]
        let count = max(0, border + Int.random(in: -40...6, using: &random))
        var bytes = [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: count)
        if count > 1 { bytes[count / 2] = UInt8.random(in: 0...255, using: &random) }
        return bytes
    }
}
