import GRDB
import GRDBSQLite
import Primitives

/// An open connection, lent by GRDB while nobody else uses it.
@safe
struct SQLiteConnection {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
}

/// A prepared statement, driven through SQLite's own interface: three times as fast as one call up, and the ledger
/// binds ten million rows. Belongs to the connection's thread; must be gone before the connection closes.
@safe
final class SQLiteStatement {
    private let handle: OpaquePointer
    private let connection: SQLiteConnection

    init(_ sql: String, on connection: SQLiteConnection) throws(SQLiteError) {
        var made: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            connection.pointer, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let handle = unsafe made else { throw SQLiteError(connection) }
        unsafe self.handle = handle
        self.connection = connection
    }

    deinit { unsafe sqlite3_finalize(handle) }

    func bind(_ place: Int32, _ value: Int64) {
        unsafe sqlite3_bind_int64(handle, place, value)
    }

    func bindNull(_ place: Int32) {
        unsafe sqlite3_bind_null(handle, place)
    }

    /// Binds a copy of a text.
    ///
    /// - Parameter text: empty means an empty text, not null.
    func bind(_ place: Int32, _ text: Span<UInt8>) {
        bind(place, text, isCopied: true)
    }

    private func bind(_ place: Int32, _ text: Span<UInt8>, isCopied: Bool) {
        // SQLite's name for "take a copy" is a number that stands for a function.
        let copying = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        unsafe text.withUnsafeBytes { bytes in
            // Memory of nothing would bind null.
            if let start = bytes.baseAddress, bytes.count > 0 {
                let characters = unsafe start.assumingMemoryBound(to: CChar.self)
                unsafe sqlite3_bind_text(
                    handle, place, characters, Int32(clamping: bytes.count), isCopied ? copying : nil)
            } else {
                unsafe sqlite3_bind_text(handle, place, SQLiteStatement.emptyText.utf8Pointer, 0, nil)
            }
        }
    }

    func bind(_ place: Int32, _ text: StaticString) {
        unsafe sqlite3_bind_text(handle, place, text.utf8Pointer, Int32(text.utf8CodeUnitCount), nil)
    }

    /// Runs a statement that returns no rows.
    func run() throws(SQLiteError) {
        let code = unsafe sqlite3_step(handle)
        let error = code == SQLITE_DONE ? nil : SQLiteError(connection)
        unsafe sqlite3_reset(handle)
        if let error { throw error }
    }

    /// Runs a statement that returns no rows, with one long text that is lent to it instead of copied.
    func run(binding place: Int32, _ text: Span<UInt8>) throws(SQLiteError) {
        bind(place, text, isCopied: false)
        try run()
        bindNull(place)
    }

    /// Goes to the next row; false, and ready to begin again, when there is none.
    func next() throws(SQLiteError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            unsafe sqlite3_reset(handle)
            return false
        default:
            let error = SQLiteError(connection)
            unsafe sqlite3_reset(handle)
            throw error
        }
    }

    func reset() { unsafe sqlite3_reset(handle) }

    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }
    func number(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }
    func isNumber(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_INTEGER }

    /// Lends the bytes of a text to `body`; none for null.
    func withText<Result>(_ column: Int32, _ body: (Span<UInt8>) -> Result) -> Result {
        let start = unsafe sqlite3_column_text(handle, column)
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe body(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count).span)
    }

    func text(_ column: Int32) -> [UInt8] { withText(column) { [UInt8](copying: $0) } }

    private static let emptyText: StaticString = ""
}

extension StaticString {
    fileprivate var utf8Pointer: UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
    }
}

/// What SQLite said.
struct SQLiteError: Error {
    var code: Int32
    var message: String

    init(_ connection: SQLiteConnection) {
        code = unsafe sqlite3_extended_errcode(connection.pointer)
        message = unsafe String(cString: sqlite3_errmsg(connection.pointer))
    }

    init(_ error: any Error) {
        let error = error as? DatabaseError
        code = error?.extendedResultCode.rawValue ?? SQLITE_ERROR
        message = error?.message ?? "no reason was given"
    }

    /// In words for the operator.
    func fault(_ file: String) -> LedgerFault {
        switch code & 0xFF {
        case SQLITE_FULL: LedgerFault(file, "the disk is full", "make room, and resume the campaign")
        case SQLITE_IOERR:
            LedgerFault(file, "the disk does not work as it should (\(message))", "check it, and resume the campaign")
        case SQLITE_NOTADB: LedgerFault(file, "is not a ledger", "give the state directory of a campaign")
        case SQLITE_CORRUPT: LedgerFault(file, "is damaged (\(message))", "restore the state directory from a copy")
        case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM:
            LedgerFault(file, "cannot be opened for writing (\(message))", "check its permissions")
        case SQLITE_BUSY, SQLITE_LOCKED:
            LedgerFault(file, "another program is writing to it", "end that program, and resume the campaign")
        default: LedgerFault(file, "cannot be used (\(message))", "check the state directory")
        }
    }
}
