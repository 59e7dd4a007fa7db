import Foundation
import Measurement

/// What a campaign would send: the outcome of `sluice plan`, as its JSON form has it.
package struct CampaignPlan: Codable, Sendable {
    package struct Site: Codable, Sendable {
        package var name: String
        package var recipients: Int
        /// What binds its mail most; nil when nothing does.
        package var limit: Limit?
        /// How long its mail takes at least; nil when no limit says so.
        package var leastSeconds: Double?
        /// It takes no mail at all (RFC 7505); nil when it may.
        package var takesNoMail: Bool?

        package init(name: String, recipients: Int) {
            self.name = name
            self.recipients = recipients
        }
    }

    /// A limit, and where it stands.
    package struct Limit: Codable, Sendable {
        package var name: String
        package var value: String
        /// Nil for what the manifest or a command line says.
        package var file: String?
        package var line: Int?

        package init(name: String, value: String, file: String?, line: Int?) {
            self.name = name
            self.value = value
            self.file = file
            self.line = line
        }
    }

    /// A row that gets no mail.
    package struct Rejection: Codable, Sendable {
        package var line: Int
        package var address: String
        package var reason: String

        package init(line: Int, address: String, reason: String) {
            self.line = line
            self.address = address
            self.reason = reason
        }
    }

    package private(set) var schemaVersion = 1
    package var name: String
    package var from: String
    package var subject: String
    package var route: String
    /// All rows of the list.
    package var rows: Int
    package var recipients: Int
    package var rejected: Int
    package var rejectedReasons: [RejectedReason]
    /// The first of them.
    package var rejections: [Rejection]
    /// All sites, those with the most recipients first.
    package var sites: [Site]
    /// The first messages, whole.
    package var samples: [String]
    /// How long the campaign takes at least: that of the slowest site; nil when no limit says so.
    package private(set) var leastSeconds: Double?
    /// Seconds since 1970 at which it would be through if it began now.
    package private(set) var finishUnixSeconds: Int64?

    /// - Parameter now: seconds since 1970.
    package init(
        name: String, from: String, subject: String, route: String, recipients: Int,
        rejectedReasons: [RejectedReason], rejections: [Rejection], sites: [Site], samples: [String],
        now: Int64
    ) {
        self.name = name
        self.from = from
        self.subject = subject
        self.route = route
        self.recipients = recipients
        self.rejectedReasons = rejectedReasons
        self.rejections = rejections
        self.samples = samples
        rejected = rejectedReasons.reduce(0) { $0 + $1.count }
        rows = recipients + rejected
        self.sites = sites.sorted { ($1.recipients, $0.name) < ($0.recipients, $1.name) }
        leastSeconds = sites.compactMap(\.leastSeconds).max()
        finishUnixSeconds = leastSeconds.flatMap { Int64(exactly: (Double(now) + $0).rounded(.up)) }
    }

    /// The site whose mail takes longest.
    var slowest: Site? {
        sites.filter { $0.leastSeconds != nil }.max { ($0.leastSeconds ?? 0) < ($1.leastSeconds ?? 0) }
    }

    package var json: String { get throws { try prettyJSON() } }
}
