import Yams

/// Tags that were put into a text: where, and how far they moved what stands behind them on the line.
struct TextInsertions {
    private var places: [(line: Int, column: Int, count: Int)] = []

    var count: Int { places.count }

    /// - Parameters:
    ///   - line: counted from 1.
    ///   - column: counted from 1, in the text as it is before this insertion.
    mutating func add(line: Int, column: Int, count: Int) {
        for index in places.indices where places[index].line == line && places[index].column >= column {
            places[index].column += count
        }
        places.append((line, column, count))
    }

    /// The place in the text as it was.
    func original(_ place: Place) -> Place {
        guard let column = place.column else { return place }
        let before = places.filter { $0.line == place.line && $0.column < column }
        return Place(line: place.line, column: column - before.reduce(0) { $0 + $1.count })
    }
}

/// A way past the parser, which gives up at the first repeated key: a tag makes the repetition a different key,
/// so that it can be reported together with everything else.
enum RepeatedKey {
    /// Puts a tag before the next repetition of a key.
    ///
    /// - Returns: false when none was found.
    static func mark(
        _ key: String, after mark: Mark, in text: inout [UInt8], _ insertions: inout TextInsertions
    ) -> Bool {
        let name = Array(key.utf8)
        guard let position = inBlock(name, mark, text) ?? inBraces(name, mark, text) else { return false }
        let before = text[..<position]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let tag = "!repeated-\(insertions.count) "
        insertions.add(
            line: 1 + before.count { $0 == UInt8(ascii: "\n") },
            column: 1 + String(decoding: text[lineStart..<position], as: UTF8.self).unicodeScalars.count,
            count: tag.utf8.count)
        text.insert(contentsOf: tag.utf8, at: position)
        return true
    }

    /// A later line that is indented like the first occurrence and begins with the key.
    private static func inBlock(_ name: [UInt8], _ mark: Mark, _ text: [UInt8]) -> Int? {
        var start = lineStart(mark.line + 1, text)
        while let line = start {
            let end = text[line...].firstIndex { $0 != UInt8(ascii: " ") } ?? text.count
            if end - line == mark.column - 1 && isKey(name, at: end, text) { return end }
            start = text[line...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
        }
        return nil
    }

    /// A place behind `{` or `,`, the second from the line of the first occurrence on.
    private static func inBraces(_ name: [UInt8], _ mark: Mark, _ text: [UInt8]) -> Int? {
        guard let line = lineStart(mark.line, text) else { return nil }
        var previous: UInt8 = 0
        var occurrences = 0
        for index in line..<text.count {
            let byte = text[index]
            if previous == UInt8(ascii: "{") || previous == UInt8(ascii: ","), isKey(name, at: index, text) {
                occurrences += 1
                if occurrences == 2 { return index }
            }
            if byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\n") { previous = byte }
        }
        return nil
    }

    private static func isKey(_ name: [UInt8], at start: Int, _ text: [UInt8]) -> Bool {
        let quotes = [UInt8(ascii: "\""), UInt8(ascii: "'")]
        let isQuoted = start < text.count && quotes.contains(text[start])
        let nameStart = start + (isQuoted ? 1 : 0)
        guard text[nameStart...].starts(with: name) else { return false }
        let end = min(nameStart + name.count + (isQuoted ? 1 : 0), text.count)
        return text[end...].first { $0 != UInt8(ascii: " ") } == UInt8(ascii: ":")
    }

    private static func lineStart(_ line: Int, _ text: [UInt8]) -> Int? {
        var start = 0
        for _ in 1..<max(line, 1) {
            guard let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            start = end + 1
        }
        return start
    }
}
