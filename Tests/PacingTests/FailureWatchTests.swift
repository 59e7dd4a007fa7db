import Pacing
import Primitives
import Testing

@Suite("Failure watches")
struct FailureWatchTests {
    @Test("More than one in twenty of the last two hundred raises the alarm, once, and not before")
    func share() {
        var watch = FailureWatch()
        for number in 0..<199 { #expect(watch.note(number % 2 == 0 ? .refused : .accepted) == nil) }
        #expect(watch.note(.accepted) == .tooManyFailures(100, of: 200))
        #expect(watch.note(.refused) == nil)
        #expect(watch.alarm == .tooManyFailures(100, of: 200))
    }

    @Test("Exactly one in twenty is borne for ever, and what is older than the window is forgotten")
    func borne() {
        var watch = FailureWatch()
        for number in 0..<5_000 { #expect(watch.note(number % 20 == 0 ? .refused : .accepted) == nil) }
        for _ in 0..<200 { #expect(watch.note(.accepted) == nil) }
        for _ in 0..<10 { #expect(watch.note(.refused) == nil) }
        #expect(watch.note(.refused) == .tooManyFailures(11, of: 200))
    }

    @Test("The share is that of the last results, whatever came before", arguments: 0..<40 as Range<UInt64>)
    func ring(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let window = Int.random(in: 1...30, using: &random)
        var watch = FailureWatch(.init(window: window, mostFailures: 0.3))
        var results: [Bool] = []
        for _ in 0..<300 {
            let isFailure = random.oneIn(4)
            results.append(isFailure)
            let failures = results.suffix(window).count { $0 }
            let isTooMuch = results.count >= window && Double(failures) > 0.3 * Double(window)
            let alarm = watch.note(isFailure ? .refused : .accepted)
            #expect(alarm == (isTooMuch ? .tooManyFailures(failures, of: window) : nil), "seed \(seed)")
            guard alarm != nil else { continue }
            watch.resume()
            results = []
        }
    }

    @Test("One policy text is enough, and it counts as a failure")
    func policy() {
        var watch = FailureWatch()
        #expect(watch.note(.policy) == .policy)
        #expect(watch.note(.policy) == nil)
        watch.resume()
        #expect(watch.alarm == nil)
        #expect(watch.note(.accepted) == nil)
        #expect(watch.note(.policy) == .policy)
    }

    @Test(
        "No setting traps",
        arguments: [(0, 0.5), (-5, -1), (.min, .nan), (1, .infinity), (.max, 2)] as [(Int, Double)])
    func settings(window: Int, mostFailures: Double) {
        var watch = FailureWatch(.init(window: window, mostFailures: mostFailures))
        for _ in 0..<10 { _ = watch.note(.refused) }
        #expect((watch.alarm != nil) == (window <= 1 && !(mostFailures >= 1)))
    }
}

@Suite("Canaries")
struct CanaryTests {
    @Test(
        "The first share is rounded up, at least ten, and never more than there are",
        arguments: [
            (0, 0), (-1, 0), (1, 1), (9, 9), (10, 10), (999, 10), (1_000, 10), (1_001, 11), (1_000_000, 10_000),
            (.max, 92_233_720_368_547_760),
        ] as [(Int, Int)])
    func ahead(known: Int, ahead: Int) {
        #expect(Canary().ahead(of: known) == ahead)
    }

    @Test("The rest waits until the first share has ended, and goes when that was healthy")
    func opening() {
        var canary = Canary()
        for begun in 0..<20 { #expect(canary.mayBegin(known: 2_000, begun: begun) == .begin) }
        for _ in 0..<19 { canary.noteSettled(isHealthy: true) }
        #expect(canary.mayBegin(known: 2_000, begun: 20) == .holdUntilSettled)
        canary.noteSettled(isHealthy: true)
        #expect(canary.mayBegin(known: 2_000, begun: 20) == .begin)
        #expect(canary.mayBegin(known: 2_000, begun: 2_000) == .begin)
        // More of the list was read: more of it goes ahead, and the rest waits for that.
        #expect(canary.mayBegin(known: 5_000, begun: 49) == .begin)
        #expect(canary.mayBegin(known: 5_000, begun: 50) == .holdUntilSettled)
    }

    @Test("One failure of ten is borne, two are not")
    func health() {
        var canary = Canary()
        for number in 0..<10 { canary.noteSettled(isHealthy: number > 0) }
        #expect(canary.mayBegin(known: 100, begun: 10) == .begin)
        canary = Canary()
        for number in 0..<10 { canary.noteSettled(isHealthy: number > 1) }
        #expect(canary.mayBegin(known: 100, begun: 10) == .holdUnhealthy)
    }

    @Test("No setting traps, and nothing holds for ever by its setting alone")
    func settings() {
        for share in [-1, 0, 2, .nan, .infinity, -.infinity] as [Double] {
            for least in [Int.min, 0, .max] {
                var canary = Canary(share: share, least: least, healthyShare: share)
                let ahead = canary.ahead(of: 100)
                #expect(ahead >= 1 && ahead <= 100)
                for _ in 0..<ahead { canary.noteSettled(isHealthy: true) }
                #expect(canary.mayBegin(known: 100, begun: 100) == .begin)
            }
        }
    }
}
