import Foundation
import Message

/// Loads a campaign: the manifest and everything it names.
///
/// Next: LoadedCampaign.next.
package enum ManifestLoader {
    /// - Parameters:
    ///   - path: the manifest; what it names is relative to its directory.
    ///   - route: overrides the manifest's route, as `--route` does.
    ///   - seed: keys the sets of addresses; random in a real run.
    ///   - listCopy: see `RecipientFile`.
    /// - Throws: every problem there is, not the first.
    package static func load(
        path: String, route: String? = nil, seed: UInt64, listCopy: String? = nil
    ) throws(ManifestProblems) -> LoadedCampaign {
        let bytes = try contents(path)
        let text = try ManifestText(bytes, file: path)
        let problems = ProblemList(file: path, insertions: text.insertions)
        var decoder = ManifestDecoder(problems, routeIsGiven: route != nil)
        decoder.decode(text.root)
        var check = CampaignCheck(decoder, manifestPath: path)
        check.override(route: route)
        return try check.finish(seed: seed, listCopy: listCopy)
    }

    /// Whether the recipients come from standard input. False for a manifest that cannot be read.
    package static func namesStandardInput(path: String) -> Bool {
        guard let bytes = try? contents(path), let text = try? ManifestText(bytes, file: path) else { return false }
        var decoder = ManifestDecoder(ProblemList(file: path, insertions: text.insertions), routeIsGiven: true)
        decoder.decode(text.root)
        return decoder.draft.recipientsFile?.value == "-"
    }

    private static func contents(_ path: String) throws(ManifestProblems) -> [UInt8] {
        do {
            return try InputFile.contents(path: path, shownAs: path, limit: 1 << 20)
        } catch {
            throw ManifestProblems([ManifestProblem(file: path, what: error.what, fix: error.fix)])
        }
    }
}

/// Follows a manifest to the files it names and checks one against the other.
private struct CampaignCheck {
    private var draft: ManifestDraft
    private var problems: ProblemList
    private let directory: String

    init(_ decoder: ManifestDecoder, manifestPath: String) {
        draft = decoder.draft
        problems = decoder.problems
        directory = (manifestPath as NSString).deletingLastPathComponent
    }

    mutating func override(route: String?) {
        guard let route else { return }
        do {
            draft.route = try Route(parsing: route)
        } catch {
            problems.add(ManifestProblem(file: "--route \(route)", what: error.what, fix: error.fix))
        }
    }

    /// The campaign, or everything that is wrong with it.
    mutating func finish(seed: UInt64, listCopy: String?) throws(ManifestProblems) -> LoadedCampaign {
        let letter = loadLetter()
        let suppression = loadSuppression(seed: seed)
        let senders = SenderCheck(draft.senders, draft.mailClass).senders(route: draft.route, &problems)
        let shaping = ShapingInput(
            files: draft.shapingFiles?.map { resolved($0.value) },
            directoryFile: (draft.directoryFile?.value).map(resolved), &problems)
        let file = try openRecipients(listCopy)
        let layout = FieldCheck(draft, letter, file.header, file.headerPlace, listName: file.name)
            .layout(&problems)
        let found = problems.sorted
        let isGood = !found.contains { $0.severity == .error }
        guard isGood, let layout, let manifest = draft.manifest(senders), let templates = letter.templates else {
            throw ManifestProblems(found)
        }
        return LoadedCampaign(
            manifest: manifest, warnings: found, templates: templates, suppression: suppression,
            shaping: shaping, inputs: inputs,
            list: RecipientList(path: file.path, header: file.header ?? [], seed: seed),
            stream: file.start(layout, seed: seed))
    }

    private mutating func openRecipients(_ listCopy: String?) throws(ManifestProblems) -> RecipientFile {
        guard let name = draft.recipientsFile else { throw ManifestProblems(problems.sorted) }
        let path = name.value == "-" ? "-" : resolved(name.value)
        do {
            return try RecipientFile(path: path, shownAs: path, copyingTo: listCopy)
        } catch {
            problems.add(name.place, "\(error.file): \(error.what)", fix: error.fix)
            throw ManifestProblems(problems.sorted)
        }
    }

    private var inputs: [CampaignInput] {
        let named = [("html", draft.html), ("text", draft.text), ("recipients", draft.recipientsFile)]
        return [CampaignInput(name: "manifest", path: problems.file)]
            + named.compactMap { name, file in
                file.map { CampaignInput(name: name, path: $0.value == "-" ? "-" : resolved($0.value)) }
            }
    }

    private func resolved(_ path: String) -> String {
        path.hasPrefix("/") || directory.isEmpty ? path : "\(directory)/\(path)"
    }

    private mutating func loadLetter() -> LetterDraft {
        var letter = LetterDraft(html: loadBody(draft.html), text: loadBody(draft.text))
        letter.isComplete =
            (draft.html == nil || letter.html != nil) && (draft.text == nil || letter.text != nil)
        if let subject = draft.subject {
            let source = TemplateSource(Array(subject.value.utf8))
            letter.subject = LetterDraft.Part(source: source, file: problems.file, place: subject.place)
            note(source.problems, letter.subject)
        } else {
            letter.isComplete = false
        }
        return letter
    }

    private mutating func loadBody(_ name: Located<String>?) -> LetterDraft.Part? {
        guard let name else { return nil }
        let path = resolved(name.value)
        do {
            let bytes = try InputFile.contents(path: path, shownAs: path, limit: LetterDraft.largestFile)
            let part = LetterDraft.Part(source: TemplateSource(bytes), file: path, place: nil)
            if part.source.segments.isEmpty {
                problems.add(
                    name.place, "\(path): the letter is empty", fix: "write the letter, or leave the key out")
            }
            note(part.source.problems, part)
            return part
        } catch {
            problems.add(name.place, "\(error.file): \(error.what)", fix: error.fix)
            return nil
        }
    }

    private mutating func note(_ found: [TemplateProblem], _ part: LetterDraft.Part?) {
        guard let part else { return }
        for problem in found {
            let words = problem.text.split(separator: ": ", maxSplits: 1)
            problems.add(
                ManifestProblem(
                    file: part.file, at: part.place(ofLine: problem.line),
                    what: words.first.map(String.init) ?? "",
                    fix: words.count > 1 ? String(words[1]) : "mend the letter"))
        }
    }

    private mutating func loadSuppression(seed: UInt64) -> SuppressionList {
        var list = SuppressionList(seed: seed)
        for name in draft.suppression {
            let path = resolved(name.value)
            do {
                for warning in try list.load(path: path, shownAs: path) { problems.add(warning) }
            } catch {
                problems.add(name.place, "\(error.file): \(error.what)", fix: error.fix)
            }
        }
        return list
    }
}

extension ManifestDraft {
    /// The manifest, when nothing is missing.
    fileprivate func manifest(_ senders: Senders) -> Manifest? {
        guard let name, let mailClass, let from, let envelopeFrom, let subject, let recipientsFile,
            let addressColumn, route != nil || directoryFile != nil
        else { return nil }
        return Manifest(
            name: name, mailClass: mailClass, from: from, replyTo: replyTo, envelopeFrom: envelopeFrom,
            subject: subject.value, html: html?.value, text: text?.value,
            recipients: Manifest.Recipients(file: recipientsFile.value, addressColumn: addressColumn.value),
            suppression: suppression.map(\.value), route: route, limits: limits, grouping: grouping,
            depth: depth, inDoubt: inDoubt ?? mailClass.inDoubtByDefault, retry: retry, isAdaptive: isAdaptive,
            shapingFiles: shapingFiles?.map(\.value), directoryFile: directoryFile?.value, sources: senders.sources,
            pools: senders.pools, pool: senders.pool, sendWindow: sendWindow?.value)
    }
}
