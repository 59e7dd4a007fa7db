import Foundation

/// How the warmups of a campaign stand: the outcome of `sluice warmup status`, as its JSON form has it.
package struct WarmupReport: Codable, Sendable {
    /// Messages at most; nil is no limit.
    package struct Ceiling: Codable, Hashable, Sendable {
        package var perDay: Int64?
        package var perHour: Int64?

        package init(perDay: Int64?, perHour: Int64?) {
            self.perDay = perDay
            self.perHour = perHour
        }
    }

    package struct Day: Codable, Sendable {
        /// `2026-11-02`, in the time zone of the warmup.
        package var day: String
        /// The how-manieth day of sending it is or was, from 1.
        package var stage: Int64
        package var ceiling: Ceiling
        package var intended: Int64
        package var delivered: Int64
        package var failed: Int64
        /// Of those that have ended, from 0 to 1; nil when none has.
        package private(set) var deliveredShare: Double?

        /// - Parameter daysSince1970: in local time.
        package init(
            daysSince1970: Int64, stage: Int64, ceiling: Ceiling, intended: Int64, delivered: Int64, failed: Int64
        ) {
            day = DateText.day(daysSince1970)
            self.stage = stage
            self.ceiling = ceiling
            self.intended = intended
            self.delivered = delivered
            self.failed = failed
            let ended = Double(delivered) + Double(failed)
            deliveredShare = ended > 0 ? Double(delivered) / ended : nil
        }
    }

    /// A source at a site.
    package struct Warmup: Codable, Sendable {
        package var source: String
        package var site: String
        /// Nil for a table of the manifest's own.
        package var preset: String?
        /// In which days are counted.
        package var zone: String
        package var today: Day
        /// What holds on the next day if today goes well.
        package var tomorrow: Ceiling
        /// The days on which something went, the oldest first.
        package var days: [Day]

        package init(
            source: String, site: String, preset: String?, zone: String, today: Day, tomorrow: Ceiling, days: [Day]
        ) {
            self.source = source
            self.site = site
            self.preset = preset
            self.zone = zone
            self.today = today
            self.tomorrow = tomorrow
            self.days = days
        }
    }

    package private(set) var schemaVersion = 1
    package var campaign: String
    package var warmups: [Warmup]

    package init(campaign: String, warmups: [Warmup]) {
        self.campaign = campaign
        self.warmups = warmups
    }

    package var json: String { get throws { try prettyJSON() } }
}

/// The days until a list is through: the outcome of `sluice warmup forecast`, as its JSON form has it.
package struct WarmupOutlook: Codable, Sendable {
    package struct Day: Codable, Sendable {
        /// `2026-11-02`.
        package var day: String
        /// Messages at most, from all its sources; nil for no limit.
        package var ceiling: Int64?
        package var sent: Int64
        /// With those of the days before.
        package var sentSoFar: Int64
    }

    package struct Site: Codable, Sendable {
        /// Nil for any site to which nothing was sent yet.
        package var name: String?
        package var sources: [String]
        package private(set) var days: [Day] = []
        /// Whether the days are enough.
        package private(set) var isThrough = false

        /// - Parameter days: of each source, one for each day from the same day on.
        package init(
            name: String?, sources: [String], recipients: Int64,
            days: [[(day: Int64, ceiling: Int64, sent: Int64)]]
        ) {
            self.name = name
            self.sources = sources
            var sent: Int64 = 0
            for place in 0..<(days.map(\.count).max() ?? 0) where sent < recipients {
                let today = days.compactMap { place < $0.count ? $0[place] : nil }
                guard let day = today.first?.day else { break }
                let ceiling = today.reduce(Int64(0)) { WarmupOutlook.sum($0, $1.ceiling) }
                let more = min(recipients - sent, today.reduce(Int64(0)) { WarmupOutlook.sum($0, $1.sent) })
                sent += more
                self.days.append(
                    Day(
                        day: DateText.day(day), ceiling: ceiling == .max ? nil : ceiling, sent: more, sentSoFar: sent))
            }
            isThrough = sent >= recipients
        }
    }

    package private(set) var schemaVersion = 1
    package var campaign: String
    /// At each of the sites.
    package var recipients: Int64
    package var sites: [Site]

    package init(campaign: String, recipients: Int64, sites: [Site]) {
        self.campaign = campaign
        self.recipients = recipients
        self.sites = sites
    }

    package var json: String { get throws { try prettyJSON() } }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
