/// Everything that makes a letter.
package struct LetterParts: Sendable {
    /// UTF-8 of any kind; control bytes become `?`.
    package var fromName: String?
    package var fromAddress: String
    /// An address.
    package var replyTo: String?
    /// One line: control bytes become `?`, a tab a space.
    package var subject: TemplateSource
    package var text: TemplateSource?
    package var html: TemplateSource?
    /// The fields of a row from field 1 on; field 0 is the recipient's address.
    package var fieldNames: [String]
    package var messageIDDomain: String
    /// Random and different in every run: letters and digits, at most 64.
    package var runToken: String
    /// At least 128 random bits in hexadecimal: 32 to 64 letters and digits.
    package var boundaryToken: String

    package init(
        fromName: String? = nil, fromAddress: String, replyTo: String? = nil, subject: TemplateSource,
        text: TemplateSource? = nil, html: TemplateSource? = nil, fieldNames: [String],
        messageIDDomain: String, runToken: String, boundaryToken: String
    ) {
        self.fromName = fromName
        self.fromAddress = fromAddress
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.fieldNames = fieldNames
        self.messageIDDomain = messageIDDomain
        self.runToken = runToken
        self.boundaryToken = boundaryToken
    }
}

/// Why parts do not make a letter. Whoever made them has checked before, so this is for programmers.
package enum LetterFault: Error, Hashable, Sendable {
    case noBody
    case brokenTemplate(TemplateProblem)
    case unknownField(String)
    /// An address or domain with something that would need quoting, empty, or longer than 320 bytes.
    case unusableAddress(String)
    case unusableToken(String)
}

extension LetterParts {
    func check() throws(LetterFault) {
        for template in [subject, text, html] {
            if let problem = template?.problems.first { throw .brokenTemplate(problem) }
        }
        try LetterParts.check(addresses: [fromAddress, replyTo, messageIDDomain].compactMap(\.self))
        try LetterParts.check(token: runToken, counts: 1...64)
        try LetterParts.check(token: boundaryToken, counts: 32...64)
    }

    static func check(addresses: [String]) throws(LetterFault) {
        for address in addresses {
            let isUsable = (1...320).contains(address.utf8.count) && address.utf8.allSatisfy(isInAddress)
            guard isUsable else { throw .unusableAddress(address) }
        }
    }

    private static func isInAddress(_ byte: UInt8) -> Bool {
        byte == Octet.at || (Octet.isVisible(byte) && !MailboxText.isSpecial(byte))
    }

    static func check(token: String, counts: ClosedRange<Int>) throws(LetterFault) {
        let isUsable = counts.contains(token.utf8.count) && token.utf8.allSatisfy(Octet.isAlphanumeric)
        guard isUsable else { throw .unusableToken(token) }
    }
}
