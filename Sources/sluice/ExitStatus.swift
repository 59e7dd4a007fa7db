import ArgumentParser

/// The exit codes of every command. They never change; the README lists them.
enum ExitStatus {
    /// The run ended, but some recipients were refused or deferred, or are in doubt.
    static let incomplete = ExitCode(1)
    /// The run ended, and some recipients are held because it is not known whether they have the mail.
    static let inDoubt = ExitCode(3)
    static let usage = ExitCode(64)
    static let badInput = ExitCode(65)
    static let noInput = ExitCode(66)
    /// The receiver cannot be reached, or talks to nobody.
    static let unavailable = ExitCode(69)
    /// The system does not give what is needed: io_uring, threads, descriptors.
    static let system = ExitCode(71)
    static let cannotCreate = ExitCode(73)
    static let inputOutput = ExitCode(74)
    /// Some recipients are to be tried again later.
    static let unfinished = ExitCode(75)
    /// Stopped by the operator; what was under way was finished first.
    static let interrupted = ExitCode(130)
}
