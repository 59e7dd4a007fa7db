import Campaign
import Delivery
import Ledger
import Pacing
import Primitives
import Uring

/// What the reading of a list needs from row to row and from pass to pass.
struct FeedReading: ~Copyable {
    var campaign: LoadedCampaign
    var sites: SiteTable
    /// Where the recipients of each site go: the number of a batch.
    var places: [Int] = []
    /// Recipients handed over again, by site.
    var retries: [Int] = []
    /// One for each worker, then one for each shared site.
    var batches: [RecipientBatch]
    /// Rows that the ledger does not know yet.
    var plan = PlanBatch()
    /// Lines that the ledger knows as good and that get no mail any more.
    var drops: [RowRejection.Kind: [Int]] = [:]
    /// Rows up to this line are in the ledger since an earlier pass.
    var judgedThrough = 0
    /// Lines that were given to a worker in this run.
    var handed = LineSet()
    /// Lines that the progress counted when they were put off, before they were handed over.
    private var countedEarly = LineSet()
    var progress = RecipientFeed.Progress()
    var row: ByteBuffer
    var nextPublication = Instant.zero
    var passTook = Interval.zero
    /// By name.
    private var zones: [String: ZoneOffsets] = [:]
    /// By the name of the zone.
    private var terms: [String: SendingTerm] = [:]
    /// Lines whose time comes later, by when that is.
    private var postponed: [Int64: [Int]] = [:]
    private(set) var postponedCount = 0
    private let fields: [String]
    private let inboxes: [Inbox]
    /// Nil where a site is a domain, and nothing binds it but the run's limits.
    private var planner: SitePlanner?
    /// What was told of sites that workers may share later.
    private(set) var descriptions: [Int: SiteDescription] = [:]

    /// - Parameter inboxes: of the workers.
    init(inboxes: [Inbox], sites: SiteTable, planner: SitePlanner?, campaign: consuming LoadedCampaign) {
        self.inboxes = inboxes
        batches = [RecipientBatch](repeating: RecipientBatch(), count: inboxes.count)
        self.sites = sites
        self.planner = planner
        row = ByteBuffer(capacity: campaign.longestPackedRow)
        fields = campaign.fieldNames
        self.campaign = campaign
    }

    /// Puts the row that was just packed into a batch; returns its site.
    mutating func admit(_ line: Int, atSign: Int, count: Int, _ term: SendingTerm?) -> Int {
        let isFirst = handed.insert(line)
        if line > judgedThrough { plan.append(row, count: count) }
        let site = sites.admit(row, count: count, atSign: atSign, counts: isFirst) { planner?.name(ofDomain: $0) ?? $0 }
        if site == places.count { begin(site) }
        batches[places[site]].append(row, count: count, site: site, term)
        if isFirst { progress.rows += countedEarly.contains(line) ? 0 : 1 } else { retries[site] += 1 }
        return site
    }

    /// Finds a worker for a new site, and tells it what binds the site.
    private mutating func begin(_ site: Int) {
        retries.append(0)
        guard let description = planner?.describe(site, sites.names[site]) else {
            return places.append(leastLoaded)
        }
        places.append(description.isForOneWorker ? 0 : leastLoaded)
        inboxes[places[site]].describe(description)
        if description.sharedSessions != nil { descriptions[site] = description }
    }

    /// Sessions of a site that workers may divide; nil for none.
    ///
    /// - Parameter usual: of a site that nothing binds but the run's limits.
    func sharedSessions(of site: Int, usual: Int) -> Int? {
        planner == nil ? usual : descriptions[site]?.sharedSessions
    }

    // MARK: - Send windows

    /// When the send window closes next for the row that was just packed, and opens after that. A window that is closed
    /// now closes now.
    ///
    /// - Parameter field: holds the name of the row's time zone; nil where all have the window's.
    mutating func term(inField field: Int?, of count: Int, _ window: Manifest.Window, now: Int64) -> SendingTerm {
        let name = field.map { text(inField: $0, of: count) } ?? window.zoneName
        if let known = terms[name], known.closes > now { return known }
        let zone = zone(named: name) ?? window.zone
        let closes = window.window.closes(at: now, zone)
        let term = SendingTerm(closes: closes, opens: closes < .max ? window.window.opens(at: closes, zone) : .max)
        terms[name] = term
        return term
    }

    private mutating func zone(named name: String) -> ZoneOffsets? {
        if let known = zones[name] { return known }
        let zone = ZoneNames.offsets(of: name.utf8.span)
        zones[name] = zone
        return zone
    }

    private func text(inField field: Int, of count: Int) -> String {
        let row = PackedRow(self.row.bytes(0..<count))
        let bytes = row.field(field)
        return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }

    /// The row that was just packed is for later.
    mutating func postpone(_ line: Int, _ count: Int, until: Int64) {
        if line > judgedThrough {
            plan.append(row, count: count)
            if countedEarly.insert(line) { progress.rows += 1 }
        }
        postponed[until, default: []].append(line)
        postponedCount += 1
    }

    /// By the time until when, the earliest first.
    mutating func takePostponed() -> [(until: Int64, lines: [Int])] {
        let taken = postponed.sorted { $0.key < $1.key }.map { (until: $0.key, lines: $0.value) }
        postponed = [:]
        postponedCount = 0
        return taken
    }

    mutating func reject(_ rejected: RejectedRow) {
        plan.append(rejected, fields: fields)
        progress.rows += 1
        progress.rejected += 1
        progress.reasons[rejected.reason.kind, default: 0] += 1
    }

    private var leastLoaded: Int {
        var least = 0
        var leastBytes = Int.max
        for worker in inboxes.indices {
            let bytes = inboxes[worker].bytesWaiting + batches[worker].bytes.count
            if bytes < leastBytes { (least, leastBytes) = (worker, bytes) }
        }
        return least
    }
}

extension SiteTable {
    fileprivate mutating func admit(
        _ row: borrowing ByteBuffer, count: Int, atSign: Int, counts: Bool, by name: (String) -> String
    ) -> Int {
        admit(PackedRow(row.bytes(0..<count)).field(0), atSign: atSign, counts: counts, by: name)
    }
}

extension RecipientBatch {
    fileprivate mutating func append(_ row: borrowing ByteBuffer, count: Int, site: Int, _ term: SendingTerm?) {
        append(row.bytes(0..<count), site: site, term)
    }
}

extension PlanBatch {
    fileprivate mutating func append(_ row: borrowing ByteBuffer, count: Int) {
        append(row.bytes(0..<count))
    }
}
