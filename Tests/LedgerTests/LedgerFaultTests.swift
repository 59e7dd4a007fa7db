import Ledger
import Testing

@Suite struct LedgerFaultTests {
    @Test func saysWhereWhatAndWhatToDo() {
        let fault = LedgerFault(file: "a.state", what: "another process uses it", fix: "wait for its end")
        #expect(fault.description == "a.state: another process uses it: wait for its end")
    }
}
