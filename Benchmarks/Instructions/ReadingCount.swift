import Campaign
import Delivery
import Foundation
import Ledger
import Primitives

/// Reads a list as a campaign does until its rows are ready for the ledger: checked, looked up among the addresses
/// before, packed and given a site.
enum ReadingCount {
    /// - Parameter list: a file of CSV with the columns `email` and `name`, without a bad row.
    /// - Returns: how many rows there were.
    static func perform(list: String) throws -> Int {
        let layout = RowLayout(
            columnCount: 2, addressColumn: 0, fields: [RowLayout.Field(name: "name", column: 1, reachesHeader: true)])
        var stream = try RecipientFile(path: list, shownAs: list).start(layout, seed: 7)
        let suppression = SuppressionList(seed: 7)
        var sites = SiteTable(seed: 7)
        var plan = PlanBatch()
        var memory = ByteBuffer(capacity: 1 << 17)
        var rows = 0
        while true {
            var writer = memory.writer()
            guard case .recipient(_, let atSign) = try stream.next(into: &writer, suppression: suppression) else {
                return rows
            }
            let row = memory.bytes(0..<writer.count)
            _ = sites.admit(PackedRow(row).field(0), atSign: atSign)
            plan.append(row)
            if plan.byteCount >= PlanBatch.usualByteCount { plan = PlanBatch() }
            rows += 1
        }
    }
}
