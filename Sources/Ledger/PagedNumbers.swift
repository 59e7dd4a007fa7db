/// A number for each line, 0 where none was set; lines that nobody has take next to no memory.
struct PagedNumbers: Sendable {
    private var pages: [[UInt32]] = []
    private static let lines = 65_536

    subscript(line: Int) -> UInt32 {
        get {
            let page = line / PagedNumbers.lines
            guard line >= 0 && page < pages.count && !pages[page].isEmpty else { return 0 }
            return pages[page][line % PagedNumbers.lines]
        }
        set {
            let page = line / PagedNumbers.lines
            while pages.count <= page { pages.append([]) }
            if pages[page].isEmpty { pages[page] = [UInt32](repeating: 0, count: PagedNumbers.lines) }
            pages[page][line % PagedNumbers.lines] = newValue
        }
    }
}
