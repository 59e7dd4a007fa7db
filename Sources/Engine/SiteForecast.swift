import Delivery
import Pacing
import Primitives
import Shaping

/// How long the mail of a campaign takes at least, as far as limits go, and which of them says so.
///
/// Pure. It counts message rates, session rates with as many messages as a session may have, and warmups that go
/// well; of each rate 99 % is kept, as `RateGate` does. It does not count how fast the receivers are, when the send
/// window is closed, pauses, and what is put off.
package struct SiteForecast: Sendable {
    /// What binds the mail of a site.
    package enum Binding: Hashable, Sendable {
        /// Nothing that is known.
        case nothing
        /// A rate; a number of sessions where there is no rate: that has no time of its own.
        case limit(LimitFacts)
        /// The warmup of the source of this name.
        case warmup(source: String)
    }

    package struct Site: Sendable {
        package var name: String
        package var recipients: Int
        package var binding = Binding.nothing
        /// Nil when there is neither a rate nor a warmup; a hundred years for whatever takes longer.
        package var duration: Interval?
        /// It takes no mail at all (RFC 7505).
        package var takesNoMail = false
    }

    /// In the order in which they were given.
    package private(set) var sites: [Site] = []

    /// The time of the slowest site; nil when no site has a time.
    package var duration: Interval? { sites.compactMap(\.duration).max() }

    /// - Parameters:
    ///   - sites: names that the planner gave, each with its number of recipients.
    ///   - now: when the sending would begin, in microseconds since 1970.
    package init(_ sites: [(name: String, recipients: Int)], _ planner: inout SitePlanner, now: Int64) {
        var facts: [Int: LimitFacts] = [:]
        var capacities: [SiteCapacity] = []
        for (index, site) in sites.enumerated() {
            self.sites.append(Site(name: site.name, recipients: site.recipients))
            guard let description = planner.describe(index, site.name) else { continue }
            facts.merge(description.limits) { first, _ in first }
            if case .takesNoMail = description.fate {
                self.sites[index].takesNoMail = true
            } else {
                capacities.append(
                    SiteCapacity(description.plan, site: index, recipients: site.recipients, now: now))
            }
        }
        let words = Words(facts: facts, sources: planner.sources)
        for capacity in capacities { bind(CapacityGroup([capacity]), words) }
        for group in CapacityGroup.groups(of: capacities) { bind(group, words) }
    }

    private struct Words {
        var facts: [Int: LimitFacts]
        var sources: [SitePlanner.Source]

        func binding(_ bound: SiteCapacity.Bound) -> Binding {
            switch bound {
            case .limit(let number): facts[number].map(Binding.limit) ?? .nothing
            case .warmup(let source):
                .warmup(source: sources.first { $0.number == source }?.name ?? "")
            }
        }
    }

    /// Notes what binds the sites of a group, where that is more than what is known of them by now.
    private mutating func bind(_ group: CapacityGroup, _ words: Words) {
        guard let (duration, bound) = group.slowest else {
            for capacity in group.sites {
                sites[capacity.site].binding = capacity.fewestSessions.map { words.binding(.limit($0)) } ?? .nothing
            }
            return
        }
        for capacity in group.sites where capacity.isBound(by: bound) {
            if let known = sites[capacity.site].duration, known >= duration { continue }
            sites[capacity.site].duration = duration
            sites[capacity.site].binding = words.binding(bound)
        }
    }
}
