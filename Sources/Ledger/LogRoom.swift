import GRDBSQLite
import Glibc

/// Room at the end of the write-ahead log that is made before it is needed.
///
/// A commit then changes bytes of the file and not its size, which the file system would have to sync besides: that
/// takes longer, on a busy disk ten times as long. Only the first pages need room: once the log has been moved into the
/// database, its file is written again from the start.
///
/// Where no room can be made, none is, and commits take the longer way.
final class LogRoom {
    private let file: Int32
    /// Bytes before this connection wrote the first.
    private let sizeAtFirst: Int
    /// Bytes that the file had at least when it was last looked at. That is seldom: to ask a file system for the facts
    /// of a file makes it note the time of every write that follows, and sync it.
    private var knownSize: Int
    private var isEnough = false

    /// Bytes that make further room needless.
    private let most: Int
    private let frameBytes: Int

    private static let least = 256 << 10
    private static let shortestStep = 256 << 10
    private static let longestStep = 1 << 20

    /// A frame of the log: its head and a page (sqlite.org/fileformat2.html, 4.1).
    static func frameBytes(ofPage bytes: Int) -> Int { 24 + bytes }

    /// - Parameters:
    ///   - pages: what the log holds at most before it is written from the start.
    ///   - pageBytes: of each.
    init(ofLog path: String, pages: Int, ofBytes pageBytes: Int) {
        frameBytes = LogRoom.frameBytes(ofPage: pageBytes)
        file = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        most = pages * frameBytes + LogRoom.longestStep
        sizeAtFirst = LogRoom.size(of: file) ?? 0
        knownSize = sizeAtFirst
        isEnough = file < 0
    }

    deinit { if file >= 0 { close(file) } }

    /// Makes room when little is left. To be called while nobody else may write to the log.
    ///
    /// - Parameter pagesWritten: by this connection, ever.
    func make(pagesWritten: Int) {
        let used = sizeAtFirst + pagesWritten * frameBytes
        guard !isEnough, used + LogRoom.least > knownSize else { return }
        guard let size = LogRoom.size(of: file), size < most else { return isEnough = true }
        let step = min(max(used, LogRoom.shortestStep), LogRoom.longestStep)
        guard append(step, at: size) else { return isEnough = true }
        knownSize = size + step
    }

    /// All or nothing: what is left of a disk is for what has to be written.
    private func append(_ count: Int, at size: Int) -> Bool {
        let nothing = [UInt8](repeating: 0, count: count)
        let written = unsafe nothing.withUnsafeBytes { unsafe pwrite(file, $0.baseAddress, count, size) }
        if written != count { _ = ftruncate(file, size) }
        return written == count
    }

    private static func size(of file: Int32) -> Int? {
        var facts = stat()
        return unsafe fstat(file, &facts) == 0 ? Int(facts.st_size) : nil
    }
}

extension SQLiteConnection {
    /// Pages that this connection has written to the log.
    var pagesWritten: Int {
        var (count, highest): (Int32, Int32) = (0, 0)
        unsafe sqlite3_db_status(pointer, SQLITE_DBSTATUS_CACHE_WRITE, &count, &highest, 0)
        return Int(count)
    }
}
