/// Finds functions by counting braces: good enough for code that the formatter has laid out.
struct FunctionFinder {
    struct Function: Equatable {
        var name: String
        /// Of its opening brace.
        var line: Int
        /// From the opening brace to the closing one.
        var lineCount: Int
    }

    private var functions: [Function] = []
    /// The functions and other blocks that are open; nil is another block.
    private var open: [Function?] = []
    /// The code since the last brace: what an opening brace belongs to.
    private var header = ""

    /// - Parameter code: lines without comments and strings.
    static func functions(in code: [String]) -> [Function] {
        var finder = FunctionFinder()
        for (index, line) in code.enumerated() { finder.read(line, number: index + 1) }
        return finder.functions
    }

    private mutating func read(_ line: String, number: Int) {
        for character in line {
            switch character {
            case "{":
                open.append(
                    FunctionFinder.name(in: header).map { Function(name: $0, line: number, lineCount: 0) })
                header = ""
            case "}":
                close(at: number)
                header = ""
            default: header.append(character)
            }
        }
        header.append(" ")
    }

    private mutating func close(at number: Int) {
        guard let block = open.popLast(), var function = block else { return }
        function.lineCount = number - function.line + 1
        functions.append(function)
    }

    /// The last declaration in the header that has a body of statements; nil for types and control flow.
    private static func name(in header: String) -> String? {
        let words = header.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }.map(String.init)
        guard let place = words.lastIndex(where: { declarations.contains($0) }) else { return nil }
        guard words[place] == "func" || words[place] == "var" else { return words[place] }
        return place + 1 < words.count ? words[place + 1] : words[place]
    }

    private static let declarations: Set = ["func", "init", "deinit", "subscript", "var"]
}
