internal import Glibc
internal import Synchronization
import Testing

@testable import Uring

@Suite("Sets of cores")
struct CoreSetTests {
    @Test(
        "are written as they are read, with ranges",
        arguments: [
            ("0", [0], "0"), ("2,0", [0, 2], "0,2"), ("0-1", [0, 1], "0-1"), ("4-6,9", [4, 5, 6, 9], "4-6,9"),
            ("63,64,65", [63, 64, 65], "63-65"), ("7-7", [7], "7"), ("8191", [8_191], "8191"), ("03", [3], "3"),
        ])
    func reading(text: String, cores: [Int], written: String) {
        #expect(CoreSet(text)?.cores == cores && CoreSet(text)?.description == written)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", ",", "1,", ",1", "1-", "-1", "-", "1--2", "1-2-3", "3-2", "a", "1 ,2", "+1", "1,1", "0-3,2", "8192",
            "0-9999999", "99999999999999999999", "٣",
        ])
    func refusing(text: String) { #expect(CoreSet(text) == nil) }

    @Test("what is in both is taken away, what is in one is in the union")
    func differences() {
        let (left, right) = (CoreSet([1, 2, 70]), CoreSet([2, 3]))
        #expect(left.subtracting(right) == CoreSet([1, 70]) && left.union(right) == CoreSet([1, 2, 3, 70]))
        #expect(left.subtracting(left).isEmpty && !left.isEmpty && !left.contains(3) && !left.contains(-1))
    }

    @Test("a thread stays on the cores that it was given, and lets others go first when it shall")
    func threads() throws {
        let allowed = try CoreSet.allowed
        for core in allowed.cores {
            let seen = Mutex<(cores: CoreSet?, policy: Int32)>((nil, -1))
            let thread = try NativeThread.start(at: ThreadPlace(on: CoreSet([core]), isModest: true)) {
                seen.withLock { $0 = (try? CoreSet.allowed, sched_getscheduler(0)) }
            }
            thread.join()
            // 5 is SCHED_IDLE, which the importer does not show.
            #expect(seen.withLock { $0.cores == CoreSet([core]) && $0.policy == 5 })
        }
        #expect(try CoreSet.allowed == allowed, "where other threads run is left alone")
    }

    @Test("a thread whose cores do not exist runs like any other")
    func nowhere() throws {
        let seen = Mutex<CoreSet?>(nil)
        let missing = CoreSet(CoreSet.numbers).subtracting(try CoreSet.allowed)
        let thread = try NativeThread.start(at: ThreadPlace(on: CoreSet([missing.cores.last ?? 0]))) {
            seen.withLock { $0 = try? CoreSet.allowed }
        }
        thread.join()
        #expect(try seen.withLock { $0 } == CoreSet.allowed)
    }
}
