import Primitives

/// Sites that have limits in common, or one site: how long all their mail takes at least.
///
/// No more can go than through any cut: some of the limits in common, and beside them the lanes that none of these
/// binds, each by itself, but for no site more than it has recipients. The cut found is not always the smallest; then
/// it takes longer than is said, never less.
struct CapacityGroup {
    let sites: [SiteCapacity]
    /// Limits that several lanes of the group have, by number.
    private let common: [SiteCapacity.Lane.Rate]

    private static let longest = 100 * 365.25 * 86_400

    init(_ sites: [SiteCapacity]) {
        self.sites = sites
        var found: [Int: (lanes: Int, perSecond: Double)] = [:]
        for rate in sites.flatMap(\.lanes).flatMap(\.rates) {
            let known = found[rate.limit] ?? (0, 0)
            found[rate.limit] = (known.lanes + 1, max(known.perSecond, rate.perSecond))
        }
        common = found.filter { $0.value.lanes > 1 }.sorted { $0.key < $1.key }
            .map { SiteCapacity.Lane.Rate(limit: $0.key, perSecond: $0.value.perSecond) }
    }

    /// The groups of several sites that limits in common make.
    static func groups(of sites: [SiteCapacity]) -> [CapacityGroup] {
        var groups = UnionOfSites(count: sites.count)
        var firsts: [Int: Int] = [:]
        for (index, site) in sites.enumerated() {
            for rate in site.lanes.flatMap(\.rates) {
                if let first = firsts[rate.limit] { groups.join(first, index) } else { firsts[rate.limit] = index }
            }
        }
        return groups.all.filter { $0.count > 1 }.map { members in CapacityGroup(members.map { sites[$0] }) }
    }

    /// The least time that all the mail takes, and the limit that most of it has to wait for; nil when nothing says
    /// that it takes any time.
    var slowest: (duration: Interval, bound: SiteCapacity.Bound)? {
        let mail = Double(sites.reduce(0) { $0 + $1.recipients })
        // A little less, for what gets lost in rounding.
        let enough = mail * (1 - 1e-12)
        guard smallestCut(in: 0).messages < enough else { return nil }
        var (tooShort, longEnough) = (0.0, CapacityGroup.longest)
        if smallestCut(in: longEnough).messages < enough { tooShort = longEnough }
        for _ in 0..<60 where longEnough - tooShort > 0.000_5 {
            let middle = (tooShort + longEnough) / 2
            if smallestCut(in: middle).messages < enough { tooShort = middle } else { longEnough = middle }
        }
        guard let bound = smallestCut(in: max(tooShort, 0.000_001)).heaviest else { return nil }
        return (.milliseconds(Int64((longEnough * 1_000).rounded())), bound)
    }

    private struct Cut {
        var messages: Double
        /// What most of them go through.
        var heaviest: SiteCapacity.Bound?
    }

    /// Takes away from all limits in common those that are better left to the lanes.
    private func smallestCut(in seconds: Double) -> Cut {
        var chosen = common
        var best = cut(chosen, in: seconds)
        for limit in common {
            let fewer = chosen.filter { $0.limit != limit.limit }
            let other = cut(fewer, in: seconds)
            if other.messages <= best.messages { (best, chosen) = (other, fewer) }
        }
        return best
    }

    private func cut(_ chosen: [SiteCapacity.Lane.Rate], in seconds: Double) -> Cut {
        var (messages, most, heaviest) = (0.0, -1.0, SiteCapacity.Bound?.none)
        for limit in chosen {
            messages += limit.perSecond * seconds
            if limit.perSecond * seconds > most { (most, heaviest) = (limit.perSecond * seconds, .limit(limit.limit)) }
        }
        for site in sites {
            let ofSite = cut(site, besides: chosen, in: seconds)
            messages += min(Double(site.recipients), ofSite.messages)
            guard ofSite.messages < Double(site.recipients), ofSite.most > most else { continue }
            (most, heaviest) = (ofSite.most, ofSite.heaviest)
        }
        return Cut(messages: messages, heaviest: heaviest)
    }

    private func cut(
        _ site: SiteCapacity, besides chosen: [SiteCapacity.Lane.Rate], in seconds: Double
    ) -> (messages: Double, most: Double, heaviest: SiteCapacity.Bound?) {
        var (messages, most, heaviest) = (0.0, -1.0, SiteCapacity.Bound?.none)
        for lane in site.lanes {
            if lane.rates.contains(where: { rate in chosen.contains { $0.limit == rate.limit } }) { continue }
            let ofLane = lane.most(in: seconds)
            messages += ofLane.messages
            if ofLane.messages > most { (most, heaviest) = ofLane }
        }
        return (messages, most, heaviest)
    }
}

/// Numbers that are joined into groups.
private struct UnionOfSites {
    private var parents: [Int]

    init(count: Int) { parents = Array(0..<count) }

    mutating func join(_ one: Int, _ other: Int) { parents[root(other)] = root(one) }

    private mutating func root(_ number: Int) -> Int {
        var number = number
        while parents[number] != number {
            parents[number] = parents[parents[number]]
            number = parents[number]
        }
        return number
    }

    /// Each group in the order of its numbers, the groups in that of their first.
    var all: [[Int]] {
        mutating get {
            var members: [Int: [Int]] = [:]
            for number in parents.indices { members[root(number), default: []].append(number) }
            return members.values.sorted { $0[0] < $1[0] }
        }
    }
}
