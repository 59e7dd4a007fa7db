import Delivery
import Synchronization

/// The messages of a benchmark that no worker has yet: whoever is faster takes more of them, and at the end all are
/// done within a portion of each other.
package final class MadeUpSupply: Sendable {
    private let next = Atomic(0)
    private let count: Int
    /// Messages taken at once: one portion when there is nobody to share with.
    private let portion: Int

    package init(count: Int, workers: Int) {
        self.count = count
        portion = workers == 1 ? count : max(1, min(count / workers, max(1_000, count / (8 * workers))))
    }

    /// Numbers of messages; nil when all are taken.
    func take() -> Range<Int>? {
        let first = next.add(portion, ordering: .relaxed).oldValue
        return first < count ? first..<min(first + portion, count) : nil
    }
}

extension Run.Work {
    var supply: MadeUpSupply? {
        switch self {
        case .fromInbox: nil
        case .madeUp(let supply): supply
        }
    }
}

extension Worker where Net: ~Copyable {
    mutating func takeFromSupply() {
        guard let supply, !dispatcher.isClosed, dispatcher.waitingCount == 0 else { return }
        if let numbers = supply.take() { dispatcher.admitMadeUp(numbers, site: 0) } else { closeAdmission() }
    }
}
