import Campaign
import Delivery

extension RetrySchedule {
    /// The schedule that a manifest asks for.
    package init(_ retry: Manifest.Retry) {
        switch retry.delays {
        case .doubling(let first, let factor, let most):
            self.init(delays: .doubling(first: first, factor: factor, most: most), giveUp: retry.giveUp)
        case .list(let delays):
            self.init(delays: .list(delays), giveUp: retry.giveUp)
        }
    }
}
