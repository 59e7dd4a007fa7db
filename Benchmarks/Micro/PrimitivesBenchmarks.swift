import Benchmark
import Primitives

func primitivesBenchmarks() {
    Benchmark("DeadlineHeap: move the deadline of one of 1,000 owners later") { benchmark in
        var heap = DeadlineHeap(owners: 1_000)
        for owner in 0..<1_000 { heap.set(Instant(nanoseconds: Int64(owner) + 1_000_000), for: owner) }
        var now = Int64(0)
        benchmark.startMeasurement()
        for step in benchmark.scaledIterations {
            now += 1_000
            heap.set(Instant(nanoseconds: now + 300_000_000_000), for: step % 1_000)
            blackHole(heap.earliest)
        }
    }

    Benchmark("DeadlineHeap: expire an owner and set it again") { benchmark in
        var heap = DeadlineHeap(owners: 1_000)
        for owner in 0..<1_000 { heap.set(Instant(nanoseconds: Int64(owner)), for: owner) }
        var now = Int64(0)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations {
            let owner = heap.popExpired(at: Instant(nanoseconds: now)) ?? 0
            heap.set(Instant(nanoseconds: now + 1_000), for: owner)
            now += 1
        }
        blackHole(heap.earliest)
    }

    Benchmark("RecordQueue: append a record of 48 bytes and remove the oldest of 16") { benchmark in
        var pool = PagePool()
        var queue = RecordQueue()
        let record = [UInt8](repeating: 0x61, count: 48)
        for tag in 0..<UInt64(16) { pool.append(record.span, tag: tag, to: &queue) }
        benchmark.startMeasurement()
        for step in benchmark.scaledIterations {
            pool.append(record.span, tag: UInt64(step), to: &queue)
            blackHole(pool.firstTag(of: queue))
            pool.removeFirst(of: &queue)
        }
        benchmark.stopMeasurement()
        pool.clear(&queue)
    }

    Benchmark("FingerprintSet: look up one of 100,000 addresses") { benchmark in
        var set = FingerprintSet()
        let addresses = (0..<1_000).map { Array("recipient.\($0)@customer.example".utf8) }
        for address in addresses { _ = set.insert(Fingerprint(of: address.span, seed: 7)) }
        for number in 1_000..<100_000 {
            _ = set.insert(Fingerprint(of: Array("recipient.\(number)@customer.example".utf8).span, seed: 7))
        }
        benchmark.startMeasurement()
        for step in benchmark.scaledIterations {
            blackHole(set.contains(Fingerprint(of: addresses[step % 1_000].span, seed: 7)))
        }
    }
}
