internal import Glibc

/// A system call that failed: what was tried, and the errno.
package struct SystemFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, as the end of "cannot …".
    package var attempt: String
    /// The errno, positive.
    package var code: Int32

    package init(_ attempt: String, code: Int32) {
        self.attempt = attempt
        self.code = code
    }

    /// Takes the errno of the calling thread.
    package init(_ attempt: String) {
        self.init(attempt, code: errno)
    }

    package var description: String { "cannot \(attempt): \(SystemFault.text(of: code))" }

    /// The system's own words for an errno.
    package static func text(of code: Int32) -> String {
        // strerror_r of glibc in its POSIX or its GNU form, as the importer chose; strerror_l has one form
        // only and is safe on every thread.
        guard let words = unsafe strerror_l(code, uselocale(nil)) else { return "error \(code)" }
        return unsafe String(cString: words)
    }
}
