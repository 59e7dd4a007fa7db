import Campaign
import Delivery
import Engine
import Ledger
import Pacing

extension SitePlanner {
    /// Has the sources of a campaign made known to each site as its manifest says, from where they have come to.
    ///
    /// Days are those of the send window's time zone, else of UTC.
    ///
    /// - Parameters:
    ///   - rows: what was counted, by source, site, day and hour; empty for a campaign that begins.
    ///   - now: microseconds since 1970.
    ///   - key: the number by which the journal knows a source and a site.
    mutating func warmUp(
        _ manifest: Manifest, rows: [WarmupRow] = [], now: Int64,
        key: @escaping @Sendable (_ source: String, _ site: String) -> Int32 = { _, _ in 0 }
    ) {
        keepsProvidersWhole = manifest.sources.contains { $0.warmup?.scope == .provider }
        let zone = manifest.sendWindow?.zone ?? .utc
        let today = zone.dayAndHour(at: now).day
        let counted = Dictionary(grouping: rows) { WarmupPath(source: $0.source, site: $0.site) }
        warmup = { number, site in
            guard manifest.sources.indices.contains(number) else { return nil }
            let source = manifest.sources[number]
            guard let warmup = source.warmup else { return nil }
            let rows = counted[WarmupPath(source: source.name, site: site)] ?? []
            let progress =
                WarmupProgress(rows, warmup.schedule)
                ?? WarmupProgress(startedDay: warmup.startedDay, today: today)
            return WarmupPlan(
                schedule: warmup.schedule, progress: progress, zone: zone, key: key(source.name, site))
        }
    }
}

private struct WarmupPath: Hashable {
    var source: String
    var site: String
}
