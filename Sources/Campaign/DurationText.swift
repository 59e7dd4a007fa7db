import Primitives

/// Lengths of time as people write them in a manifest: a whole number and its unit, `500ms`, `30s`, `5m`, `4h`, `3d`.
enum DurationText {
    private static let units: [(name: String, length: Interval)] = [
        ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3_600)),
        ("d", .seconds(86_400)),
    ]
    static let longest = Interval.seconds(365 * 86_400)
    static let examples = "500ms, 30s, 5m, 4h or 3d"

    /// Nil for anything else. What is beyond the range of an interval becomes the longest.
    static func parse(_ text: String) -> Interval? {
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        let unit = units.first { text.utf8.dropFirst(digits.count).elementsEqual($0.name.utf8) }
        guard let unit, !digits.isEmpty, digits.count <= 18, let number = Int64(Substring(digits)) else {
            return nil
        }
        return unit.length * number
    }

    /// In the largest unit that leaves nothing over.
    static func words(_ interval: Interval) -> String {
        let unit = units.last { interval.nanoseconds % $0.length.nanoseconds == 0 } ?? units[0]
        return "\(interval.nanoseconds / unit.length.nanoseconds)\(unit.name)"
    }
}
