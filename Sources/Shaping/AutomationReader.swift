import Pacing
import Primitives

/// Reads one `[[… .automation]]`.
struct AutomationReader {
    private static let keys = ["regex", "action", "trigger", "duration", "match_internal"]
    private static let actions = [
        "Suspend", "SuspendTenant", "SuspendCampaign", "Bounce", "BounceTenant", "BounceCampaign", "SetConfig",
        "SetDomainConfig",
    ]
    /// Each reply that counts towards a threshold is remembered.
    private static let largestThreshold: Int64 = 10_000

    private(set) var problems: ProblemList
    /// Whether something that the rule cannot do without is missing or wrong.
    private var isBroken = false

    init(file: String) {
        problems = ProblemList(file: file)
    }

    /// - Returns: nil when the rule is left out; the problems say why.
    mutating func read(_ entries: [ShapingEntry], at place: RulePlace, number: Int) -> AutomationRule? {
        var rule = AutomationRule(
            place: place, trigger: .immediate, actions: [], duration: .zero, matchesInternal: false, number: number,
            patterns: [])
        for entry in entries { read(entry, into: &rule) }
        for key in ["regex", "action", "duration"]
        where !entries.contains(where: { $0.key == key && !$0.value.elements.isEmpty }) {
            fail(place.line, "the automation has no '\(key)'", fix: AutomationReader.example(key))
        }
        // All its actions may be such that do nothing here; they have been told.
        return isBroken || rule.actions.isEmpty ? nil : rule
    }

    private static func example(_ key: String) -> String {
        switch key {
        case "regex": "write what to look for in replies: regex = \"Too many connections\""
        case "action": "write what follows: action = \"Suspend\""
        default: "write how long it lasts: duration = \"1 hour\""
        }
    }

    private mutating func read(_ entry: ShapingEntry, into rule: inout AutomationRule) {
        switch entry.key {
        case "regex": rule.patterns = entry.value.elements.compactMap { pattern($0) }
        case "action": rule.actions = entry.value.elements.compactMap { action($0) }
        case "trigger": if let trigger = trigger(entry.value) { rule.trigger = trigger }
        case "duration":
            if let length = value(entry, { node throws(ValueFault) in try node.length() }) { rule.duration = length }
        case "match_internal":
            if let flag = value(entry, { node throws(ValueFault) in try node.flag() }) { rule.matchesInternal = flag }
        default:
            let near = KnownKeys.nearest(to: entry.key, among: AutomationReader.keys)
            problems.add(
                entry.line, "there is no key '\(entry.key)' in an automation",
                fix: near.map { "did you mean \($0)?" } ?? "write \(AutomationReader.keys.joined(separator: ", "))")
        }
    }

    private mutating func fail(_ line: Int, _ what: String, fix: String) {
        problems.add(line, what, fix: fix)
        isBroken = true
    }

    private mutating func value<Value>(
        _ entry: ShapingEntry, _ read: (ShapingNode) throws(ValueFault) -> Value
    ) -> Value? {
        do throws(ValueFault) { return try read(entry.value) } catch {
            fail(entry.line, "\(entry.key): \(error.what)", fix: error.fix)
        }
        return nil
    }

    private mutating func pattern(_ node: ShapingNode) -> ReplyPattern? {
        guard let text = node.text else {
            fail(node.line, "regex: \(node.kind) does not fit here", fix: "write a text, or a list of texts")
            return nil
        }
        guard !text.isEmpty else {
            fail(node.line, "the regex is empty, so it is found in every reply", fix: "write what to look for")
            return nil
        }
        do { return try ReplyPattern(text) } catch {
            fail(node.line, "the regex '\(text)' does not compile", fix: "mend it; in '…' no backslash is doubled")
        }
        return nil
    }

    private mutating func trigger(_ node: ShapingNode) -> AutomationRule.Trigger? {
        let fix = "write \"Immediate\" or { Threshold = \"5/hr\" }"
        if node.text == "Immediate" { return .immediate }
        guard let entry = node.table?.first, entry.key == "Threshold", node.table?.count == 1 else {
            fail(node.line, "trigger: \(node.text.map { "'\($0)'" } ?? node.kind) does not fit here", fix: fix)
            return nil
        }
        guard let rate = value(entry, { node throws(ValueFault) in try node.rate() }) else { return nil }
        guard rate.count <= AutomationReader.largestThreshold else {
            fail(
                entry.line, "Threshold: \(rate.count) replies are more than are counted",
                fix: "write at most \(AutomationReader.largestThreshold)")
            return nil
        }
        return .threshold(rate)
    }

    // MARK: Actions

    private mutating func action(_ node: ShapingNode) -> AutomationAction? {
        if let name = node.text { return plainAction(name, node.line) }
        guard let entry = node.table?.first, node.table?.count == 1, let table = entry.value.table else {
            fail(
                node.line, "action: \(node.kind) does not fit here",
                fix: "write \"Suspend\", or { SetConfig = { name = …, value = … } }")
            return nil
        }
        switch entry.key {
        case "SetConfig": return config(table, entry).map { .setConfig($0) }
        case "SetDomainConfig": return config(table, entry).map { .setDomainConfig($0) }
        default:
            noteUnknown(entry.key, entry.line)
            return nil
        }
    }

    private mutating func plainAction(_ name: String, _ line: Int) -> AutomationAction? {
        switch name {
        case "Suspend", "SuspendTenant": return .suspend
        case "SuspendCampaign": return .suspendCampaign
        case "Bounce": return .bounce
        case "BounceTenant", "BounceCampaign":
            problems.warn(line, "the action '\(name)' is not honoured", fix: "write Suspend, SuspendCampaign or Bounce")
            return nil
        default:
            noteUnknown(name, line)
            return nil
        }
    }

    private mutating func noteUnknown(_ name: String, _ line: Int) {
        let near = KnownKeys.nearest(to: name, among: AutomationReader.actions)
        fail(
            line, "there is no action '\(name)'",
            fix: near.map { "did you mean \($0)?" } ?? "write Suspend, SuspendCampaign, Bounce or SetConfig")
    }

    /// The rules that `{ name = "max_message_rate", value = "1/min" }` stands for.
    private mutating func config(_ table: [ShapingEntry], _ action: ShapingEntry) -> PathRules? {
        guard let name = table.first(where: { $0.key == "name" })?.value.text,
            let value = table.first(where: { $0.key == "value" }), table.count == 2
        else {
            fail(
                action.line, "\(action.key) takes a name and a value",
                fix: "write { name = \"max_message_rate\", value = \"1/min\" }")
            return nil
        }
        guard let key = PathKey(rawValue: name) else {
            noteKey(name, action)
            return nil
        }
        var rules = PathRules()
        do throws(ValueFault) {
            try rules.set(key, to: value.value, at: problems.place(action.line))
        } catch {
            fail(value.line, "\(name): \(error.what)", fix: error.fix)
            return nil
        }
        return rules
    }

    private mutating func noteKey(_ name: String, _ action: ShapingEntry) {
        if let instead = KnownKeys.instead(of: name) {
            return problems.warn(action.line, "\(action.key): '\(name)' is not honoured", fix: instead)
        }
        if KnownKeys.alwaysKept.contains(name) {
            return problems.warn(action.line, "\(action.key): '\(name)' changes nothing", fix: "take it out")
        }
        let near = KnownKeys.nearest(to: name, among: PathKey.allCases.map(\.rawValue))
        fail(
            action.line, "\(action.key): there is no key '\(name)'",
            fix: near.map { "did you mean \($0)?" } ?? "docs/shaping.md lists the keys")
    }
}
