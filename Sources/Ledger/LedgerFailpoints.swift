import Foundation
import Glibc
import Synchronization

/// Places at which a test may kill the process.
package enum Failpoint: String, CaseIterable, Sendable {
    case beforeAppend = "before-append"
    case afterAppend = "after-append"
    case beforeCommit = "before-commit"
    case afterCommit = "after-commit"
    case beforePublication = "before-publication"
    case afterPublication = "after-publication"
    case beforeRecovery = "before-recovery"
    case afterRecovery = "after-recovery"
}

/// Told whenever a failpoint is passed; nil, as it is for all but tests, costs a comparison a commit.
package final class LedgerFailpoints: Sendable {
    private let onPassing: @Sendable (Failpoint) -> Void

    package init(_ onPassing: @escaping @Sendable (Failpoint) -> Void) { self.onPassing = onPassing }

    func pass(_ point: Failpoint) { onPassing(point) }

    /// What `SLUICE_FAILPOINT=name:count` asks for: that the process kills itself (SIGKILL) when it passes the point
    /// for the count-th time. Nil without the variable, or when it names no point.
    package static func fromEnvironment() -> LedgerFailpoints? {
        guard let text = ProcessInfo.processInfo.environment["SLUICE_FAILPOINT"] else { return nil }
        return killing(text) { kill(getpid(), SIGKILL) }
    }

    static func killing(_ text: String, kill: @escaping @Sendable () -> Void) -> LedgerFailpoints? {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard let first = parts.first, let point = Failpoint(rawValue: first) else { return nil }
        let count = parts.count > 1 ? Int(parts[1]) ?? 1 : 1
        let passed = Counter()
        return LedgerFailpoints { if $0 == point && passed.increment() == count { kill() } }
    }
}

private final class Counter: Sendable {
    private let value = Atomic(0)

    func increment() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
}
