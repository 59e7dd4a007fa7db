internal import Digest
internal import Primitives

/// What the log will say about the message that a connection is receiving, gathered as the parts come.
///
/// The parts that come early are kept as the text they will be in the line, so that the line of a message is
/// a few copies.
struct MessageRecord: ~Copyable {
    /// More recipients than fit here are refused: RFC 5321 4.5.3.1.8 asks for 100, this holds thousands.
    private static let longestEnvelope = 1_048_576

    /// `"session":"…","peer":"…"`.
    private var origin = GrowingBytes(capacity: 128)
    /// The name of EHLO or HELO as a JSON string.
    private var client = GrowingBytes(capacity: 64)
    /// The reverse-path as a JSON string.
    private var sender = GrowingBytes(capacity: 128)
    /// `"…","…"`.
    private var recipients = GrowingBytes(capacity: 128)
    private var recipientCount = 0
    /// When MAIL came, in nanoseconds since 1970.
    private var begun: Int64 = 0
    private var digest: ContentDigest
    private var messageID = MessageIDFinder()

    init(_ algorithm: DigestAlgorithm) {
        digest = ContentDigest(algorithm)
    }

    mutating func beginSession(id: String, peer: String) {
        origin.removeAll()
        origin.append("\"session\":")
        origin.append(json: id.utf8Span.span)
        origin.append(",\"peer\":")
        origin.append(json: peer.utf8Span.span)
        client.removeAll()
    }

    mutating func hello(_ name: Span<UInt8>) {
        client.removeAll()
        client.append(json: name)
    }

    /// - Parameters:
    ///   - time: nanoseconds since 1970.
    ///   - keepingRecipients: those of the message before are this one's as well.
    mutating func beginMessage(from reversePath: Span<UInt8>, time: Int64, keepingRecipients: Bool) {
        begun = time
        sender.removeAll()
        sender.append(json: reversePath)
        if !keepingRecipients {
            recipients.removeAll()
            recipientCount = 0
        }
        digest.begin()
        messageID.begin()
    }

    /// False when there is no room for another recipient.
    mutating func add(recipient: Span<UInt8>) -> Bool {
        guard recipients.count < MessageRecord.longestEnvelope else { return false }
        if recipientCount > 0 { recipients.append(",") }
        recipients.append(json: recipient)
        recipientCount += 1
        return true
    }

    mutating func read(_ content: Span<UInt8>) {
        digest.read(content)
        messageID.read(content)
    }

    /// Appends the line of the message that has come whole.
    ///
    /// - Parameters:
    ///   - time: nanoseconds since 1970.
    ///   - byteCount: octets of its content.
    mutating func appendLine(time: Int64, byteCount: Int, to lines: inout GrowingBytes) {
        lines.append("{\"time\":")
        append(time: time, to: &lines)
        lines.append(",\"begun\":")
        append(time: begun, to: &lines)
        lines.append(",")
        unsafe lines.append(copying: origin.bytes)
        lines.append(",\"ehlo\":")
        unsafe lines.append(copying: client.bytes)
        lines.append(",\"mail_from\":")
        unsafe lines.append(copying: sender.bytes)
        lines.append(",\"recipients\":[")
        unsafe lines.append(copying: recipients.bytes)
        lines.append("],\"bytes\":")
        append(decimal: byteCount, to: &lines)
        lines.append(",\"sha256\":\"")
        let sum = digest.finish()
        lines.append(hexadecimal: sum.span)
        lines.append("\",\"message_id\":")
        lines.append(json: messageID.value)
        lines.append("}\n")
    }

    /// Seconds with three decimals.
    private func append(time: Int64, to lines: inout GrowingBytes) {
        let milliseconds = Int(time / 1_000_000)
        var writer = lines.writer(room: 32)
        writer.append(decimal: milliseconds / 1_000)
        writer.append(".")
        let rest = milliseconds % 1_000
        if rest < 100 { writer.append("0") }
        if rest < 10 { writer.append("0") }
        writer.append(decimal: rest)
        lines.take(writer)
    }

    private func append(decimal value: Int, to lines: inout GrowingBytes) {
        var writer = lines.writer(room: 20)
        writer.append(decimal: value)
        lines.take(writer)
    }
}
