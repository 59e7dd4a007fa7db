import Foundation

/// A regex that is looked for in replies.
struct ReplyPattern: Sendable {
    static let longestReply = 1_024

    let text: String
    private let expression: NSRegularExpression

    /// - Throws: when it does not compile.
    init(_ text: String) throws {
        self.text = text
        // Rust and Python write named groups with a P, ICU without.
        expression = try NSRegularExpression(pattern: text.replacing("(?P<", with: "(?<"))
    }

    func isFound(in reply: String) -> Bool {
        let range = NSRange(reply.startIndex..., in: reply)
        return expression.firstMatch(in: reply, range: range) != nil
    }

    /// What of a reply is looked at.
    static func bounded(_ reply: String) -> String {
        reply.unicodeScalars.count <= longestReply
            ? reply : String(String.UnicodeScalarView(reply.unicodeScalars.prefix(longestReply)))
    }
}
