/// One line of a view, without its end, and how it stands out where the terminal can show it.
package struct StyledLine: Hashable, Sendable {
    package enum Emphasis: Sendable {
        case plain
        case strong
        case faint
        case alarm
    }

    package var text: String
    package var emphasis: Emphasis

    init(_ text: String, _ emphasis: Emphasis = .plain) {
        self.text = text
        self.emphasis = emphasis
    }

    static let blank = StyledLine("")

    /// The line for a terminal that understands ECMA-48.
    var styled: String {
        switch emphasis {
        case .plain: text
        case .strong: "\u{1B}[1m\(text)\u{1B}[0m"
        case .faint: "\u{1B}[2m\(text)\u{1B}[0m"
        case .alarm: "\u{1B}[31m\(text)\u{1B}[0m"
        }
    }
}

extension [StyledLine] {
    /// The lines as text, each with its end; styled only where that was asked for.
    package func joined(styled: Bool) -> String {
        reduce(into: "") { text, line in text += (styled ? line.styled : line.text) + "\n" }
    }
}
