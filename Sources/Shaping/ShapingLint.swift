import Pacing
import Primitives

/// What is in order by itself, but does nothing, or not what it looks like.
package enum ShapingLint {
    /// Looks at all rules together; that single values are right has been seen when the files were read.
    ///
    /// - Parameter directory: asked for the hosts of the domains with sections, when there is one.
    /// - Returns: warnings, file by file, in the order of their lines.
    package static func lint(_ rules: ShapingRules, _ directory: (any Directory)?) -> [ShapingProblem] {
        var problems = providers(rules) + matches(rules)
        problems += paths(rules).flatMap(BindingCheck.problems)
        problems += generalLimits(rules.limits) + automation(rules) + members(rules, directory)
        if let directory { problems += domains(rules, directory) }
        return problems.inOrder
    }

    // MARK: Providers

    private static func providers(_ rules: ShapingRules) -> [ShapingProblem] {
        let reachable = rules.providers.filter { !$0.matches.isEmpty }.map(\.name)
        return rules.providers.filter(\.matches.isEmpty).flatMap { provider in
            let near = KnownKeys.nearest(to: provider.name, among: reachable)
            let fix =
                if let near { "write provider.\"\(near)\", or give it a match" } else if reachable.isEmpty {
                    "give it a match"
                } else { "give it a match, or name one that has: \(reachable.joined(separator: ", "))" }
            return provider.section.places.map { place in
                let what = "nothing matches the provider '\(provider.name)', so these rules never hold"
                return ShapingProblem(.warning, at: place, what: what, fix: fix)
            }
        }
    }

    private static func matches(_ rules: ShapingRules) -> [ShapingProblem] {
        var problems: [ShapingProblem] = []
        let all = rules.providers.flatMap { provider in provider.matches.map { (provider.name, $0) } }
        for (number, (name, match)) in all.enumerated() {
            for (otherName, other) in all[..<number] where otherName != name {
                guard let what = overlap(match.value, name, other.value, otherName) else { continue }
                let fix = "see \(other.place), and take one of them out unless that is meant"
                problems.append(ShapingProblem(.warning, at: match.place, what: what, fix: fix))
            }
        }
        return problems
    }

    /// What is to be said of a match and an earlier one of another provider.
    private static func overlap(
        _ match: ProviderMatch, _ name: String, _ earlier: ProviderMatch, _ earlierName: String
    ) -> String? {
        let (own, other) = ("'\(match.name)'", "'\(earlier.name)'")
        if match == earlier { return "\(own) is matched by '\(earlierName)' too, which is the first and wins" }
        if match.isWithin(earlier) {
            return "\(own) is also within \(other) of '\(earlierName)'; '\(name)' wins, being longer"
        }
        if earlier.isWithin(match) {
            return "\(other) of '\(earlierName)' is also within \(own); '\(earlierName)' wins, being longer"
        }
        return nil
    }

    // MARK: Paths

    /// A section with the rules that hold there, for everybody or for one source.
    struct Path {
        var name: String
        /// What the section itself says.
        var own: PathRules
        var effective: PathRules
        var isProvider = false
    }

    private static func paths(_ rules: ShapingRules) -> [Path] {
        var paths = sourcePaths("default", rules.standard, below: PathRules())
        for provider in rules.providers where !provider.matches.isEmpty {
            paths += sourcePaths(provider.name, provider.section, below: rules.standard.rules, isProvider: true)
        }
        for domain in rules.domains {
            let site = rules.site(ofDomain: domain.name, hosts: nil)
            let below = rules.sections(for: site, domain: domain.name).dropLast()
            let general = below.reduce(PathRules()) { $0.overlaid(by: $1.rules) }
            paths += sourcePaths(domain.name, domain.section, below: general)
        }
        return paths
    }

    private static func sourcePaths(
        _ name: String, _ section: Section, below: PathRules, isProvider: Bool = false
    ) -> [Path] {
        let general = below.overlaid(by: section.rules)
        let path = Path(name: name, own: section.rules, effective: general, isProvider: isProvider)
        return [path]
            + section.sources.map { source in
                Path(
                    name: "\(name) from \(source.name)", own: source.rules,
                    effective: general.overlaid(by: source.rules), isProvider: isProvider)
            }
    }

    // MARK: Everything else

    private static func automation(_ rules: ShapingRules) -> [ShapingProblem] {
        rules.allSections.flatMap(\.automation).filter { $0.duration <= .zero }.map { rule in
            ShapingProblem(
                .warning, at: rule.place, what: "what this automation does ends as soon as it begins",
                fix: "write a longer duration")
        }
    }

    /// Sections of domains that are not a site of their own.
    private static func members(_ rules: ShapingRules, _ directory: (any Directory)?) -> [ShapingProblem] {
        rules.domains.compactMap { domain in
            var hosts: [String]?
            if case .hosts(let known) = directory?.hosts(of: domain.name) { hosts = known.map(\.name) }
            guard case .provider(let name) = rules.site(ofDomain: domain.name, hosts: hosts),
                let place = domain.section.places.first, domain.section.hasRules
            else { return nil }
            let what = "'\(domain.name)' belongs to the provider '\(name)', and these rules are for the domain alone"
            let fix = "write them in provider.\"\(name)\" unless that is meant"
            return ShapingProblem(.warning, at: place, what: what, fix: fix)
        }
    }

    private static func domains(_ rules: ShapingRules, _ directory: any Directory) -> [ShapingProblem] {
        var problems: [ShapingProblem] = []
        var earlier: [SiteIdentity: (name: String, place: RulePlace)] = [:]
        for domain in rules.domains {
            guard let place = domain.section.places.first else { continue }
            switch directory.hosts(of: domain.name) {
            case .unknown: break
            case .noMail:
                let what = "'\(domain.name)' takes no mail"
                problems.append(ShapingProblem(.warning, at: place, what: what, fix: "take the section out"))
            case .hosts(let hosts):
                let site = rules.site(ofDomain: domain.name, hosts: hosts.map(\.name))
                guard case .hosts = site else { break }
                if let other = earlier[site] {
                    let what = "'\(domain.name)' has the same hosts as '\(other.name)', so both sections hold for both"
                    let fix = "see \(other.place); write mx_rollup = false in one of them, or make them one"
                    problems.append(ShapingProblem(.warning, at: place, what: what, fix: fix))
                } else {
                    earlier[site] = (domain.name, place)
                }
            }
        }
        return problems
    }
}

extension ProviderMatch {
    /// Whether everything that this one matches is matched by the other, which is shorter.
    fileprivate func isWithin(_ other: ProviderMatch) -> Bool {
        switch (self, other) {
        case (.mxSuffix(let name), .mxSuffix(let suffix)), (.domainSuffix(let name), .domainSuffix(let suffix)):
            // A dot in front stands for any label.
            name != suffix && DomainName.hasSuffix(name.utf8.first == UInt8(ascii: ".") ? "x" + name : name, suffix)
        case (.hostName(let name), .mxSuffix(let suffix)): DomainName.hasSuffix(name, suffix)
        case (.hostName, .hostName), (.hostName, .domainSuffix), (.mxSuffix, .hostName), (.mxSuffix, .domainSuffix),
            (.domainSuffix, .mxSuffix), (.domainSuffix, .hostName):
            false
        }
    }
}
