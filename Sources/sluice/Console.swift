import Foundation
import Glibc
import Terminal

/// What goes to the person at the terminal: results on standard output, everything else on standard error.
enum Console {
    static let output = Screen(descriptor: STDOUT_FILENO, environment: ProcessInfo.processInfo.environment)
    static let error = Screen(descriptor: STDERR_FILENO, environment: ProcessInfo.processInfo.environment)

    static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }
    static func note(_ text: String) { write(text + "\n", to: STDERR_FILENO) }
    static func fail(_ text: String) { write("sluice: " + text + "\n", to: STDERR_FILENO) }

    /// Writes all of the text at once, so that nothing is left in a buffer when the process ends.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
