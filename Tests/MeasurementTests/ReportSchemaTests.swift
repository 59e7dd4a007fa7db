import Foundation
import Measurement
import Primitives
import Testing

/// The report and its published schema, held against each other in both directions.
@Suite("Report schema")
struct ReportSchemaTests {
    let schema: [String: Any]

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: root.appending(path: "docs/report.schema.json"))
        schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func encoded(_ report: RunReport) throws -> Any {
        try JSONSerialization.jsonObject(with: JSONEncoder().encode(report))
    }

    private func minimalFacts() -> RunFacts {
        RunFacts(
            kind: .bench, name: "bench", workers: 1, startedUnixSeconds: 0, elapsed: .zero,
            processorTime: .zero, recipients: 0, sites: [])
    }

    @Test("a full report fulfils the schema and uses every property of it")
    func full() throws {
        var validator = SchemaValidator(schema)
        validator.check(try encoded(RunReport(sampleFacts(), sampleTally())), against: schema, at: "report")
        #expect(validator.problems == [])
        #expect(validator.unusedProperties() == [])
    }

    @Test("an empty report fulfils the schema and has no more than what is required")
    func minimal() throws {
        let report = try encoded(RunReport(minimalFacts(), Tally()))
        var validator = SchemaValidator(schema)
        validator.check(report, against: schema, at: "report")
        #expect(validator.problems == [])

        let object = try #require(report as? [String: Any])
        let required = try #require(schema["required"] as? [String])
        #expect(object.keys.sorted() == required.sorted())
    }

    @Test("the validator sees what is wrong")
    func validator() throws {
        var report = try #require(
            try encoded(RunReport(sampleFacts(), sampleTally())) as? [String: Any])
        report["bytes"] = "many"
        report["recipients"] = -1
        report["kind"] = "party"
        report["extra"] = 1
        report["schema_version"] = 2
        report["sites"] = [["name": "big.example"]]
        report.removeValue(forKey: "latency")
        let broken = try JSONSerialization.jsonObject(with: JSONSerialization.data(withJSONObject: report))
        var validator = SchemaValidator(schema)
        validator.check(broken, against: schema, at: "report")
        let places = Set(validator.problems.map { $0.prefix { $0 != ":" } })
        #expect(
            places == [
                "report.bytes", "report.recipients", "report.kind", "report", "report.schema_version",
                "report.sites[0]",
            ])
    }

    @Test("a report can be read back")
    func roundTrip() throws {
        let report = RunReport(sampleFacts(), sampleTally())
        #expect(try JSONDecoder().decode(RunReport.self, from: JSONEncoder().encode(report)) == report)
    }
}
