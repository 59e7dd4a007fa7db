/// Text in cells of a terminal, from which nothing can steer the terminal.
enum TextWidth {
    /// The text with every control and formatting character replaced: names come from other people's files.
    static func cleaned(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(isHarmless(scalar) ? scalar : "?") }
        return String(scalars)
    }

    /// Cells that a cleaned text takes.
    static func width(of text: String) -> Int {
        text.reduce(0) { $0 + width(of: $1) }
    }

    /// The text, cut to at most `limit` cells; a cut one ends in `…`.
    static func fitted(_ text: String, to limit: Int) -> String {
        guard width(of: text) > limit else { return text }
        guard limit > 0 else { return "" }
        var fitted = ""
        var used = 1
        for character in text {
            used += width(of: character)
            if used > limit { break }
            fitted.append(character)
        }
        return fitted + "…"
    }

    static func padded(_ text: String, to width: Int, rightAligned: Bool) -> String {
        let padding = String(repeating: " ", count: max(0, width - TextWidth.width(of: text)))
        return rightAligned ? padding + text : text + padding
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
            false
        default: true
        }
    }

    private static func width(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.properties.generalCategory == .nonspacingMark { return 0 }
        return first.properties.isEmojiPresentation || isWide(first.value) ? 2 : 1
    }

    /// The blocks of East Asian scripts whose characters take two cells (Unicode Annex 11).
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
