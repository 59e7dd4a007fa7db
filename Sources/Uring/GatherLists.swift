internal import CLiburing
internal import Glibc

/// The lists of pieces of gathered sends that are not submitted yet: the kernel copies one when it takes its
/// entry, and everything is free again when it has taken all.
@safe
struct GatherLists: ~Copyable {
    static let pieceCapacity = 8_192
    static let listCapacity = 1_024

    private let pieces: UnsafeMutablePointer<iovec>
    private let headers: UnsafeMutablePointer<msghdr>
    private var usedPieces = 0
    private var usedLists = 0

    init() {
        unsafe pieces = .allocate(capacity: GatherLists.pieceCapacity)
        unsafe headers = .allocate(capacity: GatherLists.listCapacity)
    }

    deinit {
        unsafe pieces.deallocate()
        unsafe headers.deallocate()
    }

    func hasRoom(for count: Int) -> Bool {
        usedLists < GatherLists.listCapacity && usedPieces + count <= GatherLists.pieceCapacity
    }

    mutating func removeAll() {
        usedPieces = 0
        usedLists = 0
    }

    /// A list of these pieces, as the kernel wants it. Only when there `hasRoom`.
    mutating func append(_ list: [MemoryPiece]) -> UnsafePointer<msghdr> {
        precondition(hasRoom(for: list.count), "the lists are submitted before more are made")
        let first = unsafe pieces + usedPieces
        for index in list.indices {
            let piece = list[index]
            unsafe (first + index).initialize(
                to: iovec(iov_base: UnsafeMutableRawPointer(mutating: piece.start), iov_len: piece.count))
        }
        let header = unsafe headers + usedLists
        var content = unsafe msghdr()
        unsafe content.msg_iov = first
        unsafe content.msg_iovlen = list.count
        unsafe header.initialize(to: content)
        usedPieces += list.count
        usedLists += 1
        return unsafe UnsafePointer(header)
    }
}
