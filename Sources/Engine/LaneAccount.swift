import Delivery
import Primitives
import Shaping

/// Why the mail of one (source, site) waits, in words.
package struct LaneAccount: Codable, Equatable, Sendable {
    package var site: String
    package var source: String
    package var waiting: Int
    package var sessions: Int
    /// Why it waits; empty when it does not.
    package var reason: String
    /// `file:line` of the rule, where it is one.
    package var rule: String?
    package var sinceUnixSeconds: Double?
    package var untilUnixSeconds: Double?
    /// Messages per second that refusals have taught.
    package var learnedRate: Double?

    enum CodingKeys: String, CodingKey {
        case site
        case source
        case waiting
        case sessions
        case reason
        case rule
        case sinceUnixSeconds = "since_unix_seconds"
        case untilUnixSeconds = "until_unix_seconds"
        case learnedRate = "learned_messages_per_second"
    }
}

extension Worker where Net: ~Copyable {
    /// So many lanes are told of at most; those that wait come first.
    private static var mostAccounts: Int { 1_000 }

    /// How the lanes of a site stand, or of all sites with mail.
    ///
    /// - Parameter site: its name; nil for all.
    mutating func accounts(of site: String?) -> [LaneAccount] {
        var accounts: [LaneAccount] = []
        for lane in dispatcher.lanes.indices where accounts.count < Self.mostAccounts {
            let standing = dispatcher.standing(of: lane, at: network.now)
            let name = name(ofSite: standing.site)
            guard site.map({ $0 == name }) ?? (standing.waiting > 0) else { continue }
            accounts.append(account(standing, name))
        }
        return accounts
    }

    private mutating func account(_ standing: LaneStanding, _ name: String) -> LaneAccount {
        var account = LaneAccount(
            site: name, source: mission.sources[standing.source].name, waiting: standing.waiting,
            sessions: standing.sessions, reason: "", learnedRate: standing.learnedRate)
        guard standing.waiting > 0 else { return account }
        account.reason = standing.block.text
        if let limit = standing.limit, let facts = sites[standing.site]?.limits[limit] {
            account.reason = "\(facts.name) is \(facts.value)"
            account.rule = facts.place.map { "\($0.file):\($0.line)" }
        }
        if standing.block != .none { account.sinceUnixSeconds = unixSeconds(standing.since) }
        account.untilUnixSeconds = standing.until.map { unixSeconds($0) }
        return account
    }

    private func unixSeconds(_ instant: Instant) -> Double {
        Double(instant.unixMicroseconds(origin: mission.unixOrigin)) / 1e6
    }
}

extension LaneBlock {
    fileprivate var text: String {
        switch self {
        case .none: ""
        case .limit: "a limit"
        case .suspended: "suspended by a rule, because of a reply"
        case .ordered: "a rate that a rule ordered, because of a reply"
        case .backoff: "the rate that the receiver's refusals have taught"
        case .warmup: "the warmup permits no more now"
        case .canary: "the first share of the site's mail is on its way; the rest follows when that went well"
        case .unhealthy: "the first share of the site's mail went badly: `sluice resume` goes on"
        case .failing: "no session could be made; it is tried again"
        case .busy: "its sessions have enough to do"
        }
    }
}
