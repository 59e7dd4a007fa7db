import Delivery
import Glibc
import Measurement
import Primitives
import Synchronization
import Uring

/// A run: its workers, each in a thread of its own, from the start until all are done.
package final class Run: Sendable {
    /// What one worker is given.
    package struct Share: Sendable {
        package var mission: Mission
        package var work: Work
        package var listener: any OutcomeListener & Sendable
        /// Nil for a run whose messages nobody has to account for.
        package var journal: (any Journal & Sendable)?

        package init(
            mission: Mission, work: Work, listener: any OutcomeListener & Sendable,
            journal: (any Journal & Sendable)? = nil
        ) {
            self.mission = mission
            self.work = work
            self.listener = listener
            self.journal = journal
        }
    }

    package enum Work: Sendable {
        /// Recipients come in while it works.
        case fromInbox
        /// Messages to made-up recipients of site 0, which all workers share.
        case madeUp(MadeUpSupply)
    }

    /// What came of a run.
    package struct Result: Sendable {
        package var tally = Tally()
        /// Set when no session could be made at all and the run was called off.
        package var unreachable: Trouble?
        package var elapsed = Interval.zero
        /// User and system time of the whole process meanwhile.
        package var processorTime = Interval.zero
        /// When it began: nanoseconds since 1970.
        package var startedUnixNanoseconds: Int64 = 0
    }

    private struct Ending {
        var tally = Tally()
        var unreachable: Trouble?
        var ringError: RingError?
    }

    /// Where each worker shows its progress.
    package let boards: [Board]
    let inboxes: [Inbox]
    private let contact = FirstContact()
    /// What is too big for one worker.
    let sharedSites: SharedSites
    private let ending = Mutex(Ending())
    private let mustStop = Atomic(false)
    private let mustPause = Atomic(false)
    private let isOutsideWindow = Atomic(false)
    private let places: [ThreadPlace]

    /// - Parameter places: where the threads of the workers run.
    package init(workers places: [ThreadPlace]) throws(SystemFault) {
        let workers = places.count
        precondition(workers > 0, "a run has a worker")
        self.places = places
        boards = (0..<workers).map { _ in Board() }
        var inboxes: [Inbox] = []
        for _ in 0..<workers { inboxes.append(try Inbox()) }
        self.inboxes = inboxes
        sharedSites = SharedSites(workers: workers) { [inboxes] worker in inboxes[worker].call() }
    }

    package var workerCount: Int { boards.count }

    /// Lets every worker do its share; returns when all are done. Once.
    ///
    /// Throws `RingError` when the kernel gives a worker no ring, `SystemFault` when it gives no thread.
    package func perform(_ shares: [Share]) throws -> Result {
        precondition(shares.count == workerCount, "a share for each worker")
        var result = Result(startedUnixNanoseconds: WallClock.nanoseconds)
        let started = MonotonicClock.now
        let processorTime = ProcessorTime.now
        var threads: [NativeThread] = []
        for index in shares.indices {
            threads.append(try NativeThread.start(at: places[index]) { self.work(index, shares[index]) })
        }
        for thread in threads { thread.join() }
        let ending = ending.withLock { $0 }
        if let error = ending.ringError { throw error }
        result.tally = ending.tally
        result.unreachable = ending.unreachable
        result.elapsed = MonotonicClock.now - started
        result.processorTime = ProcessorTime.now - processorTime
        return result
    }

    /// Bytes of recipients that wait for their workers.
    var bytesWaiting: Int { inboxes.reduce(sharedSites.bytesWaiting) { $0 + $1.bytesWaiting } }

    /// Begins no further message; those under way are finished. From any thread.
    package func stop() {
        mustStop.store(true, ordering: .relaxed)
        for inbox in inboxes { inbox.stop() }
    }

    /// Submits no further end of a message; only the final replies to those submitted are awaited, and what else
    /// was begun counts as not attempted. From any thread.
    package func stopNow() {
        mustStop.store(true, ordering: .relaxed)
        for inbox in inboxes { inbox.stopNow() }
    }

    /// Begins no message and makes no session until `resume`; those under way are finished. A stop goes before it.
    /// From any thread.
    package func pause() {
        mustPause.store(true, ordering: .relaxed)
        tellPause()
    }

    package func resume() {
        mustPause.store(false, ordering: .relaxed)
        tellPause()
    }

    /// As `pause` and `resume`, by the time of the day: nothing goes while the window is closed, whoever resumes.
    package func setWindow(isOpen: Bool) {
        isOutsideWindow.store(!isOpen, ordering: .relaxed)
        tellPause()
    }

    package var isOutsideSendWindow: Bool { isOutsideWindow.load(ordering: .relaxed) }

    private func tellPause() {
        let mustRest = isPaused || isOutsideWindow.load(ordering: .relaxed)
        for inbox in inboxes { inbox.pause(mustRest) }
    }

    /// Whether `pause` was called and `resume` was not.
    package var isPaused: Bool { mustPause.load(ordering: .relaxed) }

    /// Has a worker look at its journal: more is durable, or the journal has failed. From any thread.
    package func wake(worker: Int) {
        inboxes[worker].wakeUp.signal()
    }

    /// Whether `stop` was called, or the run was called off.
    package var isStopping: Bool { mustStop.load(ordering: .relaxed) }

    private func work(_ index: Int, _ share: Share) {
        do {
            let network = try UringNetwork(
                connections: share.mission.limits.sessions, wakeUp: inboxes[index].wakeUp)
            var worker = Worker(
                network: network, mission: share.mission, outcomes: share.listener, inbox: inboxes[index],
                board: boards[index], contact: contact, sharing: Sharing(sites: sharedSites, worker: index),
                journal: share.journal, supply: share.work.supply)
            worker.run()
            note(worker.tally, worker.unreachable)
        } catch {
            ending.withLock { $0.ringError = error }
            stop()
        }
    }

    private func note(_ tally: Tally, _ unreachable: Trouble?) {
        ending.withLock { ending in
            ending.tally.merge(tally)
            ending.unreachable = ending.unreachable ?? unreachable
        }
        if unreachable != nil { stop() }
    }
}

/// User and system time of this process, as an instant that only differences make sense of.
enum ProcessorTime {
    static var now: Instant {
        var usage = rusage()
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Instant.zero + nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime)
    }

    private static func nanoseconds(_ time: timeval) -> Interval {
        Interval(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1_000)
    }
}
