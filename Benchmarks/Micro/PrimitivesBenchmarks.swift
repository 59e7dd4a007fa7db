import Benchmark
import Primitives

func primitivesBenchmarks() {
    // One of 1,000 owners.
    Benchmark("DeadlineHeap-moves-later") { benchmark in
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

    Benchmark("DeadlineHeap-expires") { benchmark in
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

    // Records of 48 bytes, 16 of them waiting.
    Benchmark("RecordQueue-append-remove") { benchmark in
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

    // An address among 100,000, fingerprint included.
    Benchmark("FingerprintSet-contains") { benchmark in
        let known = KnownAddresses.shared
        benchmark.startMeasurement()
        for step in benchmark.scaledIterations {
            let address = known.addresses[step]
            blackHole(known.set.contains(Fingerprint(of: address.span, seed: 7)))
        }
    }
}

/// A set that is made once, and some of the addresses in it.
private final class KnownAddresses: Sendable {
    static let shared = KnownAddresses()

    let set: FingerprintSet
    let addresses: [[UInt8]]

    init() {
        var set = FingerprintSet()
        let all = (0..<100_000).map { Array("recipient.\($0)@customer.example".utf8) }
        for address in all { _ = set.insert(Fingerprint(of: address.span, seed: 7)) }
        self.set = set
        addresses = stride(from: 0, to: 100_000, by: 100).map { all[$0] }
    }
}
