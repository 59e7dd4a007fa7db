import Foundation
import Pacing

/// The warmup of a source as a campaign's state directory keeps it: one fact for each source, so that what has been
/// counted can be understood without the manifest.
package struct RememberedWarmup: Codable, Hashable, Sendable {
    private struct Stage: Codable, Hashable {
        var perDay: Int64?
        var perHour: Int64?
    }

    private enum Afterwards: String, Codable {
        case noLimit = "no_limit"
        case lastStays = "last_stays"
        case lastDoubles = "last_doubles"
    }

    /// The preset with these stages; nil for a table of one's own.
    package private(set) var preset: String?
    private var stages: [Stage]
    private var afterwards: Afterwards
    private var healthyShare: Double
    private var reWarmAfterDays: Int64?
    /// The first day of a warmup that began before the campaign, since 1970.
    package private(set) var startedDay: Int64?
    /// In which its days are counted, as in the IANA's database.
    package private(set) var zone: String

    /// The names of the facts are this and the source.
    package static let factPrefix = "warmup "

    package init(_ schedule: WarmupSchedule, startedDay: Int64?, zone: String) {
        preset =
            WarmupPreset.allCases.first { preset in
                preset.schedule.stages == schedule.stages && preset.schedule.afterwards == schedule.afterwards
            }?.rawValue
        stages = schedule.stages.map { Stage(perDay: $0.perDay, perHour: $0.perHour) }
        afterwards =
            switch schedule.afterwards {
            case .noLimit: .noLimit
            case .lastStays: .lastStays
            case .lastDoubles: .lastDoubles
            }
        healthyShare = schedule.healthyShare
        reWarmAfterDays = schedule.reWarmAfterDays
        self.startedDay = startedDay
        self.zone = zone
    }

    package var schedule: WarmupSchedule {
        let afterwards: WarmupSchedule.Afterwards =
            switch self.afterwards {
            case .noLimit: .noLimit
            case .lastStays: .lastStays
            case .lastDoubles: .lastDoubles
            }
        return WarmupSchedule(
            stages: stages.map { WarmupSchedule.Stage(perDay: $0.perDay, perHour: $0.perHour) },
            afterwards: afterwards, healthyShare: healthyShare, reWarmAfterDays: reWarmAfterDays)
    }

    /// Nil for what is not of this form.
    package init?(json: String) {
        guard let warmup = try? RememberedWarmup.decoder.decode(RememberedWarmup.self, from: Data(json.utf8)) else {
            return nil
        }
        self = warmup
    }

    /// One line.
    package var json: String {
        get throws { String(decoding: try RememberedWarmup.encoder.encode(self), as: UTF8.self) }
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys]
        return encoder
    }
}
