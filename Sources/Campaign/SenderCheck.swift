/// What the manifest says about where mail leaves from, as far as it could be read.
struct SenderDraft {
    var sources: [SourceDraft] = []
    var pools: [PoolDraft] = []
    var pool: Located<String>?
    var sharesPool = false
}

/// Sources and pools, found to fit each other.
struct Senders: Hashable {
    var sources: [Manifest.Source] = []
    var pools: [Manifest.Pool] = []
    var pool: Int?
}

/// Checks sources, pools and the choice of one against each other, and against where mail goes.
struct SenderCheck {
    private let draft: SenderDraft
    private let mailClass: Manifest.MailClass?

    init(_ draft: SenderDraft, _ mailClass: Manifest.MailClass?) {
        self.draft = draft
        self.mailClass = mailClass
    }

    /// What could be made of it; only good when no problem was noted.
    func senders(route: Route?, _ problems: inout ProblemList) -> Senders {
        noteFamilies(route, &problems)
        let pools = draft.pools.map { pool($0, &problems) }
        let sources = draft.sources.compactMap { source($0, pools, &problems) }
        return Senders(sources: sources, pools: pools, pool: choice(&problems))
    }

    /// A source reaches only addresses of its own family.
    private func noteFamilies(_ route: Route?, _ problems: inout ProblemList) {
        guard let route else { return }
        for source in draft.sources {
            guard let address = source.address, address.value.count != route.address.count else { continue }
            let (own, other) = address.value.count == 4 ? ("IPv4", "IPv6") : ("IPv6", "IPv4")
            problems.add(
                address.place, "the source '\(source.name.value)' has an \(own) address, and the route an \(other) one",
                fix: "give the source an \(other) address, or write another route")
        }
    }

    // MARK: Pools

    private func pool(_ pool: PoolDraft, _ problems: inout ProblemList) -> Manifest.Pool {
        var members: [Manifest.Pool.Member] = []
        for member in pool.members {
            if let source = draft.sources.firstIndex(where: { $0.name.value == member.source }) {
                members.append(Manifest.Pool.Member(source: source, weight: member.weight))
            } else {
                problems.add(
                    member.place, "there is no source '\(member.source)'",
                    fix: hint(member.source, among: draft.sources.map(\.name.value), "sources"))
            }
        }
        return Manifest.Pool(name: pool.name.value, members: members)
    }

    private func hint(_ name: String, among names: [String], _ kind: String) -> String {
        if let guess = Spelling.nearest(to: name, in: names) { return "did you mean '\(guess)'?" }
        return names.isEmpty ? "add it under \(kind)" : "the \(kind) are \(names.joined(separator: ", "))"
    }

    private func index(ofPool name: Located<String>, _ problems: inout ProblemList) -> Int? {
        if let index = draft.pools.firstIndex(where: { $0.name.value == name.value }) { return index }
        problems.add(
            name.place, "there is no pool '\(name.value)'",
            fix: hint(name.value, among: draft.pools.map(\.name.value), "pools"))
        return nil
    }

    /// Bulk mail must not spoil the name of the addresses that transactional mail depends on.
    private func noteSharing(_ pool: Located<String>, _ problems: inout ProblemList) {
        guard let mailClass, !draft.sharesPool, pool.value == mailClass.other.rawValue else { return }
        problems.add(
            pool.place, "a campaign of class \(mailClass.rawValue) would use the pool '\(pool.value)'",
            fix: "name another pool, or write share-pool: true if they may share their reputation")
    }

    private func choice(_ problems: inout ProblemList) -> Int? {
        if let pool = draft.pool {
            noteSharing(pool, &problems)
            return index(ofPool: pool, &problems)
        }
        guard let mailClass else { return nil }
        if let index = draft.pools.firstIndex(where: { $0.name.value == mailClass.rawValue }) { return index }
        if let other = draft.pools.first(where: { $0.name.value == mailClass.other.rawValue }), !draft.sharesPool {
            problems.add(
                other.name.place,
                "without 'pool', a campaign of class \(mailClass.rawValue) uses all sources, those of the pool "
                    + "'\(other.name.value)' too",
                fix: "add pool: NAME or a pool '\(mailClass.rawValue)', or write share-pool: true")
        }
        return nil
    }

    // MARK: Sources

    private func source(
        _ source: SourceDraft, _ pools: [Manifest.Pool], _ problems: inout ProblemList
    ) -> Manifest.Source? {
        let warmup = source.warmup.flatMap { self.warmup($0, pools, &problems) }
        guard let address = source.address else { return nil }
        return Manifest.Source(name: source.name.value, address: address.value, ehlo: source.ehlo, warmup: warmup)
    }

    private func warmup(
        _ warmup: WarmupDraft, _ pools: [Manifest.Pool], _ problems: inout ProblemList
    ) -> Manifest.Warmup? {
        let overflow = warmup.overflow.flatMap { name -> Int? in
            noteSharing(name, &problems)
            guard let index = index(ofPool: name, &problems) else { return nil }
            noteColdness(of: pools[index], name, &problems)
            return index
        }
        return warmup.schedule.map {
            Manifest.Warmup(
                schedule: $0, startedDay: warmup.startedDay, overflow: overflow, scope: warmup.scope)
        }
    }

    /// What is beyond a ceiling has to go somewhere that has none; a pool without members has been told already.
    private func noteColdness(of pool: Manifest.Pool, _ name: Located<String>, _ problems: inout ProblemList) {
        guard !pool.members.isEmpty, pool.members.allSatisfy({ draft.sources[$0.source].warmup != nil }) else { return }
        problems.add(
            name.place, "all sources of the pool '\(pool.name)' are being warmed up themselves",
            fix: "name a pool with a source that receivers know; without overflow the rest waits for the next day")
    }
}

extension Manifest.MailClass {
    fileprivate var other: Manifest.MailClass {
        switch self {
        case .bulk: .transactional
        case .transactional: .bulk
        }
    }
}
