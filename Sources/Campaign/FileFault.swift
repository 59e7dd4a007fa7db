import Foundation

/// A file that cannot be used, in words for the operator.
package struct FileFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as the operator knows it.
    package var file: String
    package var what: String
    package var fix: String

    package init(file: String, what: String, fix: String) {
        self.file = file
        self.what = what
        self.fix = fix
    }

    package var description: String { "\(file): \(what): \(fix)" }

    /// Translates what Foundation says about reading a file.
    init(reading file: String, _ error: any Error) {
        let code = FileFault.systemCode(error)
        switch code {
        case .ENOENT, .ENOTDIR:
            self.init(
                file: file, what: "the file does not exist",
                fix: "check the path; paths are relative to the manifest")
        case .EISDIR: self.init(file: file, what: "this is a directory", fix: "name a file")
        case .EACCES, .EPERM:
            self.init(
                file: file, what: "reading it is not permitted",
                fix: "check the permissions of the file and of the directories above it")
        default:
            self.init(
                file: file, what: "it cannot be read (\(FileFault.words(error, code)))",
                fix: "check the file and the disk it is on")
        }
    }

    /// Translates what Foundation says about writing a file.
    init(writing file: String, _ error: any Error) {
        let code = FileFault.systemCode(error)
        switch code {
        case .ENOENT, .ENOTDIR:
            self.init(file: file, what: "its directory does not exist", fix: "make the directory first")
        case .EISDIR:
            self.init(file: file, what: "this is a directory", fix: "move it away: a file is written there")
        case .EACCES, .EPERM, .EROFS:
            self.init(
                file: file, what: "writing it is not permitted",
                fix: "check the permissions of the directory, or run where you may write")
        case .ENOSPC, .EDQUOT:
            self.init(file: file, what: "the disk is full", fix: "make room and start again")
        default:
            self.init(
                file: file, what: "it cannot be written (\(FileFault.words(error, code)))",
                fix: "check the directory and the disk it is on")
        }
    }

    /// The errno behind an error of Foundation, which comes bare or wrapped.
    private static func systemCode(_ error: any Error) -> POSIXErrorCode? {
        if let error = error as? POSIXError { return error.code }
        let outer = error as NSError
        if outer.domain == NSPOSIXErrorDomain { return POSIXErrorCode(rawValue: Int32(outer.code)) }
        let inner = outer.userInfo[NSUnderlyingErrorKey] as? NSError
        if let inner { return POSIXErrorCode(rawValue: Int32(inner.code)) }
        switch outer.code {
        case NSFileNoSuchFileError, NSFileReadNoSuchFileError: return .ENOENT
        case NSFileReadNoPermissionError, NSFileWriteNoPermissionError: return .EACCES
        case NSFileWriteOutOfSpaceError: return .ENOSPC
        default: return nil
        }
    }

    private static func words(_ error: any Error, _ code: POSIXErrorCode?) -> String {
        guard let code else { return (error as NSError).localizedDescription }
        return NSError(domain: NSPOSIXErrorDomain, code: Int(code.rawValue)).localizedDescription
    }
}
