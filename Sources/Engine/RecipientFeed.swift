import Campaign
import Delivery
import Glibc
import Ledger
import Primitives
import Synchronization
import Uring

/// Reads a campaign's recipients on a thread of its own and hands them to the workers of their sites.
///
/// The list is read in passes. In the first, every recipient is handed over that the ledger does not know to be done;
/// the others are for those that fall due later. So no row is kept in memory until then. A row that is read for the
/// first time goes into the ledger, with the reason when it gets no mail.
///
/// A new site goes to the worker with the least to do. When it turns out to be a big one, all workers share it:
/// from then on its recipients are for whoever has a session free, see `SharedSites`.
///
/// It runs ahead of the sending by a bounded number of bytes, so that a list of any length takes the same
/// memory. Next: `Dispatcher.admit`.
package final class RecipientFeed: Sendable {
    /// How far the reading is.
    package struct Progress: Sendable {
        /// Rows taken from the list in this run, good and bad, each once.
        package var rows = 0
        package var rejected = 0
        /// By kind of reason, in the order of their declaration.
        package var reasons: [RowRejection.Kind: Int] = [:]
        package var siteNames: [String] = []
        package var siteRecipients: [Int] = []
        /// Recipients handed over that had been handed over before, by site.
        package var siteRetries: [Int] = []
        /// The list was read to its end once, or reading was stopped.
        package var isDone = false
        package var fault: FileFault?
    }

    /// Bytes of recipients that may wait for a worker, over all workers.
    private static let readAhead = 32 * 1_024 * 1_024

    /// A site with more recipients is shared by all workers: less mail than this is not worth the trouble.
    private static let mostForOneWorker = 1_000

    /// Rows that are given up together.
    private static let mostDropsAtOnce = 10_000

    let run: Run
    let ledger: Ledger
    private let sessionsPerSite: Int
    let limit: Int
    let waitsForRetries: Bool
    private let planner: SitePlanner?
    /// Nil when mail may go out at any time.
    let window: Manifest.Window?
    /// A copy: to ask the window for it would count references, for every row.
    let hasWindowByRecipient: Bool
    private let progress = Mutex(Progress())

    /// - Parameters:
    ///   - sessionsPerSite: as in the `Limits` of the workers: what they share of a site in sum.
    ///   - planner: says where the mail of domains goes and what binds it; nil where a site is a domain and all goes to
    ///     one place.
    ///   - window: recipients with a time zone of their own are read again when it is open there.
    ///   - limit: recipients to hand over at most. Those behind are left for another run.
    ///   - waitsForRetries: goes on until nobody is to be tried again; else only as long as somebody is due.
    package init(
        to run: Run, ledger: Ledger, sessionsPerSite: Int, planner: SitePlanner? = nil,
        window: Manifest.Window? = nil, limit: Int = .max, waitsForRetries: Bool = true
    ) {
        self.window = window
        hasWindowByRecipient = window?.isByRecipient == true
        self.planner = planner
        self.run = run
        self.ledger = ledger
        self.sessionsPerSite = sessionsPerSite
        self.limit = limit
        self.waitsForRetries = waitsForRetries
    }

    package var current: Progress { progress.withLock { $0 } }

    /// Nil for a site that was read a moment ago.
    package func name(ofSite site: Int) -> String? {
        progress.withLock { $0.siteNames.indices.contains(site) ? $0.siteNames[site] : nil }
    }

    /// Reads the list until everybody has an outcome that lasts, or the run is stopped. On the calling thread, which
    /// blocks while the workers have enough to do, and while nobody is due.
    package func read(_ campaign: consuming LoadedCampaign, seed: UInt64) {
        var reading = FeedReading(
            inboxes: run.inboxes, sites: SiteTable(seed: seed), planner: planner, campaign: campaign)
        do throws(FileFault) {
            var due = dueLines()
            if due == nil {
                // Those who are left of an earlier run are due later, all of them.
                reading.progress.isDone = true
                publish(reading)
                due = dueLines(after: reading)
            }
            while let lines = due {
                try readPass(lines, &reading)
                due = dueLines(after: reading)
            }
        } catch {
            reading.progress.fault = error
            run.stop()
        }
        reading.progress.isDone = true
        publish(reading)
        for inbox in run.inboxes { inbox.close() }
    }

    /// Reads the list once and hands the selected rows over.
    private func readPass(_ lines: LineSelection, _ reading: inout FeedReading) throws(FileFault) {
        let started = MonotonicClock.now
        if lines.judgedThrough > 0 { try reading.campaign.startOver(lines) }
        reading.judgedThrough = lines.judgedThrough
        let isAtEnd = try readRows(&reading)
        planAll(&reading)
        postponeAll(&reading)
        dropAll(&reading)
        // A fault of the ledger stops the run, by whoever watches over it.
        if isAtEnd { try? ledger.planningEnded() }
        postAll(&reading)
        reading.passTook = MonotonicClock.now - started
        reading.progress.isDone = true
        publish(reading)
    }

    /// - Returns: whether there is nothing behind the last row.
    private func readRows(_ reading: inout FeedReading) throws(FileFault) -> Bool {
        while reading.handed.count < limit, !run.isStopping {
            var writer = reading.row.writer()
            switch try reading.campaign.next(into: &writer) {
            case .recipient(let line, let atSign): handOver(line, atSign: atSign, count: writer.count, &reading)
            case .rejected(let row): reject(row, &reading)
            case .needsInput:
                // Nothing more may come for a long time: what has come is not kept waiting for it.
                planAll(&reading)
                postAll(&reading)
                postponeAll(&reading)
                dropAll(&reading)
                publishWhenDue(&reading)
            case .needsRoom: preconditionFailure("the buffer holds any row")
            case .ended: return true
            }
            if reading.plan.byteCount >= PlanBatch.usualByteCount { planAll(&reading) }
        }
        return false
    }

    private func reject(_ row: RejectedRow, _ reading: inout FeedReading) {
        if row.line > reading.judgedThrough { return reading.reject(row) }
        // It was good before, and no worker has it: a suppression list has grown.
        reading.drops[row.reason.kind, default: []].append(row.line)
        if reading.drops[row.reason.kind]?.count == RecipientFeed.mostDropsAtOnce { dropAll(&reading) }
    }

    /// Gives up many rows at once: each call waits until they are durable.
    private func dropAll(_ reading: inout FeedReading) {
        for kind in RowRejection.Kind.allCases {
            guard let lines = reading.drops.removeValue(forKey: kind) else { continue }
            // A fault of the ledger stops the run, by whoever watches over it.
            _ = try? ledger.drop(lines, because: kind.rawValue)
        }
    }

    private func handOver(_ line: Int, atSign: Int, count: Int, _ reading: inout FeedReading) {
        let now = hasWindowByRecipient ? WallClock.microseconds : 0
        let term = term(count, &reading, now: now)
        if let term, term.closes <= now { return postpone(line, count, until: term.opens, &reading) }
        let site = reading.admit(line, atSign: atSign, count: count, term)
        shareIfBig(site, &reading)
        let place = reading.places[site]
        guard reading.batches[place].bytes.count >= RecipientBatch.usualCount else { return }
        waitForRoom(&reading)
        post(&reading, place)
        publishWhenDue(&reading)
    }

    /// Waits until the workers have worked off some of what was read. What is gathered goes out before: it may
    /// be all that some worker still could do.
    private func waitForRoom(_ reading: inout FeedReading) {
        guard run.bytesWaiting > RecipientFeed.readAhead else { return }
        postAll(&reading)
        while run.bytesWaiting > RecipientFeed.readAhead, !run.isStopping { usleep(2_000) }
    }

    private func postAll(_ reading: inout FeedReading) {
        for place in reading.batches.indices { post(&reading, place) }
    }

    /// What is handed to a worker goes into the ledger before it: a verdict is about a recipient that is known.
    func planAll(_ reading: inout FeedReading) {
        guard !reading.plan.isEmpty else { return }
        ledger.plan(reading.plan)
        reading.plan = PlanBatch()
    }

    private func post(_ reading: inout FeedReading, _ place: Int) {
        guard !reading.batches[place].bytes.isEmpty else { return }
        planAll(&reading)
        if place < run.workerCount {
            run.inboxes[place].post(reading.batches[place])
        } else {
            run.sharedSites.post(reading.batches[place], to: place - run.workerCount)
        }
        reading.batches[place] = RecipientBatch()
    }

    /// Makes a big site a shared one. With one session there is nothing to share.
    private func shareIfBig(_ site: Int, _ reading: inout FeedReading) {
        guard reading.sites.recipients[site] > RecipientFeed.mostForOneWorker else { return }
        guard run.workerCount > 1, sessionsPerSite > 1, reading.places[site] < run.workerCount else { return }
        guard let sessions = reading.sharedSessions(of: site, usual: sessionsPerSite), sessions > 1 else { return }
        let place = run.sharedSites.add(limit: sessions, owner: reading.places[site])
        reading.places[site] = run.workerCount + place
        reading.batches.append(RecipientBatch())
        for inbox in run.inboxes {
            if let description = reading.descriptions[site] { inbox.describe(description) }
            inbox.share(site: site, place: place)
        }
    }

    private func publishWhenDue(_ reading: inout FeedReading) {
        let now = MonotonicClock.now
        guard now >= reading.nextPublication else { return }
        reading.nextPublication = now + .milliseconds(100)
        publish(reading)
    }

    private func publish(_ reading: borrowing FeedReading) {
        var latest = reading.progress
        latest.siteNames = reading.sites.names
        latest.siteRecipients = reading.sites.recipients
        latest.siteRetries = reading.retries
        progress.withLock { $0 = latest }
    }
}
