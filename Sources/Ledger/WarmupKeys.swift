import Delivery
import Synchronization

/// The numbers that stand for sources and sites in a worker's counts.
final class WarmupKeys: Sendable {
    struct Path: Hashable, Sendable {
        var source: String
        var site: String
    }

    private struct Register {
        var paths: [Path] = []
        var keys: [Path: Int32] = [:]
    }

    private let register = Mutex(Register())

    /// The number of a source and a site: the same whenever it is asked for.
    func key(source: String, site: String) -> Int32 {
        register.withLock { register in
            let path = Path(source: source, site: site)
            if let key = register.keys[path] { return key }
            let key = Int32(register.paths.count)
            register.paths.append(path)
            register.keys[path] = key
            return key
        }
    }

    /// Nil for a number that was given to nobody.
    func path(_ key: Int32) -> Path? {
        register.withLock { register in
            register.paths.indices.contains(Int(key)) ? register.paths[Int(key)] : nil
        }
    }
}

/// Adds up the counts of a commit, one row for each hour of each source and site.
struct WarmupSums: Sendable {
    private var rows: [WarmupRow] = []
    private var places: [Hour: Int] = [:]

    private struct Hour: Hashable {
        var key: Int32
        var day: Int32
        var hour: UInt8
    }

    mutating func add(_ count: WarmupCount, _ keys: WarmupKeys) throws(LedgerFault) {
        let place = try place(of: count, keys)
        rows[place].stage = count.stage
        switch count.event {
        case .intended: rows[place].intended += 1
        case .delivered: rows[place].delivered += 1
        case .failed: rows[place].failed += 1
        }
    }

    private mutating func place(of count: WarmupCount, _ keys: WarmupKeys) throws(LedgerFault) -> Int {
        let hour = Hour(key: count.key, day: count.day, hour: count.hour)
        if let place = places[hour] { return place }
        guard let path = keys.path(count.key) else {
            throw .misused("a worker counted for the warmup \(count.key), which nobody has registered")
        }
        places[hour] = rows.count
        rows.append(
            WarmupRow(
                source: path.source, site: path.site, day: count.day, hour: count.hour, stage: count.stage))
        return rows.count - 1
    }

    /// Takes out what was added, in the order in which the hours were counted first.
    mutating func takeAll() -> [WarmupRow] {
        guard !rows.isEmpty else { return [] }
        let taken = rows
        rows = []
        places.removeAll(keepingCapacity: true)
        return taken
    }
}
