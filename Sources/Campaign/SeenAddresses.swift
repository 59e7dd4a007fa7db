import Primitives

/// The addresses that came before in the list, as far as they tell a duplicate.
///
/// Those of rows that were judged before are noted without another look at the rows, and many at a time.
struct SeenAddresses: ~Copyable, Sendable {
    private let selection: LineSelection
    private let column: Int
    private let seed: UInt64
    /// Addresses that room is made for with the first of them: a list that is opened only to be read again takes none.
    private let expected: Int
    private var hasRoom = false
    private var known = FingerprintSet()
    /// Not in `known` so far.
    private var waiting: [Fingerprint] = []
    /// Of rows that follow, with their lines: those whose places in memory were fetched last.
    private var ahead: [Fingerprint] = []
    private var aheadLines: [Int] = []
    /// How many of these rows lie behind.
    private var aheadPassed = 0

    private static let mostWaiting = 32
    /// Rows that are looked at together before they are read one by one.
    static let rowsAhead = 16
    /// Room for so many, 300 MB, is made for rows that may not be there.
    private static let mostExpected = 20_000_000

    /// - Parameters:
    ///   - column: where addresses stand.
    ///   - seed: not predictable by who wrote the list.
    ///   - rows: how many the list may have.
    init(_ selection: LineSelection, column: Int, seed: UInt64, expecting rows: Int) {
        self.selection = selection
        self.column = column
        self.seed = seed
        waiting.reserveCapacity(SeenAddresses.mostWaiting)
        expected = selection.isComplete ? 0 : max(selection.judgedThrough, min(rows, SeenAddresses.mostExpected))
    }

    /// What was computed when the place of a row's address was fetched, if it was.
    ///
    /// - Parameter line: of the row; rows come in the order of their lines.
    mutating func fingerprintAhead(line: Int) -> Fingerprint? {
        while aheadPassed < ahead.count && aheadLines[aheadPassed] < line { aheadPassed += 1 }
        guard aheadPassed < ahead.count && aheadLines[aheadPassed] == line else { return nil }
        return ahead[aheadPassed]
    }

    func fingerprint(_ address: Span<UInt8>, atSign: Int) -> Fingerprint {
        Fingerprint(of: address, foldingFrom: atSign + 1, seed: seed)
    }

    /// - Parameter address: one that was checked when its row was judged.
    func fingerprint(_ address: Span<UInt8>) -> Fingerprint {
        fingerprint(address, atSign: address.firstIndex(of: UInt8(ascii: "@"), from: 0) ?? address.count)
    }

    /// Adds an address; false when it was there.
    mutating func insert(_ fingerprint: Fingerprint) -> Bool {
        addWaiting()
        return known.insert(fingerprint)
    }

    mutating func contains(_ fingerprint: Fingerprint) -> Bool {
        addWaiting()
        return known.contains(fingerprint)
    }

    /// Whether there is room for so many that to find one means to wait for memory.
    var isLarge: Bool { max(known.count, expected) > 50_000 }

    /// Has the places in memory fetched where the addresses of some rows belong.
    ///
    /// - Parameter lookAhead: gives the rows, whole and without quotes or line ends, to what it is given.
    mutating func fetch(_ lookAhead: ((Span<UInt8>, Int) -> Void) -> Int) -> Int {
        addWaiting()
        var (places, lines): ([Fingerprint], [Int]) = ([], [])
        swap(&places, &ahead)
        swap(&lines, &aheadLines)
        places.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
        let end = lookAhead { (row, line) in
            guard let range = addressRange(row) else { return }
            places.append(fingerprint(row.extracting(range)))
            lines.append(line)
        }
        known.fetch(places.span)
        swap(&places, &ahead)
        swap(&lines, &aheadLines)
        aheadPassed = 0
        return end
    }

    /// Notes the address of a row that was judged before, unless the row was rejected.
    ///
    /// - Parameter row: whole and without quotes or line end.
    mutating func note(row: Span<UInt8>, line: Int) {
        guard let range = addressRange(row) else { return }
        note(fingerprint(row.extracting(range)), line: line)
    }

    private func addressRange(_ row: Span<UInt8>) -> Range<Int>? {
        var start = 0
        for _ in 0..<column {
            guard let comma = row.firstIndex(of: UInt8(ascii: ","), from: start) else { return nil }
            start = comma + 1
        }
        return start..<(row.firstIndex(of: UInt8(ascii: ","), from: start) ?? row.count)
    }

    /// Notes the address of a row that was judged before, unless the row was rejected.
    mutating func note(_ fingerprint: Fingerprint, line: Int) {
        guard selection.wasAccepted(line) else { return }
        waiting.append(fingerprint)
        if waiting.count == SeenAddresses.mostWaiting { addWaiting() }
    }

    private mutating func addWaiting() {
        if !hasRoom { makeRoom() }
        guard !waiting.isEmpty else { return }
        var added: [Fingerprint] = []
        swap(&added, &waiting)
        known.insert(added.span)
        added.removeAll(keepingCapacity: true)
        swap(&added, &waiting)
    }

    private mutating func makeRoom() {
        hasRoom = true
        if expected > 0 { known.reserve(expected) }
    }
}
