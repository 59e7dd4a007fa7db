import Campaign
import Engine
import Glibc
import Pacing
import Uring

/// Opens and closes a run by the send window of its campaign.
///
/// With a time zone for each recipient there is no window for all: whoever reads the list heeds it then.
struct WindowKeeper: Sendable {
    let run: Run
    let window: Manifest.Window?
    let tell: @Sendable (String) -> Void

    func whileRunning<Result>(_ body: () throws -> Result) throws -> Result {
        guard let window, !window.isByRecipient else { return try body() }
        var isOpen = true
        keep(window, &isOpen)
        return try Companion.run(
            { [isOpen] companion in
                var isOpen = isOpen
                while !companion.isOver {
                    usleep(200_000)
                    keep(window, &isOpen)
                }
            }, while: body)
    }

    private func keep(_ window: Manifest.Window, _ isOpen: inout Bool) {
        let now = WallClock.microseconds
        let opens = window.window.opens(at: now, window.zone)
        guard (opens <= now) != isOpen else { return }
        isOpen.toggle()
        run.setWindow(isOpen: isOpen)
        tell(
            isOpen
                ? "The send window is open (\(window.zoneName))."
                : "Outside the send window: nothing goes before \(CampaignStatus.date(opens / 1_000_000)).")
    }
}
