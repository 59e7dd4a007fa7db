import Dispatch
import Synchronization

/// What waits for the ledger's thread. Everything goes through one lock, so that a row which was planned before its
/// recipient was given to a worker is always taken before, or together with, what the worker notes about it.
final class WriterQueue: Sendable {
    /// What was handed over by one worker at one time.
    struct Batch: Sendable {
        var journal: WorkerJournal
        var number: UInt64
        var steps: StepBatch
    }

    /// Something that the ledger's thread does for somebody who waits.
    struct Request: Sendable {
        /// Changes the core; what that needs to be durable is in the next commit.
        var perform: @Sendable (inout LedgerCore, any LedgerStorage, Int64) -> Void
        /// Called when that commit is durable, or can never be.
        var finish: @Sendable (LedgerFault?) -> Void
    }

    struct Work: Sendable {
        var plans: [PlanBatch] = []
        var batches: [Batch] = []
        var requests: [Request] = []
        var isClosing = false

        /// Whether somebody waits for something of it.
        var isAwaited: Bool { !batches.isEmpty || !requests.isEmpty || isClosing }
    }

    private struct Contents {
        var work = Work()
        var planBytes = 0
        var isWriterAsleep = false
        var plannersAsleep = 0
        var spares: [[UInt8]] = []
    }

    private let contents = Mutex(Contents())
    private let workArrived = DispatchSemaphore(value: 0)
    private let roomAppeared = DispatchSemaphore(value: 0)
    private let mostPlanBytes: Int
    /// Rows that are worth a commit of their own.
    private var manyPlanBytes: Int { mostPlanBytes / 2 }

    /// Buffers that are kept for later.
    private static let mostSpares = 64

    init(mostPlanBytes: Int) { self.mostPlanBytes = mostPlanBytes }

    /// Blocks while too much waits.
    func plan(_ batch: PlanBatch) {
        while true {
            let isIn = contents.withLock { contents in
                guard contents.planBytes < mostPlanBytes || contents.work.isClosing else {
                    contents.plannersAsleep += 1
                    return false
                }
                contents.planBytes += batch.byteCount
                contents.work.plans.append(batch)
                // Whoever hands over a step of one of these rows wakes the writer for both.
                if contents.planBytes >= manyPlanBytes { wakeWriter(&contents) }
                return true
            }
            if isIn { return }
            roomAppeared.wait()
        }
    }

    /// - Returns: memory to use again.
    func append(_ batch: Batch) -> [UInt8] {
        contents.withLock { contents in
            contents.work.batches.append(batch)
            wakeWriter(&contents)
            return contents.spares.popLast() ?? []
        }
    }

    /// - Returns: false when the ledger is closed: nobody will take the request.
    func append(_ request: Request) -> Bool {
        contents.withLock { contents in
            guard !contents.work.isClosing else { return false }
            contents.work.requests.append(request)
            wakeWriter(&contents)
            return true
        }
    }

    func close() {
        contents.withLock { contents in
            contents.work.isClosing = true
            wakeWriter(&contents)
        }
    }

    /// All that is there, as soon as somebody waits for something of it. After a close, what came before it, once.
    ///
    /// Rows that were read are left to the commit of the next step, unless there are many: in a commit of their own
    /// they would keep that waiting.
    func takeAll() -> Work {
        while true {
            let work: Work? = contents.withLock { contents in
                contents.isWriterAsleep = !contents.work.isAwaited && contents.planBytes < manyPlanBytes
                guard !contents.isWriterAsleep else { return nil }
                contents.planBytes = 0
                while contents.plannersAsleep > 0 {
                    contents.plannersAsleep -= 1
                    roomAppeared.signal()
                }
                var next = Work()
                next.isClosing = contents.work.isClosing
                swap(&contents.work, &next)
                return next
            }
            if let work { return work }
            workArrived.wait()
        }
    }

    /// Takes back the memory of batches.
    func recycle(_ batches: [Batch]) {
        contents.withLock { contents in
            for batch in batches where contents.spares.count < WriterQueue.mostSpares {
                contents.spares.append(batch.steps.bytes)
            }
        }
    }

    private func wakeWriter(_ contents: inout sending Contents) {
        guard contents.isWriterAsleep else { return }
        contents.isWriterAsleep = false
        workArrived.signal()
    }
}

/// A value that one thread waits for and another brings.
final class Answer<Value: Sendable>: Sendable {
    private let value = Mutex<Result<Value, LedgerFault>?>(nil)
    private let isGiven = DispatchSemaphore(value: 0)

    /// Notes the value; the first one counts.
    func prepare(_ result: Result<Value, LedgerFault>) {
        value.withLock { if $0 == nil { $0 = result } }
    }

    /// Whatever was noted: it came to nothing.
    func fail(_ fault: LedgerFault) {
        value.withLock { $0 = .failure(fault) }
    }

    /// Lets those go on who wait.
    func give() { isGiven.signal() }

    func wait() throws(LedgerFault) -> Value {
        isGiven.wait()
        // Whoever asks again must not wait for ever.
        isGiven.signal()
        guard let result = value.withLock({ $0 }) else { preconditionFailure("given without a value") }
        return try result.get()
    }
}
