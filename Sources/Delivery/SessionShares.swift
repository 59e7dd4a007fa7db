/// How the sessions that one site may have are divided among workers: whole, and in sum never above the limit.
///
/// The sessions belong to the site; a worker holds a share of them. Whoever has mail for the site gets an even
/// part. A share grows only by what nobody holds, and shrinks only to the sessions that its worker has open, so
/// that at no time, not even while shares move, more sessions are open than the limit allows. A worker without
/// mail for the site keeps none but those that are still open.
///
/// Next: `Worker.visitSharedSites`.
package struct SessionShares: Sendable {
    private struct Share {
        /// Sessions that the worker may have open.
        var held = 0
        /// Its even part, 0 without mail.
        var part = 0
        /// What the worker was told last that it shall have; less than `held` while sessions have to end.
        var aim = 0
        var hasMail = false
        /// Told to ask, and has not asked yet.
        var isCalled = false

        var isLacking: Bool { held < part }

        /// What the worker shall come down to: its part when somebody waits for it, else what it has.
        func aim(isAnyLacking: Bool) -> Int { isAnyLacking ? min(held, part) : held }
    }

    package let limit: Int
    private let owner: Int
    private var shares: [Share]
    /// Sessions that nobody holds.
    private var free = 0

    /// - Parameters:
    ///   - limit: sessions that the site may have, at least 1.
    ///   - owner: holds all of them in the beginning, and gets the odd one when they are divided.
    package init(limit: Int, workers: Int, owner: Int) {
        precondition(limit > 0 && (0..<workers).contains(owner), "somebody owns the sessions of a site")
        self.limit = limit
        self.owner = owner
        shares = [Share](repeating: Share(), count: workers)
        shares[owner].held = limit
        shares[owner].aim = limit
    }

    /// What a worker may have open at most.
    package func held(by worker: Int) -> Int { shares[worker].held }

    /// Hears how a worker stands, and says how many sessions it shall have: it may open that many, and ends
    /// those beyond as soon as their messages are done.
    package mutating func settle(_ worker: Int, sessions: Int, hasMail: Bool) -> Int {
        precondition(sessions <= shares[worker].held, "a worker keeps to its share")
        if shares[worker].hasMail != hasMail {
            shares[worker].hasMail = hasMail
            divide()
        }
        free += shares[worker].held
        shares[worker].held = max(sessions, min(shares[worker].part, free))
        free -= shares[worker].held
        shares[worker].isCalled = false
        shares[worker].aim = shares[worker].aim(isAnyLacking: isAnyLacking)
        return shares[worker].aim
    }

    /// The workers for whom something has changed since they asked: they shall ask again. Each is named once.
    package mutating func takeCalls() -> [Int] {
        let isAnyLacking = isAnyLacking
        guard isAnyLacking else { return [] }
        var called: [Int] = []
        for worker in shares.indices where !shares[worker].isCalled {
            let mayGrow = free > 0 && shares[worker].isLacking
            let mustShrink = shares[worker].aim(isAnyLacking: true) < shares[worker].aim
            guard mayGrow || mustShrink else { continue }
            shares[worker].isCalled = true
            called.append(worker)
        }
        return called
    }

    /// An even part for each that has mail; the odd ones go to the owner and those behind it.
    private mutating func divide() {
        let claimants = shares.count { $0.hasMail }
        var rank = 0
        for offset in shares.indices {
            let worker = (owner + offset) % shares.count
            shares[worker].part = 0
            guard shares[worker].hasMail else { continue }
            shares[worker].part = limit / claimants + (rank < limit % claimants ? 1 : 0)
            rank += 1
        }
    }

    private var isAnyLacking: Bool { shares.contains { $0.isLacking } }
}
