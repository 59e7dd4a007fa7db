import Pacing
import Yams

/// A send window as far as it could be read.
struct WindowDraft {
    /// Nil when it has a problem that was noted; so is the zone.
    var window: SendWindow?
    var zone: (name: String, offsets: ZoneOffsets)?
    var zoneColumn: Located<String>?

    var value: Manifest.Window? {
        guard let window, let zone else { return nil }
        return Manifest.Window(
            window: window, zoneName: zone.name, zone: zone.offsets, zoneColumn: zoneColumn?.value)
    }
}

/// How the `send-window` of a manifest is read.
extension ProblemList {
    mutating func window(_ node: Node) -> WindowDraft? {
        guard let reader = mapping(node, "send-window", known: ManifestKeys.sendWindow) else { return nil }
        let zoneColumn = reader.value("zone-column").flatMap { text($0, "zone-column") }
        return WindowDraft(window: window(reader), zone: zone(reader), zoneColumn: zoneColumn)
    }

    private mutating func window(_ reader: MappingReader) -> SendWindow? {
        if reader.isMissing("days") && reader.isMissing("hours") {
            add(
                reader.place, "'send-window' has neither days nor hours",
                fix: "write days: mon-fri, hours: 08:00-20:00, or both")
            return nil
        }
        let days = days(reader)
        let hours = hours(reader)
        guard let days, let hours else { return nil }
        return try? SendWindow(parsing: days.utf8Span.span, times: hours.utf8Span.span)
    }

    private mutating func days(_ reader: MappingReader) -> String? {
        guard let node = reader.value("days") else { return "daily" }
        // Commas within braces end a value, so that a list is the natural way to write some days there.
        guard let value = node.sequence == nil ? text(node, "days") : joined(node, "days") else { return nil }
        return checked(value, "days") { days throws(SendWindowProblem) in
            _ = try SendWindow(parsing: days.utf8Span.span, times: "00:00-24:00".utf8Span.span)
        }
    }

    private mutating func joined(_ node: Node, _ key: String) -> Located<String>? {
        let words = texts(node, key)
        return words.first.map { Located(value: words.map(\.value).joined(separator: ","), place: $0.place) }
    }

    private mutating func hours(_ reader: MappingReader) -> String? {
        guard let node = reader.value("hours") else { return "00:00-24:00" }
        guard let value = text(node, "hours") else { return nil }
        return checked(value, "hours") { hours throws(SendWindowProblem) in
            _ = try SendWindow(parsing: "daily".utf8Span.span, times: hours.utf8Span.span)
        }
    }

    private mutating func checked(
        _ value: Located<String>, _ key: String, _ check: (String) throws(SendWindowProblem) -> Void
    ) -> String? {
        do throws(SendWindowProblem) {
            try check(value.value)
            return value.value
        } catch {
            add(value.place, "'\(key)' is '\(value.value)': \(error.sentence)", fix: error.fix)
            return nil
        }
    }

    private mutating func zone(_ reader: MappingReader) -> (name: String, offsets: ZoneOffsets)? {
        let fix = "write an area and a place, such as Europe/Berlin, or UTC"
        guard let node = reader.value("zone") else {
            if reader.isMissing("zone") { add(reader.place, "'send-window' has no 'zone'", fix: fix) }
            return nil
        }
        guard let value = text(node, "zone") else { return nil }
        guard let offsets = ZoneNames.offsets(of: value.value.utf8Span.span) else {
            add(value.place, "there is no time zone '\(value.value)'", fix: fix)
            return nil
        }
        return (value.value, offsets)
    }
}
