import Campaign
import Delivery
import Engine
import Ledger
import Primitives
import Shaping
import Uring

// Where a campaign's mail goes, where it comes from, and what binds it on the way.
extension CampaignSupport {
    /// Nil for a campaign that sends to one place from one address, by nothing but the limits of its manifest.
    static func planner(for campaign: borrowing LoadedCampaign) -> SitePlanner? {
        let manifest = campaign.manifest
        guard manifest.shapingFiles != nil || manifest.directoryFile != nil || !manifest.sources.isEmpty else {
            return nil
        }
        var planner = SitePlanner(sources: sources(of: manifest))
        planner.shaping = campaign.shaping ?? ShapingRules()
        planner.directory = campaign.directory
        planner.isAdaptive = manifest.isAdaptive
        planner.campaign = manifest.name
        planner.pool = manifest.pool.map { manifest.pools[$0].name } ?? ""
        // Rules stand in for the limits that a manifest has when it says nothing.
        let isShaped = campaign.shaping != nil
        let limits = manifest.limits
        planner.sessionsPerSite = !isShaped || limits.given.contains("sessions-per-site") ? limits.sessionsPerSite : nil
        planner.messagesPerSession =
            !isShaped || limits.given.contains("messages-per-session") ? limits.messagesPerSession : nil
        return planner
    }

    /// The sources of the campaign's pool, and those that what is beyond a warmup overflows to.
    private static func sources(of manifest: Manifest) -> [SitePlanner.Source] {
        guard !manifest.sources.isEmpty else { return [SitePlanner.Source(name: MailSource.unnamed, number: 0)] }
        let members =
            manifest.pool.map { manifest.pools[$0].members }
            ?? manifest.sources.indices.map { Manifest.Pool.Member(source: $0, weight: 1) }
        var sources = members.map { source($0, of: manifest) }
        for member in members {
            guard let overflow = manifest.sources[member.source].warmup?.overflow else { continue }
            for member in manifest.pools[overflow].members
            where !sources.contains(where: { $0.number == member.source }) {
                var source = source(member, of: manifest)
                source.isOverflow = true
                sources.append(source)
            }
        }
        return sources
    }

    private static func source(_ member: Manifest.Pool.Member, of manifest: Manifest) -> SitePlanner.Source {
        var source = SitePlanner.Source(name: manifest.sources[member.source].name, number: member.source)
        source.weight = member.weight
        return source
    }

    /// The sources as sessions use them, each with its name for EHLO.
    static func mailSources(of manifest: Manifest) -> [MailSource] {
        let usualName = HelloName.usual(envelopeFrom: manifest.envelopeFrom)
        guard !manifest.sources.isEmpty else { return [MailSource(helloName: usualName)] }
        return manifest.sources.map { source in
            MailSource(
                name: source.name, address: SocketAddress(networkOrder: source.address, port: 0),
                helloName: source.ehlo.map { Array($0.utf8) } ?? usualName)
        }
    }

    /// Whether this machine has the addresses that mail is to come from; says which it does not have.
    static func checkSources(of manifest: Manifest) throws {
        var isMissing = false
        for source in manifest.sources {
            guard let address = SocketAddress(networkOrder: source.address, port: 0) else { continue }
            do throws(SystemFault) {
                StreamSocket.close(try StreamSocket.open(for: address, from: address))
            } catch {
                Console.fail(
                    "the source '\(source.name)' cannot be used: this machine does not have the address "
                        + "\(address.host): add it to an interface, or take the source out of the manifest")
                isMissing = true
            }
        }
        if isMissing { throw ExitStatus.badInput }
    }
}
