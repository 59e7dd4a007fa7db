import Pacing
import Primitives

/// What the rules of automation have come to for one source at one site: which replies they count, and what lasts.
///
/// A record for each rule that was met. Time that goes backwards stands still.
package struct AutomationState: Sendable {
    fileprivate struct Record {
        var rule: Int
        /// The replies that count towards the threshold, the oldest first; fewer than the threshold asks for.
        var seen: [Instant] = []
        var lastsUntil = Instant(nanoseconds: .min)
        var actions: [AutomationAction] = []
    }

    private var records: [Record] = []
    private var latest = Instant(nanoseconds: .min)

    package init() {}

    /// Counts a reply that the rule matches.
    ///
    /// - Returns: the actions that begin now, or begin anew, and last until `now + rule.duration`; empty while the
    ///   threshold is not reached. A threshold counts anew behind each.
    package mutating func note(_ rule: AutomationRule, at now: Instant) -> [AutomationAction] {
        latest = max(latest, now)
        let index = index(of: rule.number)
        guard records[index].counts(rule.trigger, at: latest) else { return [] }
        records[index].lastsUntil = latest + rule.duration
        records[index].actions = rule.actions
        return rule.actions
    }

    /// The actions that last at a time, in the order in which their rules were first met.
    package func lasting(at now: Instant) -> [AutomationAction] {
        records.filter { $0.lastsUntil > now }.flatMap(\.actions)
    }

    /// What the lasting SetConfig say, to be laid over the rules of the path; the rule that was met last counts.
    package func override(at now: Instant) -> PathRules {
        records.filter { $0.lastsUntil > now }.sorted { $0.lastsUntil < $1.lastsUntil }.reduce(PathRules()) {
            rules, record in
            record.actions.reduce(rules) { rules, action in
                if case .setConfig(let other) = action { rules.overlaid(by: other) } else { rules }
            }
        }
    }

    /// When what a rule has begun ends; nil when it never began.
    package func end(of rule: AutomationRule) -> Instant? {
        records.first { $0.rule == rule.number && !$0.actions.isEmpty }?.lastsUntil
    }

    private mutating func index(of rule: Int) -> Int {
        if let index = records.firstIndex(where: { $0.rule == rule }) { return index }
        records.append(Record(rule: rule))
        return records.count - 1
    }
}

extension AutomationState.Record {
    /// Whether this reply is the one that pulls the trigger.
    fileprivate mutating func counts(_ trigger: AutomationRule.Trigger, at now: Instant) -> Bool {
        guard case .threshold(let rate) = trigger else { return true }
        seen.removeAll { now - $0 >= rate.period }
        seen.append(now)
        guard Int64(seen.count) >= rate.count else { return false }
        seen.removeAll()
        return true
    }
}
