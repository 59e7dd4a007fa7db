/// How many messages a source may send to a site in an hour or a day, while it makes its name there.
package struct WarmupSchedule: Hashable, Sendable {
    package enum Unit: String, Hashable, Sendable, CaseIterable {
        case hour
        case day
    }

    /// What holds on one day of sending; nil for no limit.
    package struct Stage: Hashable, Sendable {
        package var perDay: Int64?
        package var perHour: Int64?

        package init(perDay: Int64? = nil, perHour: Int64? = nil) {
            self.perDay = perDay.map { max(1, $0) }
            self.perHour = perHour.map { max(1, $0) }
        }
    }

    /// What holds when all stages are behind.
    package enum Afterwards: Hashable, Sendable {
        case noLimit
        /// The last ceiling, for ever.
        case lastStays
        /// The last ceiling doubles with each further day of sending.
        case lastDoubles
    }

    package let stages: [Stage]
    package let afterwards: Afterwards
    /// A day advances the warmup if at least this share of what ended on it was delivered. 0.9 is SparkPost's.
    package let healthyShare: Double
    /// After so many days without sending it begins again; nil for never. 30 is SendGrid's.
    package let reWarmAfterDays: Int64?

    /// - Parameters:
    ///   - stages: one for each day of sending; without any there is no limit.
    ///   - healthyShare: from 0 to 1.
    ///   - reWarmAfterDays: less than 1 counts as 1.
    package init(
        stages: [Stage], afterwards: Afterwards = .noLimit, healthyShare: Double = 0.9, reWarmAfterDays: Int64? = 30
    ) {
        self.stages = stages
        self.afterwards = afterwards
        self.healthyShare = healthyShare >= 0 ? min(healthyShare, 1) : 0
        self.reWarmAfterDays = reWarmAfterDays.map { max(1, $0) }
    }

    /// A table of one's own, with a ceiling for each day of sending.
    package init(
        per unit: Unit, _ ceilings: [Int64], afterwards: Afterwards = .noLimit, healthyShare: Double = 0.9,
        reWarmAfterDays: Int64? = 30
    ) {
        let stages = ceilings.map { unit == .hour ? Stage(perHour: $0) : Stage(perDay: $0) }
        self.init(
            stages: stages, afterwards: afterwards, healthyShare: healthyShare, reWarmAfterDays: reWarmAfterDays)
    }

    /// The ceilings on the day of a stage, counted from 0; less than 0 counts as 0.
    package func ceilings(ofStage stage: Int64) -> Stage {
        guard let last = stages.last else { return Stage() }
        let stage = max(0, stage)
        let beyond = stage - Int64(stages.count)
        guard beyond >= 0 else { return stages[Int(stage)] }
        switch afterwards {
        case .noLimit: return Stage()
        case .lastStays: return last
        case .lastDoubles:
            let factor: Int64 = beyond >= 61 ? .max : 2 << beyond
            return Stage(
                perDay: last.perDay.map { saturatingProduct($0, factor) },
                perHour: last.perHour.map { saturatingProduct($0, factor) })
        }
    }

    /// The highest stage whose ceilings differ from those of the one before it.
    var lastStage: Int64 {
        switch afterwards {
        case .noLimit: Int64(stages.count)
        case .lastStays: max(0, Int64(stages.count) - 1)
        case .lastDoubles: Int64(stages.count) + 61
        }
    }
}
