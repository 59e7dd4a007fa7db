import Foundation

/// A CSV file that comes into being with its first row.
///
/// An old file of that name is removed at the start, so that what is there belongs to this run. Rows are
/// buffered; `close` writes the last ones and must be called. The file can be read by its owner only, since it
/// names people.
package struct CSVFile: ~Copyable, Sendable {
    static let bufferCount = 65_536

    package let path: String
    package private(set) var rowCount = 0
    private var handle: FileHandle?
    private var buffer: [UInt8] = []
    private var isInRow = false

    /// - Parameter columns: the header.
    package init(path: String, columns: [String]) throws(FileFault) {
        self.path = path
        do {
            if FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
        } catch {
            throw FileFault(writing: path, error)
        }
        for column in columns { append(Array(column.utf8).span) }
        endLine()
    }

    /// Appends a cell to the row.
    ///
    /// - Parameters:
    ///   - value: any bytes; control characters and what is not UTF-8 are written as `\xNN`.
    ///   - isTrusted: a value that may begin with `=`, `+`, `-` or `@`. Other values get an apostrophe in
    ///     front of these, so that no spreadsheet takes them for a formula.
    package mutating func append(_ value: Span<UInt8>, isTrusted: Bool = false) {
        if isInRow { buffer.append(UInt8(ascii: ",")) }
        isInRow = true
        CSVCell.append(value, isTrusted: isTrusted, to: &buffer)
    }

    package mutating func append(_ value: String) {
        append(Array(value.utf8).span)
    }

    package mutating func append(_ value: Int) {
        append(Array(String(value).utf8).span, isTrusted: true)
    }

    /// Ends the row, and writes when enough has come together.
    package mutating func endRow() throws(FileFault) {
        endLine()
        rowCount += 1
        if buffer.count >= CSVFile.bufferCount { try flush() }
    }

    /// Writes what is still buffered. Without a row there is no file.
    package mutating func close() throws(FileFault) {
        guard rowCount > 0 else { return }
        try flush()
        do {
            try handle?.close()
            handle = nil
        } catch {
            throw FileFault(writing: path, error)
        }
    }

    /// Hands everything buffered to the system, so that others can read it.
    package mutating func flush() throws(FileFault) {
        guard rowCount > 0, !buffer.isEmpty else { return }
        do {
            let handle = try self.handle ?? create()
            self.handle = handle
            try handle.write(contentsOf: buffer)
            buffer.removeAll(keepingCapacity: true)
        } catch {
            throw FileFault(writing: path, error)
        }
    }

    private func create() throws -> FileHandle {
        try Data().write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    private mutating func endLine() {
        buffer.append(UInt8(ascii: "\n"))
        isInRow = false
    }
}
