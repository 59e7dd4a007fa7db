import Foundation

/// A regex that is looked for in replies.
///
/// Receivers write the replies, so neither their length nor the time that the search takes is left to them.
struct ReplyPattern: Sendable {
    static let longestReply = 1_024
    /// How often a search reports until it is given up: once for each place where it begins anew, and after some ten
    /// thousand steps each time.
    private static let mostReports = longestReply + 50

    let text: String
    private let expression: NSRegularExpression
    /// Whether it repeats so little that no reply can make the search long; it is spared the reports, which cost ten
    /// times as much as the search.
    private let isQuick: Bool

    /// - Throws: when it does not compile.
    init(_ text: String) throws {
        self.text = text
        // Rust and Python write named groups with a P, ICU without.
        expression = try NSRegularExpression(pattern: text.replacing("(?P<", with: "(?<"))
        isQuick = text.utf8.count { [UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "{")].contains($0) } <= 1
    }

    /// - Parameter reply: `bounded`.
    func isFound(in reply: String) -> Bool {
        let range = NSRange(reply.startIndex..., in: reply)
        if isQuick { return expression.firstMatch(in: reply, range: range) != nil }
        var isFound = false
        var reports = 0
        unsafe expression.enumerateMatches(in: reply, options: .reportProgress, range: range) { match, _, stop in
            isFound = isFound || match != nil
            reports += 1
            // The pointer is good for the length of this call, which is all it is used for.
            if isFound || reports >= ReplyPattern.mostReports { unsafe stop.pointee = true }
        }
        return isFound
    }

    /// What of a reply is looked at.
    static func bounded(_ reply: String) -> String {
        reply.unicodeScalars.count <= longestReply
            ? reply : String(String.UnicodeScalarView(reply.unicodeScalars.prefix(longestReply)))
    }
}
