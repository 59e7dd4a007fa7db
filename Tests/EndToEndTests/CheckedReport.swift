import Foundation
import Measurement
import Testing

/// A report as `--report` and `--json` write it, checked.
enum CheckedReport {
    static func read(_ text: String) throws -> RunReport {
        let data = Data(text.utf8)
        let report = try JSONDecoder().decode(RunReport.self, from: data)
        let outcomes = report.accepted + report.refused + report.deferred + report.inDoubt
        #expect(report.recipients + report.retries == outcomes + report.notAttempted + report.rejectedBeforeSending)
        #expect(report.sumErrors == [])
        try expectKeys(data)
        return report
    }

    /// The keys are those of the schema; that all values fit it is tested where reports are made.
    private static func expectKeys(_ report: Data) throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/report.schema.json")
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: Any])
        let required = try #require(schema["required"] as? [String])
        let keys = try #require(try JSONSerialization.jsonObject(with: report) as? [String: Any]).keys
        #expect(Set(keys).isSubset(of: properties.keys))
        #expect(Set(keys).isSuperset(of: required))
    }
}
