/// Turns the trees of shaping files into rules.
struct ShapingReader {
    private var rules = ShapingRules()
    private var automationCount = 0

    /// Reads a file over those before it.
    ///
    /// - Returns: what is wrong with it, by line.
    mutating func read(_ bytes: [UInt8], file: String) -> [ShapingProblem] {
        let reading = TOMLReading(bytes, file: file)
        var problems = reading.problems
        for entry in reading.entries { readTop(entry, &problems) }
        return problems.problems.inOrder
    }

    func finished() -> ShapingRules {
        var rules = rules
        rules.finish()
        return rules
    }

    private mutating func readTop(_ entry: ShapingEntry, _ problems: inout ProblemList) {
        switch entry.key {
        case "provider": readProviders(entry, &problems)
        case "limit": readLimits(entry, &problems)
        default:
            guard let table = entry.value.table else {
                return problems.add(
                    entry.line, "'\(entry.key)' stands outside of every section",
                    fix: "put it below [\"default\"], a domain such as [\"a.example\"], or a provider")
            }
            readDomain(entry, table, &problems)
        }
    }

    private mutating func readDomain(_ entry: ShapingEntry, _ table: [ShapingEntry], _ problems: inout ProblemList) {
        let name = DomainName.normal(entry.key)
        // An unquoted name with dots is a table within a table to TOML.
        if let only = table.first, table.count == 1, only.value.table != nil, !KnownKeys.section.contains(only.key),
            !name.contains("."), name != "default"
        {
            return problems.add(
                entry.line, "[\(entry.key).\(only.key)] is not in quotes, so it is no domain",
                fix: "write [\"\(entry.key).\(only.key)\"]")
        }
        var reader = SectionReader(file: problems.file, nextRule: automationCount)
        if name == "default" {
            rules.mergeDefault(reader.read(table, at: entry.line, kind: .standard))
        } else {
            warn(ofName: name, entry.line, &problems)
            rules.merge(DomainSection(name: name, section: reader.read(table, at: entry.line, kind: .domain)))
        }
        take(reader, &problems)
    }

    private func warn(ofName name: String, _ line: Int, _ problems: inout ProblemList) {
        guard !name.contains(".") else { return }
        let near = KnownKeys.nearest(to: name, among: ["default", "provider", "limit"])
        problems.warn(
            line, "'\(name)' would be a domain, but it has no dot",
            fix: near.map { "write \($0), if that is what you mean" } ?? "check the name of the section")
    }

    private mutating func readProviders(_ entry: ShapingEntry, _ problems: inout ProblemList) {
        let fix = "write sections such as [provider.\"name\"]"
        guard let table = entry.value.table else {
            return problems.add(entry.line, "'provider' is \(entry.value.kind)", fix: fix)
        }
        for provider in table {
            guard let entries = provider.value.table else {
                problems.add(provider.line, "'\(provider.key)' is \(provider.value.kind), and no provider", fix: fix)
                continue
            }
            var reader = SectionReader(file: problems.file, nextRule: automationCount)
            let section = reader.read(entries, at: provider.line, kind: .provider)
            rules.merge(Provider(name: provider.key, matches: reader.matches, section: section))
            take(reader, &problems)
        }
    }

    private mutating func readLimits(_ entry: ShapingEntry, _ problems: inout ProblemList) {
        for element in entry.value.elements {
            guard let table = element.table else {
                problems.add(element.line, "'limit' is \(element.kind)", fix: "write [[limit]] and its keys below it")
                continue
            }
            var reader = LimitReader(file: problems.file)
            if let limit = reader.read(table, at: problems.place(element.line)) { rules.add(limit) }
            problems.take(reader.problems)
        }
    }

    private mutating func take(_ reader: SectionReader, _ problems: inout ProblemList) {
        problems.take(reader.problems)
        automationCount = reader.nextRule
    }
}
