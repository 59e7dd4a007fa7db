/// What a server offered in its reply to EHLO, good for this session alone.
///
/// Keywords are whole words, compared without case (RFC 5321 4.1.1.1). A parameter that cannot be read counts
/// as if the keyword had not been offered.
package struct Capabilities: Hashable, Sendable {
    package private(set) var pipelining = false
    /// Whether PIPELINING counts as not offered.
    var ignoresPipelining = false
    package private(set) var chunking = false
    package private(set) var eightBitMIME = false
    package private(set) var enhancedStatusCodes = false
    package private(set) var internationalized = false
    /// SIZE was offered; `largestMessage` is then its limit, if it set one (RFC 1870).
    package private(set) var declaresSize = false
    package private(set) var largestMessage: Int?
    /// RFC 9422: how many messages a session and how many recipients a message may have.
    package private(set) var mostMessages: Int?
    package private(set) var mostRecipients: Int?

    package init() {}

    /// Reads one line of the EHLO reply, without its code.
    package mutating func note(_ line: Span<UInt8>) {
        var cursor = 0
        let keyword = word(in: line, at: &cursor)
        if matches(line, keyword, "PIPELINING") {
            pipelining = !ignoresPipelining
        } else if matches(line, keyword, "CHUNKING") {
            chunking = true
        } else if matches(line, keyword, "8BITMIME") {
            eightBitMIME = true
        } else if matches(line, keyword, "ENHANCEDSTATUSCODES") {
            enhancedStatusCodes = true
        } else if matches(line, keyword, "SMTPUTF8") {
            internationalized = true
        } else if matches(line, keyword, "SIZE") {
            noteSize(line, word(in: line, at: &cursor))
        } else if matches(line, keyword, "LIMITS") {
            noteLimits(line, from: cursor)
        }
    }

    private mutating func noteSize(_ line: Span<UInt8>, _ parameter: Range<Int>) {
        if parameter.isEmpty {
            declaresSize = true
        } else if let limit = number(line, parameter) {
            declaresSize = true
            largestMessage = limit == 0 ? nil : limit
        }
    }

    /// A syntax error in any parameter voids the whole keyword (RFC 9422 3).
    private mutating func noteLimits(_ line: Span<UInt8>, from start: Int) {
        var cursor = start
        var messages: Int?
        var recipients: Int?
        while true {
            let parameter = word(in: line, at: &cursor)
            if parameter.isEmpty { break }
            guard let equals = parameter.first(where: { line[$0] == 0x3D }) else { return }
            guard let value = number(line, equals + 1..<parameter.upperBound), value > 0 else { return }
            let name = parameter.lowerBound..<equals
            if matches(line, name, "MAILMAX") { messages = value }
            if matches(line, name, "RCPTMAX") { recipients = value }
        }
        mostMessages = messages
        mostRecipients = recipients
    }

    private func word(in line: Span<UInt8>, at cursor: inout Int) -> Range<Int> {
        while cursor < line.count, line[cursor] == 0x20 { cursor += 1 }
        let start = cursor
        while cursor < line.count, line[cursor] != 0x20 { cursor += 1 }
        return start..<cursor
    }

    private func matches(_ line: Span<UInt8>, _ range: Range<Int>, _ keyword: StaticString) -> Bool {
        guard range.count == keyword.utf8CodeUnitCount else { return false }
        var differs = false
        var index = range.lowerBound
        for byte in keyword.description.utf8 {
            if uppercased(line[index]) != byte { differs = true }
            index += 1
        }
        return !differs
    }

    private func uppercased(_ byte: UInt8) -> UInt8 {
        byte >= 0x61 && byte <= 0x7A ? byte - 0x20 : byte
    }

    /// At most 18 digits, so that it always fits.
    private func number(_ line: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty && range.count <= 18 else { return nil }
        var value = 0
        for index in range {
            let digit = line[index] &- 0x30
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
