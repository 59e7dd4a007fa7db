import SMTP

/// `rejected.csv`: the rows that get no mail, with line, address and reason.
///
/// Exists only when there is such a row; `close` must be called at the end.
package struct RejectedFile: ~Copyable, Sendable {
    private var file: CSVFile
    private let fields: [String]

    /// Removes the file of an earlier run.
    ///
    /// - Parameter fields: the names of the merge fields, as packed.
    package init(path: String, fields: [String]) throws(FileFault) {
        file = try CSVFile(path: path, columns: ["line", "address", "reason"])
        self.fields = fields
    }

    package var path: String { file.path }
    package var count: Int { file.rowCount }

    package mutating func append(_ row: borrowing RejectedRow) throws(FileFault) {
        file.append(row.line)
        file.append(row.address.span, isTrusted: isAddress(row.address.span))
        file.append(row.reason.sentence(fields: fields))
        try file.endRow()
    }

    /// Writes what is still buffered.
    package mutating func close() throws(FileFault) {
        try file.close()
    }

    private func isAddress(_ bytes: Span<UInt8>) -> Bool {
        switch Address.check(bytes) {
        case .valid: true
        case .invalid: false
        }
    }
}
