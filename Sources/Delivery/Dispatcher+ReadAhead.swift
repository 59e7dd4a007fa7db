import Primitives

// What decisions need comes from memory, with a hundred thousand lanes.
extension Dispatcher {
    /// Reads what decisions about several lanes will need.
    ///
    /// With many sites all of it comes from memory. Read for all lanes first, and each kind of thing after what leads
    /// to it, it comes at the same time; else each would be waited for when its turn comes.
    ///
    /// - Parameter areCalled: their turn at a limit comes. Others may have to wait for theirs, and send nothing yet.
    mutating func readAhead(_ lanes: [Int], areCalled: Bool) {
        guard lanes.count > 1 else { return }
        var sum: Int64 = 0
        for lane in lanes { sum &+= self.lanes[lane].readAhead }
        for lane in lanes where isPaced(lane) {
            sum &+= paces[self.lanes[lane].pace].readAhead &+ mails[self.lanes[lane].mail].readAhead
            sum &+= Int64(self.lanes[lane].idleSessions.last ?? 0)
        }
        for lane in lanes where isPaced(lane) {
            sum &+= limitTable.readAhead(paces[self.lanes[lane].pace].messageRates)
        }
        for lane in lanes where isPaced(lane) {
            guard areCalled || !limitTable.isAwaited(paces[self.lanes[lane].pace].messageRates) else { continue }
            let mail = self.lanes[lane].mail
            guard !mails[mail].waiting.isEmpty else { continue }
            sum &+= Int64(truncatingIfNeeded: pool.firstTag(of: mails[mail].waiting))
        }
        readAheadSum = sum
    }
}
