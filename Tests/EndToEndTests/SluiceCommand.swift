import Dispatch
import Foundation
import Glibc
import Measurement
import Testing

/// The built program, run as a user runs it: no terminal, output into files.
final class SluiceCommand {
    struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    struct Result: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    let process = Process()
    private let directory: TestDirectory
    private let ended = DispatchSemaphore(value: 0)

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
        try directory.write("", to: "output")
        try directory.write("", to: "errors")
        process.executableURL = URL(fileURLWithPath: SluiceCommand.path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
        process.standardInput = input ?? FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle(forWritingAtPath: directory.file("output"))
        process.standardError = FileHandle(forWritingAtPath: directory.file("errors"))
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
    }

    static func run(_ arguments: [String], input: FileHandle? = nil) throws -> Result {
        try SluiceCommand(arguments, input: input).wait()
    }

    func interrupt() { process.interrupt() }

    /// Waits for the end; a program that hangs is killed, and that is a fault.
    func wait() throws -> Result {
        guard ended.wait(timeout: .now() + 120) == .success else {
            kill(process.processIdentifier, SIGKILL)
            throw Fault(
                description: "sluice \(process.arguments ?? []) does not end; it says: \(try errors())")
        }
        #expect(process.terminationReason == .exit)
        return Result(
            status: process.terminationStatus, output: try directory.text("output"), errors: try errors())
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
