import Foundation
import Pacing
import Testing

@testable import Campaign

@Suite("docs/manifest.schema.json describes what the loader reads")
struct SchemaTests {
    private struct Schema: Decodable {
        var properties: [String: Schema]?
        var items: Items?
        var required: [String]?
        var minimum: Int?
        var maximum: Int?
        var `default`: Value?
        var `enum`: [String]?
        var description: String?

        /// Of a list of mappings, the keys of each.
        struct Items: Decodable {
            var properties: [String: Schema]?
        }

        enum Value: Decodable {
            case number(Int)
            case text(String)
            case flag(Bool)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Int.self) {
                    self = .number(number)
                } else if let flag = try? container.decode(Bool.self) {
                    self = .flag(flag)
                } else {
                    self = .text(try container.decode(String.self))
                }
            }
        }
    }

    private func properties() throws -> [String: Schema] {
        let data = try Data(
            contentsOf: CampaignsTests.root.appendingPathComponent("docs/manifest.schema.json"))
        let schema = try JSONDecoder().decode(Schema.self, from: data)
        #expect(Set(schema.required ?? []) == Set(ManifestKeys.required))
        return try #require(schema.properties)
    }

    @Test func theKeysAreTheSame() throws {
        let root = try properties()
        #expect(Set(root.keys) == Set(ManifestKeys.root))
        #expect(Set(root["recipients"]?.properties?.keys.map { $0 } ?? []) == Set(ManifestKeys.recipients))
        #expect(Set(root["limits"]?.properties?.keys.map { $0 } ?? []) == Set(ManifestKeys.limits))
        #expect(Set(root["retry"]?.properties?.keys.map { $0 } ?? []) == Set(ManifestKeys.retry))
        let source = root["sources"]?.items?.properties
        #expect(Set(source?.keys.map { $0 } ?? []) == Set(ManifestKeys.source))
        #expect(Set(source?["warmup"]?.properties?.keys.map { $0 } ?? []) == Set(ManifestKeys.warmup))
        #expect(Set(root["send-window"]?.properties?.keys.map { $0 } ?? []) == Set(ManifestKeys.sendWindow))
        for (key, schema) in root { #expect(schema.description != nil, "\(key) has no description") }
    }

    @Test func theChoicesRangesAndDefaultsAreTheSame() throws {
        let root = try properties()
        #expect(root["class"]?.enum == Manifest.MailClass.allCases.map(\.rawValue))
        #expect(root["grouping"]?.enum == Manifest.Grouping.allCases.map(\.rawValue))
        #expect(root["in-doubt"]?.enum == Manifest.InDoubt.allCases.map(\.rawValue))
        let limits = try #require(root["limits"]?.properties)
        let defaults = Manifest.Limits()
        for (key, value) in [
            ("sessions-per-site", defaults.sessionsPerSite),
            ("messages-per-session", defaults.messagesPerSession),
            ("sessions", defaults.sessions),
        ] {
            let schema = try #require(limits[key])
            #expect(Manifest.Limits.ranges[key]?.lowerBound == schema.minimum)
            #expect(Manifest.Limits.ranges[key]?.upperBound == schema.maximum)
            guard case .number(value) = schema.default else {
                Issue.record("the default of \(key) is not \(value)")
                continue
            }
        }
    }

    @Test func theWarmupIsTheSame() throws {
        let source = try #require(try properties()["sources"]?.items?.properties)
        let warmup = try #require(source["warmup"]?.properties)
        #expect(warmup["preset"]?.enum == WarmupPreset.allCases.map(\.rawValue))
        #expect(warmup["per"]?.enum == Manifest.Warmup.Scope.allCases.map(\.rawValue))
        let defaults = WarmupSchedule(per: .day, [1])
        for (key, range, value) in [
            ("re-warm", Manifest.Warmup.reWarmRange, defaults.reWarmAfterDays.map(Int.init)),
            ("healthy", Manifest.Warmup.healthyRange, Int(defaults.healthyShare * 100)),
        ] {
            let schema = try #require(warmup[key])
            #expect(schema.minimum == range.lowerBound && schema.maximum == range.upperBound, "\(key)")
            guard case .number(let number) = schema.default, number == value else {
                Issue.record("the default of \(key) is another")
                continue
            }
        }
    }

    @Test func theScheduleWithoutAWordIsTheSame() throws {
        let retry = try #require(try properties()["retry"]?.properties)
        guard case .doubling(let first, let factor, let most) = Manifest.Retry().delays else {
            Issue.record("delays do not grow by default")
            return
        }
        let defaults = [("first", first), ("most", most), ("give-up", Manifest.Retry().giveUp)]
        for (key, value) in defaults {
            guard case .text(let text) = retry[key]?.default else {
                Issue.record("\(key) has no default")
                continue
            }
            #expect(DurationText.parse(text) == value, "\(key)")
        }
        guard case .number(Int(factor)) = retry["factor"]?.default else {
            Issue.record("the default of factor is not \(factor)")
            return
        }
    }
}
