import Primitives
import Testing

@testable import Delivery

@Suite struct SessionSharesTests {
    @Test func theOwnerHasAllUntilSomebodyElseHasMail() {
        var shares = SessionShares(limit: 8, workers: 2, owner: 0)
        #expect(shares.settle(0, sessions: 8, hasMail: true) == 8)
        #expect(shares.takeCalls() == [])
        // Nothing is free: the newcomer waits, the owner is called and comes down as its sessions end.
        #expect(shares.settle(1, sessions: 0, hasMail: true) == 0)
        #expect(shares.takeCalls() == [0])
        #expect(shares.settle(0, sessions: 8, hasMail: true) == 4)
        #expect(shares.takeCalls() == [])
        #expect(shares.settle(0, sessions: 6, hasMail: true) == 4)
        #expect(shares.takeCalls() == [1])
        #expect(shares.settle(1, sessions: 0, hasMail: true) == 2)
        #expect(shares.settle(0, sessions: 4, hasMail: true) == 4)
        #expect(shares.takeCalls() == [1])
        #expect(shares.settle(1, sessions: 2, hasMail: true) == 4)
    }

    @Test func aShareGoesBackWhenItIsNotUsed() {
        var shares = SessionShares(limit: 5, workers: 2, owner: 1)
        #expect(shares.settle(1, sessions: 0, hasMail: true) == 5)
        #expect(shares.settle(0, sessions: 0, hasMail: true) == 0)
        #expect(shares.settle(1, sessions: 0, hasMail: true) == 3)
        #expect(shares.settle(0, sessions: 0, hasMail: true) == 2)
        _ = shares.takeCalls()
        // Dry, but one session still stands: the other worker wants it, so it has to end.
        #expect(shares.settle(0, sessions: 1, hasMail: false) == 0)
        #expect(shares.takeCalls() == [1])
        #expect(shares.settle(1, sessions: 3, hasMail: true) == 4)
        #expect(shares.settle(0, sessions: 0, hasMail: false) == 0)
        #expect(shares.takeCalls() == [1])
        #expect(shares.settle(1, sessions: 4, hasMail: true) == 5)
    }

    @Test func moreWorkersThanSessions() {
        var shares = SessionShares(limit: 2, workers: 4, owner: 3)
        for worker in 0..<4 { _ = shares.settle(worker, sessions: 0, hasMail: true) }
        let given = (0..<4).map { shares.settle($0, sessions: 0, hasMail: true) }
        #expect(given.reduce(0, +) == 2)
        #expect(given[3] == 1)
    }

    /// Workers open and end sessions, run dry and get mail at random, and come only when they are called or have
    /// something to say. The limit is kept at every step; and when all is quiet, everybody has an even part.
    @Test(arguments: 0..<300)
    func theLimitIsNeverExceeded(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var model = Model(
            limit: Int.random(in: 1...20, using: &random), workers: Int.random(in: 1...5, using: &random),
            random: random)
        for _ in 0..<400 {
            model.step()
            #expect(model.total <= model.limit, "seed \(seed)")
            #expect(model.held <= model.limit, "seed \(seed)")
        }
        let parts = model.comeToRest()
        #expect(model.total <= model.limit, "seed \(seed)")
        let claimants = parts.count { $0.hasMail }
        for part in parts {
            let even = claimants == 0 ? 0 : model.limit / claimants
            #expect(part.hasMail ? (even...even + 1).contains(part.sessions) : part.sessions == 0, "seed \(seed)")
        }
        #expect(claimants == 0 || model.total == model.limit, "seed \(seed): a session lies idle")
    }
}

/// Workers as the engine has them: each knows only what it was told last.
private struct Model {
    struct Worker {
        var sessions = 0
        var aim = 0
        var hasMail = false
        var mustAsk = false
    }

    let limit: Int
    var random: SeededRandom
    private var shares: SessionShares
    private var workers: [Worker]

    init(limit: Int, workers count: Int, random: SeededRandom) {
        self.limit = limit
        self.random = random
        shares = SessionShares(limit: limit, workers: count, owner: count - 1)
        workers = [Worker](repeating: Worker(), count: count)
        workers[count - 1].aim = limit
    }

    var total: Int { workers.reduce(0) { $0 + $1.sessions } }
    var held: Int { workers.indices.reduce(0) { $0 + shares.held(by: $1) } }

    mutating func step() {
        let worker = Int.random(in: workers.indices, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            workers[worker].hasMail.toggle()
            workers[worker].mustAsk = true
        case 1, 2: open(worker)
        case 3: end(worker)
        default: if workers[worker].mustAsk { ask(worker) }
        }
    }

    private mutating func open(_ worker: Int) {
        if workers[worker].hasMail && workers[worker].sessions < workers[worker].aim { workers[worker].sessions += 1 }
    }

    private mutating func end(_ worker: Int) {
        guard workers[worker].sessions > 0 else { return }
        workers[worker].sessions -= 1
        workers[worker].mustAsk = true
    }

    private mutating func ask(_ worker: Int) {
        workers[worker].mustAsk = false
        workers[worker].aim = shares.settle(
            worker, sessions: workers[worker].sessions, hasMail: workers[worker].hasMail)
        for called in shares.takeCalls() { workers[called].mustAsk = true }
    }

    /// Nothing new happens: sessions beyond the aim end, those that are missing are opened, calls are answered.
    mutating func comeToRest() -> [Worker] {
        for _ in 0..<10_000 {
            var isQuiet = true
            for worker in workers.indices {
                if workers[worker].mustAsk {
                    ask(worker)
                    isQuiet = false
                }
                let aim = workers[worker].hasMail ? workers[worker].aim : 0
                if workers[worker].sessions > aim {
                    end(worker)
                    isQuiet = false
                } else if workers[worker].sessions < aim {
                    open(worker)
                    isQuiet = false
                }
            }
            if isQuiet { return workers }
        }
        Issue.record("the workers never come to rest")
        return workers
    }
}
