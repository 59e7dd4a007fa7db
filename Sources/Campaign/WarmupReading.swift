import Pacing
import Primitives
import Yams

/// A warmup as far as it could be read; whether there is such a pool is known later.
struct WarmupDraft {
    /// Nil when it has a problem that was noted.
    var schedule: WarmupSchedule?
    var startedDay: Int64?
    var overflow: Located<String>?
    var scope = Manifest.Warmup.Scope.site
}

/// How the `warmup` of a source is read.
extension ProblemList {
    private static let tables = ["preset", "daily", "hourly"]
    private static let mostCeilings = 1_000
    private static let largestCeiling = 1_000_000_000

    mutating func warmup(_ node: Node) -> WarmupDraft? {
        guard let reader = mapping(node, "warmup", known: ManifestKeys.warmup) else { return nil }
        var draft = WarmupDraft()
        draft.schedule = schedule(reader)
        draft.startedDay = reader.value("started").flatMap { day($0, "started") }
        draft.overflow = reader.value("overflow").flatMap { label($0, "overflow") }
        if let node = reader.value("per") {
            draft.scope = choice(node, "per", of: Manifest.Warmup.Scope.self) ?? .site
        }
        return draft
    }

    private mutating func schedule(_ reader: MappingReader) -> WarmupSchedule? {
        let healthy = reader.value("healthy").flatMap { number($0, "healthy", in: Manifest.Warmup.healthyRange) }
        let reWarm = reWarm(reader)
        let given = reader.entries.filter { Self.tables.contains($0.key) }
        guard let first = given.first else {
            if Self.tables.allSatisfy(reader.isMissing) {
                add(
                    reader.place, "'warmup' has no table",
                    fix: "add preset: \(Self.presets), or daily: [50, 100, 500], or hourly: [20, 28, 39]")
            }
            return nil
        }
        for entry in given.dropFirst() {
            add(entry.keyPlace, "'\(entry.key)' stands beside '\(first.key)'", fix: "keep one table")
        }
        guard let table = table(first.key, first.value) else { return nil }
        return WarmupSchedule(
            stages: table.stages, afterwards: table.afterwards,
            healthyShare: healthy.map { Double($0) / 100 } ?? table.healthyShare,
            reWarmAfterDays: reWarm ?? table.reWarmAfterDays)
    }

    private mutating func table(_ key: String, _ node: Node) -> WarmupSchedule? {
        switch key {
        case "preset": preset(node)?.schedule
        case "daily": ceilings(node, key).map { WarmupSchedule(per: .day, $0) }
        default: ceilings(node, key).map { WarmupSchedule(per: .hour, $0) }
        }
    }

    private static var presets: String { WarmupPreset.allCases.map(\.rawValue).joined(separator: ", ") }

    private mutating func preset(_ node: Node) -> WarmupPreset? {
        guard let value = text(node, "preset") else { return nil }
        if let preset = WarmupPreset(rawValue: value.value) { return preset }
        add(value.place, "there is no preset '\(value.value)'", fix: "the presets are \(Self.presets)")
        return nil
    }

    private mutating func ceilings(_ node: Node, _ key: String) -> [Int64]? {
        guard let sequence = node.sequence else {
            add(Place(node.mark), "'\(key)' is not a list", fix: "write it in brackets: \(key): [50, 100, 500]")
            return nil
        }
        guard (1...Self.mostCeilings).contains(sequence.count) else {
            add(
                Place(node.mark), "'\(key)' has \(sequence.count) entries",
                fix: "write one for each day of sending, 1 to \(Self.mostCeilings)")
            return nil
        }
        let numbers = sequence.map { number($0, key, in: 1...Self.largestCeiling) }
        let good = numbers.compactMap { $0.map(Int64.init) }
        return good.count == numbers.count ? good : nil
    }

    private mutating func reWarm(_ reader: MappingReader) -> Int64? {
        guard let node = reader.value("re-warm") else { return nil }
        return number(node, "re-warm", in: Manifest.Warmup.reWarmRange).map(Int64.init)
    }

    /// A day as `2026-11-01`, counted from 1970.
    private mutating func day(_ node: Node, _ key: String) -> Int64? {
        guard let value = text(node, key) else { return nil }
        if let day = DayText.parse(value.value) { return day }
        add(
            value.place, "'\(key)' is '\(value.value)', which is no day",
            fix: "write year, month and day: 2026-11-01")
        return nil
    }
}

extension Manifest.Warmup {
    /// Percent.
    static let healthyRange = 0...100
    /// Days.
    static let reWarmRange = 1...3_650
}

/// Days as people write them, `2026-11-01`.
enum DayText {
    /// Whole days since 1970-01-01; nil for a day that is in no calendar, and for those before 1970 and after 2199.
    static func parse(_ text: String) -> Int64? {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], let year = decimal(parts[0], limit: 2_199),
            let month = decimal(parts[1], limit: 12), let day = decimal(parts[2], limit: 31), year >= 1_970
        else { return nil }
        // Near enough: no month begins more than two days off.
        let near = (year - 1_970) * 365 + (year - 1_969) / 4 + (month * 367 - 362) / 12 + day
        return (near - 4...near + 2).first { count in
            guard count >= 0 else { return false }
            let date = CivilDate(daysSince1970: count)
            return date.year == year && date.month == month && date.day == day
        }.map(Int64.init)
    }
}
