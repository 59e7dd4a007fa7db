import Pacing
import Primitives

/// What the rules of automation have counted for one source at one site.
///
/// A record for each rule that was met; how long its actions last is for the lane to keep. Time that goes backwards
/// stands still.
package struct AutomationState: Sendable {
    fileprivate struct Record {
        var rule: Int
        /// The replies that count towards the threshold, the oldest first; fewer than the threshold asks for.
        var seen: [Instant] = []
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
        return rule.actions
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
