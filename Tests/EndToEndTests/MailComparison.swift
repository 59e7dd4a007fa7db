import Delivery
import Foundation
import Measurement
import Testing

/// Holds what a receiver got against the verdicts and against what was to be sent, message by message.
struct MailComparison {
    let campaign: TestCampaign
    let run: EngineRun
    private let byAddress: [String: TestCampaign.Recipient]
    private let dates: [[UInt8]]

    init(_ campaign: TestCampaign, _ run: EngineRun) {
        self.campaign = campaign
        self.run = run
        byAddress = Dictionary(campaign.recipients.map { ($0.address, $0) }) { first, _ in first }
        dates = ExpectedMail.dates(run.seconds)
    }

    /// Everybody accepted, once, on both sides, and every byte right.
    func expectAllArrived(_ messages: [ReceivedMessage]) {
        #expect(run.unreachable == nil)
        #expect(messages.count == campaign.recipients.count)
        expectOnce(messages)
        for message in messages { expectComposed(message) }
        expectAllAccepted()
    }

    private func expectOnce(_ messages: [ReceivedMessage]) {
        let received = messages.flatMap(\.recipients).sorted()
        #expect(received == campaign.recipients.map(\.address).sorted())
    }

    private func expectComposed(_ message: ReceivedMessage) {
        #expect(message.mailFrom == TestCampaign.envelopeFrom)
        #expect(message.bytes == message.content.count)
        guard message.recipients.count == 1, let recipient = byAddress[message.recipients[0]] else {
            Issue.record("a message to \(message.recipients)")
            return
        }
        let isAsComposed = dates.contains { date in
            Data(message.content).range(of: Data("\r\nDate: ".utf8 + date + "\r\n".utf8)) != nil
                && message.content == run.expected.content(for: recipient, date: date)
        }
        #expect(isAsComposed, "the message to \(recipient.address), line \(recipient.line)")
    }

    private func expectAllAccepted() {
        #expect(Set(run.verdicts.keys) == Set(campaign.recipients.map(\.line)))
        #expect(run.verdicts.values.allSatisfy { $0.count == 1 && $0[0].outcome == .accepted })
        #expect(run.report.sumErrors == [])
        #expect(run.report.accepted == campaign.recipients.count)
        #expect(run.report.rejectedBeforeSending == campaign.rejects.count)
        #expect(run.report.recipients == campaign.recipients.count + campaign.rejects.count)
        #expect(run.report.sites.count == campaign.domains.count)
        #expect(run.report.latency.count == campaign.recipients.count)
    }
}
