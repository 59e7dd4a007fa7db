import Message
import Yams

/// A manifest as far as it could be read: what is nil is missing or has a problem that was noted.
struct ManifestDraft {
    var name: String?
    var mailClass: Manifest.MailClass?
    var from: Manifest.Mailbox?
    var replyTo: String?
    var envelopeFrom: String?
    var subject: Located<String>?
    var html: Located<String>?
    var text: Located<String>?
    var recipientsFile: Located<String>?
    var addressColumn: Located<String>?
    var defaults: [FieldDefault] = []
    var suppression: [Located<String>] = []
    var route: Route?
    var limits = Manifest.Limits()
    var grouping = Manifest.Grouping.auto
    var depth = 16
    var inDoubt: Manifest.InDoubt?
    var retry = Manifest.Retry()
    var isAdaptive = true
    var shapingFiles: [Located<String>]?
    var directoryFile: Located<String>?
    var senders = SenderDraft()
    var sendWindow: WindowDraft?

    struct FieldDefault {
        var field: String
        var value: String
        var place: Place
    }
}

/// Reads a manifest's tree, noting every problem on the way.
struct ManifestDecoder {
    private(set) var draft = ManifestDraft()
    private(set) var problems: ProblemList
    private let routeIsGiven: Bool

    /// - Parameter routeIsGiven: the command line says where mail goes, so the manifest need not.
    init(_ problems: ProblemList, routeIsGiven: Bool) {
        self.problems = problems
        self.routeIsGiven = routeIsGiven
    }

    mutating func decode(_ root: Node?) {
        guard let root, root.null == nil else {
            problems.add(Place(line: 1), "the manifest is empty", fix: missingKeys(ManifestKeys.required))
            return
        }
        guard let mapping = root.mapping else {
            problems.add(Place(root.mark), "the manifest is not a mapping", fix: "write KEY: VALUE lines")
            return
        }
        let reader = MappingReader(mapping, known: ManifestKeys.root, in: &problems)
        decodeHead(reader)
        decodeLetter(reader)
        if let node = reader.value("recipients") { decodeRecipients(node) }
        decodeWay(reader)
        decodeSenders(reader)
        noteMissing(reader)
    }

    private mutating func decodeHead(_ reader: MappingReader) {
        draft.name = reader.value("name").flatMap { problems.text($0, "name") }?.value
        draft.mailClass = reader.value("class").flatMap {
            problems.choice($0, "class", of: Manifest.MailClass.self)
        }
        draft.from = reader.value("from").flatMap { mailbox($0, "from") }
        draft.replyTo = reader.value("reply-to").flatMap { problems.address($0, "reply-to") }
        draft.envelopeFrom = reader.value("envelope-from").flatMap { problems.address($0, "envelope-from") }
    }

    private mutating func mailbox(_ node: Node, _ key: String) -> Manifest.Mailbox? {
        guard let value = problems.text(node, key) else { return nil }
        guard let mailbox = MailboxText.parse(value.value) else {
            problems.add(
                value.place, "'\(key)' is not a mailbox",
                fix: "write \"Name <local@domain>\" or local@domain; a name with , : ; @ ( ) in quotes")
            return nil
        }
        return problems.checked(mailbox.address, value.place, key).map { address in
            Manifest.Mailbox(name: mailbox.name, address: address)
        }
    }

    private mutating func decodeLetter(_ reader: MappingReader) {
        draft.subject = reader.value("subject").flatMap { problems.text($0, "subject") }
        draft.html = reader.value("html").flatMap { problems.text($0, "html") }
        draft.text = reader.value("text").flatMap { problems.text($0, "text") }
    }

    private mutating func decodeRecipients(_ node: Node) {
        guard let reader = problems.mapping(node, "recipients", known: ManifestKeys.recipients) else {
            return
        }
        draft.recipientsFile = reader.value("file").flatMap { problems.text($0, "file") }
        draft.addressColumn = reader.value("address").flatMap { problems.text($0, "address") }
        if let defaults = reader.value("defaults") { decodeDefaults(defaults) }
        for key in ["file", "address"] where reader.isMissing(key) {
            problems.add(
                reader.place, "'recipients' has no '\(key)'",
                fix: key == "file"
                    ? "add file: FILE.csv, or file: \"-\" for standard input"
                    : "add address: COLUMN, the column that holds the addresses")
        }
    }

    private mutating func decodeDefaults(_ node: Node) {
        guard let reader = problems.mapping(node, "defaults", known: nil) else { return }
        for (field, place, node) in reader.entries {
            guard let value = problems.possiblyEmptyText(node, field) else { continue }
            draft.defaults.append(ManifestDraft.FieldDefault(field: field, value: value.value, place: place))
        }
    }

    private mutating func decodeWay(_ reader: MappingReader) {
        draft.suppression = reader.value("suppression").map { problems.texts($0, "suppression") } ?? []
        draft.route = reader.value("route").flatMap { route($0) }
        if let node = reader.value("limits") { decodeLimits(node) }
        if let node = reader.value("grouping") {
            draft.grouping = problems.choice(node, "grouping", of: Manifest.Grouping.self) ?? .auto
        }
        if let node = reader.value("depth") {
            draft.depth = problems.number(node, "depth", in: Manifest.depthRange) ?? 16
        }
        draft.inDoubt = reader.value("in-doubt").flatMap {
            problems.choice($0, "in-doubt", of: Manifest.InDoubt.self)
        }
        if let node = reader.value("retry") { draft.retry = problems.retry(node) ?? Manifest.Retry() }
    }

    private mutating func decodeSenders(_ reader: MappingReader) {
        draft.isAdaptive = reader.value("adaptive").flatMap { problems.flag($0, "adaptive") } ?? true
        draft.shapingFiles = reader.value("shaping").map { problems.texts($0, "shaping") }
        draft.directoryFile = reader.value("directory").flatMap { problems.text($0, "directory") }
        draft.senders.sources = reader.value("sources").map { problems.sources($0) } ?? []
        draft.senders.pools = reader.value("pools").map { problems.pools($0) } ?? []
        draft.senders.pool = reader.value("pool").flatMap { problems.label($0, "pool") }
        draft.senders.sharesPool = reader.value("share-pool").flatMap { problems.flag($0, "share-pool") } ?? false
        draft.sendWindow = reader.value("send-window").flatMap { problems.window($0) }
    }

    private mutating func route(_ node: Node) -> Route? {
        guard let value = problems.text(node, "route") else { return nil }
        do {
            return try Route(parsing: value.value)
        } catch {
            problems.add(value.place, error.what, fix: error.fix)
            return nil
        }
    }

    private mutating func decodeLimits(_ node: Node) {
        guard let reader = problems.mapping(node, "limits", known: ManifestKeys.limits) else { return }
        for (key, _, node) in reader.entries {
            let range = Manifest.Limits.ranges[key] ?? 1...1
            guard let number = problems.number(node, key, in: range) else { continue }
            draft.limits.given.insert(key)
            switch key {
            case "sessions-per-site": draft.limits.sessionsPerSite = number
            case "messages-per-session": draft.limits.messagesPerSession = number
            default: draft.limits.sessions = number
            }
        }
    }

    private mutating func noteMissing(_ reader: MappingReader) {
        for key in ManifestKeys.required where reader.isMissing(key) {
            problems.add(reader.place, "the key '\(key)' is missing", fix: missingKeys([key]))
        }
        if reader.isMissing("html") && reader.isMissing("text") {
            problems.add(
                reader.place, "there is neither 'html' nor 'text'",
                fix: "add text: FILE, html: FILE, or both: the letter")
        }
        if reader.isMissing("route") && reader.isMissing("directory") && !routeIsGiven {
            problems.add(
                reader.place, "the key 'route' is missing, and this version looks up no mail servers",
                fix: "add route: HOST:PORT or directory: FILE, or give --route HOST:PORT")
        }
    }

    private func missingKeys(_ keys: [String]) -> String {
        "add " + keys.map { ManifestKeys.examples[$0] ?? "\($0): …" }.joined(separator: ", ")
    }
}

extension Manifest {
    static let depthRange = 1...32
}

extension Manifest.Limits {
    static let ranges: [String: ClosedRange<Int>] = [
        "sessions-per-site": 1...10_000, "messages-per-session": 1...1_000_000, "sessions": 1...15_000,
    ]
}

extension ManifestKeys {
    static let examples = [
        "name": "name: NAME", "class": "class: bulk", "from": "from: \"Name <local@domain>\"",
        "envelope-from": "envelope-from: local@domain, where bounces go", "subject": "subject: TEXT",
        "recipients": "recipients: { file: FILE.csv, address: COLUMN }",
    ]
}
