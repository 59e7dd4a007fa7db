/// Rules of the code that no compiler and no formatter checks. Each finds problems as `path:line: what to do`.
enum Rules {
    static let pureRooms: Set = ["Primitives", "SMTP", "Message", "Measurement", "Delivery", "Pacing"]
    static let unsafeRooms: Set = ["Primitives", "Uring", "Digest", "Engine", "Ledger", "Sink", "Simulation"]
    static let worldlyRooms: Set = ["Engine", "Ledger", "Uring", "Sink", "sluice", "Terminal"]

    /// Files that may be unsafe although their room may not, with the reason.
    static let unsafeFiles = [
        "Sources/Terminal/Screen.swift": "asks the kernel for the size of the terminal",
        "Sources/Campaign/StreamInput.swift": "asks the kernel for what standard input has to give now",
        "Sources/Shaping/ReplyPattern.swift": "stops the search for a regex, which Foundation lets do by pointer alone",
    ]
    /// Functions that may be longer, as `path:name`, with the reason.
    static let longFunctions: [String: String] = [:]

    static let longestFile = 350
    static let longestFunction = 60
    static let longestLine = 120

    static func problems(in source: SourceText) -> [String] {
        imports(source) + bannedWords(source) + unsafeWords(source) + lineForms(source) + fileLength(source)
            + functionLengths(source)
    }

    /// Pure rooms import each other, and what their part of the work is made of.
    static func imports(_ source: SourceText) -> [String] {
        guard pureRooms.contains(source.room) else { return [] }
        return matches(in: source.code) { line in
            guard let module = importedModule(line) else { return nil }
            let special = ["Measurement": "Histogram", "Primitives": "CProcessor"][source.room]
            if pureRooms.contains(module) || module == special {
                return nil
            }
            return "\(source.room) is pure and cannot import \(module): take what is needed as an argument"
        }.map { "\(source.path):\($0)" }
    }

    private static func importedModule(_ line: String) -> String? {
        let words = line.split { $0 == " " || $0 == "." }.map(String.init)
        guard let place = words.firstIndex(of: "import"), place + 1 < words.count else { return nil }
        let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let isKind = kinds.contains(words[place + 1]) && place + 2 < words.count
        return words[isKind ? place + 2 : place + 1]
    }

    static func bannedWords(_ source: SourceText) -> [String] {
        let everywhere = BannedWord.everywhere.flatMap { word in
            matches(in: source.code) { $0.hasWord(word.text) ? "\(word.text) \(word.hint)" : nil }
        }
        let notes = BannedWord.notes.flatMap { word in
            matches(in: source.lines) { $0.hasWord(word.text) ? "\(word.text) \(word.hint)" : nil }
        }
        return (everywhere + notes + worldlyWords(source)).map { "\(source.path):\($0)" }
    }

    private static func worldlyWords(_ source: SourceText) -> [String] {
        if worldlyRooms.contains(source.room) || source.path == "Sources/Primitives/SeededRandom.swift" {
            return []
        }
        return BannedWord.worldly.flatMap { word in
            matches(in: source.code) { line in
                // A generator that came in as an argument is what the rule asks for.
                if word.text == ".random(" && line.contains("using:") { return nil }
                return line.hasWord(word.text) ? "\(word.text) \(word.hint)" : nil
            }
        }
    }

    static func unsafeWords(_ source: SourceText) -> [String] {
        if unsafeRooms.contains(source.room) || unsafeFiles[source.path] != nil { return [] }
        return matches(in: source.code) { line in
            line.hasWord("unsafe")
                ? "only \(unsafeRooms.sorted()) may be unsafe: go through a safe call of theirs" : nil
        }.map { "\(source.path):\($0)" }
    }

    static func lineForms(_ source: SourceText) -> [String] {
        let long = matches(in: source.lines) { line in
            line.count > longestLine ? "\(line.count) characters, \(longestLine) is the limit" : nil
        }
        let tabs = matches(in: source.lines) { $0.contains("\t") ? "a tab: indent with four spaces" : nil }
        return (long + tabs).map { "\(source.path):\($0)" }
    }

    static func fileLength(_ source: SourceText) -> [String] {
        let count = source.lines.last == "" ? source.lines.count - 1 : source.lines.count
        guard count > longestFile else { return [] }
        return ["\(source.path):\(count): more than \(longestFile) lines: give each topic its own file"]
    }

    static func functionLengths(_ source: SourceText) -> [String] {
        FunctionFinder.functions(in: source.code).compactMap { function in
            let key = "\(source.path):\(function.name)"
            guard function.lineCount > longestFunction, longFunctions[key] == nil else { return nil }
            let what = "\(function.name) has \(function.lineCount) lines, \(longestFunction) is the limit"
            return "\(source.path):\(function.line): \(what): name its parts"
        }
    }

    private static func matches(in lines: [String], _ find: (String) -> String?) -> [String] {
        lines.enumerated().compactMap { index, line in find(line).map { "\(index + 1): \($0)" } }
    }
}

/// A word that must not stand in a source, and what to write instead.
struct BannedWord {
    var text: String
    var hint: String

    /// In code, in every room.
    static let everywhere = [
        BannedWord(text: "try!", hint: "stops the process: handle the error, or let it go up"),
        BannedWord(text: "as!", hint: "stops the process: use as? and say what follows otherwise"),
        BannedWord(text: "fatalError(", hint: "is for callers' mistakes only: use precondition, or throw"),
    ]

    /// In code and comments.
    static let notes = ["TO" + "DO", "FIX" + "ME", "XX" + "X"].map {
        BannedWord(text: $0, hint: "belongs in an issue, or is done now")
    }

    /// In code, in rooms that get time and chance as arguments.
    static let worldly = [
        BannedWord(text: "Date(", hint: "reads a clock: take an Instant or the seconds as an argument"),
        BannedWord(text: "ContinuousClock", hint: "reads a clock: take an Instant as an argument"),
        BannedWord(text: "SuspendingClock", hint: "reads a clock: take an Instant as an argument"),
        BannedWord(text: "clock_gettime", hint: "reads a clock: take an Instant as an argument"),
        BannedWord(text: ".random(", hint: "is not repeatable: draw from an inout SeededRandom"),
        BannedWord(
            text: "SystemRandomNumberGenerator", hint: "is not repeatable: take an inout SeededRandom"),
    ]
}

extension String {
    /// Whether the word stands in the line and is not a part of a longer one.
    func hasWord(_ word: String) -> Bool {
        ranges(of: word).contains { range in
            let isOpenBefore = word.first.map(\.isIdentifierPart) == true
            let isOpenAfter = word.last.map(\.isIdentifierPart) == true
            let before = range.lowerBound > startIndex ? self[index(before: range.lowerBound)] : " "
            let after = range.upperBound < endIndex ? self[range.upperBound] : " "
            return !(isOpenBefore && before.isIdentifierPart) && !(isOpenAfter && after.isIdentifierPart)
        }
    }
}

extension Character {
    fileprivate var isIdentifierPart: Bool { isLetter || isNumber || self == "_" }
}
