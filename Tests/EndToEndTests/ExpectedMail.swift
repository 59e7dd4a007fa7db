import Campaign
import Message
import Primitives

/// What must arrive: the letter, composed once more outside the engine.
struct ExpectedMail: Sendable {
    static let runToken = "0123456789abcdef"
    static let boundaryToken = "00112233445566778899aabbccddeeff"

    private let letter: Letter
    private let fieldNames: [String]

    init(_ campaign: borrowing LoadedCampaign) throws {
        letter = try ExpectedMail.letter(of: campaign)
        fieldNames = campaign.fieldNames
    }

    static func letter(of campaign: borrowing LoadedCampaign) throws -> Letter {
        try Letter(campaign.letterParts(runToken: runToken, boundaryToken: boundaryToken))
    }

    /// - Parameter date: the text of the Date header.
    func content(for recipient: TestCampaign.Recipient, date: [UInt8]) -> [UInt8] {
        var packed = ByteBuffer(capacity: 65_536)
        var row = packed.writer()
        PackedRow.begin(number: recipient.line, fieldCount: fieldNames.count + 1, into: &row)
        PackedRow.append(Array(recipient.address.utf8).span, into: &row)
        for name in fieldNames {
            PackedRow.append(Array((recipient.fields[name] ?? "").utf8).span, into: &row)
        }
        let packedRow = PackedRow(packed.bytes(0..<row.count))
        var composed = ByteBuffer(capacity: letter.largestCount(of: packedRow))
        var message = composed.writer()
        letter.compose(packedRow, date: date.span, into: &message)
        return copy(composed.bytes(0..<message.count))
    }

    /// The text of the Date header in each of these seconds since 1970.
    static func dates(_ seconds: ClosedRange<Int>) -> [[UInt8]] {
        seconds.map { second in
            var buffer = ByteBuffer(capacity: MailDate.byteCount)
            var writer = buffer.writer()
            MailDate().write(unixSeconds: second, into: &writer)
            return copy(buffer.bytes(0..<MailDate.byteCount))
        }
    }
}

func copy(_ bytes: Span<UInt8>) -> [UInt8] { bytes.indices.map { bytes[$0] } }
