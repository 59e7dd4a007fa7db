package import Foundation
internal import Glibc

/// The built program, run as a user runs it: no terminal, output into files.
package final class SluiceCommand {
    package struct Result: Sendable {
        package var status: Int32
        package var output: String
        package var errors: String
    }

    package let program: ChildProgram
    private let directory: TestDirectory

    /// The program beside the bundle of the tests.
    private static var path: String {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appending(path: "sluice").path
    }

    /// - Parameters:
    ///   - directory: where it works, and where its output is kept; one of its own when nil.
    ///   - input: what the program reads; nothing when nil.
    ///   - output: where it writes, when not into `Result.output`.
    package init(
        _ arguments: [String], in directory: TestDirectory? = nil, input: FileHandle? = nil, output: FileHandle? = nil
    ) throws {
        self.directory = try directory ?? TestDirectory()
        let written = FileHandle(forWritingAtPath: try self.directory.write("", to: "output"))
        let complaints = FileHandle(forWritingAtPath: try self.directory.write("", to: "errors"))
        program = try ChildProgram(
            SluiceCommand.path, arguments, in: self.directory.path, input: input, output: output ?? written,
            errors: complaints)
    }

    package static func run(
        _ arguments: [String], in directory: TestDirectory? = nil, input: FileHandle? = nil
    ) throws -> Result {
        try SluiceCommand(arguments, in: directory, input: input).wait()
    }

    package func interrupt() { program.send(signal: SIGINT) }

    /// Waits for the end; a program that hangs is killed, and that is a fault, as is one that a signal ends.
    package func wait() throws -> Result {
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
