/// What all shaping files together say.
///
/// Rules are laid over each other in this order, later ones win: the default, the provider, the domains that share
/// the site, the domain itself; then, in the same order, what each of them says for the source. Among files, the
/// later one wins.
package struct ShapingRules: Sendable {
    private(set) var standard = Section()
    /// In the order of the files; so are the domains.
    private(set) var providers: [Provider] = []
    private(set) var domains: [DomainSection] = []
    package private(set) var limits: [GeneralLimit] = []
    /// The domains with a section among those with the same hosts, once a directory was asked.
    private var members: [SiteIdentity: [Int]] = [:]

    private var providerNumbers: [String: Int] = [:]
    private var domainNumbers: [String: Int] = [:]
    private var domainSuffixes: [String: Int] = [:]

    package init() {}

    // MARK: Building

    mutating func mergeDefault(_ section: Section) { standard.merge(section) }

    mutating func merge(_ later: DomainSection) {
        if let number = domainNumbers[later.name] {
            domains[number].section.merge(later.section)
        } else {
            domainNumbers[later.name] = domains.count
            domains.append(later)
        }
    }

    mutating func merge(_ later: Provider) {
        if let number = providerNumbers[later.name] {
            providers[number].merge(later)
        } else {
            providerNumbers[later.name] = providers.count
            providers.append(later)
        }
    }

    mutating func add(_ limit: GeneralLimit) { limits.append(limit) }

    /// Makes looking up ready, after the last section. Of equal suffixes the first counts.
    mutating func finish() {
        domainSuffixes = [:]
        for (number, provider) in providers.enumerated() {
            for match in provider.matches {
                guard case .domainSuffix(let suffix) = match.value else { continue }
                if domainSuffixes[suffix] == nil { domainSuffixes[suffix] = number }
            }
        }
    }

    /// Asks the directory for the hosts of the domains that have a section, so that their rules hold for every other
    /// domain with the same hosts. Without this they hold for their domains alone, as those of a domain that belongs
    /// to a provider always do.
    package mutating func rollUp(with directory: any Directory) {
        members = [:]
        for (number, domain) in domains.enumerated() {
            guard case .hosts(let hosts) = directory.hosts(of: domain.name) else { continue }
            let site = site(ofDomain: domain.name, hosts: hosts.map(\.name))
            if case .hosts = site { members[site, default: []].append(number) }
        }
    }

    // MARK: Looking up

    /// The site of a domain: its provider, else those with the same hosts.
    ///
    /// A provider is known by the domain, else by the hosts, each of which has to match; of several providers it is
    /// the one that knows the longest part of a name, and of those the one that the files have first.
    /// - Parameter hosts: the names of the mail exchangers; nil when nobody could be asked, and then providers are
    ///   known by the domain alone.
    package func site(ofDomain domain: String, hosts: [String]?) -> SiteIdentity {
        let domain = DomainName.normal(domain)
        let hosts = hosts.map { Set($0.map(DomainName.normal)).sorted() } ?? []
        if let number = provider(ofDomain: domain) ?? provider(ofHosts: hosts) {
            return .provider(providers[number].name)
        }
        let own = section(ofDomain: domain)
        if hosts.isEmpty || own?.mxRollup?.value == false { return .domain(domain) }
        return .hosts(hosts.joined(separator: ","))
    }

    private func provider(ofDomain domain: String) -> Int? {
        for suffix in DomainName.suffixes(of: domain) {
            if let number = domainSuffixes[suffix] { return number }
        }
        return nil
    }

    private func provider(ofHosts hosts: [String]) -> Int? {
        var best: (number: Int, length: Int)?
        for (number, provider) in providers.enumerated() {
            guard let length = provider.length(ofHosts: hosts) else { continue }
            if length > best?.length ?? 0 { best = (number, length) }
        }
        return best?.number
    }

    /// The rules of a path, each with its place.
    ///
    /// - Parameters:
    ///   - site: what `site(ofDomain:hosts:)` says of the domain.
    ///   - source: the name of the source, or nil for what holds for all.
    package func rules(for site: SiteIdentity, domain: String, source: String?) -> PathRules {
        let sections = self.sections(for: site, domain: domain)
        let general = sections.reduce(PathRules()) { $0.overlaid(by: $1.rules) }
        return sections.compactMap { $0.rules(ofSource: source) }.reduce(general) { $0.overlaid(by: $1) }
    }

    /// What replies of a path lead to: the default's rules first.
    package func automation(for site: SiteIdentity, domain: String) -> [AutomationRule] {
        sections(for: site, domain: domain).flatMap(\.automation)
    }

    /// All sections, those of providers before those of domains.
    var allSections: [Section] { [standard] + providers.map(\.section) + domains.map(\.section) }

    /// The sections that speak of a path, the most general first.
    func sections(for site: SiteIdentity, domain: String) -> [Section] {
        let domain = DomainName.normal(domain)
        var sections = [standard]
        if case .provider(let name) = site, let number = providerNumbers[name] {
            sections.append(providers[number].section)
        }
        for number in members[site] ?? [] where domains[number].name != domain {
            sections.append(domains[number].section)
        }
        if let own = section(ofDomain: domain) { sections.append(own) }
        return sections
    }

    /// Whether a section speaks of the domain alone: without one it is bound by what binds all others of its site.
    package func hasSection(ofDomain domain: String) -> Bool { section(ofDomain: DomainName.normal(domain)) != nil }

    private func section(ofDomain domain: String) -> Section? {
        domainNumbers[domain].map { domains[$0].section }
    }
}

extension Provider {
    /// How many bytes of the host that is known least are known, or nil when there is no host or one is not known.
    fileprivate func length(ofHosts hosts: [String]) -> Int? {
        var least: Int?
        for host in hosts {
            guard let length = matches.compactMap({ $0.value.length(ofHost: host) }).max() else { return nil }
            least = min(least ?? length, length)
        }
        return least
    }
}
