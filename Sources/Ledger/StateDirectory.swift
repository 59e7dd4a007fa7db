import Foundation
import Glibc
import Synchronization

/// A campaign's state directory, used by one process at a time.
///
/// The directory is the user's own (0700), its files too (0600), whatever the umask: who gets mail is personal. The
/// lock is the kernel's: it goes with the process, however that ends.
package final class StateDirectory: Sendable {
    package let path: String
    /// The locked file; -1 when it was given back.
    private let lock: Atomic<Int32>

    /// Makes the directory, or opens one that this program made, and takes its lock.
    ///
    /// - Parameter isMade: whether a missing directory is made.
    package init(path: String, isMade: Bool = true) throws(LedgerFault) {
        self.path = path
        let wasMade = isMade ? unsafe mkdir(path, 0o700) == 0 : false
        if !wasMade && isMade && errno != EEXIST {
            throw LedgerFault(path, "cannot be made: \(StateDirectory.lastError)", "choose another state directory")
        }
        if wasMade {
            guard unsafe chmod(path, 0o700) == 0 else { throw StateDirectory.systemFault(path, "make it private") }
            try StateDirectory.synchronizeParent(of: path)
        }
        try StateDirectory.check(path)
        let file = try StateDirectory.takeLock(in: path)
        do throws(LedgerFault) { try StateDirectory.synchronize(path) } catch {
            close(file)
            throw error
        }
        lock = Atomic(file)
    }

    deinit { release() }

    /// Lets another process have the directory.
    package func release() {
        let file = lock.exchange(-1, ordering: .sequentiallyConsistent)
        if file >= 0 { StateDirectory.unlock(file) }
    }

    /// A process that was started and has not begun its program yet holds all files of the one that starts it: to close
    /// the file here would not end the lock.
    private static func unlock(_ file: Int32) {
        _ = flock(file, LOCK_UN)
        close(file)
    }

    package var ledgerFile: String { StateDirectory.ledgerFile(in: path) }

    static func ledgerFile(in path: String) -> String { "\(path)/ledger.sqlite" }
    private static func lockFile(in path: String) -> String { "\(path)/lock" }

    /// Who holds the lock of a directory, as "process 123 on host"; nil when nobody does.
    package static func holder(of path: String) -> String? {
        let file = unsafe open(lockFile(in: path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { unlock(file) }
        return flock(file, LOCK_SH | LOCK_NB) == 0 ? nil : readHolder(file)
    }

    /// Says why a directory cannot hold a campaign's state.
    static func check(_ path: String) throws(LedgerFault) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            throw LedgerFault(path, "cannot be opened: \(lastError)", "give the state directory of a campaign")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw LedgerFault(path, "is not a directory", "give the state directory of a campaign")
        }
        guard status.st_uid == geteuid() else {
            throw LedgerFault(path, "belongs to another user", "run as that user, or choose another directory")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw LedgerFault(path, "is open to other users", "run `chmod 700` on it if only you have written there")
        }
        try checkContents(path)
    }

    private static func checkContents(_ path: String) throws(LedgerFault) {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
            throw LedgerFault(path, "cannot be read: \(error.localizedDescription)", "check its permissions")
        }
        let ours: Set = ["lock", "recipients.csv", "recipients.csv.part"]
        guard names.contains("ledger.sqlite") || ours.isSuperset(of: names) else {
            throw LedgerFault(path, "holds files of something else", "choose a directory that is empty or new")
        }
    }

    private static func takeLock(in path: String) throws(LedgerFault) -> Int32 {
        let file = unsafe open(lockFile(in: path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw systemFault(lockFile(in: path), "open it") }
        guard isLocked(file) else {
            let isHeld = errno == EWOULDBLOCK
            let fault = isHeld ? heldFault(path, file) : systemFault(lockFile(in: path), "lock it")
            close(file)
            throw fault
        }
        guard fchmod(file, 0o600) == 0, writeHolder(to: file) else {
            let fault = systemFault(lockFile(in: path), "write to it")
            close(file)
            throw fault
        }
        return file
    }

    /// Tries for a moment: who asks for the `holder` of a free lock has it for an instant.
    private static func isLocked(_ file: Int32) -> Bool {
        for _ in 0..<10 {
            if flock(file, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK else { return false }
            usleep(10_000)
        }
        return flock(file, LOCK_EX | LOCK_NB) == 0
    }

    private static func heldFault(_ path: String, _ file: Int32) -> LedgerFault {
        LedgerFault(path, "is in use by \(readHolder(file))", "wait for it to end, or stop it")
    }

    private static func writeHolder(to file: Int32) -> Bool {
        let text = Array("\(getpid()) \(hostName)\n".utf8)
        guard ftruncate(file, 0) == 0 else { return false }
        return unsafe text.withUnsafeBytes { unsafe pwrite(file, $0.baseAddress, $0.count, 0) } == text.count
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func readHolder(_ file: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 300)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, 0) }
        let words = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard words.count == 2 else { return "another process" }
        return "process \(words[0]) on \(words[1])"
    }

    private static func synchronizeParent(of path: String) throws(LedgerFault) {
        try synchronize(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Makes the names in a directory durable.
    static func synchronize(_ path: String) throws(LedgerFault) {
        let directory = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw systemFault(path, "open it") }
        let code = fsync(directory)
        let fault = systemFault(path, "write it to the disk")
        close(directory)
        if code != 0 { throw fault }
    }

    /// Makes an empty file of the user's own where there is none.
    static func makeFile(_ path: String) throws(LedgerFault) {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw systemFault(path, "make it") }
        let code = fchmod(file, 0o600)
        let fault = systemFault(path, "make it private")
        close(file)
        if code != 0 { throw fault }
    }

    private static func systemFault(_ path: String, _ what: String) -> LedgerFault {
        LedgerFault(path, "could not \(what): \(lastError)", "check the disk and the permissions")
    }

    private static var lastError: String { unsafe String(cString: strerror(errno)) }
}

extension LedgerFault {
    init(_ file: String, _ what: String, _ fix: String) { self.init(file: file, what: what, fix: fix) }
}
