import Foundation
import TestSupport
import Testing

@testable import Ledger

@Suite("LogRoom") struct LogRoomTests {
    private let directory: TestDirectory
    private let state: StateDirectory

    init() throws {
        directory = try TestDirectory()
        state = try StateDirectory(path: directory.file("state"))
    }

    private var log: String { state.ledgerFile + "-wal" }

    private func size(of file: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int)
    }

    private func commit(_ lines: ClosedRange<Int>, to storage: SQLiteStorage) throws {
        var commit = LedgerCommit()
        commit.plans = [PlanBatch(lines: lines)]
        try storage.commit(commit)
    }

    /// What a crash now would leave.
    private func recipientsInCopy() throws -> Int {
        let copy = directory.file("copy.sqlite")
        for end in ["", "-wal"] {
            try? FileManager.default.removeItem(atPath: copy + end)
            try FileManager.default.copyItem(atPath: state.ledgerFile + end, toPath: copy + end)
        }
        let storage = try SQLiteStorage(file: copy)
        let count = try storage.count("SELECT count(*) FROM recipient")
        try storage.close()
        return count
    }

    @Test("few commits make the log larger, and a crash loses none of them")
    func commits() throws {
        let storage = try SQLiteStorage(state)
        var growths = 0
        for number in 0..<100 {
            let before = try size(of: log)
            try commit(number * 500 + 1...number * 500 + 500, to: storage)
            growths += try size(of: log) > before ? 1 : 0
            if number % 9 == 0 { #expect(try recipientsInCopy() == (number + 1) * 500) }
        }
        #expect(growths > 1 && growths < 10)
        try storage.close()
        #expect(!FileManager.default.fileExists(atPath: log))
    }

    @Test("a log that a crash left is not written over")
    func afterCrash() throws {
        let storage = try SQLiteStorage(state)
        try commit(1...5_000, to: storage)
        _ = try recipientsInCopy()
        let copy = directory.file("copy.sqlite")
        try FileManager.default.copyItem(atPath: log, toPath: copy + "-wal")
        let resumed = try SQLiteStorage(file: copy)
        try commit(5_001...5_100, to: resumed)
        #expect(try resumed.count("SELECT count(*) FROM recipient") == 5_100)
    }

    @Test("where no room can be made, none is")
    func nowhere() {
        let room = LogRoom(ofLog: directory.file("missing"), pages: 10, ofBytes: 4_096)
        room.make(pagesWritten: 5)
        #expect(!FileManager.default.fileExists(atPath: directory.file("missing")))
    }

    @Test("no more is made than the log will take")
    func most() throws {
        let file = directory.file("log")
        #expect(FileManager.default.createFile(atPath: file, contents: Data()))
        let room = LogRoom(ofLog: file, pages: 100, ofBytes: 4_096)
        for pages in 0..<5_000 { room.make(pagesWritten: pages) }
        let most = 100 * LogRoom.frameBytes(ofPage: 4_096)
        let made = try size(of: file)
        #expect(made >= most && made <= most + (2 << 20))
    }
}
