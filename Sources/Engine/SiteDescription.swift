import Delivery
import Measurement
import SMTP
import Shaping
import Uring

/// What a worker is told of a site before its first recipients come.
struct SiteDescription: Sendable {
    enum Fate: Sendable {
        /// Its mail goes to these hosts, the best first; to the run's destination when there are none.
        case mail([SocketAddress])
        /// Nobody knows where to.
        case unknown
        /// It takes none (RFC 7505).
        case takesNoMail
    }

    let site: Int
    let name: String
    var fate: Fate
    var plan: SitePlan
    /// What is done when the receiver says certain things.
    var automation: [AutomationRule] = []
    /// Nil for the run's.
    var patience: Patience?
    /// Whether PIPELINING is used where it is offered.
    var usesPipelining = true
    /// Of all its lanes, by number.
    var limits: [Int: LimitFacts] = [:]
    /// A limit binds other sites as well, and has one owner.
    var isForOneWorker = false

    /// Sessions that workers may divide among them; nil for a site that is better left to one of them.
    var sharedSessions: Int? { isForOneWorker ? nil : plan.sharedSessions }

    /// How orders about a source and a site are called.
    static func scope(source: String, site: String) -> String { "\(site) from \(source)" }
}

extension Worker where Net: ~Copyable {
    mutating func describe(_ site: SiteDescription) {
        sites[site.site] = site
        dispatcher.describe(site.site, as: site.plan, at: network.now)
    }

    /// For people.
    func name(ofSite site: Int) -> String { sites[site]?.name ?? mission.siteName(site) ?? "site \(site)" }

    /// Where the lane's next session goes: where the last one came from, and after each failure to the next host.
    mutating func destination(of lane: Int) -> (address: SocketAddress, host: Int)? {
        guard let site = sites[dispatcher.site(of: lane)] else { return mission.destination.map { ($0, 0) } }
        switch site.fate {
        case .mail(let hosts):
            guard !hosts.isEmpty else { return mission.destination.map { ($0, 0) } }
            let host = (provenHosts[lane, default: 0] + dispatcher.failures(of: lane)) % hosts.count
            return (hosts[host], host)
        case .unknown, .takesNoMail: return nil
        }
    }

    /// The session that was to be made is not.
    mutating func giveUpUnroutable(_ lane: Int) {
        _ = dispatcher.sessionEnded(in: lane, wasReady: false, failed: false, at: network.now)
        let verdict =
            switch sites[dispatcher.site(of: lane)]?.fate {
            case .takesNoMail: Verdict(outcome: .refused, cause: .noSession(.takesNoMail))
            case .mail, .unknown, nil: Verdict(outcome: .deferred, cause: .noSession(.noRoute))
            }
        settleLane(lane, verdict)
    }
}
