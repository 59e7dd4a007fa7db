import Primitives
import TestSupport

/// A campaign made by seed: a letter with everything that is hard to carry, and a list whose every row is known.
struct TestCampaign: Sendable {
    struct Recipient: Sendable {
        /// Where the row begins in the list.
        var line: Int
        var address: String
        var fields: [String: String]
    }

    struct Reject: Hashable, Sendable {
        var line: Int
        /// A word of the reason that is given for it.
        var reason: String
    }

    var grouping = "grouped"
    var sessionsPerSite = 2
    var messagesPerSession = 40
    /// Nil leaves it to the default.
    var sessions: Int? = 60
    private(set) var recipients: [Recipient] = []
    private(set) var rejects: [Reject] = []
    private(set) var list = "email,first_name,city,note\n"
    private var nextLine = 2
    private var random: SeededRandom

    static let envelopeFrom = "bounces@shop.example"
    static let suppressed = "gone@site00.example"

    /// - Parameter rejecting: whether some rows get no mail.
    init(count: Int, seed: UInt64, rejecting: Bool = true) {
        random = SeededRandom(seed: seed)
        for number in 1...count {
            append(number)
            if rejecting, number % 100 == 50 { appendBadRows(number) }
        }
    }

    var domains: Set<String> {
        Set(recipients.map { String($0.address.split(separator: "@")[1]).lowercased() })
    }

    /// Writes `campaign.yaml` and all that it names.
    func write(to directory: TestDirectory, recipientsFile: String = "recipients.csv") throws {
        try directory.write(manifest(recipientsFile), to: "campaign.yaml")
        try directory.write(TestLetter.text, to: "letter.txt")
        try directory.write(TestLetter.html, to: "letter.html")
        try directory.write(TestCampaign.suppressed + "\n", to: "suppressed.txt")
        try directory.write(list, to: "recipients.csv")
    }

    private func manifest(_ recipientsFile: String) -> String {
        """
        name: test
        class: bulk
        from: "Exämple Shop <news@shop.example>"
        reply-to: help@shop.example
        envelope-from: \(TestCampaign.envelopeFrom)
        subject: "Grüße an {{first_name}} in {{city}}"
        html: letter.html
        text: letter.txt
        recipients:
          file: "\(recipientsFile)"
          address: email
          defaults: { city: nowhere }
        suppression: [suppressed.txt]
        route: 127.0.0.1:25
        grouping: \(grouping)
        limits: { \(limits) }

        """
    }

    private var limits: String {
        let most = sessions.map { ", sessions: \($0)" } ?? ""
        return "sessions-per-site: \(sessionsPerSite), messages-per-session: \(messagesPerSession)\(most)"
    }

    private mutating func append(_ number: Int) {
        let address = "\(pick(TestCampaign.locals))\(number)@\(domain())"
        let city = pick(TestCampaign.cities)
        let fields = [
            "first_name": pick(TestCampaign.names), "city": city.isEmpty ? "nowhere" : city,
            "note": pick(TestCampaign.notes),
        ]
        recipients.append(Recipient(line: nextLine, address: address, fields: fields))
        appendRow([address, fields["first_name"] ?? "", city, fields["note"] ?? ""])
    }

    private mutating func appendBadRows(_ number: Int) {
        reject("address", ["nobody \(number)@site01.example", "A", "B", "n"])
        reject("came before", [recipients[number / 2].address, "A", "B", "n"])
        reject("suppression", [TestCampaign.suppressed, "A", "B", "n"])
        reject("fields", ["short\(number)@site01.example", "A"])
        reject("first_name", ["nameless\(number)@site01.example", "", "B", "n"])
        reject("header", ["forger\(number)@site01.example", "A\r\nBcc: x@site01.example", "B", "n"])
    }

    private mutating func reject(_ reason: String, _ cells: [String]) {
        rejects.append(Reject(line: nextLine, reason: reason))
        appendRow(cells)
    }

    private mutating func appendRow(_ cells: [String]) {
        let row = cells.map(TestCampaign.quoted).joined(separator: ",") + "\n"
        list += row
        nextLine += row.utf8.count { $0 == UInt8(ascii: "\n") }
    }

    private static func quoted(_ cell: String) -> String {
        let needsQuotes = cell.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }

    /// One of forty, the first of them far more often than the last.
    private mutating func domain() -> String {
        let place = Double.random(in: 0..<1, using: &random)
        let number = Int(40 * place * place * place)
        let digits = number < 10 ? "0\(number)" : "\(number)"
        return random.oneIn(9) ? "SITE\(digits).Example" : "site\(digits).example"
    }

    private mutating func pick(_ choices: [String]) -> String {
        choices[Int.random(in: choices.indices, using: &random)]
    }

    private static let locals = ["ann", "Bob.Smith", "o'hara", "x-y_z", "tag+news", "a=b", "~t", "{c}", "q?"]
    private static let names = [
        "Ann", "Zoë", "王小明", "Ольга", "🎉 Party 🎉", ".dot",
        "Anne-Marie Élisabeth von und zu Hohenstein-Übersee",
        "<b>&\"'", "=?utf-8?q?no?=", " spaces ",
    ]
    private static let cities = ["Köln", "Lisboa", "", ".", "St. John's", "東京"]
    private static let notes = [
        ".", "..", ".\n.\n..end", "two\nlines", "tab\there ", "trailing spaces   ", "cr\r\nlf",
        "a\u{301}",
        String(repeating: "long words follow each other ", count: 40), String(repeating: "x", count: 2_000),
        String(repeating: "ü", count: 500), "From here", "=3D=", "<p class=\"x\">&amp;</p>",
    ]
}

/// The letter of a `TestCampaign`.
private enum TestLetter {
    static let text = """
        Dear {{first_name}},
        .
        ..two dots, and a line of one:
        .
        .{{city}} begins with a dot, {{note}} may do so, too.
        From the start of a line, and trailing spaces:   \("")
        {{note}}
        \(String(repeating: "one line that is far longer than any line of mail may be, ", count: 30))
        \(String(repeating: "0123456789", count: 150))
        Grüße \u{1F44B}\t
        .
        """

    static let html = """
        <!doctype html>
        <html><body>
        .<p>Dear {{first_name}} in {{city}},</p>
        .
        <p>{{note}}</p>   \("")
        <p>\(String(repeating: "Viele Grüße. ", count: 100))</p>
        </body></html>

        """
}
