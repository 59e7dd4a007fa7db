import Campaign
import Delivery
import Glibc
import Primitives
import Synchronization
import Uring

/// Reads a campaign's recipients on a thread of its own and hands them to the workers of their sites.
///
/// A new site goes to the worker with the least to do. When it turns out to be a big one, all workers share it:
/// from then on its recipients are for whoever has a session free, see `SharedSites`.
///
/// It runs ahead of the sending by a bounded number of bytes, so that a list of any length takes the same
/// memory. Next: `Dispatcher.admit`.
package final class RecipientFeed: Sendable {
    /// How far the reading is.
    package struct Progress: Sendable {
        /// Rows read, good and bad.
        package var rows = 0
        package var rejected = 0
        /// By kind of reason, in the order of their declaration.
        package var reasons: [RowRejection.Kind: Int] = [:]
        package var siteNames: [String] = []
        package var siteRecipients: [Int] = []
        /// The list is at its end, or reading was stopped.
        package var isDone = false
        package var fault: FileFault?
    }

    /// Bytes of recipients that may wait for a worker, over all workers.
    private static let readAhead = 64 * 1_024 * 1_024

    /// A site with more recipients is shared by all workers: less mail than this is not worth the trouble.
    private static let mostForOneWorker = 1_000

    private let run: Run
    private let sessionsPerSite: Int
    private let limit: Int
    private let progress = Mutex(Progress())

    /// - Parameters:
    ///   - sessionsPerSite: as in the `Limits` of the workers: what they share of a site in sum.
    ///   - limit: recipients to hand over at most.
    package init(to run: Run, sessionsPerSite: Int, limit: Int = .max) {
        self.run = run
        self.sessionsPerSite = sessionsPerSite
        self.limit = limit
    }

    package var current: Progress { progress.withLock { $0 } }

    /// Reads the whole list, or until the run is stopped. On the calling thread, which blocks while the
    /// workers have enough to do.
    ///
    /// - Parameter rejectedPath: where the rows that get no mail are written; an old file is removed.
    package func read(_ campaign: consuming LoadedCampaign, rejectedPath: String, seed: UInt64) {
        let fields = campaign.fieldNames
        var reading = Reading(workers: run.workerCount, sites: SiteTable(seed: seed), campaign: campaign)
        do throws(FileFault) {
            var rejected = try RejectedFile(path: rejectedPath, fields: fields)
            try readRows(&reading, &rejected)
            try rejected.close()
        } catch {
            reading.progress.fault = error
            run.stop()
        }
        reading.progress.isDone = true
        publish(reading)
        postAll(&reading)
        for inbox in run.inboxes { inbox.close() }
    }

    private func readRows(_ reading: inout Reading, _ rejected: inout RejectedFile) throws(FileFault) {
        var handedOver = 0
        while handedOver < limit, !run.isStopping {
            var writer = reading.row.writer()
            switch try reading.campaign.next(into: &writer) {
            case .recipient(_, let atSign):
                handedOver += 1
                let site = reading.admit(atSign: atSign, count: writer.count, to: run.inboxes)
                shareIfBig(site, &reading)
                let place = reading.places[site]
                if reading.batches[place].bytes.count >= RecipientBatch.usualCount {
                    waitForRoom(&reading)
                    post(&reading, place)
                    publishWhenDue(&reading)
                }
            case .rejected(let row):
                reading.note(row)
                try rejected.append(row)
            case .needsInput:
                // Nothing more may come for a long time: what has come is not kept waiting for it.
                postAll(&reading)
                publishWhenDue(&reading)
            case .needsRoom: preconditionFailure("the buffer holds any row")
            case .ended: return
            }
        }
    }

    /// Waits until the workers have worked off some of what was read. What is gathered goes out before: it may
    /// be all that some worker still could do.
    private func waitForRoom(_ reading: inout Reading) {
        guard run.bytesWaiting > RecipientFeed.readAhead else { return }
        postAll(&reading)
        while run.bytesWaiting > RecipientFeed.readAhead, !run.isStopping { usleep(2_000) }
    }

    private func postAll(_ reading: inout Reading) {
        for place in reading.batches.indices { post(&reading, place) }
    }

    private func post(_ reading: inout Reading, _ place: Int) {
        guard !reading.batches[place].bytes.isEmpty else { return }
        if place < run.workerCount {
            run.inboxes[place].post(reading.batches[place])
        } else {
            run.sharedSites.post(reading.batches[place], to: place - run.workerCount)
        }
        reading.batches[place] = RecipientBatch()
    }

    /// Makes a big site a shared one. With one session there is nothing to share.
    private func shareIfBig(_ site: Int, _ reading: inout Reading) {
        guard reading.sites.recipients[site] > RecipientFeed.mostForOneWorker else { return }
        guard run.workerCount > 1, sessionsPerSite > 1, reading.places[site] < run.workerCount else { return }
        let place = run.sharedSites.add(limit: sessionsPerSite, owner: reading.places[site])
        reading.places[site] = run.workerCount + place
        reading.batches.append(RecipientBatch())
        for inbox in run.inboxes { inbox.share(site: site, place: place) }
    }

    private func publishWhenDue(_ reading: inout Reading) {
        let now = MonotonicClock.now
        guard now >= reading.nextPublication else { return }
        reading.nextPublication = now + .milliseconds(100)
        publish(reading)
    }

    private func publish(_ reading: borrowing Reading) {
        var latest = reading.progress
        latest.siteNames = reading.sites.names
        latest.siteRecipients = reading.sites.recipients
        progress.withLock { $0 = latest }
    }
}

/// What the reading of a list needs from row to row.
private struct Reading: ~Copyable {
    var campaign: LoadedCampaign
    var sites: SiteTable
    /// Where the recipients of each site go: the number of a batch.
    var places: [Int] = []
    /// One for each worker, then one for each shared site.
    var batches: [RecipientBatch]
    var progress = RecipientFeed.Progress()
    var row: ByteBuffer
    var nextPublication = Instant.zero

    init(workers: Int, sites: SiteTable, campaign: consuming LoadedCampaign) {
        batches = [RecipientBatch](repeating: RecipientBatch(), count: workers)
        self.sites = sites
        row = ByteBuffer(capacity: campaign.longestPackedRow)
        self.campaign = campaign
    }

    /// Puts the row that was just packed into a batch; returns its site.
    mutating func admit(atSign: Int, count: Int, to inboxes: [Inbox]) -> Int {
        let site = sites.admit(row, count: count, atSign: atSign)
        if site == places.count { places.append(leastLoaded(of: inboxes)) }
        batches[places[site]].append(row, count: count, site: site)
        progress.rows += 1
        return site
    }

    private func leastLoaded(of inboxes: [Inbox]) -> Int {
        var least = 0
        var leastBytes = Int.max
        for worker in inboxes.indices {
            let bytes = inboxes[worker].bytesWaiting + batches[worker].bytes.count
            if bytes < leastBytes { (least, leastBytes) = (worker, bytes) }
        }
        return least
    }

    mutating func note(_ row: RejectedRow) {
        progress.rows += 1
        progress.rejected += 1
        progress.reasons[row.reason.kind, default: 0] += 1
    }
}

extension SiteTable {
    fileprivate mutating func admit(_ row: borrowing ByteBuffer, count: Int, atSign: Int) -> Int {
        admit(PackedRow(row.bytes(0..<count)).field(0), atSign: atSign)
    }
}

extension RecipientBatch {
    fileprivate mutating func append(_ row: borrowing ByteBuffer, count: Int, site: Int) {
        append(row.bytes(0..<count), site: site)
    }
}
