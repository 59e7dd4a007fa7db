import Foundation
import Measurement

/// What a campaign would send: the outcome of `sluice plan`, as its JSON form has it.
package struct CampaignPlan: Codable, Sendable {
    package struct Site: Codable, Sendable {
        package var name: String
        package var recipients: Int

        package init(name: String, recipients: Int) {
            self.name = name
            self.recipients = recipients
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

    package init(
        name: String, from: String, subject: String, route: String, recipients: Int,
        rejectedReasons: [RejectedReason], rejections: [Rejection], sites: [Site], samples: [String]
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
    }

    package var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
