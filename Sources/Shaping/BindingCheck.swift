import Pacing
import Primitives

/// Limits that can never bind, because another one always does before.
///
/// Told only of limits that the section itself sets: whoever tightens one need not take back what is more general.
enum BindingCheck {
    static func problems(_ path: ShapingLint.Path) -> [ShapingProblem] {
        var problems = sessions(path) + rates(path)
        problems += path.isProvider ? provider(path) : []
        return problems
    }

    private static func warning(_ place: RulePlace, _ what: String, because other: RulePlace) -> ShapingProblem {
        ShapingProblem(.warning, at: place, what: what, fix: "see \(other), and change or take out one of them")
    }

    /// What new sessions and the messages in each of them allow, and the rate of messages.
    private static func sessions(_ path: ShapingLint.Path) -> [ShapingProblem] {
        let rules = path.effective
        guard let connections = rules.connectionRate, let each = rules.messagesPerConnection,
            let messages = rules.messageRate
        else { return [] }
        let most = connections.value.perSecond * Double(each.value)
        if let own = path.own.messageRate, most < messages.value.perSecond {
            let what =
                "\(path.name): max_message_rate is never reached: max_connection_rate times "
                + "max_deliveries_per_connection is \(RateText.words(perSecond: most))"
            return [warning(own.place, what, because: path.own.connectionRate?.place ?? connections.place)]
        }
        if let own = path.own.connectionRate, most > 100 * messages.value.perSecond {
            let what =
                "\(path.name): max_connection_rate never binds: a hundredth of it would do for max_message_rate"
            return [warning(own.place, what, because: messages.place)]
        }
        return []
    }

    /// Rates of messages of the same source to the same site.
    private static func rates(_ path: ShapingLint.Path) -> [ShapingProblem] {
        guard path.isProvider, let own = path.own.sourceSelectionRate, let rate = path.effective.messageRate,
            own.value.perSecond > rate.value.perSecond
        else { return [] }
        let what = "\(path.name): provider_source_selection_rate never binds: max_message_rate is lower"
        return [warning(own.place, what, because: rate.place)]
    }

    /// What holds for a provider, and what holds for each site; a provider is one site.
    private static func provider(_ path: ShapingLint.Path) -> [ShapingProblem] {
        var problems: [ShapingProblem] = []
        let (own, rules) = (path.own, path.effective)
        if let limit = own.providerConnectionLimit, let other = rules.connectionLimit, limit.value > other.value {
            let what = "\(path.name): provider_connection_limit never binds: connection_limit is \(other.value)"
            problems.append(warning(limit.place, what, because: other.place))
        }
        if let limit = own.connectionLimit, let other = rules.providerConnectionLimit, limit.value > other.value {
            let what = "\(path.name): connection_limit never binds: provider_connection_limit is \(other.value)"
            problems.append(warning(limit.place, what, because: other.place))
        }
        problems += pair(
            path, own.providerMessageRate, "provider_max_message_rate", rules.messageRate, "max_message_rate")
        problems += pair(
            path, own.messageRate, "max_message_rate", rules.providerMessageRate, "provider_max_message_rate")
        problems += pair(
            path, own.providerConnectionRate, "provider_max_connection_rate", rules.connectionRate,
            "max_connection_rate")
        problems += pair(
            path, own.connectionRate, "max_connection_rate", rules.providerConnectionRate,
            "provider_max_connection_rate")
        return problems
    }

    private static func pair(
        _ path: ShapingLint.Path, _ own: Ruled<Rate>?, _ key: String, _ other: Ruled<Rate>?, _ otherKey: String
    ) -> [ShapingProblem] {
        guard let own, let other, own.value.perSecond > other.value.perSecond else { return [] }
        return [warning(own.place, "\(path.name): \(key) never binds: \(otherKey) is lower", because: other.place)]
    }
}

extension ShapingLint {
    /// General limits that another one, which holds wherever this one does and counts at least as much together, is
    /// not above. Of two that are the same, the later one is told.
    static func generalLimits(_ limits: [GeneralLimit]) -> [ShapingProblem] {
        limits.enumerated().flatMap { number, limit in
            limits.enumerated().filter { $0.offset != number && limit.isWithin($0.element) }.flatMap { place, other in
                unbound(limit, other, isFirst: other.isWithin(limit) && number < place)
            }
        }
    }

    private static func unbound(_ limit: GeneralLimit, _ other: GeneralLimit, isFirst: Bool) -> [ShapingProblem] {
        let isAbove = { (own: Double, wider: Double) in isFirst ? own > wider : own >= wider }
        var keys: [(String, RulePlace)] = []
        if let own = limit.messages, let wider = other.messages, isAbove(own.value.perSecond, wider.value.perSecond) {
            keys.append(("messages", own.place))
        }
        if let own = limit.connections, let wider = other.connections,
            isAbove(Double(own.value), Double(wider.value))
        {
            keys.append(("connections", own.place))
        }
        if let own = limit.connectionRate, let wider = other.connectionRate,
            isAbove(own.value.perSecond, wider.value.perSecond)
        {
            keys.append(("connection_rate", own.place))
        }
        return keys.map { key, place in
            ShapingProblem(
                .warning, at: place, what: "\(key) never binds: a limit that counts as much together is not higher",
                fix: "see \(other.place), and change or take out one of them")
        }
    }
}

extension GeneralLimit {
    /// Whether the other limit counts in one what this one counts apart, and holds for all that this one holds for.
    fileprivate func isWithin(_ other: GeneralLimit) -> Bool {
        other.key.allSatisfy(key.contains) && other.filters.allSatisfy(filters.contains)
    }
}

extension Rate {
    var perSecond: Double { Double(count) / period.seconds }
}
