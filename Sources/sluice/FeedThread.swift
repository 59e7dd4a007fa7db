import Campaign
import Engine
import Synchronization
import Uring

/// The thread that reads a campaign's recipients; it gets the campaign whole.
final class FeedThread: Sendable {
    private let campaign: Mutex<LoadedCampaign?>
    private let thread = Mutex<NativeThread?>(nil)
    private let seed: UInt64

    init(_ campaign: consuming LoadedCampaign, seed: UInt64) {
        self.campaign = Mutex(campaign)
        self.seed = seed
    }

    func start(_ feed: RecipientFeed, at place: ThreadPlace) throws {
        let started = try NativeThread.start(at: place) { [self] in
            guard let campaign = campaign.withLock({ $0.take() }) else { return }
            feed.read(campaign, seed: seed)
        }
        thread.withLock { $0 = started }
    }

    /// Waits until the list has been read or reading was stopped.
    func join() { thread.withLock { $0.take() }?.join() }
}
