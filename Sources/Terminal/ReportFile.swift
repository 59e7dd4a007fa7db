import Foundation
import Measurement

/// The report as a file for machines: see docs/report.md.
package enum ReportFile {
    /// Writes the report with its keys in order.
    ///
    /// A regular file is replaced only when all has been written; what is none, such as `/dev/stdout`, is
    /// written to as it is.
    ///
    /// - Throws: what Foundation says about a path that cannot be written.
    package static func write(_ report: RunReport, to path: String) throws {
        try json(report).write(to: URL(filePath: path), options: isReplaceable(path) ? .atomic : [])
    }

    private static func isReplaceable(_ path: String) -> Bool {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return true }
        return attributes[.type] as? FileAttributeType == .typeRegular
    }

    /// The report as its file holds it.
    package static func json(_ report: RunReport) throws -> Data {
        Data((try report.prettyJSON(inSnakeCase: false) + "\n").utf8)
    }
}
