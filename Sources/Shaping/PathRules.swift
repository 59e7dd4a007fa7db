import Pacing
import Primitives

/// What holds for the way from a source to a site: each value with the rule that set it, nil where no rule did.
///
/// The names in the files are those of `PathKey`.
package struct PathRules: Hashable, Sendable {
    /// Sessions at once, of a source at a site.
    package var connectionLimit: Ruled<Int>?
    package var connectionRate: Ruled<Rate>?
    package var messagesPerConnection: Ruled<Int>?
    package var messageRate: Ruled<Rate>?

    /// Sessions at once, of a source at a provider.
    package var providerConnectionLimit: Ruled<Int>?
    package var providerMessageRate: Ruled<Rate>?
    package var providerConnectionRate: Ruled<Rate>?
    /// Messages of a source to a provider.
    package var sourceSelectionRate: Ruled<Rate>?

    package var idleTimeout: Ruled<Interval>?
    package var connectTimeout: Ruled<Interval>?
    package var bannerTimeout: Ruled<Interval>?
    package var ehloTimeout: Ruled<Interval>?
    package var mailFromTimeout: Ruled<Interval>?
    package var rcptToTimeout: Ruled<Interval>?
    package var dataTimeout: Ruled<Interval>?
    package var dataDotTimeout: Ruled<Interval>?

    package var enablePipelining: Ruled<Bool>?
    package var consecutiveConnectionFailuresBeforeDelay: Ruled<Int>?

    /// In the order of their names, each name once; so are the rates.
    package var additionalConnectionLimits: [NamedLimit<Int>] = []
    package var additionalMessageRates: [NamedLimit<Rate>] = []

    /// Whether a receiver's replies slow the sending down.
    package var backoff: Ruled<Bool>?
    /// Percent of permanent failures above which a site is paused.
    package var pauseAbove: Ruled<Double>?
    /// Percent of a site's recipients that go before the rest; 0 for none.
    package var canary: Ruled<Double>?

    package init() {}

    package var isEmpty: Bool { self == PathRules() }

    /// These rules, with those of `other` over them.
    package func overlaid(by other: PathRules) -> PathRules {
        var rules = self
        for key in PathKey.allCases {
            switch key.field {
            case .count(let path): rules[keyPath: path] = other[keyPath: path] ?? self[keyPath: path]
            case .rate(let path): rules[keyPath: path] = other[keyPath: path] ?? self[keyPath: path]
            case .length(let path): rules[keyPath: path] = other[keyPath: path] ?? self[keyPath: path]
            case .flag(let path): rules[keyPath: path] = other[keyPath: path] ?? self[keyPath: path]
            case .percent(let path): rules[keyPath: path] = other[keyPath: path] ?? self[keyPath: path]
            case .namedCounts(let path): rules[keyPath: path].overlay(other[keyPath: path])
            case .namedRates(let path): rules[keyPath: path].overlay(other[keyPath: path])
            }
        }
        return rules
    }
}

extension Array {
    /// Puts limits in place of those with their names, and among the others.
    fileprivate mutating func overlay<Value>(_ limits: [NamedLimit<Value>]) where Element == NamedLimit<Value> {
        for limit in limits {
            removeAll { $0.name == limit.name }
            append(limit)
        }
        sort { $0.name < $1.name }
    }
}
