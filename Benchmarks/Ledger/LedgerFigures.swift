import Delivery
import Foundation
import Glibc
import Ledger
import Measurement
import Primitives
import SMTP

/// What the ledger costs: planning, a campaign in which everything is accepted, and opening it again.
///
///     LedgerFigures DIRECTORY [RECIPIENTS]
@main
struct LedgerFigures {
    let path: String
    let recipients: Int
    /// Messages of all sessions in a worker's turn.
    let turn = 1_000

    // The system's macros that have no name in Swift.
    private static let thisProcess: Int32 = 0
    private static let thisThread: Int32 = 1

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1, !arguments[1].hasPrefix("--") else {
            return print("LedgerFigures DIRECTORY [RECIPIENTS]")
        }
        let count = arguments.count > 2 ? Int(arguments[2]) ?? 1_000_000 : 1_000_000
        let figures = LedgerFigures(path: arguments[1], recipients: count)
        try figures.run()
    }

    private func run() throws {
        let ledger = try open()
        try measure("planning") { try plan(ledger) }
        measure("intents and outcomes") { send(ledger) }
        try measure("closing") { try ledger.close() }
        let bytes = try FileManager.default.attributesOfItem(atPath: "\(path)/ledger.sqlite")[.size] as? Int ?? 0
        print("ledger: \(bytes) bytes, \(Double(bytes) / Double(recipients)) a recipient")
        var again: Ledger?
        try measure("opening again") { again = try open() }
        print("memory: \(peakMemory / 1_048_576) MiB at most; accepted: \(again?.standing.counts[.accepted] ?? 0)")
        try again?.close()
        try measure("reading all outcomes") { try readOutcomes() }
    }

    private func open() throws -> Ledger {
        try Ledger.open(
            in: StateDirectory(path: path), LedgerOptions(campaign: "figures", doubtPolicy: .hold))
    }

    private func plan(_ ledger: Ledger) throws {
        var batch = PlanBatch()
        for index in 0..<recipients {
            let address = Array("recipient.number\(index)@list.example".utf8)
            batch.append(line: index + 2, address: address.span, reason: Span())
            if batch.byteCount >= PlanBatch.usualByteCount {
                ledger.plan(batch)
                batch = PlanBatch()
            }
        }
        ledger.plan(batch)
        try ledger.planningEnded()
    }

    private func send(_ ledger: Ledger) {
        let woken = DispatchSemaphore(value: 0)
        let journal = ledger.journal { woken.signal() }
        var rows = (0..<turn).map { row($0 + 2) }
        let verdict = Verdict(Reply(code: 250), at: .content)
        let attempt = Attempt(site: 0, ended: .zero)
        var line = 2
        while line < recipients + 2 {
            let count = min(turn, recipients + 2 - line)
            for index in 0..<count {
                setNumber(line + index, in: &rows[index])
                let row = rows[index]
                _ = journal.intends(row.span)
            }
            let number = journal.handOver(at: .zero)
            while journal.durable < number { woken.wait() }
            for index in 0..<count {
                let row = rows[index]
                journal.settled(row.span, recipients: 1, verdict, text: Span(), attempt)
            }
            line += count
        }
        let number = journal.handOver(at: .zero)
        while journal.durable < number { woken.wait() }
    }

    private func readOutcomes() throws {
        var count = 0
        let reader = try LedgerReader(path: path)
        try reader.forEachOutcome { if $0.state == .accepted { count += 1 } }
        print("outcomes read: \(count)")
    }

    private func row(_ line: Int) -> [UInt8] {
        var buffer = ByteBuffer(capacity: 64)
        var writer = buffer.writer()
        PackedRow.begin(number: line, fieldCount: 1, into: &writer)
        let address = Array("recipient@list.example".utf8)
        PackedRow.append(address.span, into: &writer)
        let bytes = buffer.bytes(0..<writer.count)
        return bytes.indices.map { bytes[$0] }
    }

    private func setNumber(_ line: Int, in row: inout [UInt8]) {
        for place in 0..<4 { row[place] = UInt8(truncatingIfNeeded: line >> (8 * place)) }
    }

    /// Other threads' processor time is the ledger's: there are no more than two.
    private func measure(_ what: String, _ body: () throws -> Void) rethrows {
        let start = (Date(), processorTime(LedgerFigures.thisProcess), processorTime(LedgerFigures.thisThread))
        try body()
        let wall = Date().timeIntervalSince(start.0)
        let own = processorTime(LedgerFigures.thisThread) - start.2
        let others = processorTime(LedgerFigures.thisProcess) - start.1 - own
        let each = 1e6 / Double(recipients)
        print(
            String(
                format: "%@: %.2f s, %.3f µs each; ledger's thread %.3f µs, caller %.3f µs", what, wall, wall * each,
                others * each, own * each))
    }

    private func processorTime(_ who: Int32) -> Double {
        var usage = rusage()
        _ = unsafe getrusage(who, &usage)
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        return Double(seconds) + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    private var peakMemory: Int {
        var usage = rusage()
        _ = unsafe getrusage(LedgerFigures.thisProcess, &usage)
        return Int(usage.ru_maxrss) * 1_024
    }
}
