import Measurement
import Primitives
import SMTP

/// What every line of a log of attempts says.
package struct AttemptLogContext: Hashable, Sendable {
    package var campaign: String
    /// The reverse-path.
    package var sender: String
    /// Stands before the number of a line to make a name for the recipient's message: the same for all runs of a
    /// campaign, another for every campaign.
    package var messagePrefix: String
    /// The IP address where mail goes, when all of it goes to one.
    package var peerAddress: String?

    package init(campaign: String, sender: String, messagePrefix: String, peerAddress: String? = nil) {
        self.campaign = campaign
        self.sender = sender
        self.messagePrefix = messagePrefix
        self.peerAddress = peerAddress
    }
}

/// The log of attempts: one JSON object a line, with the names of KumoMTA's log records. See docs/log.md.
///
/// Lines are made from bytes, in one buffer that is written when it is full and at each `flush`. The file is
/// appended to and not synced: the ledger is what survives a loss of power.
package final class AttemptLogJSON: AttemptSink {
    static let bufferCount = 262_144
    /// What a server says is shown up to here.
    static let longestText = 8_192
    private static let longestAddress = 1_024

    private let file: AppendedFile
    private var buffer: ByteBuffer
    private var writer: ByteWriter
    private var clock = TimestampText()
    /// `","sender":…` up to the recipient, and what closes a line.
    private let head: [UInt8]
    private let tail: [UInt8]
    private let prefix: [UInt8]
    private let longestLine: Int
    private var fault: LedgerFault?

    package init(path: String, _ context: AttemptLogContext) throws(LedgerFault) {
        file = try AppendedFile(path: path)
        prefix = LineParts.prefix(context)
        head = LineParts.head(context)
        tail = LineParts.tail(context)
        let texts = 6 * (AttemptLogJSON.longestText + 3 * AttemptLogJSON.longestAddress)
        longestLine = texts + head.count + prefix.count + tail.count + 1_024
        buffer = ByteBuffer(capacity: max(AttemptLogJSON.bufferCount, 2 * longestLine))
        writer = buffer.writer()
    }

    package func write(_ record: borrowing AttemptRecord) {
        if writer.remaining < longestLine { writeOut() }
        appendEvent(record)
        appendRecipient(record)
        appendResponse(record)
        appendOwn(record)
        let tail = tail
        writer.append(tail.span)
    }

    /// - Throws: `LedgerFault`, also for what went wrong since the last call.
    package func flush() throws {
        writeOut()
        if let fault { throw fault }
    }

    /// After a fault nothing more is written: what follows could be half a line.
    private func writeOut() {
        if fault == nil {
            do throws(LedgerFault) { try file.write(written: writer) } catch { fault = error }
        }
        writer.truncate(to: 0)
    }

    private func appendEvent(_ record: borrowing AttemptRecord) {
        writer.append("{\"type\":\"")
        writer.append(AttemptLogJSON.type(of: record.outcome, record.state))
        writer.append("\",\"id\":\"")
        let prefix = prefix
        writer.append(prefix.span)
        writer.append(decimal: record.line)
        writer.append("\",\"timestamp\":")
        writer.append(decimal: Int(clock.seconds(of: record.at)))
        writer.append(",\"event_time\":\"")
        clock.append(record.at, to: &writer)
        writer.append("\",\"num_attempts\":")
        writer.append(decimal: record.attempt)
    }

    /// An attempt that put the recipient off may have been its last.
    static func type(of outcome: Outcome, _ state: LineState) -> StaticString {
        switch outcome {
        case .accepted: "Delivery"
        case .refused: "Bounce"
        case .deferred: state == .expired ? "Expiration" : "TransientFailure"
        case .inDoubt: "InDoubt"
        }
    }

    private func appendRecipient(_ record: borrowing AttemptRecord) {
        let head = head
        writer.append(head.span)
        writer.append(json: record.address.extracting(first: AttemptLogJSON.longestAddress))
        let domain = AttemptLogJSON.domain(of: record.address)
        writer.append(",\"queue\":")
        writer.append(json: domain.span.extracting(first: AttemptLogJSON.longestAddress))
        writer.append(",\"site\":")
        writer.append(json: domain.span.extracting(first: AttemptLogJSON.longestAddress))
    }

    private static func domain(of address: Span<UInt8>) -> [UInt8] {
        var start = address.count
        while start > 0 && address[start - 1] != UInt8(ascii: "@") { start -= 1 }
        return (start..<address.count).map { index in
            let byte = address[index]
            return byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
        }
    }

    private func appendResponse(_ record: borrowing AttemptRecord) {
        writer.append(",\"response\":{\"code\":")
        writer.append(decimal: record.code)
        writer.append(",\"enhanced_code\":")
        if let enhanced = record.enhanced {
            writer.append("{\"class\":")
            writer.append(decimal: Int(enhanced.classDigit))
            writer.append(",\"subject\":")
            writer.append(decimal: Int(enhanced.subject))
            writer.append(",\"detail\":")
            writer.append(decimal: Int(enhanced.detail))
            writer.append("}")
        } else {
            writer.append("null")
        }
        writer.append(",\"content\":")
        writer.append(json: record.text.extracting(first: AttemptLogJSON.longestText))
        writer.append(",\"command\":null}")
    }

    /// What KumoMTA has no names for.
    private func appendOwn(_ record: borrowing AttemptRecord) {
        writer.append(",\"sluice\":{\"line\":")
        writer.append(decimal: record.line)
        writer.append(",\"outcome\":")
        writer.append(json: record.outcome.name.utf8Span.span)
        writer.append(",\"state\":")
        writer.append(json: record.state.name.utf8Span.span)
        writer.append(",\"session_ordinal\":")
        writer.append(decimal: record.sessionMessages + 1)
        writer.append(",\"microseconds\":{")
        var isFirst = true
        append("\"connect\":", record.durations.connect, &isFirst)
        append("\"envelope\":", record.durations.envelope, &isFirst)
        append("\"content\":", record.durations.content, &isFirst)
        append("\"whole\":", record.durations.whole, &isFirst)
        writer.append("}}")
    }

    private func append(_ key: StaticString, _ duration: Int64?, _ isFirst: inout Bool) {
        guard let duration else { return }
        if !isFirst { writer.append(",") }
        isFirst = false
        writer.append(key)
        writer.append(decimal: Int(duration))
    }
}

/// What is the same in every line, made once.
private enum LineParts {
    static func prefix(_ context: AttemptLogContext) -> [UInt8] {
        json(context.messagePrefix).dropFirst().dropLast() + Array("-".utf8)
    }

    static func head(_ context: AttemptLogContext) -> [UInt8] {
        Array(",\"sender\":".utf8) + json(context.sender) + Array(",\"recipient\":".utf8)
    }

    static func tail(_ context: AttemptLogContext) -> [UInt8] {
        var tail: [UInt8] = []
        if let address = context.peerAddress {
            let text = json(address)
            tail += Array(",\"peer_address\":{\"name\":".utf8) + text + Array(",\"addr\":".utf8) + text
            tail += Array("}".utf8)
        }
        return tail + Array(",\"delivery_protocol\":\"ESMTP\",\"meta\":{\"campaign\":".utf8)
            + json(context.campaign) + Array("}}\n".utf8)
    }

    private static func json(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var buffer = ByteBuffer(capacity: 2 + 6 * bytes.count)
        var writer = buffer.writer()
        writer.append(json: bytes.span)
        return [UInt8](copying: buffer.bytes(0..<writer.count))
    }
}
