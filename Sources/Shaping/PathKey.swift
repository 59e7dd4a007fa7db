import Pacing
import Primitives

/// A key of a section that sets one of the `PathRules`, as files have it.
package enum PathKey: String, CaseIterable, Sendable {
    case connectionLimit = "connection_limit"
    case connectionRate = "max_connection_rate"
    case messagesPerConnection = "max_deliveries_per_connection"
    case messageRate = "max_message_rate"
    case providerConnectionLimit = "provider_connection_limit"
    case providerMessageRate = "provider_max_message_rate"
    case providerConnectionRate = "provider_max_connection_rate"
    case sourceSelectionRate = "provider_source_selection_rate"
    case idleTimeout = "idle_timeout"
    case connectTimeout = "connect_timeout"
    case bannerTimeout = "banner_timeout"
    case ehloTimeout = "ehlo_timeout"
    case mailFromTimeout = "mail_from_timeout"
    case rcptToTimeout = "rcpt_to_timeout"
    case dataTimeout = "data_timeout"
    case dataDotTimeout = "data_dot_timeout"
    case enablePipelining = "enable_pipelining"
    case consecutiveConnectionFailuresBeforeDelay = "consecutive_connection_failures_before_delay"
    case additionalConnectionLimits = "additional_connection_limits"
    case additionalMessageRates = "additional_message_rate_throttles"
    case backoff = "adaptive.backoff"
    case pauseAbove = "adaptive.pause_above"
    case canary = "adaptive.canary"

    /// Where its value is kept, which also says what it may be.
    enum Field {
        case count(WritableKeyPath<PathRules, Ruled<Int>?>)
        case rate(WritableKeyPath<PathRules, Ruled<Rate>?>)
        case length(WritableKeyPath<PathRules, Ruled<Interval>?>)
        case flag(WritableKeyPath<PathRules, Ruled<Bool>?>)
        case percent(WritableKeyPath<PathRules, Ruled<Double>?>)
        case namedCounts(WritableKeyPath<PathRules, [NamedLimit<Int>]>)
        case namedRates(WritableKeyPath<PathRules, [NamedLimit<Rate>]>)
    }

    var field: Field {
        switch self {
        case .connectionLimit: .count(\.connectionLimit)
        case .connectionRate: .rate(\.connectionRate)
        case .messagesPerConnection: .count(\.messagesPerConnection)
        case .messageRate: .rate(\.messageRate)
        case .providerConnectionLimit: .count(\.providerConnectionLimit)
        case .providerMessageRate: .rate(\.providerMessageRate)
        case .providerConnectionRate: .rate(\.providerConnectionRate)
        case .sourceSelectionRate: .rate(\.sourceSelectionRate)
        case .idleTimeout: .length(\.idleTimeout)
        case .connectTimeout: .length(\.connectTimeout)
        case .bannerTimeout: .length(\.bannerTimeout)
        case .ehloTimeout: .length(\.ehloTimeout)
        case .mailFromTimeout: .length(\.mailFromTimeout)
        case .rcptToTimeout: .length(\.rcptToTimeout)
        case .dataTimeout: .length(\.dataTimeout)
        case .dataDotTimeout: .length(\.dataDotTimeout)
        case .enablePipelining: .flag(\.enablePipelining)
        case .consecutiveConnectionFailuresBeforeDelay: .count(\.consecutiveConnectionFailuresBeforeDelay)
        case .additionalConnectionLimits: .namedCounts(\.additionalConnectionLimits)
        case .additionalMessageRates: .namedRates(\.additionalMessageRates)
        case .backoff: .flag(\.backoff)
        case .pauseAbove: .percent(\.pauseAbove)
        case .canary: .percent(\.canary)
        }
    }

    /// Whether it is of Sluice's own table `adaptive`.
    var isAdaptive: Bool { rawValue.hasPrefix(PathKey.adaptivePrefix) }

    static let adaptivePrefix = "adaptive."
}
