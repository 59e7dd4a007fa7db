import Primitives

/// How long a recipient's send window is open: stands behind its packed row where windows are by recipient.
package struct SendingTerm: Hashable, Sendable {
    package static let byteCount = 16

    /// From then on nothing goes to the recipient, in microseconds since 1970.
    package var closes: Int64
    /// When the window opens again.
    package var opens: Int64

    package init(closes: Int64, opens: Int64) {
        self.closes = closes
        self.opens = opens
    }

    /// - Parameter record: a packed row with a term behind it.
    init(behind record: Span<UInt8>) {
        let start = record.count - SendingTerm.byteCount
        closes = Int64(bitPattern: record.littleEndian(at: start, count: 8))
        opens = Int64(bitPattern: record.littleEndian(at: start + 8, count: 8))
    }

    /// The bytes that stand behind the row: two numbers of 64 bits, the lowest byte first.
    package func append(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: UInt64(bitPattern: closes), count: 8)
        bytes.append(littleEndian: UInt64(bitPattern: opens), count: 8)
    }
}

extension Dispatcher {
    /// Moves the lane's next message to the end of a queue, when its window has closed.
    ///
    /// - Returns: when the window opens again, in microseconds since 1970; nil for a message that may go, and for none.
    package mutating func takeOverdue(from lane: Int, to queue: inout RecordQueue, at now: Instant) -> Int64? {
        guard limits.rowsHaveTerms, let term = nextTerm(of: lane),
            term.closes <= now.unixMicroseconds(origin: unixOrigin),
            takeUnpaced(from: lane, to: &queue, at: now)
        else { return nil }
        return term.opens
    }

    private func nextTerm(of lane: Int) -> SendingTerm? {
        let mail = lanes[lane].mail
        if !mails[mail].returned.isEmpty { return SendingTerm(behind: pool.first(of: mails[mail].returned)) }
        if !mails[mail].waiting.isEmpty { return SendingTerm(behind: pool.first(of: mails[mail].waiting)) }
        return nil
    }
}
