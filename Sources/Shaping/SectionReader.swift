/// Reads the entries of one section.
struct SectionReader {
    enum Kind {
        case standard
        case domain
        case provider
        /// What a section says for one source.
        case source
    }

    private(set) var problems: ProblemList
    private(set) var matches: [Ruled<ProviderMatch>] = []
    /// The number of the next rule of automation.
    private(set) var nextRule: Int

    init(file: String, nextRule: Int) {
        problems = ProblemList(file: file)
        self.nextRule = nextRule
    }

    mutating func read(_ entries: [ShapingEntry], at line: Int, kind: Kind) -> Section {
        var section = Section(places: [problems.place(line)])
        for entry in entries {
            if !readStructural(entry, kind, into: &section) { readRule(entry, into: &section.rules) }
        }
        return section
    }

    /// - Returns: false when the key is a rule for the path.
    private mutating func readStructural(_ entry: ShapingEntry, _ kind: Kind, into section: inout Section) -> Bool {
        guard KnownKeys.structural.contains(entry.key) else { return false }
        guard SectionReader.allows(entry.key, kind) else {
            problems.add(entry.line, "'\(entry.key)' has no meaning in this section", fix: "take it out")
            return true
        }
        switch entry.key {
        case "automation": readAutomation(entry, into: &section)
        case "sources": readSources(entry, into: &section)
        case "adaptive": readAdaptive(entry, into: &section.rules)
        case "match": readMatches(entry)
        case "mx_rollup":
            if let flag = flag(entry) { section.mxRollup = Ruled(flag, at: problems.place(entry.line)) }
        default:
            section.replacesBase = flag(entry) ?? false
        }
        return true
    }

    private static func allows(_ key: String, _ kind: Kind) -> Bool {
        switch kind {
        case .standard: key != "match" && key != "mx_rollup"
        case .domain: key != "match"
        case .provider: key != "mx_rollup"
        case .source: key == "adaptive"
        }
    }

    private mutating func flag(_ entry: ShapingEntry) -> Bool? {
        do throws(ValueFault) { return try entry.value.flag() } catch { note(entry, error) }
        return nil
    }

    private mutating func note(_ entry: ShapingEntry, _ fault: ValueFault) {
        problems.add(entry.line, "\(entry.key): \(fault.what)", fix: fault.fix)
    }

    // MARK: Rules for the path

    private mutating func readRule(_ entry: ShapingEntry, into rules: inout PathRules) {
        if let key = PathKey(rawValue: entry.key), !key.isAdaptive {
            set(key, entry, in: &rules)
        } else if KnownKeys.alwaysKept.contains(entry.key) {
            return
        } else if let instead = KnownKeys.instead(of: entry.key) {
            problems.warn(entry.line, "'\(entry.key)' is not honoured", fix: instead)
        } else {
            noteUnknown(entry, among: KnownKeys.section, shared: "docs/shaping.md lists the keys")
        }
    }

    private mutating func set(_ key: PathKey, _ entry: ShapingEntry, in rules: inout PathRules) {
        do throws(ValueFault) {
            try rules.set(key, to: entry.value, at: problems.place(entry.line))
        } catch {
            note(entry, error)
        }
    }

    private mutating func noteUnknown(_ entry: ShapingEntry, among keys: [String], shared: String) {
        let near = KnownKeys.nearest(to: entry.key, among: keys)
        problems.add(
            entry.line, "there is no key '\(entry.key)'", fix: near.map { "did you mean \($0)?" } ?? shared)
    }

    private mutating func readAdaptive(_ entry: ShapingEntry, into rules: inout PathRules) {
        guard let table = entry.value.table else {
            return problems.add(
                entry.line, "'adaptive' is \(entry.value.kind)", fix: "write a table: adaptive = { backoff = true }")
        }
        for entry in table {
            if let key = PathKey(rawValue: PathKey.adaptivePrefix + entry.key) {
                set(key, entry, in: &rules)
            } else {
                noteUnknown(entry, among: KnownKeys.adaptive, shared: "write backoff, pause_above or canary")
            }
        }
    }

    // MARK: Sources and providers

    private mutating func readSources(_ entry: ShapingEntry, into section: inout Section) {
        guard let table = entry.value.table else {
            return problems.add(
                entry.line, "'sources' is \(entry.value.kind)",
                fix: "write sections such as [\"a.example\".sources.\"name\"]")
        }
        for source in table {
            guard let entries = source.value.table else {
                problems.add(
                    source.line, "the source '\(source.key)' is \(source.value.kind)",
                    fix: "write sections such as [\"a.example\".sources.\"name\"]")
                continue
            }
            let rules = read(entries, at: source.line, kind: .source).rules
            section.sources.append(Section.SourceRules(name: source.key, rules: rules))
        }
    }

    private mutating func readMatches(_ entry: ShapingEntry) {
        for element in entry.value.elements {
            guard let table = element.table, !table.isEmpty else {
                problems.add(
                    element.line, "match: \(element.kind) does not fit here",
                    fix: "write match = [{ MXSuffix = \".example\" }]")
                continue
            }
            for match in table { readMatch(match) }
        }
    }

    private mutating func readMatch(_ entry: ShapingEntry) {
        guard let name = entry.value.text else {
            return problems.add(
                entry.line, "\(entry.key): \(entry.value.kind) does not fit here", fix: "write a name in quotes")
        }
        guard let match = ProviderMatch(key: entry.key, name: name) else {
            return noteUnknown(entry, among: ProviderMatch.keys, shared: "write MXSuffix, DomainSuffix or HostName")
        }
        guard match.name != "." && !match.name.isEmpty else {
            return problems.add(
                entry.line, "\(entry.key) would match everything", fix: "write a name, such as \".example\"")
        }
        matches.append(Ruled(match, at: problems.place(entry.line)))
    }

    // MARK: Automation

    private mutating func readAutomation(_ entry: ShapingEntry, into section: inout Section) {
        for element in entry.value.elements {
            guard let table = element.table else {
                problems.add(
                    element.line, "'automation' is \(element.kind)",
                    fix: "write [[\"a.example\".automation]] and its keys below it")
                continue
            }
            var reader = AutomationReader(file: problems.file)
            if let rule = reader.read(table, at: problems.place(element.line), number: nextRule) {
                section.automation.append(rule)
                nextRule += 1
            }
            problems.take(reader.problems)
        }
    }
}
