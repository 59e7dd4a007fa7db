internal import Glibc
import Primitives
import Testing

@testable import Uring

/// Each test makes its ring, and does all it does with it, without yielding: a ring belongs to one thread.
@Suite struct RingTests {
    private static let soon = Interval.seconds(5)

    @Test func aWaitEndsAtItsDeadline() throws {
        var ring = try Ring(entries: 8, completionEntries: 16)
        let start = MonotonicClock.now
        ring.submitAndWait(until: start + .milliseconds(20))
        let waited = MonotonicClock.now - start
        #expect(waited >= .milliseconds(20))
        let completion = ring.nextCompletion()
        #expect(completion == nil)
    }

    @Test func aDeadlineInThePastOnlyLooks() throws {
        var ring = try Ring(entries: 8, completionEntries: 16)
        let wakeUp = try WakeUp()
        ring.watch(wakeUp, token: Token(operation: 1, slot: 0))
        ring.submitAndWait(until: .zero)
        let early = ring.nextCompletion()
        #expect(early == nil)
        wakeUp.signal()
        ring.submitAndWait(until: .zero)
        let late = ring.nextCompletion()
        #expect(late?.token == Token(operation: 1, slot: 0))
    }

    @Test func anotherThreadEndsTheSleep() throws {
        var ring = try Ring(entries: 8, completionEntries: 16)
        let wakeUp = try WakeUp()
        let token = Token(operation: 9, generation: 77, slot: 5)
        ring.watch(wakeUp, token: token)
        for _ in 0..<50 {
            let thread = try NativeThread.start { wakeUp.signal() }
            ring.submitAndWait(until: .never)
            let completion = ring.nextCompletion()
            #expect(completion?.token == token)
            #expect(completion?.hasMore == true)
            thread.join()
        }
    }

    @Test func completionsThatWereNotFetchedComeAgain() throws {
        var ring = try Ring(entries: 8, completionEntries: 16)
        let wakeUps = try (0..<3).map { _ in try WakeUp() }
        for (index, wakeUp) in wakeUps.enumerated() {
            wakeUp.signal()
            ring.watch(wakeUp, token: Token(operation: 0, slot: UInt32(index)))
        }
        var slots: Set<UInt32> = []
        for _ in wakeUps {
            ring.submitAndWait(until: MonotonicClock.now + RingTests.soon)
            if let completion = ring.nextCompletion() { slots.insert(completion.token.slot) }
        }
        #expect(slots == [0, 1, 2])
    }

    @Test func aFullSubmissionQueueIsHandedOver() throws {
        var ring = try Ring(entries: 4, completionEntries: 256)
        let wakeUps = try (0..<100).map { _ in try WakeUp() }
        for (index, wakeUp) in wakeUps.enumerated() {
            ring.watch(wakeUp, token: Token(operation: 0, slot: UInt32(index)))
        }
        for wakeUp in wakeUps { wakeUp.signal() }
        var slots: Set<UInt32> = []
        let deadline = MonotonicClock.now + RingTests.soon
        while slots.count < wakeUps.count, MonotonicClock.now < deadline {
            ring.submitAndWait(until: deadline)
            while let completion = ring.nextCompletion() { slots.insert(completion.token.slot) }
        }
        #expect(slots.count == 100)
    }

    @Test func moreCompletionsThanTheQueueHoldsAreNotLost() throws {
        var ring = try Ring(entries: 64, completionEntries: 64)
        let wakeUps = try (0..<200).map { _ in try WakeUp() }
        for (index, wakeUp) in wakeUps.enumerated() {
            wakeUp.signal()
            ring.watch(wakeUp, token: Token(operation: 0, slot: UInt32(index)))
        }
        var slots: Set<UInt32> = []
        let deadline = MonotonicClock.now + RingTests.soon
        while slots.count < wakeUps.count, MonotonicClock.now < deadline {
            ring.submitAndWait(until: deadline)
            while let completion = ring.nextCompletion() { slots.insert(completion.token.slot) }
        }
        #expect(slots.count == 200)
    }

    @Test func errorsSayWhatToDo() {
        let cases: [(Int32, RingError, String)] = [
            (ENOSYS, .missing, "Linux 6.1"), (EPERM, .forbidden, "kernel.io_uring_disabled"),
            (EINVAL, .tooOld, "too old"), (ENOMEM, .outOfMemory, "ulimit -l"),
            (EMFILE, .outOfDescriptors, "ulimit -n"),
            (EFAULT, .other(SystemFault("set up io_uring", code: EFAULT)), "Bad address"),
        ]
        for (code, error, words) in cases {
            #expect(RingError(code: code) == error)
            #expect(error.description.utf8.count > 0 && "\(error)".contains(words))
        }
    }
}

@Suite struct TokenTests {
    @Test func threePartsShareSixtyFourBits() {
        for (operation, generation, slot) in [
            (0, 0, 0), (255, 0xFF_FFFF, UInt32.max), (7, 1, 2), (1, 0xFF_FFFF, 0),
        ] as [(UInt8, UInt32, UInt32)] {
            let token = Token(operation: operation, generation: generation, slot: slot)
            #expect(token.operation == operation)
            #expect(token.generation == generation)
            #expect(token.slot == slot)
        }
    }

    @Test func aGenerationWrapsWithoutTouchingTheOperation() {
        let token = Token(operation: 1, generation: 0x1FF_FFFF, slot: 3)
        #expect(token == Token(operation: 1, generation: 0xFF_FFFF, slot: 3))
    }
}
