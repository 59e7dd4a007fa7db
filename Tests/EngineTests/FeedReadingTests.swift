import Campaign
import Delivery
import Primitives
import TestSupport
import Testing

@testable import Engine

@Suite("What is counted while a list is read")
struct FeedReadingTests {
    private static let files = [
        "campaign.yaml": """
        name: counts
        class: bulk
        from: news@shop.example
        envelope-from: bounces@shop.example
        subject: Hello
        text: letter.txt
        recipients: { file: list.csv, address: email }
        route: 127.0.0.1:2525
        """,
        "letter.txt": "Hello\n",
        "list.csv": "email\na@x.example\nb@x.example\na@x.example\n",
    ]

    @Test("A recipient counts once: put off before the first attempt, handed over, and handed over again")
    func once() throws {
        let directory = try TestDirectory(Self.files)
        var reading = FeedReading(
            inboxes: [try Inbox()], sites: SiteTable(seed: 1), planner: nil,
            campaign: try ManifestLoader.load(path: directory.file("campaign.yaml"), seed: 1))
        var counts: [Int] = []
        for isEarly in [true, false] {
            let row = try nextRecipient(&reading)
            if isEarly {
                for _ in 0..<2 { reading.postpone(row.line, row.count, until: 5) }
                counts.append(reading.progress.rows)
            }
            for _ in 0..<2 {
                _ = reading.admit(row.line, atSign: row.atSign, count: row.count, nil)
                counts.append(reading.progress.rows)
            }
        }
        #expect(counts == [1, 1, 1, 2, 2])
        #expect(reading.retries == [2])
        var writer = reading.row.writer()
        guard case .rejected(let duplicate) = try reading.campaign.next(into: &writer) else {
            Issue.record("the third row is the first again")
            return
        }
        reading.reject(duplicate)
        #expect(reading.progress.rows == 3 && reading.progress.rejected == 1)
    }

    private func nextRecipient(
        _ reading: inout FeedReading
    ) throws -> (line: Int, atSign: Int, count: Int) {
        var writer = reading.row.writer()
        guard case .recipient(let line, let atSign) = try reading.campaign.next(into: &writer) else {
            throw NoRecipient()
        }
        return (line, atSign, writer.count)
    }

    private struct NoRecipient: Error {}
}
