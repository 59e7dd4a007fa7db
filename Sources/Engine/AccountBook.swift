import Glibc
import Synchronization

/// Asks every worker how its lanes stand, and waits for the answers.
extension Run {
    /// - Parameter site: nil for all sites with mail.
    /// - Returns: what came within two seconds; a worker that has ended says nothing.
    package func accounts(of site: String?) -> [LaneAccount] {
        for board in boards { board.ask(about: site) }
        for inbox in inboxes { inbox.call() }
        var accounts: [LaneAccount] = []
        for board in boards {
            for _ in 0..<400 {
                if let answer = board.takeAnswer() {
                    accounts += answer
                    break
                }
                usleep(5_000)
            }
        }
        return accounts
    }
}
