import Measurement
import Primitives
import SMTP
import Testing

@testable import Delivery

@Suite("Verdicts")
struct VerdictTests {
    @Test(
        "The class of a reply decides, at each stage",
        arguments: [Stage.mail, .recipient, .data, .content])
    func classes(stage: Stage) {
        let expected: [(UInt16, Outcome)] = [
            (450, .deferred), (421, .deferred), (499, .deferred), (500, .refused), (550, .refused),
            (554, .refused), (599, .refused),
        ]
        for (code, outcome) in expected {
            let reply = Reply(code: code, enhanced: EnhancedCode(4, 2, 2))
            #expect(Verdict(reply, at: stage) == Verdict(outcome: outcome, cause: .reply(reply)), "\(code)")
        }
    }

    @Test("Any 2xx to the content is an acceptance", arguments: [200, 250, 251, 299])
    func acceptance(code: UInt16) {
        #expect(Verdict(Reply(code: code), at: .content).outcome == .accepted)
    }

    @Test("552 to RCPT may mean too many recipients, and is tried again; elsewhere it is final")
    func tooManyRecipients() {
        #expect(Verdict(Reply(code: 552), at: .recipient).outcome == .deferred)
        for stage in [Stage.mail, .data, .content] {
            #expect(Verdict(Reply(code: 552), at: stage).outcome == .refused)
        }
    }
}

@Suite("Message tags")
struct MessageTagTests {
    @Test("Attempts and the time to the microsecond come back", arguments: 0..<100)
    func roundTrip(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let attempts = Int.random(in: 0...65_535, using: &random)
        let microseconds = Int64.random(in: 0..<1 << 48, using: &random)
        let tag = MessageTag(attempts: attempts, started: .zero + .microseconds(microseconds))
        #expect(MessageTag(tag.rawValue) == tag, "seed \(seed)")
    }

    @Test("What is less than a microsecond is cut off; a time before the origin is the origin")
    func rounding() {
        let tag = MessageTag(attempts: 1, started: Instant(nanoseconds: 1_999))
        #expect(MessageTag(tag.rawValue).started == Instant(nanoseconds: 1_000))
        let early = MessageTag(attempts: 1, started: Instant(nanoseconds: -5_000))
        #expect(MessageTag(early.rawValue) == MessageTag(attempts: 1, started: .zero))
    }
}
