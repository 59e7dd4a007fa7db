internal import CLiburing
internal import Glibc
internal import Synchronization

/// Where a thread runs, and whom it lets go first.
package struct ThreadPlace: Sendable {
    /// Nil for those of the thread that starts it.
    package var cores: CoreSet?
    /// Whether it runs only while no other thread wants the core.
    package var isModest: Bool

    package init(on cores: CoreSet? = nil, isModest: Bool = false) {
        self.cores = cores
        self.isModest = isModest
    }

    /// What the kernel refuses, it refuses: the thread then runs like any other.
    fileprivate func take() {
        try? cores?.take()
        if isModest { _ = sluice_yield_to_all() }
    }
}

/// A thread of the system's own. A ring belongs to the thread that made it, and a worker never yields, so
/// neither may live in a task.
package final class NativeThread: Sendable {
    private let handle: UInt
    private let isJoined = Atomic(false)

    /// Starts a thread that runs `body` and ends with it.
    package static func start(
        at place: ThreadPlace = ThreadPlace(), _ body: @escaping @Sendable () -> Void
    ) throws(SystemFault) -> NativeThread {
        var handle = pthread_t()
        let start = unsafe Unmanaged.passRetained(Start(place, body))
        let code = unsafe pthread_create(&handle, nil, runBody, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw SystemFault("start a thread", code: code)
        }
        return NativeThread(handle: UInt(handle))
    }

    /// Waits until the thread has ended; once. A thread that nobody joins runs on by itself.
    package func join() {
        let wasJoined = isJoined.exchange(true, ordering: .sequentiallyConsistent)
        precondition(!wasJoined, "a thread is joined once")
        pthread_join(pthread_t(handle), nil)
    }

    private init(handle: UInt) { self.handle = handle }

    deinit {
        if !isJoined.load(ordering: .sequentiallyConsistent) { pthread_detach(pthread_t(handle)) }
    }
}

private final class Start: Sendable {
    private let place: ThreadPlace
    private let body: @Sendable () -> Void

    init(_ place: ThreadPlace, _ body: @escaping @Sendable () -> Void) {
        self.place = place
        self.body = body
    }

    func run() {
        place.take()
        body()
    }
}

/// A function and not a closure: a closure formed in isolated code would carry that isolation along and trap.
private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
