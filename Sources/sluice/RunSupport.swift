import ArgumentParser
import Delivery
import Engine
import Foundation
import Glibc
import Measurement
import Primitives
import Terminal
import Uring

/// What `send` and `bench` have in common around a run.
enum RunSupport {
    /// Nanoseconds from 1970 to the origin of the monotonic clock.
    static var unixOrigin: Int64 { WallClock.nanoseconds - MonotonicClock.now.nanoseconds }

    /// Hexadecimal digits that nobody can guess.
    static func token(digits: Int) -> String {
        var random = SystemRandomNumberGenerator()
        return String((0..<digits).map { _ in "0123456789abcdef".randomElement(using: &random) ?? "0" })
    }

    /// Runs `body`, with what the system refuses turned into a sentence and an exit code.
    static func withSystemErrors<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as RingError {
            Console.fail("\(error)")
            throw ExitStatus.system
        } catch let error as SystemFault {
            Console.fail("\(error)")
            throw ExitStatus.system
        }
    }

    static func facts(_ kind: RunFacts.Kind, name: String, run: Run, result: Run.Result) -> RunFacts {
        RunFacts(
            kind: kind, name: name, workers: run.workerCount,
            startedUnixSeconds: result.startedUnixNanoseconds / 1_000_000_000, elapsed: result.elapsed,
            processorTime: result.processorTime, recipients: 0, sites: [])
    }

    /// Shows the report, also when its file cannot be written, and ends with the exit code that says how it went.
    static func conclude(
        _ report: RunReport, unreachable: Trouble?, target: String, json: Bool, files: ReportView.Files
    ) throws {
        if let trouble = unreachable {
            try files.report.map { try writeReport(report, to: $0) }
            Console.fail(TroubleText.unreachable(target, trouble))
            throw ExitStatus.unavailable
        }
        if json {
            Console.write(String(decoding: try ReportFile.json(report), as: UTF8.self), to: STDOUT_FILENO)
        } else {
            let lines = ReportView.lines(report, files: files, width: Console.output.size.width)
            Console.write(lines.joined(styled: Console.output.isLive), to: STDOUT_FILENO)
        }
        try files.report.map { try writeReport(report, to: $0) }
        if report.interrupted { throw ExitStatus.interrupted }
        if let totals = report.campaign { return try conclude(totals, isUnfinished: totals.deferred > 0) }
        if report.refused + report.deferred + report.inDoubt > 0 { throw ExitStatus.incomplete }
    }

    /// Ends with the exit code that says how a campaign stands.
    static func conclude(_ totals: CampaignTotals, isUnfinished: Bool) throws {
        if isUnfinished { throw ExitStatus.unfinished }
        if totals.held > 0 { throw ExitStatus.inDoubt }
        if totals.undelivered > 0 { throw ExitStatus.incomplete }
    }

    private static func writeReport(_ report: RunReport, to path: String) throws {
        do {
            try ReportFile.write(report, to: path)
        } catch {
            Console.fail("cannot write the report to \(path): \(error.localizedDescription)")
            throw ExitStatus.cannotCreate
        }
    }
}
