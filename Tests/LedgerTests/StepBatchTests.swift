import Delivery
import Measurement
import Primitives
import SMTP
import Testing

@testable import Ledger

@Suite("StepBatch") struct StepBatchTests {
    private struct Entry: Equatable {
        var kind: StepKind
        var line: Int
        var details = StepDetails()
        var text = ""
        var address: String?
        var attempt: Attempt?
    }

    private func entries(_ batch: StepBatch) -> [Entry] {
        var entries: [Entry] = []
        var cursor = StepCursor(batch.bytes.span)
        while cursor.next() {
            let text = String(decoding: [UInt8](copying: cursor.text), as: UTF8.self)
            var entry = Entry(kind: cursor.kind, line: cursor.line, details: cursor.details, text: text)
            if cursor.isLogged {
                entry.address = String(decoding: [UInt8](copying: cursor.address), as: UTF8.self)
                entry.attempt = cursor.attempt
            }
            entries.append(entry)
        }
        return entries
    }

    private func note(_ line: Int, _ verdict: Verdict, _ words: String, isLogged: Bool, in batch: inout StepBatch) {
        let row = packedRow(line, address(line))
        let text = Array(words.utf8)
        batch.note(row.span, verdict, text: text.span, attempt, isLogged: isLogged)
    }

    private var attempt: Attempt {
        var attempt = Attempt(site: 70_000, ended: Instant(nanoseconds: .max))
        attempt.sessionMessages = 3
        attempt.connectStarted = Instant(nanoseconds: -1)
        attempt.envelopeWritten = Instant(nanoseconds: 5)
        attempt.contentWritten = Instant(nanoseconds: 6)
        return attempt
    }

    @Test("what was noted is read in its order")
    func roundTrip() {
        var batch = StepBatch()
        batch.note(.intent, line: 2)
        note(3, .accepted, "kept for a log only", isLogged: false, in: &batch)
        note(Int(UInt32.max), .refused, "no", isLogged: false, in: &batch)
        note(4, .deferred, String(repeating: "x", count: 2_000), isLogged: false, in: &batch)
        note(5, .inDoubt, "", isLogged: false, in: &batch)
        batch.note(.withdrawn, line: 6)
        let lost = "the connection was lost after the end of the message"
        #expect(
            entries(batch) == [
                Entry(kind: .intent, line: 2), Entry(kind: .accepted, line: 3),
                Entry(
                    kind: .refused, line: Int(UInt32.max),
                    details: StepDetails(code: 550, enhanced: EnhancedCode(5, 1, 1)), text: "no"),
                Entry(
                    kind: .deferred, line: 4, details: StepDetails(code: 451),
                    text: String(repeating: "x", count: StepBatch.longestText)),
                Entry(kind: .inDoubt, line: 5, text: lost), Entry(kind: .withdrawn, line: 6),
            ])
    }

    @Test("for a log every verdict brings its times, words and address")
    func logged() {
        var batch = StepBatch()
        note(3, .accepted, "queued", isLogged: true, in: &batch)
        batch.note(.intent, line: 4)
        note(4, .inDoubt, "", isLogged: true, in: &batch)
        let made = entries(batch)
        #expect(made.map(\.address) == ["r3@list.example", nil, "r4@list.example"])
        #expect(made.map(\.attempt) == [attempt, nil, attempt])
        #expect(made[0].text == "queued" && made[0].details.code == 250)
    }

    @Test("memory used again holds nothing of before")
    func reuse() {
        var batch = StepBatch()
        for line in 0..<100 { batch.note(.intent, line: line) }
        var next = StepBatch(reusing: batch.bytes)
        #expect(next.isEmpty)
        next.note(.withdrawn, line: 7)
        #expect(entries(next) == [Entry(kind: .withdrawn, line: 7)])
    }
}
