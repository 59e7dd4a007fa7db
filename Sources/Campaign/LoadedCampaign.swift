import Message
import Primitives

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
    private var stream: RecipientStream

    init(
        manifest: Manifest, warnings: [ManifestProblem], templates: CampaignTemplates,
        suppression: consuming SuppressionList, stream: consuming RecipientStream
    ) {
        self.manifest = manifest
        self.warnings = warnings
        subject = templates.subject
        html = templates.html
        text = templates.text
        self.suppression = suppression
        self.stream = stream
    }

    /// The merge fields in the order in which they are packed, from field 1 on.
    package var fieldNames: [String] { stream.layout.fields.map(\.name) }

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
