import Foundation

/// What comes from standard input, on its way into a file: it can be read only once, and the list is wanted again for
/// those who are tried again, and when the campaign is resumed.
///
/// Under another name until it is whole.
final class ListCopy: Sendable {
    private let path: String
    private let handle: FileHandle

    init(path: String) throws(FileFault) {
        self.path = path
        let partial = ListCopy.partial(path)
        let isMade = FileManager.default.createFile(
            atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600])
        guard isMade, let handle = FileHandle(forWritingAtPath: partial) else {
            throw FileFault(writing: path, CocoaError(.fileWriteNoPermission))
        }
        self.handle = handle
    }

    private static func partial(_ path: String) -> String { "\(path).part" }

    /// On the disk when it returns: nobody is sent to who would not be found again.
    func append(_ bytes: Data) throws(FileFault) {
        do {
            try handle.write(contentsOf: bytes)
            try handle.synchronize()
        } catch {
            throw FileFault(writing: path, error)
        }
    }

    /// All has come.
    func finish() throws(FileFault) {
        do {
            try handle.close()
            try FileManager.default.moveItem(atPath: ListCopy.partial(path), toPath: path)
        } catch {
            throw FileFault(writing: path, error)
        }
    }

    /// Whether there is a copy from before. One that broke off is taken as far as its lines are whole.
    static func exists(at path: String) throws(FileFault) -> Bool {
        let files = FileManager.default
        if files.fileExists(atPath: path) { return true }
        guard files.fileExists(atPath: partial(path)) else { return false }
        do {
            try cutBrokenLine(partial(path))
            try files.moveItem(atPath: partial(path), toPath: path)
        } catch {
            throw FileFault(writing: path, error)
        }
        return true
    }

    private static func cutBrokenLine(_ path: String) throws {
        guard let handle = FileHandle(forUpdatingAtPath: path) else { throw CocoaError(.fileReadNoPermission) }
        var end = try handle.seekToEnd()
        while end > 0 {
            try handle.seek(toOffset: end - 1)
            if try handle.read(upToCount: 1)?.first == UInt8(ascii: "\n") { break }
            end -= 1
        }
        try handle.truncate(atOffset: end)
        try handle.synchronize()
        try handle.close()
    }
}
