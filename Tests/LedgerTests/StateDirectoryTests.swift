import Foundation
import Glibc
import TestSupport
import Testing

@testable import Ledger

/// Permissions and locks of the process are everybody's: one after the other.
@Suite("StateDirectory", .serialized) struct StateDirectoryTests {
    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test("the directory and all files are the user's own, whatever the umask", arguments: [0, 0o777] as [mode_t])
    func permissions(mask: mode_t) throws {
        let directory = try TestDirectory()
        let old = umask(mask)
        defer { umask(old) }
        let state = try StateDirectory(path: directory.file("state"))
        let bench = LedgerBench(try Ledger.open(in: state, .usual))
        bench.ledger.plan(PlanBatch(lines: 2...3))
        try bench.ledger.planningEnded()
        #expect(try mode(state.path) == 0o700)
        let names = try FileManager.default.contentsOfDirectory(atPath: state.path).sorted()
        #expect(names == ["ledger.sqlite", "ledger.sqlite-shm", "ledger.sqlite-wal", "lock"])
        for name in names { #expect(try mode("\(state.path)/\(name)") == 0o600, "\(name)") }
        try bench.ledger.close()
    }

    @Test("what is no state directory of this user's is refused")
    func foreignDirectories() throws {
        let directory = try TestDirectory()
        let open = directory.file("open")
        try FileManager.default.createDirectory(atPath: open, withIntermediateDirectories: false)
        unsafe chmod(open, 0o750)
        #expect(fault(open)?.what == "is open to other users")
        unsafe chmod(open, 0o700)
        try Data().write(to: URL(fileURLWithPath: "\(open)/letter.txt"))
        #expect(fault(open)?.what == "holds files of something else")
        #expect(fault("\(open)/letter.txt")?.what == "is not a directory")
        #expect(fault("\(open)/missing", isMade: false)?.what.hasPrefix("cannot be opened") == true)
        #expect(fault("\(open)/missing/deeper")?.what.hasPrefix("cannot be made") == true)
        #expect(fault("/proc/self")?.what == "is open to other users")
    }

    private func fault(_ path: String, isMade: Bool = true) -> LedgerFault? {
        do throws(LedgerFault) {
            _ = try StateDirectory(path: path, isMade: isMade)
            return nil
        } catch { return error }
    }

    @Test("a second user of the directory is refused by name, until the first has ended")
    func secondUser() throws {
        let directory = try TestDirectory()
        let path = directory.file("state")
        do {
            let first = try StateDirectory(path: path)
            let refusal = try #require(fault(path))
            #expect(refusal.what.hasPrefix("is in use by process \(getpid()) on "))
            #expect(StateDirectory.holder(of: path)?.hasPrefix("process \(getpid()) on ") == true)
            withExtendedLifetime(first) {}
        }
        #expect(StateDirectory.holder(of: path) == nil)
        #expect(fault(path) == nil)
    }

    @Test("the lock goes with a process that is killed")
    func killedUser() throws {
        let directory = try TestDirectory()
        let path = directory.file("state")
        _ = try StateDirectory(path: path)
        let (input, output) = (Pipe(), Pipe())
        let other = try ChildProgram(
            "/usr/bin/flock", ["--no-fork", "\(path)/lock", "/bin/sh", "-c", "echo ready; exec cat"],
            input: input.fileHandleForReading, output: output.fileHandleForWriting)
        #expect(output.fileHandleForReading.availableData == Data("ready\n".utf8))
        #expect(fault(path)?.what.hasPrefix("is in use by process ") == true)
        other.send(signal: SIGKILL)
        #expect(try other.wait() == .killed(signal: SIGKILL))
        #expect(fault(path) == nil)
    }
}
