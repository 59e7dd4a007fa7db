import Primitives

/// Numbers as people read them: grouped in thousands, with their unit.
package enum NumberText {
    /// `1234567` as `1,234,567`.
    package static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// With a fixed number of decimals, at most 6. What no Int can hold, and what is no number, is `?`.
    static func decimal(_ number: Double, places: Int) -> String {
        let scale = [1.0, 10, 100, 1_000, 10_000, 100_000, 1_000_000][min(max(places, 0), 6)]
        let scaled = (number * scale).rounded()
        guard let whole = Int(exactly: scaled) else { return "?" }
        guard places > 0 else { return grouped(whole) }
        let (integer, fraction) = whole.magnitude.quotientAndRemainder(dividingBy: UInt(scale))
        let decimals = String(fraction)
        let zeros = String(repeating: "0", count: places - decimals.count)
        return (whole < 0 ? "-" : "") + grouped(Int(integer)) + "." + zeros + decimals
    }

    /// Events a second: whole ones from a hundred on, one decimal below.
    package static func rate(_ perSecond: Double) -> String {
        decimal(perSecond, places: perSecond < 99.95 && perSecond != 0 ? 1 : 0)
    }

    /// A part of a whole in percent. Neither `0.0 %` nor `100.0 %` is shown unless it is true.
    static func share(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "" }
        if part == 0 { return "0 %" }
        if part == whole { return "100 %" }
        let percent = Double(part) / Double(whole) * 100
        if percent < 0.05 { return "< 0.1 %" }
        if percent >= 99.95 && part < whole { return "> 99.9 %" }
        return decimal(percent, places: 1) + " %"
    }

    /// A latency, with three digits or more: `850 µs`, `1.20 ms`, `35.0 s`.
    static func latency(microseconds: Int) -> String {
        if microseconds < 1_000 { return "\(microseconds) µs" }
        let unit = microseconds < 999_995 ? (1e3, "ms") : (1e6, "s")
        let value = Double(microseconds) / unit.0
        let places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        return decimal(value, places: places) + " " + unit.1
    }

    /// A duration in seconds: `1.52 s` below a minute, then as a clock.
    static func duration(seconds: Double) -> String {
        seconds < 59.995 ? decimal(seconds, places: 2) + " s" : clock(seconds: seconds)
    }

    /// Hours, minutes and whole seconds: `0:12`, `1:02:03`.
    package static func clock(seconds: Double) -> String {
        guard let whole = Int(exactly: seconds.rounded(.down)), whole >= 0 else { return "?" }
        let (hours, minutes) = (whole / 3_600, whole / 60 % 60)
        let rest = twoDigits(whole % 60)
        return hours > 0 ? "\(grouped(hours)):\(twoDigits(minutes)):\(rest)" : "\(minutes):\(rest)"
    }

    /// A time that may be long, in seconds: `12 s`, `1:02:03`, `3 days 4 h`, `2 years 10 days`.
    package static func span(seconds: Double) -> String {
        guard let whole = Int(exactly: seconds.rounded(.up)), whole >= 0 else { return "?" }
        if whole < 60 { return "\(whole) s" }
        if whole < 86_400 { return clock(seconds: Double(whole)) }
        let days = whole / 86_400
        if days < 365 {
            let hours = whole % 86_400 / 3_600
            return counted(days, "day") + (hours > 0 ? " \(hours) h" : "")
        }
        let rest = days % 365
        return counted(days / 365, "year") + (rest > 0 ? " \(counted(rest, "day"))" : "")
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    /// Bytes in decimal units: `512 B`, `34.2 MB`.
    static func bytes(_ count: Int) -> String {
        var value = Double(count)
        for unit in ["B", "kB", "MB", "GB", "TB"] {
            if value < 999.95 { return decimal(value, places: unit == "B" ? 0 : 1) + " " + unit }
            value /= 1_000
        }
        return decimal(value, places: 1) + " PB"
    }

    /// A time in its largest unit, for people who want to know how long it is about: `under 1 s`, `90 s`, `3 h`.
    package static func roughly(seconds: Double) -> String {
        guard seconds >= 1 else { return "under 1 s" }
        let units: [(name: String, length: Double)] = [("d", 86_400), ("h", 3_600), ("min", 60)]
        for unit in units where seconds >= 2 * unit.length {
            return "\(grouped(Int(min(seconds / unit.length, 1e9)))) \(unit.name)"
        }
        return "\(Int(seconds)) s"
    }

    static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
