import Primitives

/// Encodes commands: the one place where bytes of an SMTP command are made.
///
/// Addresses and names come checked (`Address.check`). A control byte or a space in one stops the process
/// here rather than becoming a second command at the receiver.
package enum CommandWriter {
    package static func hello(_ name: Span<UInt8>, extended: Bool, into writer: inout ByteWriter) {
        writer.append(extended ? "EHLO " : "HELO ")
        append(argument: name, into: &writer)
        writer.append("\r\n")
    }

    /// - Parameter size: an estimate of the content in bytes, when the server offered SIZE (RFC 1870).
    package static func mail(from address: Span<UInt8>, size: Int?, into writer: inout ByteWriter) {
        writer.append("MAIL FROM:<")
        append(argument: address, into: &writer)
        if let size {
            writer.append("> SIZE=")
            writer.append(decimal: size)
            writer.append("\r\n")
        } else {
            writer.append(">\r\n")
        }
    }

    /// RSET, MAIL, and RCPT as far as its address, for all transactions that differ in no byte of it.
    package static func opening(from address: Span<UInt8>, into writer: inout ByteWriter) {
        reset(into: &writer)
        mail(from: address, size: nil, into: &writer)
        writer.append("RCPT TO:<")
    }

    /// Bytes of `opening` before MAIL.
    package static let resetCount = "RSET\r\n".utf8.count

    /// The rest of the RCPT that `opening` began.
    package static func firstRecipient(_ address: Span<UInt8>, into writer: inout ByteWriter) {
        append(argument: address, into: &writer)
        writer.append(">\r\n")
    }

    package static func recipient(_ address: Span<UInt8>, into writer: inout ByteWriter) {
        writer.append("RCPT TO:<")
        firstRecipient(address, into: &writer)
    }

    package static func reset(into writer: inout ByteWriter) { writer.append("RSET\r\n") }
    package static func data(into writer: inout ByteWriter) { writer.append("DATA\r\n") }
    /// `BDAT n LAST`, to be followed by exactly `count` bytes of content (RFC 3030 2).
    package static func lastChunk(count: Int, into writer: inout ByteWriter) {
        writer.append("BDAT ")
        writer.append(decimal: count)
        writer.append(" LAST\r\n")
    }

    /// Bytes that `lastChunk` writes for a count.
    package static func lastChunkCount(_ count: Int) -> Int {
        "BDAT  LAST\r\n".utf8.count + ByteWriter.digitCount(of: count.magnitude)
    }

    package static func dot(into writer: inout ByteWriter) { writer.append(".\r\n") }
    package static func quit(into writer: inout ByteWriter) { writer.append("QUIT\r\n") }

    private static func append(argument: Span<UInt8>, into writer: inout ByteWriter) {
        let isClean = writer.append(visibleWithoutAngles: argument)
        precondition(isClean, "an unchecked command argument")
    }
}
