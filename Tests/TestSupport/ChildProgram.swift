import CSpawn
import Dispatch
package import Foundation
internal import Glibc
import Synchronization
import Uring

/// A program that a test starts, by its path and arguments.
///
/// Foundation's `Process` will not do: before it starts a program it copies whole directory entries out of
/// `/proc/self/fd`, past the end of what was read (swift-corelibs-foundation 6.3), and so ends the test program with
/// a signal 11 now and then.
package final class ChildProgram: Sendable {
    package struct Fault: Error, CustomStringConvertible {
        package var description: String

        package init(_ description: String) { self.description = description }
    }

    /// How it ended.
    package enum End: Sendable, Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    package let identifier: Int32
    private let words: [String]

    /// Starts the program: no signal blocked or ignored, no descriptor open but the three.
    ///
    /// - Parameters:
    ///   - directory: where it works; that of the tests when nil.
    ///   - input: what it reads; nothing when nil.
    ///   - output: where it writes; nowhere when nil.
    ///   - errors: where it complains; where the tests do when nil.
    package init(
        _ path: String, _ arguments: [String] = [], in directory: String? = nil, input: FileHandle? = nil,
        output: FileHandle? = nil, errors: FileHandle? = nil
    ) throws {
        words = [path] + arguments
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let directory { unsafe posix_spawn_file_actions_addchdir_np(&actions, directory) }
        for (number, given) in [(STDIN_FILENO, input), (STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
            if let given {
                unsafe posix_spawn_file_actions_adddup2(&actions, given.fileDescriptor, number)
            } else if number != STDERR_FILENO {
                unsafe posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
            }
        }
        unsafe posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        identifier = try unsafe ChildProgram.spawn(words, &actions)
        // A file that nobody holds is closed.
        withExtendedLifetime((input, output, errors)) {}
    }

    package func send(signal: Int32) { kill(identifier, signal) }

    /// Waits for the end, once; a program that hangs is killed, and that is a fault.
    package func wait(seconds: Int = 120) throws -> End {
        let watchdog = Watchdog(of: identifier, seconds: seconds)
        // Without taking it away: until the watchdog rests, the number must not become another program's.
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        let isLate = watchdog.rest()
        var status: Int32 = 0
        guard unsafe waitpid(identifier, &status, 0) == identifier else {
            throw Fault("\(words) cannot be waited for: \(SystemFault("wait", code: errno))")
        }
        if isLate { throw Fault("\(words) does not end") }
        let signal = status & 0x7F
        return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
    }

    private static func spawn(
        _ words: [String], _ actions: UnsafePointer<posix_spawn_file_actions_t>
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        defer { unsafe arguments.forEach { unsafe free($0) } }
        var identifier: pid_t = 0
        let code = unsafe posix_spawn(&identifier, words[0], actions, &attributes, &arguments, environ)
        guard code == 0 else {
            throw Fault("\(words) cannot be started: \(SystemFault("start", code: code))")
        }
        return identifier
    }
}

/// Kills a program that is not over in time.
private final class Watchdog: Sendable {
    private enum State { case watching, resting, hasBitten }

    private let state = Mutex(State.watching)

    init(of program: pid_t, seconds: Int) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self] in
            self?.state.withLock { state in
                guard state == .watching else { return }
                state = .hasBitten
                kill(program, SIGKILL)
            }
        }
    }

    /// Returns whether the program was killed.
    func rest() -> Bool {
        state.withLock { state in
            defer { state = .resting }
            return state == .hasBitten
        }
    }
}
