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
    /// Those whose places in memory were fetched last, of rows that follow each other.
    private var ahead: [Fingerprint] = []

    private static let mostWaiting = 32
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

    /// What was computed when the places in memory of some rows were fetched, if they were.
    ///
    /// - Parameter index: of the row among those; nil when it is none of them.
    func fingerprintAhead(_ index: Int?) -> Fingerprint? {
        guard let index, index < ahead.count else { return nil }
        return ahead[index]
    }

    func fingerprint(_ address: Span<UInt8>, atSign: Int) -> Fingerprint {
        Fingerprint(of: address, foldingFrom: atSign + 1, seed: seed)
    }

    /// The same for a good address; for another it means nothing.
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

    /// Whether there is room for so many that to find one means to wait for memory. It stays so.
    var isLarge: Bool { max(known.count, expected) > 50_000 }

    /// Has the places in memory fetched where the addresses of rows belong that were cut ahead.
    mutating func fetch(_ scanner: borrowing CSVScanner) {
        addWaiting()
        var fingerprints: [Fingerprint] = []
        swap(&fingerprints, &ahead)
        fingerprints.removeAll(keepingCapacity: true)
        for row in 0..<scanner.ahead.count { fingerprints.append(fingerprint(scanner.cell(column, ofRowAhead: row))) }
        known.fetch(fingerprints.span)
        swap(&fingerprints, &ahead)
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
