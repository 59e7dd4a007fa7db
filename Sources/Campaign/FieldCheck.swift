import Message
import Primitives

/// The letter as far as it could be read.
struct LetterDraft {
    static let largestFile = 4 << 20

    /// A template and where it comes from.
    struct Part {
        var source: TemplateSource
        var file: String
        /// Where a template within the manifest stands; nil for a file of its own.
        var place: Place?

        func place(ofLine line: Int) -> Place {
            place ?? Place(line: line)
        }
    }

    var subject: Part?
    var html: Part?
    var text: Part?
    /// Whether every part of the letter could be read, so that unused things are known to be unused.
    var isComplete = false

    init(html: Part?, text: Part?) {
        self.html = html
        self.text = text
    }

    var parts: [Part] { [subject, html, text].compactMap(\.self) }

    var templates: CampaignTemplates? {
        subject.map { CampaignTemplates(subject: $0.source, html: html?.source, text: text?.source) }
    }

    /// The merge fields of all parts, each once, in the order of first use.
    var fieldNames: [String] {
        var names: [String] = []
        for use in parts.flatMap(\.source.fieldNames)
        where !names.contains(where: { sameBytes($0, use.name) }) {
            names.append(use.name)
        }
        return names
    }
}

/// Checks the merge fields of a letter against the columns of the list and the declared defaults.
struct FieldCheck {
    private let draft: ManifestDraft
    private let letter: LetterDraft
    private let header: [String]?
    private let headerPlace: Place
    private let listName: String

    init(
        _ draft: ManifestDraft, _ letter: LetterDraft, _ header: [String]?, _ headerPlace: Place,
        listName: String
    ) {
        self.draft = draft
        self.letter = letter
        self.header = header
        self.headerPlace = headerPlace
        self.listName = listName
    }

    /// What to take from each row; nil when problems keep that from being known.
    func layout(_ problems: inout ProblemList) -> RowLayout? {
        guard let header else {
            problems.add(
                ManifestProblem(
                    file: listName, at: Place(line: 1), what: "the file is empty",
                    fix: "put the names of the columns on the first line"))
            return nil
        }
        noteUnknownFields(header, &problems)
        noteAmbiguousColumns(header, &problems)
        checkDefaults(&problems)
        let zone = zoneField(header, &problems)
        guard let addressColumn = addressColumn(header, &problems) else { return nil }
        let fields = letter.fieldNames.map { field($0, header) }
        return RowLayout(
            columnCount: header.count, addressColumn: addressColumn, fields: fields + [zone].compactMap(\.self),
            zoneField: zone == nil ? nil : fields.count)
    }

    /// A field of its own behind those of the letter, which may use the column too and want no default.
    private func zoneField(_ header: [String], _ problems: inout ProblemList) -> RowLayout.Field? {
        guard let window = draft.sendWindow, let name = window.zoneColumn else { return nil }
        guard let column = column(name, header, &problems) else { return nil }
        return RowLayout.Field(name: name.value, column: column, fallback: window.zone.map { Array($0.name.utf8) })
    }

    private func field(_ name: String, _ header: [String]) -> RowLayout.Field {
        RowLayout.Field(
            name: name, column: header.firstIndex { sameBytes($0, name) },
            fallback: fallback(name).map { Array($0.value.utf8) }, reachesHeader: reachesHeader(name))
    }

    private func fallback(_ name: String) -> ManifestDraft.FieldDefault? {
        draft.defaults.first { sameBytes($0.field, name) }
    }

    private func reachesHeader(_ name: String) -> Bool {
        letter.subject?.source.fieldNames.contains { sameBytes($0.name, name) } == true
    }

    private func addressColumn(_ header: [String], _ problems: inout ProblemList) -> Int? {
        draft.addressColumn.flatMap { column($0, header, &problems) }
    }

    private func column(
        _ wanted: Located<String>, _ header: [String], _ problems: inout ProblemList
    ) -> Int? {
        if let column = header.firstIndex(where: { sameBytes($0, wanted.value) }) { return column }
        problems.add(
            wanted.place, "\(listName) has no column '\(wanted.value)'", fix: hint(wanted.value, header))
        return nil
    }

    private func hint(_ name: String, _ header: [String]) -> String {
        let only = header.count == 1 ? header[0] : ""
        if only.contains(";") { return "its columns seem to be separated by semicolons; save it with commas" }
        if only.contains("\t") { return "its columns seem to be separated by tabs; save it with commas" }
        let columns = "its columns are " + header.map { "'\($0)'" }.joined(separator: ", ")
        let guess = Spelling.nearest(to: name, in: header)
        return guess.map { "did you mean '\($0)'? \(columns)" } ?? columns
    }

    private func noteUnknownFields(_ header: [String], _ problems: inout ProblemList) {
        for part in letter.parts {
            for use in part.source.fieldNames where !isKnown(use.name, header) {
                let guess = Spelling.nearest(to: use.name, in: header + draft.defaults.map(\.field))
                let fix =
                    guess.map { "did you mean {{\($0)}}?" }
                    ?? "add the column, or a default for it under recipients"
                problems.add(
                    ManifestProblem(
                        file: part.file, at: part.place(ofLine: use.line),
                        what: "{{\(use.name)}} is neither a column of \(listName) nor a default", fix: fix))
            }
        }
    }

    private func isKnown(_ name: String, _ header: [String]) -> Bool {
        header.contains { sameBytes($0, name) } || fallback(name) != nil
    }

    private func noteAmbiguousColumns(_ header: [String], _ problems: inout ProblemList) {
        let used =
            letter.fieldNames + [draft.addressColumn?.value, draft.sendWindow?.zoneColumn?.value].compactMap(\.self)
        for (index, name) in header.enumerated() where used.contains(where: { sameBytes($0, name) }) {
            guard header[..<index].contains(where: { sameBytes($0, name) }) else { continue }
            problems.add(
                ManifestProblem(
                    file: listName, at: headerPlace, what: "there are several columns '\(name)'",
                    fix: "give each its own name"))
        }
    }

    private func checkDefaults(_ problems: inout ProblemList) {
        let names = letter.fieldNames
        for entry in draft.defaults {
            let value = Array(entry.value.utf8)
            if letter.isComplete && !names.contains(where: { sameBytes($0, entry.field) }) {
                let guess = Spelling.nearest(to: entry.field, in: names)
                problems.warn(
                    entry.place, "the default '\(entry.field)' belongs to no merge field of the letter",
                    fix: guess.map { "did you mean '\($0)'?" } ?? "remove it")
            }
            if value.contains(0) || (reachesHeader(entry.field) && value.span.holdsControlByte) {
                problems.add(
                    entry.place, "the default '\(entry.field)' holds a control character",
                    fix: "write it on one line: it goes into the subject")
            }
            if value.count > PackedRow.longestField {
                problems.add(
                    entry.place, "the default '\(entry.field)' is longer than 65535 bytes", fix: "shorten it")
            }
        }
    }
}
