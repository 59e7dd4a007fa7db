import Delivery
import Foundation
import Primitives
import Testing

@testable import Campaign
@testable import Ledger

@Suite("A campaign over several processes") struct ResumedCampaignTests {
    private func inputs(_ changes: [String: String] = [:]) -> [InputFingerprint] {
        ["manifest", "recipients", "html"].map { name in
            InputFingerprint(name: name, path: "\(name).x", bytes: 9, sha256: changes[name] ?? "old")
        }
    }

    @Test("changed inputs are refused by name, unless they are accepted")
    func changedInputs() throws {
        let disk = MemoryDisk()
        var options = LedgerOptions.usual
        options.inputs = inputs()
        try Ledger.open(disk, options).close()
        options.inputs =
            inputs(["html": "new"]).filter { $0.name != "manifest" }
            + [InputFingerprint(name: "text", path: "text.x", bytes: 1, sha256: "a")]
        let fault = try #require(throws: LedgerFault.self) { try Ledger.open(disk, options) }
        for words in ["the html (html.x) has changed", "the manifest (manifest.x) is gone", "the text (text.x) is new"]
        {
            #expect(fault.what.contains(words), "\(fault)")
        }
        options.acceptsChanges = true
        let ledger = try Ledger.open(disk, options)
        #expect(ledger.recovery.changedInputs == ["html", "text", "manifest"])
        try ledger.close()
        #expect(disk.commits.flatMap(\.audits).count == 3)
        options.acceptsChanges = false
        options.inputs = []
        try Ledger.open(disk, options).close()
    }

    @Test("a longer list is read behind its old end, once its change was accepted")
    func longerList() throws {
        let disk = MemoryDisk()
        let list = FileManager.default.temporaryDirectory.appending(path: "list-\(UUID().uuidString).csv").path
        defer { try? FileManager.default.removeItem(atPath: list) }
        var options = LedgerOptions.usual
        options.inputs = [try written("email\na@one.example\nb@two.example\n", to: list)]
        var ledger = try Ledger.open(disk, options)
        ledger.plan(PlanBatch(lines: 2...3, suppressed: [2, 3]))
        try ledger.planningEnded()
        #expect(ledger.standing.hasEnded)
        #expect(try ledger.takeSelection(at: .zero) == nil)
        try ledger.close()
        options.acceptsChanges = true
        options.inputs = [try written("email\nb@two.example\na@one.example\nc@three.example\n", to: list)]
        let fault = try #require(throws: LedgerFault.self) { try Ledger.open(disk, options) }
        #expect(fault.what == "is not the list that was begun with more rows behind it")
        options.inputs = [try written("email\na@one.example\nb@two.example\nc@three.example\n", to: list)]
        ledger = try Ledger.open(disk, options)
        let selection = try #require(try ledger.takeSelection(at: .zero))
        #expect((0...6).filter { selection.contains($0) } == [4, 5, 6])
        #expect(!ledger.standing.hasEnded)
        try ledger.close()
    }

    private func written(_ text: String, to path: String) throws -> InputFingerprint {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return try InputFingerprint(of: CampaignInput(name: "recipients", path: path))
    }

    @Test("another campaign's directory, and an empty one where none is made, are refused")
    func otherCampaign() throws {
        let disk = MemoryDisk()
        var options = LedgerOptions.usual
        options.isMade = false
        #expect(try #require(throws: LedgerFault.self) { try Ledger.open(disk, options) }.what == "holds no campaign")
        try Ledger.open(MemoryDisk(), .usual).close()
        let other = MemoryDisk()
        try Ledger.open(other, LedgerOptions(campaign: "spring")).close()
        let fault = try #require(throws: LedgerFault.self) { try Ledger.open(other, LedgerOptions(campaign: "autumn")) }
        #expect(fault.what == "belongs to the campaign spring")
        try Ledger.open(other, LedgerOptions(campaign: "")).close()
    }

    @Test(
        "opening twice recovers once; the policy of before holds for those who bring none",
        arguments: [DoubtPolicy.hold, .resend])
    func twice(policy: DoubtPolicy) throws {
        let disk = MemoryDisk()
        var options = LedgerOptions.usual
        options.doubtPolicy = policy
        let bench = LedgerBench(try Ledger.open(disk, options))
        bench.ledger.plan(PlanBatch(lines: 2...5))
        for line in 2...4 { bench.journal.intends(line) }
        bench.makeDurable()
        // The first process ends here, as far as the disk can tell.
        options.doubtPolicy = nil
        for round in 0..<3 {
            let ledger = try Ledger.open(disk, options)
            #expect(ledger.recovery.inDoubt == (round == 0 ? 3 : 0))
            #expect(ledger.standing.held == (policy == .hold ? 3 : 0))
            #expect(ledger.standing.counts[.waiting] == (policy == .hold ? 1 : 4))
            if round == 2 {
                let selection = try #require(try ledger.takeSelection(at: .zero))
                #expect((2...5).filter { selection.contains($0) } == (policy == .hold ? [5] : [2, 3, 4, 5]))
            }
            try ledger.close()
        }
        _ = try? bench.ledger.close()
    }

    @Test("recipients in doubt are settled by line or address; one that is not in doubt stops it all")
    func resolving() throws {
        let disk = MemoryDisk()
        let bench = LedgerBench(try Ledger.open(disk))
        bench.ledger.plan(PlanBatch(lines: 2...6))
        for line in 2...5 { bench.journal.intends(line) }
        bench.makeDurable()
        for line in 2...5 { bench.journal.settled(line, .inDoubt) }
        bench.makeDurable()
        #expect(throws: LedgerFault.self) { try bench.ledger.resolve(.lines([2, 6]), .drop) }
        #expect(throws: LedgerFault.self) { try bench.ledger.resolve(.addresses([address(2), "x@y.example"]), .drop) }
        #expect(bench.ledger.standing.held == 4)
        #expect(try bench.ledger.resolve(.lines([3, 3]), .drop) == 1)
        #expect(try bench.ledger.resolve(.addresses([address(2)]), .resend) == 1)
        #expect(try bench.ledger.resolve(.all, .drop) == 2)
        let standing = bench.ledger.standing
        #expect(standing.held == 0 && standing.counts[.dropped] == 3 && standing.counts[.waiting] == 2)
        let selection = try #require(try bench.ledger.takeSelection(at: .zero))
        #expect((2...6).filter { selection.contains($0) } == [2], "line 6 is a worker's")
        try bench.ledger.close()
    }

    @Test("recipients are dropped with a reason, those that are past it are not")
    func dropping() throws {
        let disk = MemoryDisk()
        let bench = LedgerBench(try Ledger.open(disk))
        bench.ledger.plan(PlanBatch(lines: 2...5))
        bench.journal.intends(2)
        bench.journal.settled(3, .deferred)
        bench.makeDurable()
        #expect(try bench.ledger.drop([2, 3, 4, 9], because: "suppressed") == 2)
        try bench.ledger.close()
        let step = try #require(disk.commits.last { !$0.steps.isEmpty }?.steps.last)
        #expect(step.kind == .dropped && step.lines == [3, 4] && step.text == Array("suppressed".utf8))
    }

    @Test("what a worker postpones is no attempt, and it has it no longer")
    func postponedByWorker() throws {
        let bench = LedgerBench(try Ledger.open(MemoryDisk()))
        bench.ledger.plan(PlanBatch(lines: 2...5))
        bench.journal.intends(3)
        bench.journal.withdraws(3)
        for line in 2...4 { bench.journal.postpones(line, until: 90_000_000) }
        bench.makeDurable()
        let standing = bench.ledger.standing
        #expect(standing.counts[.deferred] == 3 && standing.handedOver == 1 && standing.nextDue == 90_000_000)
        bench.journal.intends(5)
        bench.journal.settled(5, .accepted)
        bench.makeDurable()
        #expect(bench.ledger.standing.handedOver == 0)
        try bench.ledger.close()
    }

    @Test("rows that are planned are postponed in one go, and come back in this process and the next")
    func postponing() throws {
        let disk = MemoryDisk()
        let clock = TestClock()
        var options = LedgerOptions.usual
        options.clock = { clock.now }
        var bench = LedgerBench(try Ledger.open(disk, options))
        bench.ledger.plan(PlanBatch(lines: 2...6, suppressed: [6]))
        #expect(try bench.ledger.postpone([3, 5, 3, 6, 99], until: 8_000_000) == 2)
        try bench.ledger.planningEnded()
        bench.journal.intends(2)
        bench.journal.settled(4, .deferred)
        bench.makeDurable()
        #expect(try bench.ledger.postpone([2, 4], until: 8_000_000) == 1, "a worker has line 2")
        #expect(bench.ledger.standing.counts[.deferred] == 3 && bench.ledger.standing.nextDue == 8_000_000)
        try bench.ledger.close()
        let step = try #require(disk.commits.flatMap(\.steps).first { $0.kind == .postponed })
        #expect(step.lines == [3, 5] && step.nextAt == 8_000_000)
        bench = LedgerBench(try Ledger.open(disk, options))
        #expect(try bench.ledger.takeSelection(at: Instant(nanoseconds: 7_999_999_000)) == nil)
        let selection = try #require(try bench.ledger.takeSelection(at: Instant(nanoseconds: 8_000_000_000)))
        #expect((2...6).filter { selection.contains($0) } == [3, 4, 5])
        try bench.ledger.close()
    }

    @Test("a cancelled campaign has ended once the workers have, also after a crash in between")
    func cancelling() throws {
        let disk = MemoryDisk()
        let bench = LedgerBench(try Ledger.open(disk))
        bench.ledger.plan(PlanBatch(lines: 2...5))
        bench.journal.settled(2, .deferred)
        bench.makeDurable()
        try bench.ledger.cancel()
        #expect(bench.ledger.standing.isCancelled && bench.ledger.standing.counts[.cancelled] == 1)
        #expect(!bench.ledger.standing.hasEnded)
        // The process ends here, as far as the disk can tell.
        let ledger = try Ledger.open(disk)
        #expect(ledger.standing.hasEnded && ledger.standing.counts[.cancelled] == 4)
        try ledger.close()
        _ = try? bench.ledger.close()
    }

    @Test("a deferred recipient is due when the schedule says so, in this process and the next")
    func due() throws {
        let disk = MemoryDisk()
        let clock = TestClock(1_000_000)
        var options = LedgerOptions.usual
        options.clock = { clock.now }
        options.retry.delays = .list([.seconds(10)])
        options.unixOrigin = 500_000_000
        var bench = LedgerBench(try Ledger.open(disk, options))
        bench.ledger.plan(PlanBatch(lines: 2...2))
        try bench.ledger.planningEnded()
        bench.journal.settled(2, .deferred)
        bench.makeDurable()
        for round in 0..<2 {
            #expect(bench.ledger.standing.nextDue == 11_000_000)
            #expect(try bench.ledger.takeSelection(at: Instant(nanoseconds: 10_499_999_999)) == nil)
            if round == 0 { try bench.ledger.close() }
            if round == 0 { bench = LedgerBench(try Ledger.open(disk, options)) }
        }
        #expect(try bench.ledger.takeSelection(at: Instant(nanoseconds: 10_500_000_000))?.contains(2) == true)
        #expect(bench.ledger.standing.nextDue == nil && bench.ledger.standing.handedOver == 1)
        try bench.ledger.close()
    }
}
