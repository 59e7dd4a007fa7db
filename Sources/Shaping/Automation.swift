import Pacing
import Primitives

/// What a receiver's reply leads to, for a time.
package struct AutomationRule: Sendable {
    package enum Trigger: Hashable, Sendable {
        /// With the first reply.
        case immediate
        /// With the `count`th reply within the period.
        case threshold(Rate)
    }

    package var place: RulePlace
    package var trigger: Trigger
    package var actions: [AutomationAction]
    /// How long the actions last.
    package var duration: Interval
    /// Whether it is also held against what Sluice itself says about a failure.
    package var matchesInternal: Bool
    /// Told apart from all other rules of the same `ShapingRules`.
    package var number: Int
    var patterns: [ReplyPattern]

    /// Whether a reply is one of those that are meant: any of the regexes is found in its first 1,024 characters.
    ///
    /// - Parameter reply: in one line, with its codes: `421 4.7.0 Too many connections`.
    package func matches(_ reply: String) -> Bool {
        let reply = ReplyPattern.bounded(reply)
        return patterns.contains { $0.isFound(in: reply) }
    }
}

package enum AutomationAction: Hashable, Sendable {
    /// No mail from the source to the site.
    case suspend
    /// No mail of the campaign from the source to the site.
    case suspendCampaign
    /// Whoever waits for the site is given up.
    case bounce
    /// Other rules for the source and the site.
    case setConfig(PathRules)
    /// Other rules for the source and the recipient's domain.
    case setDomainConfig(PathRules)
}
