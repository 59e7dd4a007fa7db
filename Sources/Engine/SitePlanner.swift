import Delivery
import Pacing
import Primitives
import SMTP
import Shaping
import Uring

/// Says of each domain to which site its mail goes, and of each site where that is and what binds it.
///
/// Pure: what it knows, it was given.
package struct SitePlanner: Sendable {
    /// A source as a site sees it.
    package struct Source: Sendable {
        package var name: String
        /// Its part of the mail, compared with the others of the pool.
        package var weight = 1
        /// Gets mail only while a source that is made known has had its share of the day.
        package var isOverflow = false
        /// Its number in the mission.
        package var number: Int

        package init(name: String, number: Int) {
            self.name = name
            self.number = number
        }
    }

    package var shaping = ShapingRules()
    /// Nil where all mail goes to one place.
    package var directory: (any Directory)?
    package var sources: [Source]
    package var pool = ""
    package var campaign = ""
    /// Sessions that a site gets at most from all sources; nil leaves it to the rules.
    package var sessionsPerSite: Int?
    /// Messages of a session at most; nil leaves it to the rules.
    package var messagesPerSession: Int?
    /// How far a source is made known to a site; nil when it is known.
    package var warmup: @Sendable (_ source: Int, _ site: String) -> WarmupPlan? = { _, _ in nil }
    /// Whether domains with rules of their own stay in the site that they share: a warmup counts a provider as one.
    package var keepsProvidersWhole = false
    /// Whether what receivers answer slows mail down, holds some of it back, or pauses it, as rules say. Their
    /// automation is another matter.
    package var isAdaptive = true
    /// Until when an order of an earlier run holds, by `scope`.
    package var suspensions: [String: Instant] = [:]

    private var known: [String: Known] = [:]
    private var numbers: [String: Int] = [:]

    private struct Known {
        var identity: SiteIdentity
        /// One of its domains.
        var domain: String
        var answer: DirectoryAnswer?
        /// Has limits of its own besides those of its provider.
        var isPart: Bool

        /// At least 1, and 1,000 at most.
        var hostCount: Int {
            guard case .hosts(let hosts) = answer else { return 1 }
            return min(max(1, hosts.count), 1_000)
        }
    }

    package init(sources: [Source]) {
        precondition(!sources.isEmpty, "mail comes from somewhere")
        self.sources = sources
    }

    /// The name of the site that a domain belongs to.
    package mutating func name(ofDomain domain: String) -> String {
        let answer = directory?.hosts(of: domain)
        var hosts: [String]?
        if case .hosts(let found) = answer { hosts = found.map(\.name) }
        let identity = shaping.site(ofDomain: domain, hosts: hosts)
        let isPart = isPart(domain, of: identity)
        let name = isPart ? "\(identity.name): \(domain)" : identity.name
        if known[name] == nil {
            known[name] = Known(identity: identity, domain: domain, answer: answer, isPart: isPart)
        }
        return name
    }

    /// Whether a domain that shares its site with others is bound by more than they are.
    private func isPart(_ domain: String, of identity: SiteIdentity) -> Bool {
        if case .domain = identity { return false }
        if keepsProvidersWhole { return false }
        if shaping.limits.contains(where: { $0.key.contains(.domain) }) { return true }
        guard shaping.hasSection(ofDomain: domain) else { return false }
        return sources.contains { source in
            shaping.rules(for: identity, domain: domain, source: source.name)
                != shaping.rules(for: identity, domain: "", source: source.name)
        }
    }

    /// What a worker has to know of a site, by a name that `name(ofDomain:)` gave.
    mutating func describe(_ site: Int, _ name: String) -> SiteDescription? {
        guard let known = known[name] else { return nil }
        var limits = LimitChoice()
        // Handed over and back: a copy of all limits for each site would take the square of their time.
        swap(&limits.numbers, &numbers)
        let lanes = sources.map { lane(from: $0, to: known, name, &limits) }
        swap(&limits.numbers, &numbers)
        var description = SiteDescription(
            site: site, name: name, fate: fate(known.answer), plan: SitePlan(lanes: lanes))
        let rules = shaping.rules(for: known.identity, domain: known.domain, source: nil)
        description.patience = Patience.delivery.adjusted(to: rules)
        description.usesPipelining = rules.enablePipelining?.value ?? true
        if isAdaptive {
            description.plan.canaryShare = (rules.canary?.value ?? 0) / 100
            description.plan.mostFailures = rules.pauseAbove.map { $0.value / 100 }
        }
        description.automation = shaping.automation(for: known.identity, domain: known.domain)
        description.limits = limits.facts
        description.isForOneWorker = limits.isCommon
        return description
    }

    private func fate(_ answer: DirectoryAnswer?) -> SiteDescription.Fate {
        switch answer {
        case nil: .mail([])
        case .hosts(let hosts): .mail(hosts.compactMap(\.socketAddress))
        case .noMail: .takesNoMail
        case .unknown: .unknown
        }
    }

    private func lane(
        from source: Source, to known: Known, _ name: String, _ limits: inout LimitChoice
    ) -> LanePlan {
        let rules = shaping.rules(for: known.identity, domain: known.domain, source: source.name)
        var plan = LanePlan(source: source.number)
        plan.weight = source.weight
        plan.isOverflow = source.isOverflow
        bind(&plan, by: rules, from: source, known, name, &limits)
        for limit in shaping.limits { bind(&plan, by: limit, from: source, known, name, &limits) }
        plan.messagesPerSession = [plan.messagesPerSession, messagesPerSession].compactMap(\.self).min()
        plan.learns = isAdaptive && rules.backoff?.value != false
        // Each failure is that of one host, and the rule counts those of all of them.
        plan.mostConnectFailures = rules.consecutiveConnectionFailuresBeforeDelay.map { rule in
            min(rule.value, 1_000) * known.hostCount
        }
        plan.warmup = warmup(source.number, name)
        plan.suspendedUntil = suspensions[SiteDescription.scope(source: source.name, site: name)] ?? .zero
        return plan
    }

    /// By the rules of the site and the source.
    private func bind(
        _ plan: inout LanePlan, by rules: PathRules, from source: Source, _ known: Known, _ name: String,
        _ limits: inout LimitChoice
    ) {
        let path = SiteDescription.scope(source: source.name, site: name)
        let provider = SiteDescription.scope(source: source.name, site: "provider \(known.identity.name)")
        plan.sessionCounts += [
            limits.count(rules.connectionLimit, .connectionLimit, path),
            limits.count(rules.providerConnectionLimit, .providerConnectionLimit, provider, isCommon: known.isPart),
            limits.count(sessionsPerSite, "sessions-per-site", name),
        ].compactMap(\.self)
        plan.sessionRates += [
            limits.rate(rules.connectionRate, .connectionRate, path),
            limits.rate(rules.providerConnectionRate, .providerConnectionRate, provider, isCommon: known.isPart),
        ].compactMap(\.self)
        plan.messageRates += [
            limits.rate(rules.messageRate, .messageRate, path),
            limits.rate(rules.providerMessageRate, .providerMessageRate, provider, isCommon: known.isPart),
            limits.rate(rules.sourceSelectionRate, .sourceSelectionRate, provider, isCommon: known.isPart),
        ].compactMap(\.self)
        for named in rules.additionalConnectionLimits {
            plan.sessionCounts += [limits.count(named.limit, .additionalConnectionLimits, named.name, isCommon: true)]
                .compactMap(\.self)
        }
        for named in rules.additionalMessageRates {
            plan.messageRates += [limits.rate(named.limit, .additionalMessageRates, named.name, isCommon: true)]
                .compactMap(\.self)
        }
        plan.messagesPerSession = rules.messagesPerConnection?.value
    }

    /// By a limit over any set of fields.
    private func bind(
        _ plan: inout LanePlan, by limit: GeneralLimit, from source: Source, _ known: Known, _ name: String,
        _ limits: inout LimitChoice
    ) {
        let values: [GeneralLimit.Field: String] = [
            .source: source.name, .site: known.identity.name, .domain: known.domain, .pool: pool, .campaign: campaign,
        ]
        guard limit.filters.allSatisfy({ values[$0.field] == $0.value }) else { return }
        let scope = limit.key.map { "\($0.rawValue) \(values[$0] ?? "")" }.joined(separator: ", ")
        let key = "limit \(limit.place.file):\(limit.place.line) \(scope)"
        let isCommon = !limit.key.contains(.domain) && (known.isPart || !limit.key.contains(.site))
        plan.messageRates += [limits.rate(limit.messages, "messages", key, isCommon: isCommon)].compactMap(\.self)
        plan.sessionCounts += [limits.count(limit.connections, "connections", key, isCommon: isCommon)]
            .compactMap(\.self)
        plan.sessionRates += [limits.rate(limit.connectionRate, "connection_rate", key, isCommon: isCommon)]
            .compactMap(\.self)
        if let most = limit.messagesPerConnection?.value {
            plan.messagesPerSession = min(plan.messagesPerSession ?? .max, most)
        }
    }
}

extension Patience {
    /// With what the rules say. Nobody waits shorter than a minute for the final reply, whatever they say: giving up
    /// early sends twice.
    fileprivate func adjusted(to rules: PathRules) -> Patience {
        var patience = self
        patience.connect = rules.connectTimeout?.value ?? connect
        patience.greeting = rules.bannerTimeout?.value ?? greeting
        patience.hello = rules.ehloTimeout?.value ?? hello
        patience.mail = rules.mailFromTimeout?.value ?? mail
        patience.recipient = rules.rcptToTimeout?.value ?? recipient
        patience.data = rules.dataTimeout?.value ?? data
        patience.content = max(.seconds(60), rules.dataDotTimeout?.value ?? content)
        patience.idle = rules.idleTimeout?.value ?? idle
        return patience
    }
}

/// A limit in words, for whoever asks why mail waits.
package struct LimitFacts: Hashable, Sendable {
    /// What it limits: `max_message_rate of gmail.example from warm`.
    package var name: String
    /// `100/h`, or a number.
    package var value: String
    /// Nil for one of the manifest.
    package var place: RulePlace?
}

/// Numbers the limits of a run and notes those of one site.
private struct LimitChoice {
    /// By what they limit, over all sites.
    var numbers: [String: Int] = [:]
    private(set) var facts: [Int: LimitFacts] = [:]
    /// Whether one of them binds other sites as well.
    private(set) var isCommon = false

    mutating func count(_ most: Ruled<Int>?, _ key: PathKey, _ scope: String, isCommon: Bool = false) -> LimitPlan? {
        count(most, key.rawValue, scope, isCommon: isCommon)
    }

    mutating func count(_ most: Ruled<Int>?, _ key: String, _ scope: String, isCommon: Bool) -> LimitPlan? {
        most.map { most in
            limit(.count(most.value), "\(key) of \(scope)", "\(most.value)", most.place, isCommon)
        }
    }

    mutating func count(_ most: Int?, _ key: String, _ scope: String) -> LimitPlan? {
        most.map { limit(.count($0), "\(key) of \(scope)", "\($0)", nil, false) }
    }

    mutating func rate(_ rate: Ruled<Rate>?, _ key: PathKey, _ scope: String, isCommon: Bool = false) -> LimitPlan? {
        self.rate(rate, key.rawValue, scope, isCommon: isCommon)
    }

    mutating func rate(_ rate: Ruled<Rate>?, _ key: String, _ scope: String, isCommon: Bool) -> LimitPlan? {
        rate.map { rate in
            limit(.rate(rate.value), "\(key) of \(scope)", "\(rate.value)", rate.place, isCommon)
        }
    }

    private mutating func limit(
        _ value: LimitPlan.Value, _ name: String, _ text: String, _ place: RulePlace?, _ isCommon: Bool
    ) -> LimitPlan {
        let number = numbers[name] ?? numbers.count
        numbers[name] = number
        facts[number] = LimitFacts(name: name, value: text, place: place)
        self.isCommon = self.isCommon || isCommon
        return LimitPlan(number, value)
    }
}

extension DirectoryHost {
    /// Nil when the directory knows the name of the host only.
    fileprivate var socketAddress: SocketAddress? {
        address.flatMap { SocketAddress(networkOrder: $0, port: port) }
    }
}
