/// The rules of `["default"]`, a domain, or a provider, as all files together have them.
struct Section: Sendable {
    /// Where the files have it, the first first.
    var places: [RulePlace] = []
    var rules = PathRules()
    /// In the order of the files.
    var sources: [SourceRules] = []
    var automation: [AutomationRule] = []
    /// Whether its rules hold for every domain with the same mail exchangers.
    var mxRollup: Ruled<Bool>?
    /// Whether everything that earlier files say of it is forgotten.
    var replacesBase = false

    struct SourceRules: Hashable, Sendable {
        var name: String
        var rules: PathRules
    }

    /// Puts a later section of the same name over this one.
    mutating func merge(_ later: Section) {
        guard !later.replacesBase else {
            self = later
            return
        }
        places += later.places
        rules = rules.overlaid(by: later.rules)
        automation += later.automation
        mxRollup = later.mxRollup ?? mxRollup
        for source in later.sources {
            if let index = sources.firstIndex(where: { $0.name == source.name }) {
                sources[index].rules = sources[index].rules.overlaid(by: source.rules)
            } else {
                sources.append(source)
            }
        }
    }

    var hasRules: Bool { !rules.isEmpty || !sources.isEmpty }

    func rules(ofSource name: String?) -> PathRules? {
        guard let name else { return nil }
        return sources.first { $0.name == name }?.rules
    }
}

struct Provider: Sendable {
    var name: String
    var matches: [Ruled<ProviderMatch>] = []
    var section = Section()

    mutating func merge(_ later: Provider) {
        matches = later.section.replacesBase ? later.matches : matches + later.matches
        section.merge(later.section)
    }
}

struct DomainSection: Sendable {
    /// In lower case, without a dot at the end.
    var name: String
    var section = Section()
}
