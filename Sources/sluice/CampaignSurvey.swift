import Campaign
import Delivery
import Engine
import Measurement
import Message
import Primitives
import Terminal
import Uring

/// Reads a whole list without sending: counts, and composes the first messages.
struct CampaignSurvey {
    private(set) var recipients = 0
    private(set) var sites: SiteTable
    private(set) var rejectedCount = 0
    private(set) var reasons: [RowRejection.Kind: Int] = [:]
    /// The first rows that get no mail.
    private(set) var firstRejected: [RejectedRow] = []
    /// The first messages, whole.
    private(set) var samples: [[UInt8]] = []
    /// Nil for a campaign whose sites are its domains, and have no limits.
    private var planner: SitePlanner?
    private let letter: Letter
    private let mostSamples: Int

    private static let mostRejectedShown = 5

    init(letter: Letter, planner: SitePlanner?, mostSamples: Int, seed: UInt64) {
        self.planner = planner
        self.letter = letter
        self.mostSamples = mostSamples
        sites = SiteTable(seed: seed)
    }

    mutating func read(
        _ campaign: inout LoadedCampaign, rejected: inout RejectedFile?
    ) throws(FileFault) {
        var buffer = ByteBuffer(capacity: campaign.longestPackedRow)
        while true {
            var writer = buffer.writer()
            switch try campaign.next(into: &writer) {
            case .recipient(_, let atSign): note(buffer.bytes(0..<writer.count), atSign: atSign)
            case .rejected(let row):
                note(row)
                try rejected?.append(row)
            case .needsInput: continue
            case .needsRoom: preconditionFailure("the buffer holds any row")
            case .ended:
                try rejected?.close()
                return
            }
        }
    }

    private mutating func note(_ row: Span<UInt8>, atSign: Int) {
        recipients += 1
        _ = sites.admit(PackedRow(row).field(0), atSign: atSign) { domain in
            planner?.name(ofDomain: domain) ?? domain
        }
        if samples.count < mostSamples { samples.append(compose(PackedRow(row))) }
    }

    private mutating func note(_ row: RejectedRow) {
        rejectedCount += 1
        reasons[row.reason.kind, default: 0] += 1
        if firstRejected.count < CampaignSurvey.mostRejectedShown { firstRejected.append(row) }
    }

    private func compose(_ row: PackedRow) -> [UInt8] {
        var date = ByteBuffer(capacity: MailDate.byteCount)
        var dateWriter = date.writer()
        MailDate().write(unixSeconds: Int(WallClock.nanoseconds / 1_000_000_000), into: &dateWriter)
        var message = ByteBuffer(capacity: letter.largestCount(of: row))
        var writer = message.writer()
        letter.compose(row, date: date.bytes(0..<MailDate.byteCount), into: &writer)
        let bytes = message.bytes(0..<writer.count)
        return bytes.indices.map { bytes[$0] }
    }
}

extension CampaignSurvey {
    mutating func plan(of manifest: Manifest, fields: [String]) -> CampaignPlan {
        let now = WallClock.microseconds
        return CampaignPlan(
            name: manifest.name, from: manifest.from.address, subject: manifest.subject,
            route: manifest.target, recipients: recipients,
            rejectedReasons: RejectedReason.list(reasons),
            rejections: firstRejected.map { row in
                CampaignPlan.Rejection(
                    line: row.line, address: String(decoding: row.address, as: UTF8.self),
                    reason: row.reason.sentence(fields: fields))
            },
            sites: sites(of: manifest, now: now),
            samples: samples.map { String(decoding: $0, as: UTF8.self) }, now: now / 1_000_000)
    }

    private mutating func sites(of manifest: Manifest, now: Int64) -> [CampaignPlan.Site] {
        let counted = sites.names.indices.map { (name: sites.names[$0], recipients: sites.recipients[$0]) }
        guard var planner else {
            return counted.map { CampaignPlan.Site(name: $0.name, recipients: $0.recipients) }
        }
        let forecast = SiteForecast(counted, &planner, now: now)
        return CampaignForecast(manifest, now: now).sites(forecast)
    }
}
