import TestSupport
import Foundation
import Glibc
import Measurement
import Testing

/// The built program, run as a user runs it: no terminal, output into files.
final class SluiceCommand {
    struct Result: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    let program: ChildProgram
    private let directory: TestDirectory

    /// The program beside the bundle of the tests.
    static var path: String {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appending(path: "sluice").path
    }

    /// - Parameters:
    ///   - input: what the program reads; nothing when nil.
    ///   - output: where it writes, when not into `Result.output`.
    init(_ arguments: [String], input: FileHandle? = nil, output: FileHandle? = nil) throws {
        directory = try TestDirectory()
        let written = FileHandle(forWritingAtPath: try directory.write("", to: "output"))
        let complaints = FileHandle(forWritingAtPath: try directory.write("", to: "errors"))
        program = try ChildProgram(
            SluiceCommand.path, arguments, in: directory.path, input: input?.fileDescriptor,
            output: (output ?? written)?.fileDescriptor, errors: complaints?.fileDescriptor)
        withExtendedLifetime((written, complaints)) {}
    }

    static func run(_ arguments: [String], input: FileHandle? = nil) throws -> Result {
        try SluiceCommand(arguments, input: input).wait()
    }

    func interrupt() { program.send(signal: SIGINT) }

    /// Waits for the end; a program that hangs is killed, and that is a fault, as is one that a signal ends.
    func wait() throws -> Result {
        let end = try Swift.Result { try program.wait() }.mapError {
            ChildProgram.Fault("\($0); it says: \((try? errors()) ?? "")")
        }.get()
        guard case .exited(let status) = end else {
            throw ChildProgram.Fault("sluice was \(end); it says: \(try errors())")
        }
        return Result(status: status, output: try directory.text("output"), errors: try errors())
    }

    private func errors() throws -> String { try directory.text("errors") }
}

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
