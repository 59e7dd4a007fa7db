import Campaign
import Engine
import Pacing
import Primitives
import Shaping
import Terminal

/// How long a campaign takes at least if it began now, as `sluice plan` tells it.
struct CampaignForecast {
    private let window: Manifest.Window?
    /// Microseconds since 1970.
    private let now: Int64

    init(_ manifest: Manifest, now: Int64) {
        window = manifest.sendWindow
        self.now = now
    }

    /// The sites with what binds them.
    func sites(_ sites: SiteForecast) -> [CampaignPlan.Site] {
        sites.sites.map { site in
            var shown = CampaignPlan.Site(name: site.name, recipients: site.recipients)
            shown.takesNoMail = site.takesNoMail ? true : nil
            shown.limit = limit(site.binding)
            shown.leastSeconds = site.duration.map { seconds($0, site.binding) }
            return shown
        }
    }

    private func limit(_ binding: SiteForecast.Binding) -> CampaignPlan.Limit? {
        switch binding {
        case .nothing: nil
        case .warmup(let source):
            CampaignPlan.Limit(name: "warmup of \(source)", value: "", file: nil, line: nil)
        case .limit(let facts):
            CampaignPlan.Limit(
                name: facts.name, value: facts.value, file: facts.place?.file, line: facts.place?.line)
        }
    }

    /// With the time in which the send window is closed. A warmup counts days, and has its mail spread over them.
    private func seconds(_ duration: Interval, _ binding: SiteForecast.Binding) -> Double {
        guard let window else { return duration.seconds }
        let end: Int64 =
            switch binding {
            case .warmup: window.window.opens(at: now + duration.microseconds, window.zone)
            case .nothing, .limit:
                window.window.moment(afterOpen: duration.microseconds, from: now, window.zone)
            }
        return Double(end - now) / 1e6
    }
}
