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

    /// Writes the text at once, so that nothing is left in a buffer when the process ends. Who has closed the
    /// other end does not want it.
    static func write(_ text: String, to descriptor: Int32) {
        try? FileHandle(fileDescriptor: descriptor).write(contentsOf: Data(text.utf8))
    }
}
