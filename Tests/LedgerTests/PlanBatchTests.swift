import Primitives
import Testing

@testable import Campaign
@testable import Ledger

@Suite("PlanBatch") struct PlanBatchTests {
    private func rows(_ batch: PlanBatch) -> [String] {
        var rows: [String] = []
        batch.forEach { (line, address, reason) in
            let name = String(decoding: [UInt8](copying: address), as: UTF8.self)
            let words = String(decoding: [UInt8](copying: reason), as: UTF8.self)
            rows.append("\(line) \(name) \(words)")
        }
        return rows
    }

    @Test("rows come back in their order, with kind and reason for those that get no mail")
    func rows() {
        var batch = PlanBatch()
        let row = packedRow(2, "a@list.example")
        batch.append(row.span)
        batch.append(RejectedRow(line: 3, address: Array("a@list.example".utf8), reason: .duplicate), fields: [])
        batch.append(RejectedRow(line: 4, address: [0x61, 0xFF], reason: .missingValue(field: 1)), fields: ["code"])
        #expect(
            rows(batch) == [
                "2 a@list.example ", "3 a@list.example duplicate: the address came before",
                "4 a\u{FFFD} missing value: {{code}} has no value here and no default",
            ])
        #expect(batch.count == 3)
    }
}
