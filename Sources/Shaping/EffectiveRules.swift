import Pacing
import Primitives

/// Everything that holds for a domain, for people and programs.
package struct EffectiveRules: Encodable, Hashable, Sendable {
    package struct Rule: Encodable, Hashable, Sendable {
        package var key: String
        package var value: String
        package var file: String
        package var line: Int
    }

    package struct Automation: Encodable, Hashable, Sendable {
        package var regex: [String]
        package var actions: [String]
        package var trigger: String
        package var duration: String
        package var file: String
        package var line: Int
    }

    package var domain: String
    package var site: String
    /// `provider`, `hosts` or `domain`.
    package var siteKind: String
    package var source: String?
    /// The names of the mail exchangers; nil when nobody was asked or knew.
    package var hosts: [String]?
    package var takesNoMail: Bool
    package var rules: [Rule]
    package var limits: [Rule]
    package var automation: [Automation]

    enum CodingKeys: String, CodingKey {
        case domain
        case site
        case siteKind = "site_kind"
        case source
        case hosts
        case takesNoMail = "takes_no_mail"
        case rules
        case limits
        case automation
    }

    /// - Parameter rules: rolled up with the directory, if there is one.
    package init(_ rules: ShapingRules, domain: String, source: String?, directory: (any Directory)?) {
        self.domain = DomainName.normal(domain)
        self.source = source
        let answer = directory?.hosts(of: domain) ?? .unknown
        takesNoMail = answer == .noMail
        if case .hosts(let known) = answer { hosts = known.map(\.name) }
        let site = rules.site(ofDomain: domain, hosts: hosts)
        self.site = site.name
        siteKind =
            switch site {
            case .provider: "provider"
            case .hosts: "hosts"
            case .domain: "domain"
            }
        self.rules = rules.rules(for: site, domain: domain, source: source).listing
        limits = rules.limits.flatMap(\.listing)
        automation = rules.automation(for: site, domain: domain).map(Automation.init)
    }
}

extension EffectiveRules.Rule {
    init(_ key: String, _ value: String, at place: RulePlace) {
        self.init(key: key, value: value, file: place.file, line: place.line)
    }
}

extension EffectiveRules.Automation {
    init(_ rule: AutomationRule) {
        regex = rule.patterns.map(\.text)
        actions = rule.actions.map(\.words)
        trigger =
            switch rule.trigger {
            case .immediate: "at once"
            case .threshold(let rate): "\(rate.count) within \(DurationText.words(rate.period))"
            }
        duration = DurationText.words(rule.duration)
        file = rule.place.file
        line = rule.place.line
    }
}

extension PathRules {
    /// Each rule as its key and value, in the order of `PathKey`.
    var listing: [EffectiveRules.Rule] { PathKey.allCases.flatMap(listing) }

    private func listing(_ key: PathKey) -> [EffectiveRules.Rule] {
        let name = key.rawValue
        switch key.field {
        case .count(let path): return rule(name, self[keyPath: path]) { "\($0)" }
        case .rate(let path): return rule(name, self[keyPath: path], RateText.words)
        case .length(let path): return rule(name, self[keyPath: path], DurationText.words)
        case .flag(let path): return rule(name, self[keyPath: path]) { "\($0)" }
        case .percent(let path):
            return rule(name, self[keyPath: path]) { $0 == $0.rounded() ? "\(Int($0)) %" : "\($0) %" }
        case .namedCounts(let path):
            return self[keyPath: path].flatMap { limit in rule("\(name).\(limit.name)", limit.limit) { "\($0)" } }
        case .namedRates(let path):
            return self[keyPath: path].flatMap { limit in rule("\(name).\(limit.name)", limit.limit, RateText.words) }
        }
    }

    private func rule<Value>(
        _ key: String, _ ruled: Ruled<Value>?, _ words: (Value) -> String
    ) -> [EffectiveRules.Rule] {
        ruled.map { [EffectiveRules.Rule(key, words($0.value), at: $0.place)] } ?? []
    }
}

extension GeneralLimit {
    /// Each value, its key followed by what is counted apart: `messages of each source, domain where pool = x`.
    fileprivate var listing: [EffectiveRules.Rule] {
        let fields = key.map(\.rawValue).joined(separator: ", ")
        let only = filters.map { "\($0.field.rawValue) = \($0.value)" }.joined(separator: ", ")
        let rest = " of each \(fields)" + (only.isEmpty ? "" : " where \(only)")
        var rules: [EffectiveRules.Rule] = []
        if let messages { rules.append(.init("messages" + rest, RateText.words(messages.value), at: messages.place)) }
        if let connections { rules.append(.init("connections" + rest, "\(connections.value)", at: connections.place)) }
        if let rate = connectionRate {
            rules.append(.init("connection_rate" + rest, RateText.words(rate.value), at: rate.place))
        }
        if let count = messagesPerConnection {
            rules.append(.init("messages_per_connection" + rest, "\(count.value)", at: count.place))
        }
        return rules
    }
}

extension AutomationAction {
    /// For people: `suspend`, or the rule that is set.
    package var words: String {
        switch self {
        case .suspend: "suspend"
        case .suspendCampaign: "suspend the campaign"
        case .bounce: "bounce"
        case .setConfig(let rules): AutomationAction.words(rules)
        case .setDomainConfig(let rules): AutomationAction.words(rules) + " for the domain"
        }
    }

    private static func words(_ rules: PathRules) -> String {
        rules.listing.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
    }
}
