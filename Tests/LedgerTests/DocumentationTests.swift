import Delivery
import Foundation
import TestSupport
import Testing

@testable import Ledger

@Suite("docs/ledger.md") struct DocumentationTests {
    private let storage: SQLiteStorage
    private let page: String

    init() throws {
        let directory = try TestDirectory()
        let bench = try LedgerBench(directory)
        bench.fillWithOneOfEach()
        let key = bench.ledger.warmupKey(source: "cold", site: "list.example")
        for event in [WarmupCount.Event.intended, .intended, .delivered] {
            bench.journal.counts(WarmupCount(key: key, day: 20_000, hour: 9, stage: 1, event: event))
        }
        bench.journal.suspends(scope: "list.example", until: .max, reason: "it asked for it", rule: "shaping.toml:7")
        bench.journal.audits("list.example: 2 sessions")
        bench.makeDurable()
        let file = directory.file("state/ledger.sqlite")
        // Read before the directory goes: the connection keeps what it has opened.
        storage = try SQLiteStorage(reading: file)
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        page = try String(contentsOf: root.appending(path: "docs/ledger.md"), encoding: .utf8)
        try bench.ledger.close()
    }

    private var queries: [String] {
        page.components(separatedBy: "```sql\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
    }

    @Test("every query runs, and finds those it should")
    func queriesRun() throws {
        let answers = try queries.map { sql in
            try storage.texts("SELECT count(*) FROM (\(sql.replacingOccurrences(of: ";", with: "")))")
        }
        #expect(answers == [["7"], ["1"], ["1"], ["2"], ["1"], ["1"], ["1"], ["0"], ["1"], ["1"], ["1"], ["1"]])
        #expect(try storage.texts(queries[1]) == [address(6)])
        #expect(try storage.texts(queries[4]) == [address(4)])
        #expect(try storage.texts(queries[6]) == ["suppressed"])
    }

    @Test("the view shows the state that the program knows")
    func view() throws {
        #expect(
            try storage.texts("SELECT line || ' ' || outcome FROM outcome ORDER BY line") == [
                "2 accepted", "3 rejected", "4 deferred", "5 in_doubt", "6 refused", "7 waiting", "8 intended",
            ])
    }

    @Test("the view looks for the last step of a recipient, and does not go through those of all")
    func viewIsFast() throws {
        var plan: [String] = []
        try storage.forEachRow("EXPLAIN QUERY PLAN SELECT * FROM outcome") { row in
            plan.append(String(decoding: row.text(3), as: UTF8.self))
        }
        #expect(plan.contains { $0.hasPrefix("SEARCH last") }, "\(plan)")
        #expect(!plan.contains { $0.hasPrefix("SCAN last") })
    }

    @Test("the page names every state and every kind of step")
    func names() {
        for state in LineState.allCases where state != .unseen { #expect(page.contains("| `\(state.name)` |")) }
        for kind in StepKind.allCases { #expect(page.contains("`\(kind.name)`")) }
    }
}
