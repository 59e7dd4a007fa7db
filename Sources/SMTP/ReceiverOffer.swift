import Primitives

/// What a receiver says about itself: its name and the extensions that it offers after EHLO.
package struct ReceiverOffer: Sendable {
    /// A domain name; at most 255 bytes.
    package var hostName: StaticString = "receiver.example"
    /// RFC 2920.
    package var pipelining = true
    /// RFC 3030: BDAT. Not offered, BDAT is a command that is not implemented, and its octets are read as commands.
    package var chunking = true
    /// RFC 1870: the largest content in octets, 0 for no limit; nil when SIZE is not offered.
    package var sizeLimit: Int? = 0
    /// RFC 6152.
    package var eightBitMIME = true
    /// RFC 2034.
    package var enhancedStatusCodes = true
    /// RFC 6531.
    package var smtpUTF8 = false
    /// RFC 9422 MAILMAX: messages that one session may carry.
    package var mailLimit: Int?
    /// RFC 9422 RCPTMAX: recipients that one message may have.
    package var recipientLimit: Int?
    /// Whether DATA without a valid recipient gets 354, as RFC 2920 3.1 allows, in place of 554.
    package var answersDataWithoutRecipients = false
    /// A broken receiver, for tests: recipients of a transaction that failed are kept and get the next message
    /// of the session as well, unless RSET or a hello comes before its MAIL.
    package var forgetsToClear = false

    package init() {}
}

extension ReceiverOffer {
    /// The reply to EHLO; the last line is always HELP.
    func appendHello(into writer: inout ByteWriter) {
        writer.append("250-")
        writer.append(hostName)
        writer.append("\r\n")
        if pipelining { writer.append("250-PIPELINING\r\n") }
        if let sizeLimit { appendSize(sizeLimit, into: &writer) }
        if eightBitMIME { writer.append("250-8BITMIME\r\n") }
        if enhancedStatusCodes { writer.append("250-ENHANCEDSTATUSCODES\r\n") }
        if chunking { writer.append("250-CHUNKING\r\n") }
        if smtpUTF8 { writer.append("250-SMTPUTF8\r\n") }
        appendLimits(into: &writer)
        writer.append("250 HELP\r\n")
    }

    private func appendSize(_ limit: Int, into writer: inout ByteWriter) {
        writer.append("250-SIZE ")
        writer.append(decimal: limit)
        writer.append("\r\n")
    }

    private func appendLimits(into writer: inout ByteWriter) {
        guard mailLimit != nil || recipientLimit != nil else { return }
        writer.append("250-LIMITS")
        if let mailLimit {
            writer.append(" MAILMAX=")
            writer.append(decimal: mailLimit)
        }
        if let recipientLimit {
            writer.append(" RCPTMAX=")
            writer.append(decimal: recipientLimit)
        }
        writer.append("\r\n")
    }
}
