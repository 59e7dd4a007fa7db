import Message
import Primitives

/// Composes a letter with merge fields in its subject and its text, as campaigns have them.
enum ComposingCount {
    private static let date = Array("Tue, 24 Nov 2026 06:05:46 +0000".utf8)

    /// - Returns: the bytes of all messages, and of what bounds them.
    static func perform(messages: Int) throws -> Int {
        let text = "Hello {{name}},\n\n" + String(repeating: "This is the same for everybody.\n", count: 20)
        let letter = try Letter(
            LetterParts(
                fromName: "Example Shop", fromAddress: "news@shop.example",
                subject: TemplateSource(Array("News for {{name}}".utf8)), text: TemplateSource(Array(text.utf8)),
                fieldNames: ["name"], messageIDDomain: "shop.example", runToken: "5f3a9c",
                boundaryToken: "0123456789abcdef0123456789abcdef"))
        let row = row("person.123456@customers.example", "Ann Example")
        var memory = ByteBuffer(capacity: 4_096)
        var bytes = 0
        for _ in 0..<messages {
            var writer = memory.writer()
            bytes += letter.largestCount(of: PackedRow(row.span))
            letter.compose(PackedRow(row.span), date: date.span, into: &writer)
            bytes += writer.count
        }
        return bytes
    }

    private static func row(_ fields: String...) -> [UInt8] {
        var memory = ByteBuffer(capacity: 1_024)
        var writer = memory.writer()
        PackedRow.begin(number: 4_711, fieldCount: fields.count, into: &writer)
        for field in fields { PackedRow.append(Array(field.utf8).span, into: &writer) }
        return [UInt8](copying: memory.bytes(0..<writer.count))
    }
}
