internal import Digest
internal import Pacing
internal import Primitives
internal import SMTP
internal import Synchronization
internal import Uring

/// What the workers of a sink and its owner have in common.
final class SinkShared: Sendable {
    let options: SinkOptions
    let log: AcceptanceLog?
    let algorithm: DigestAlgorithm?
    let store: MessageStore?
    /// Nil when there are none.
    let limits: SinkLimits?
    /// Begins every session id: two sinks that write into one log do not meet in it.
    let sessionPrefix: String
    let tallies: [SinkTally]
    let wakeUps: [WakeUp]

    private let stopping = Atomic(false)
    private let firstFault = Mutex<SinkFault?>(nil)

    init(_ options: SinkOptions) throws(SinkFault) {
        self.options = options
        log = try SinkShared.made(options.logPath) { path throws(SinkFault) in try AcceptanceLog(path: path) }
        store = try SinkShared.made(options.storePath) { path throws(SinkFault) in
            try MessageStore(path: path)
        }
        limits = options.limits.isEmpty ? nil : SinkLimits(options)
        algorithm = log == nil ? nil : DigestAlgorithm()
        sessionPrefix = String(WallClock.microseconds, radix: 36)
        tallies = (0..<options.workers).map { _ in SinkTally() }
        var wakeUps: [WakeUp] = []
        do throws(SystemFault) {
            for _ in 0..<options.workers { wakeUps.append(try WakeUp()) }
        } catch {
            throw SinkFault.system(error)
        }
        self.wakeUps = wakeUps
    }

    private static func made<Part>(
        _ path: String?, _ make: (String) throws(SinkFault) -> Part
    ) throws(SinkFault) -> Part? {
        guard let path else { return nil }
        return try make(path)
    }

    var delaysReplies: Bool { options.replyDelay > .zero || options.replyDelaySpread > .zero }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Why the sink stopped by itself, if it did.
    var fault: SinkFault? { firstFault.withLock { $0 } }

    func requestStop() {
        stopping.store(true, ordering: .releasing)
        for wakeUp in wakeUps { wakeUp.signal() }
    }

    /// Stops all workers; the first reason is the one that is told.
    func fail(_ fault: SinkFault) {
        firstFault.withLock { first in if first == nil { first = fault } }
        requestStop()
    }

    var statistics: SinkStatistics {
        var counts = SinkCounts()
        for tally in tallies { counts.add(tally.counts) }
        return counts.statistics
    }
}
