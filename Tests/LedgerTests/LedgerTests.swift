import Campaign
import Delivery
import Foundation
import Primitives
import TestSupport
import Testing

@testable import Ledger

@Suite("Ledger") struct LedgerTests {
    @Test("what was made durable is there when the campaign is opened again")
    func roundTrip() throws {
        let directory = try TestDirectory()
        do {
            let bench = try LedgerBench(directory)
            #expect(bench.ledger.recovery == Recovery(isNew: true))
            bench.ledger.plan(PlanBatch(lines: 2...9, suppressed: [4]))
            try bench.ledger.planningEnded()
            for line in [2, 3, 5, 6] { bench.journal.intends(line) }
            bench.journal.settled(7, .refused, "no such user")
            bench.makeDurable()
            bench.journal.settled(2, .accepted)
            bench.journal.settled(3, .deferred, "later")
            bench.journal.withdraws(5)
            bench.makeDurable()
            #expect(bench.ledger.standing.counts[.accepted] == 1)
            try bench.ledger.close()
        }
        let ledger = try Ledger.open(in: StateDirectory(path: directory.file("state")), .usual)
        #expect(ledger.recovery.inDoubt == 1)
        let standing = ledger.standing
        #expect(standing.plannedThrough == 9 && standing.isPlanningComplete && !standing.hasEnded)
        let counts: [LineState: Int] = [
            .accepted: 1, .deferred: 1, .waiting: 3, .inDoubt: 1, .refused: 1, .rejected: 1,
        ]
        for state in LineState.allCases { #expect(standing.counts[state] == counts[state] ?? 0, "\(state)") }
        let selection = try #require(try ledger.takeSelection(at: .zero))
        #expect((2...10).filter(selection.contains) == [5, 8, 9])
        try ledger.close()
    }
}
