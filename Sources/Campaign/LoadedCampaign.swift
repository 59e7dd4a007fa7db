import Message
import Primitives
import Shaping

/// A campaign that is ready: everything was checked that can be checked before the first row is read.
///
/// Not to be shared between threads; hand it over whole.
package struct LoadedCampaign: ~Copyable, Sendable {
    package let manifest: Manifest
    /// What is odd about the campaign and does not stop it.
    package let warnings: [ManifestProblem]
    package let subject: TemplateSource
    package let html: TemplateSource?
    package let text: TemplateSource?
    package let suppression: SuppressionList
    /// Nil for a campaign without shaping. The rules of domains hold for their sites as the directory has them.
    package let shaping: ShapingRules?
    /// Nil when the route alone says where mail goes.
    package let directory: HostDirectory?
    private let inputs: [CampaignInput]
    private let list: RecipientList
    private var stream: RecipientStream

    init(
        manifest: Manifest, warnings: [ManifestProblem], templates: CampaignTemplates,
        suppression: consuming SuppressionList, shaping: ShapingInput, inputs: [CampaignInput], list: RecipientList,
        stream: consuming RecipientStream
    ) {
        self.manifest = manifest
        self.warnings = warnings
        subject = templates.subject
        html = templates.html
        text = templates.text
        self.suppression = suppression
        self.shaping = shaping.rules
        directory = shaping.directory
        self.inputs = inputs
        self.list = list
        self.stream = stream
    }

    /// The merge fields in the order in which they are packed, from field 1 on.
    package var fieldNames: [String] { stream.layout.fields.map(\.name) }

    /// The number of the packed field that names the recipient's time zone; nil when all have the campaign's.
    ///
    /// It always holds the name of a zone: `ZoneNames.offsets` knows it.
    package var zoneField: Int? { stream.layout.zoneField.map { $0 + 1 } }

    /// Bytes that any packed row fits in.
    package var longestPackedRow: Int {
        let defaults = stream.layout.fields.reduce(0) { $0 + 2 + ($1.fallback?.count ?? 0) }
        return PackedRow.headerCount + 2 + 65_536 + defaults
    }

    /// The next recipient, packed into the writer, or rejected row.
    ///
    /// Reads the recipients file only as far as needed. `needsInput` means that standard input has had nothing
    /// to give for a tenth of a second, and more may come: ask again.
    package mutating func next(into writer: inout ByteWriter) throws(FileFault) -> RowResult {
        try stream.next(into: &writer, suppression: suppression)
    }

    /// Begins again with the recipients file; `next` gives the rows that are selected.
    ///
    /// - Throws: when the file cannot be read again, as standard input cannot, or its columns have changed.
    package mutating func startOver(_ selection: LineSelection) throws(FileFault) {
        stream = try anotherStream(selection)
    }

    /// Reads the recipients file once more, beside the reading that is under way.
    ///
    /// Its rows come from `RecipientStream.next` with this campaign's `suppression`. It fails as `startOver` does.
    package func anotherStream(_ selection: LineSelection) throws(FileFault) -> RecipientStream {
        try list.open(stream.layout, selection)
    }

    /// The files that decide what is sent to whom, as they are now: manifest, letter, list.
    ///
    /// Not the suppression lists, which may grow, nor standard input. Reads all of them.
    package func fingerprints() throws(FileFault) -> [InputFingerprint] {
        var fingerprints: [InputFingerprint] = []
        for input in inputs where input.path != "-" { fingerprints.append(try InputFingerprint(of: input)) }
        return fingerprints
    }

    /// What `Letter` is compiled from. The Message-ID gets the domain of the sender.
    ///
    /// - Parameters:
    ///   - runToken: as in `LetterParts`: different in every run.
    ///   - boundaryToken: as in `LetterParts`: not to be guessed.
    package func letterParts(runToken: String, boundaryToken: String) -> LetterParts {
        let sender = manifest.from.address
        let domain = sender.split(separator: "@").last.map(String.init) ?? sender
        return LetterParts(
            fromName: manifest.from.name, fromAddress: sender, replyTo: manifest.replyTo, subject: subject,
            text: text, html: html, fieldNames: fieldNames, messageIDDomain: domain, runToken: runToken,
            boundaryToken: boundaryToken)
    }
}

/// The parts of a letter as their author wrote them.
struct CampaignTemplates: Sendable {
    var subject: TemplateSource
    var html: TemplateSource?
    var text: TemplateSource?
}

/// The recipients file as it was when its columns were checked.
struct RecipientList: Sendable {
    /// `-` is standard input.
    var path: String
    var header: [String]
    var seed: UInt64

    func open(_ layout: RowLayout, _ selection: LineSelection) throws(FileFault) -> RecipientStream {
        guard path != "-" else {
            throw FileFault(
                file: "standard input", what: "it can be read only once",
                fix: "save the list, and name the file in the manifest")
        }
        let file = try RecipientFile(path: path, shownAs: path)
        guard let found = file.header, found.elementsEqual(header, by: sameBytes) else {
            throw FileFault(
                file: path, what: "its columns are not those from before",
                fix: "put the list back as it was")
        }
        return file.start(layout, seed: seed, selection: selection)
    }
}
