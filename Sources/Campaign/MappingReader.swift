import Yams

/// A value of a manifest and where it stands.
struct Located<Value> {
    var value: Value
    var place: Place
}

/// One mapping of a manifest: its values by key, after a look at the keys themselves.
struct MappingReader {
    let place: Place
    private(set) var entries: [(key: String, keyPlace: Place, value: Node)] = []
    /// Known keys that were probably meant by unknown ones.
    private var meant: [String] = []

    /// - Parameter known: the keys there may be; nil when any will do.
    init(_ mapping: Node.Mapping, known: [String]?, in problems: inout ProblemList) {
        place = Place(mapping.mark)
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                problems.add(Place(key.mark), "a key must be a word", fix: "write KEY: VALUE")
                continue
            }
            add(name, Place(key.mark), value, known, &problems)
        }
    }

    private mutating func add(
        _ name: String, _ place: Place, _ value: Node, _ known: [String]?, _ problems: inout ProblemList
    ) {
        if let known, !known.contains(name) {
            let guess = Spelling.nearest(to: name, in: known)
            meant += [guess].compactMap(\.self)
            problems.add(
                place, "there is no key '\(name)' here",
                fix: guess.map { "did you mean '\($0)'?" } ?? "the keys are \(known.joined(separator: ", "))")
        } else if let first = entries.first(where: { sameBytes($0.key, name) }) {
            problems.add(
                place, "'\(name)' is given twice, first on line \(first.keyPlace.line)",
                fix: "keep one of them")
        } else {
            entries.append((name, place, value))
        }
    }

    /// Whether a key is missing, and not just misspelt.
    func isMissing(_ key: String) -> Bool {
        value(key) == nil && !meant.contains(key)
    }

    func value(_ key: String) -> Node? {
        entries.first { $0.key == key }?.value
    }
}

extension Place {
    init(_ mark: Mark?) {
        self.init(line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
}

/// Names are compared on bytes, as the columns of a file are: `==` takes two spellings of é for one.
func sameBytes(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
}

enum Spelling {
    /// The candidate that a mistyped word most likely meant; nil when none is close.
    static func nearest(to word: String, in candidates: [String]) -> String? {
        let typed = plain(word)
        var best: (word: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(typed, plain(candidate))
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(1, typed.count / 3) else { return nil }
        return best.word
    }

    private static func plain(_ word: String) -> [UInt8] {
        word.prefix(64).lowercased().utf8.filter {
            $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-")
        }
    }

    /// The number of bytes to insert, delete or replace to make one word the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, min(row[column], diagonal) + 1)
            }
        }
        return row[right.count]
    }
}
