import Campaign
import Foundation
import Primitives
import Synchronization
import Testing

@testable import Ledger

@Suite("Faults of the disk") struct LedgerFaultsTests {
    /// What somebody outside has seen of a campaign.
    private struct Seen {
        var durableIntents: Set<Int> = []
        var durableOutcomes: Set<Int> = []
        var faults = 0
    }

    /// A campaign that gives up at the first fault, as a run does.
    private func send(_ disk: MemoryDisk, lines: ClosedRange<Int>) -> Seen {
        var seen = Seen()
        var options = LedgerOptions.usual
        let counter = FaultCounter()
        options.onFault = { _ in counter.add() }
        guard let ledger = try? Ledger.open(disk, options) else { return seen }
        let bench = LedgerBench(ledger)
        let planned = ledger.standing.plannedThrough
        let selection = try? ledger.takeSelection(at: .zero)
        if planned < lines.upperBound {
            ledger.plan(PlanBatch(lines: max(planned + 1, lines.lowerBound)...lines.upperBound))
        }
        for line in lines where selection?.contains(line) == true {
            bench.journal.intends(line)
            let intent = bench.journal.handOver()
            bench.waitFor(intent)
            guard bench.journal.durable >= intent else { break }
            seen.durableIntents.insert(line)
            bench.journal.settled(line, .accepted)
            let outcome = bench.journal.handOver()
            bench.waitFor(outcome)
            guard bench.journal.durable >= outcome else { break }
            seen.durableOutcomes.insert(line)
        }
        #expect(ledger.standing.counts[.accepted] >= seen.durableOutcomes.count)
        try? ledger.close()
        seen.faults = counter.count
        return seen
    }

    @Test("whichever operation of the disk fails: nothing is published after it, and nobody is lost or sent to twice")
    func everyOperation() throws {
        let lines = 2...6
        let counting = MemoryDisk()
        _ = send(counting, lines: lines)
        let operations = counting.operations
        #expect(operations > 12)
        for failing in 1...operations {
            let disk = MemoryDisk()
            disk.fail(at: failing)
            let first = send(disk, lines: lines)
            let durable = Set(
                disk.commits.flatMap(\.steps).filter { $0.kind == .accepted }.flatMap(\.lines).map(Int.init))
            #expect(first.durableOutcomes.isSubset(of: durable), "operation \(failing)")
            #expect(first.faults <= 1, "operation \(failing)")
            disk.fail(at: 0)
            let second = send(disk, lines: lines)
            let doubtful = first.durableIntents.subtracting(durable)
            #expect(second.durableIntents.isDisjoint(with: first.durableIntents), "operation \(failing)")
            #expect(durable.union(second.durableOutcomes).union(doubtful) == Set(lines), "operation \(failing)")
        }
    }

    @Test("after a fault everybody hears of it once, and nobody waits")
    func afterwards() throws {
        let disk = MemoryDisk()
        var options = LedgerOptions.usual
        let counter = FaultCounter()
        options.onFault = { _ in counter.add() }
        options.mostPlanBytesWaiting = 100
        let bench = LedgerBench(try Ledger.open(disk, options))
        let before = bench.ledger.standing
        disk.fail(at: 1)
        bench.ledger.plan(PlanBatch(lines: 2...50))
        bench.makeDurable()
        #expect(throws: MemoryDisk.fault) { try bench.ledger.planningEnded() }
        #expect(bench.journal.hasFailed && bench.ledger.fault == MemoryDisk.fault)
        for first in stride(from: 100, to: 1_000, by: 100) { bench.ledger.plan(PlanBatch(lines: first...first + 9)) }
        bench.journal.intends(2)
        bench.makeDurable()
        #expect(bench.journal.durable == 0 && bench.ledger.standing == before)
        #expect(throws: MemoryDisk.fault) { try bench.ledger.takeSelection(at: .zero) }
        #expect(throws: MemoryDisk.fault) { try bench.ledger.close() }
        #expect(throws: MemoryDisk.fault) { try bench.ledger.close() }
        #expect(throws: MemoryDisk.fault) { try bench.ledger.cancel() }
        #expect(counter.count == 1)
    }

    @Test("a step for a line that was never planned is a fault of the program, not of the file")
    func unplanned() throws {
        let disk = MemoryDisk()
        let bench = LedgerBench(try Ledger.open(disk))
        bench.journal.intends(2)
        bench.makeDurable()
        #expect(bench.journal.hasFailed)
        #expect(bench.ledger.fault?.what == "line 2 is unseen and cannot become intent")
        _ = try? bench.ledger.close()
        let ledger = try Ledger.open(disk)
        #expect(ledger.standing.counts.total == 0)
        try ledger.close()
    }
}

final class FaultCounter: Sendable {
    private let value = Atomic(0)

    var count: Int { value.load(ordering: .sequentiallyConsistent) }

    func add() { value.add(1, ordering: .sequentiallyConsistent) }
}
