import ArgumentParser
import Foundation
import Uring

/// How many workers a command starts, and where they run.
struct WorkerOptions: ParsableArguments {
    @Option(help: "Worker threads, each with a ring of its own. Default: one for each processor.")
    var workers: Int?

    @Option(
        help: ArgumentHelp(
            "Cores for the workers, one each, such as 2 or 2-5,8. Default: wherever the kernel puts them.",
            discussion: """
                A worker stays on its core. The ledger and all else keeps off these cores, where there are others; \
                only the list is read on any core that is free. For cores that no other program uses.
                """))
    var cores: String?

    func check() throws {
        guard (1...256).contains(workers ?? 1) else { throw ValidationError("--workers takes 1 to 256") }
        guard let cores else { return }
        guard workers == nil else {
            throw ValidationError("--cores starts a worker on each core: leave --workers out")
        }
        guard let chosen = CoreSet(cores) else {
            throw ValidationError("--cores takes numbers of cores and ranges, each core once, such as 2 or 2-5,8")
        }
        let allowed = try CoreSet.allowed
        let others = chosen.subtracting(allowed)
        guard others.isEmpty else {
            throw ValidationError("--cores: sluice may not run on \(others) here, but on \(allowed)")
        }
        guard chosen.cores.count <= 256 else { throw ValidationError("--cores takes 1 to 256 cores") }
    }

    /// Where the workers run, each with a session or more.
    func places(sessions: Int) -> [ThreadPlace] {
        if let chosen { return chosen.cores.prefix(sessions).map { ThreadPlace(on: CoreSet([$0])) } }
        let usual = max(1, ProcessInfo.processInfo.activeProcessorCount)
        return [ThreadPlace](repeating: ThreadPlace(), count: min(workers ?? usual, sessions))
    }

    /// Where a list is read: on whatever core is free when workers have chosen theirs, who need no more of it than
    /// they can send.
    func placeOfReading() throws -> ThreadPlace {
        guard let chosen else { return ThreadPlace() }
        return ThreadPlace(on: try CoreSet.allowed.union(chosen), isModest: true)
    }

    /// Has this thread, and those that it starts from now on, leave the chosen cores to the workers.
    func keepOffCores() throws {
        guard let chosen else { return }
        let rest = try CoreSet.allowed.subtracting(chosen)
        if !rest.isEmpty { try rest.take() }
    }

    private var chosen: CoreSet? { cores.flatMap { CoreSet($0) } }
}
