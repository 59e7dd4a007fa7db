/// Why a campaign's state cannot be used or kept, in words for the operator.
package struct LedgerFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file or directory, as the operator knows it.
    package var file: String
    package var what: String
    package var fix: String
    /// The ledger is sound, and the campaign is not the one it is about.
    package var isOfInput = false

    package init(file: String, what: String, fix: String) {
        self.file = file
        self.what = what
        self.fix = fix
    }

    package var description: String { "\(file): \(what): \(fix)" }
}
