import Campaign
import Delivery
import Glibc
import Primitives
import Synchronization
import Uring

/// Reads a campaign's recipients on a thread of its own and hands them to the workers of their sites.
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

    private let run: Run
    private let limit: Int
    private let progress = Mutex(Progress())

    /// - Parameter limit: recipients to hand over at most.
    package init(to run: Run, limit: Int = .max) {
        self.run = run
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
                let worker = reading.admit(atSign: atSign, count: writer.count)
                if reading.batches[worker].bytes.count >= RecipientBatch.usualCount {
                    post(&reading.batches[worker], to: worker)
                    publishWhenDue(&reading)
                }
            case .rejected(let row):
                reading.note(row)
                try rejected.append(row)
            case .needsInput: postAll(&reading)
            case .needsRoom: preconditionFailure("the buffer holds any row")
            case .ended: return
            }
        }
    }

    /// Nothing more may come for a long time: what has come is not kept waiting for it.
    private func postAll(_ reading: inout Reading) {
        for worker in run.inboxes.indices { post(&reading.batches[worker], to: worker) }
        publishWhenDue(&reading)
    }

    private func post(_ batch: inout RecipientBatch, to worker: Int) {
        guard !batch.bytes.isEmpty else { return }
        while run.bytesWaiting > RecipientFeed.readAhead, !run.isStopping { usleep(2_000) }
        run.inboxes[worker].post(batch)
        batch = RecipientBatch()
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

    /// Puts the row that was just packed into the batch of its worker, whose number is returned.
    mutating func admit(atSign: Int, count: Int) -> Int {
        let site = sites.admit(row, count: count, atSign: atSign)
        let worker = site % batches.count
        batches[worker].append(row, count: count, site: site)
        progress.rows += 1
        return worker
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
