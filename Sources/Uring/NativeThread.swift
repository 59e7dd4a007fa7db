internal import Glibc
internal import Synchronization

/// A thread of the system's own. A ring belongs to the thread that made it, and a worker never yields, so
/// neither may live in a task.
package final class NativeThread: Sendable {
    private let handle: UInt
    private let isJoined = Atomic(false)

    /// Starts a thread that runs `body` and ends with it.
    package static func start(_ body: @escaping @Sendable () -> Void) throws(SystemFault) -> NativeThread {
        var handle = pthread_t()
        let start = unsafe Unmanaged.passRetained(Start(body))
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
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// A function and not a closure: a closure formed in isolated code would carry that isolation along and trap.
private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body()
    return nil
}
