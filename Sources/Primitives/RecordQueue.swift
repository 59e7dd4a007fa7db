/// A first-in-first-out queue of byte records, in pages that a `PagePool` owns.
///
/// A plain value of a few words, so that there can be one for every site and every session. Records must be
/// removed, or the queue given to `PagePool.clear`, before it is dropped: the pages belong to the pool.
@safe
public struct RecordQueue {
    fileprivate var first: UnsafeMutableRawPointer?
    fileprivate var last: UnsafeMutableRawPointer?
    fileprivate var readOffset = 0
    fileprivate var writeOffset = 0
    /// Where the newest record begins in the last page.
    fileprivate var newestOffset = 0

    /// How many records wait.
    public fileprivate(set) var count = 0

    public init() {
        unsafe first = nil
        unsafe last = nil
    }

    public var isEmpty: Bool { count == 0 }
}

/// Memory for record queues: pages of a few sizes, used again through free lists.
///
/// The longer a queue, the larger its next page, so that fifty thousand short queues cost little and a long
/// one costs no more than its bytes. Once the free lists are warm nothing is allocated.
@safe
public struct PagePool: ~Copyable {
    /// Payload bytes of the pages of each class. A record longer than the largest gets a page of its own.
    private static let payloads = [496, 4_080, 65_520]
    private static let header = MemoryLayout<PageHeader>.stride
    /// Before each record: its length in 32 bits, its tag in 64.
    private static let recordHeader = 12
    /// Behind the last record of a full page, in place of a length: all ones.
    private static let endMark = 4

    @safe
    private struct PageHeader {
        var next: UnsafeMutableRawPointer?
        var payload: Int
    }

    private var free: [UnsafeMutableRawPointer?]

    /// Bytes of all pages that hold records now.
    public private(set) var bytesInUse = 0

    public init() {
        unsafe free = [UnsafeMutableRawPointer?](repeating: nil, count: PagePool.payloads.count)
    }

    deinit {
        for index in unsafe free.indices {
            var page = unsafe free[index]
            while let current = unsafe page {
                unsafe page = PagePool.headerOf(current).pointee.next
                unsafe current.deallocate()
            }
        }
    }

    /// Adds a record of at most 2³¹ bytes at the end of the queue, with a number that its owner may change.
    public mutating func append(_ record: Span<UInt8>, tag: UInt64, to queue: inout RecordQueue) {
        let place = unsafe roomForRecord(of: record.count, tag: tag, in: &queue)
        unsafe record.withUnsafeBytes { source in
            if let start = source.baseAddress {
                unsafe place.copyMemory(from: start, byteCount: source.count)
            }
        }
    }

    /// Adds a record of `count` bytes, all of which the caller writes at once with the writer returned.
    public mutating func append(count: Int, tag: UInt64, to queue: inout RecordQueue) -> ByteWriter {
        let place = unsafe roomForRecord(of: count, tag: tag, in: &queue)
        return unsafe ByteWriter(UnsafeMutableRawBufferPointer(start: place, count: count))
    }

    /// Moves the oldest record of one queue to the end of another, with a new tag.
    public mutating func moveFirst(
        of source: inout RecordQueue, tag: UInt64, to destination: inout RecordQueue
    ) {
        let record = unsafe firstRecord(of: source)
        let count = unsafe PagePool.count(of: record)
        let place = unsafe roomForRecord(of: count, tag: tag, in: &destination)
        unsafe place.copyMemory(from: record + PagePool.recordHeader, byteCount: count)
        removeFirst(of: &source)
    }

    /// The oldest record; it stays where it is until `removeFirst`.
    @_lifetime(borrow self)
    public func first(of queue: RecordQueue) -> Span<UInt8> {
        let record = unsafe firstRecord(of: queue)
        let bytes = unsafe UnsafeRawBufferPointer(
            start: record + PagePool.recordHeader, count: PagePool.count(of: record))
        return unsafe _overrideLifetime(bytes.bindMemory(to: UInt8.self).span, borrowing: self)
    }

    /// The record that was added last. Not after `removeLast`, until another has been added.
    @_lifetime(borrow self)
    public func newest(of queue: RecordQueue) -> Span<UInt8> {
        guard let page = unsafe queue.last, queue.count > 0 else { preconditionFailure("the queue is empty") }
        let record = unsafe page + PagePool.header + queue.newestOffset
        let bytes = unsafe UnsafeRawBufferPointer(
            start: record + PagePool.recordHeader, count: PagePool.count(of: record))
        return unsafe _overrideLifetime(bytes.bindMemory(to: UInt8.self).span, borrowing: self)
    }

    /// Takes back the record that was added last. Once after an `append` or `moveFirst`.
    public mutating func removeLast(of queue: inout RecordQueue) {
        precondition(queue.count > 0 && queue.writeOffset > queue.newestOffset, "nothing to take back")
        queue.writeOffset = queue.newestOffset
        queue.count -= 1
        if queue.count == 0 { rewind(&queue) }
    }

    /// The tag of the oldest record.
    public func firstTag(of queue: RecordQueue) -> UInt64 {
        unsafe (firstRecord(of: queue) + 4).loadUnaligned(as: UInt64.self)
    }

    public mutating func removeFirst(of queue: inout RecordQueue) {
        queue.readOffset += unsafe PagePool.recordHeader + PagePool.count(of: firstRecord(of: queue))
        queue.count -= 1
        guard queue.count > 0 else { return rewind(&queue) }
        // More than one: a page whose only record was taken back is full and empty at once.
        while unsafe isRead(queue.first, to: queue.readOffset, in: queue) { dropFirstPage(of: &queue) }
    }

    /// Forgets all records of the queue.
    public mutating func clear(_ queue: inout RecordQueue) {
        while unsafe queue.first != nil { dropFirstPage(of: &queue) }
        queue = RecordQueue()
    }

    /// An emptied queue keeps its last page and starts again at its beginning, unless the page is a large
    /// one: queues that come and go every message must not visit the free lists.
    private mutating func rewind(_ queue: inout RecordQueue) {
        while let first = unsafe queue.first, let last = unsafe queue.last, unsafe first != last {
            dropFirstPage(of: &queue)
        }
        if let page = unsafe queue.first,
            unsafe PagePool.headerOf(page).pointee.payload > PagePool.payloads[0]
        {
            dropFirstPage(of: &queue)
        }
        queue.readOffset = 0
        queue.writeOffset = 0
        queue.newestOffset = 0
    }

    private func isRead(_ page: UnsafeMutableRawPointer?, to offset: Int, in queue: RecordQueue) -> Bool {
        guard let page = unsafe page, let last = unsafe queue.last, unsafe page != last else { return false }
        return unsafe (page + PagePool.header + offset).loadUnaligned(as: UInt32.self) == .max
    }

    private func firstRecord(of queue: RecordQueue) -> UnsafeMutableRawPointer {
        guard let page = unsafe queue.first, queue.count > 0 else {
            preconditionFailure("the queue is empty")
        }
        return unsafe page + PagePool.header + queue.readOffset
    }

    private static func count(of record: UnsafeMutableRawPointer) -> Int {
        Int(unsafe record.loadUnaligned(as: UInt32.self))
    }

    /// Accounts for a record at the end of the queue; the caller fills in its bytes.
    private mutating func roomForRecord(
        of count: Int, tag: UInt64, in queue: inout RecordQueue
    ) -> UnsafeMutableRawPointer {
        let needed = PagePool.recordHeader + count
        let page = unsafe pageWithRoom(for: needed, in: &queue)
        let place = unsafe page + PagePool.header + queue.writeOffset
        unsafe place.storeBytes(of: UInt32(count), as: UInt32.self)
        unsafe (place + 4).storeBytes(of: tag, as: UInt64.self)
        queue.newestOffset = queue.writeOffset
        queue.writeOffset += needed
        queue.count += 1
        return unsafe place + PagePool.recordHeader
    }

    private mutating func pageWithRoom(
        for needed: Int, in queue: inout RecordQueue
    ) -> UnsafeMutableRawPointer {
        if let last = unsafe queue.last {
            let room = unsafe PagePool.headerOf(last).pointee.payload - queue.writeOffset
            if room >= needed + PagePool.endMark { return unsafe last }
            unsafe (last + PagePool.header + queue.writeOffset).storeBytes(of: .max, as: UInt32.self)
        }
        // The page that an empty queue kept is too small: nothing of it is left to be read.
        if queue.count == 0 { clear(&queue) }
        let page = unsafe takePage(
            class: queue.count < 8 ? 0 : queue.count < 64 ? 1 : 2, atLeast: needed + PagePool.endMark)
        if let last = unsafe queue.last {
            unsafe PagePool.headerOf(last).pointee.next = page
        } else {
            unsafe queue.first = page
        }
        unsafe queue.last = page
        queue.writeOffset = 0
        return unsafe page
    }

    private mutating func takePage(class first: Int, atLeast needed: Int) -> UnsafeMutableRawPointer {
        let fitting = (first..<PagePool.payloads.count).first { PagePool.payloads[$0] >= needed }
        let payload = fitting.map { PagePool.payloads[$0] } ?? needed
        bytesInUse += payload + PagePool.header
        if let index = fitting, let page = unsafe free[index] {
            unsafe free[index] = unsafe PagePool.headerOf(page).pointee.next
            unsafe PagePool.headerOf(page).pointee.next = nil
            return unsafe page
        }
        let page = UnsafeMutableRawPointer.allocate(byteCount: payload + PagePool.header, alignment: 16)
        unsafe PagePool.headerOf(page).initialize(to: unsafe PageHeader(next: nil, payload: payload))
        return unsafe page
    }

    private mutating func dropFirstPage(of queue: inout RecordQueue) {
        guard let page = unsafe queue.first else { return }
        let header = unsafe PagePool.headerOf(page)
        unsafe queue.first = header.pointee.next
        if unsafe queue.first == nil { unsafe queue.last = nil }
        queue.readOffset = 0
        bytesInUse -= unsafe header.pointee.payload + PagePool.header
        let size = unsafe PagePool.payloads.firstIndex(of: header.pointee.payload)
        guard let size else { return unsafe page.deallocate() }
        unsafe header.pointee.next = unsafe free[size]
        unsafe free[size] = page
    }

    private static func headerOf(_ page: UnsafeMutableRawPointer) -> UnsafeMutablePointer<PageHeader> {
        unsafe page.assumingMemoryBound(to: PageHeader.self)
    }
}
