import Delivery
import Primitives
import Synchronization
import Uring

/// Recipients on their way to a worker, many at a time.
struct RecipientBatch: Sendable {
    /// Site number and length, 32 bits each, before each packed row; a term behind the row counts as its own.
    var bytes: [UInt8] = []
    /// Rows in it.
    private(set) var count = 0

    /// Far less than a worker's work of a second, and enough that the hand-over costs nothing.
    static let usualCount = 32_768

    mutating func append(_ row: Span<UInt8>, site: Int, _ term: SendingTerm? = nil) {
        // An array that grows by itself would take up to twice as much.
        let length = row.count + (term == nil ? 0 : SendingTerm.byteCount)
        let needed = bytes.count + 8 + length
        if needed > bytes.capacity { bytes.reserveCapacity(max(needed, bytes.isEmpty ? 0 : RecipientBatch.usualCount)) }
        bytes.append(littleEndian: UInt64(site) | UInt64(length) << 32, count: 8)
        bytes.append(row)
        term?.append(to: &bytes)
        count += 1
    }

    func admit(to dispatcher: inout Dispatcher) {
        let span = bytes.span
        var cursor = 0
        while cursor < span.count {
            let site = Int(span.littleEndian(at: cursor, count: 4))
            let count = Int(span.littleEndian(at: cursor + 4, count: 4))
            dispatcher.admit(span.extracting(cursor + 8..<cursor + 8 + count), site: site)
            cursor += 8 + count
        }
    }
}

/// Where other threads put what a worker should know; the worker looks when it is woken.
package final class Inbox: Sendable {
    struct Letterbox {
        /// Sites that have become shared ones, and their places there.
        var sharedSites: [(site: Int, place: Int)] = []
        /// What binds the sites whose recipients come.
        var descriptions: [SiteDescription] = []
        var batches: [RecipientBatch] = []
        var isClosed = false
        var mustStop = false
        var mustStopNow = false
        var isPaused = false
    }

    let wakeUp: WakeUp
    /// The worker is woken for other things, too, and much more often.
    private let hasNews = Atomic(true)
    private let letterbox = Mutex(Letterbox())
    /// Bytes of recipients that wait, here and in the worker's lanes.
    private let waitingBytes = Atomic<Int>(0)
    private let postedBytes = Atomic<Int>(0)

    package init() throws(SystemFault) {
        wakeUp = try WakeUp()
    }

    /// What waits for this worker, for whoever must not read too far ahead.
    var bytesWaiting: Int { waitingBytes.load(ordering: .relaxed) + postedBytes.load(ordering: .relaxed) }

    func post(_ batch: RecipientBatch) {
        postedBytes.add(batch.bytes.count, ordering: .relaxed)
        letterbox.withLock { $0.batches.append(batch) }
        call()
    }

    /// Before the first recipients of a site: where they go, and what binds them.
    func describe(_ site: SiteDescription) {
        letterbox.withLock { $0.descriptions.append(site) }
    }

    /// The worker shares a site from now on.
    func share(site: Int, place: Int) {
        letterbox.withLock { $0.sharedSites.append((site, place)) }
        call()
    }

    /// No further batch will come.
    func close() {
        letterbox.withLock { $0.isClosed = true }
        call()
    }

    /// Has the worker look here and at the shared sites.
    func call() {
        hasNews.store(true, ordering: .releasing)
        wakeUp.signal()
    }

    /// Whether the worker was called since it was asked last.
    func takeCall() -> Bool { hasNews.exchange(false, ordering: .acquiring) }

    /// The worker should begin no further message.
    package func stop() {
        letterbox.withLock { $0.mustStop = true }
        call()
    }

    /// The worker should submit no further end of a message.
    package func stopNow() {
        letterbox.withLock { $0.mustStopNow = true }
        call()
    }

    /// The worker should begin no message as long as this lasts.
    package func pause(_ isPaused: Bool) {
        letterbox.withLock { $0.isPaused = isPaused }
        call()
    }

    func takeAll() -> Letterbox {
        let taken = letterbox.withLock { box in
            let taken = box
            box.batches = []
            box.descriptions = []
            box.sharedSites = []
            return taken
        }
        postedBytes.subtract(taken.batches.reduce(0) { $0 + $1.bytes.count }, ordering: .relaxed)
        return taken
    }

    func tell(waiting bytes: Int) {
        waitingBytes.store(bytes, ordering: .relaxed)
    }
}

extension Worker where Net: ~Copyable {
    mutating func takeFromInbox() {
        guard let inbox, inbox.takeCall() else { return }
        let news = inbox.takeAll()
        for site in news.descriptions { describe(site) }
        for (site, place) in news.sharedSites { dispatcher.share(site: site, place: place) }
        dispatcher.visitSharedSites()
        for batch in news.batches { batch.admit(to: &dispatcher) }
        if news.isClosed && !dispatcher.isClosed { closeAdmission() }
        board?.answer { accounts(of: $0) }
        if news.isPaused { pause() } else { resume() }
        if news.mustStop { stop() }
        if news.mustStopNow { stopNow() }
    }
}
