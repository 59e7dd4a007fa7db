import Delivery
import Measurement
import Primitives
import SMTP

/// What a worker notes in a turn, as bytes in the order in which it happened.
///
/// An entry is its kind and its line in 32 bits. A verdict that does not accept brings its code, enhanced code and
/// words; when attempts are logged, every verdict brings them, its times and the address.
struct StepBatch: Sendable {
    private(set) var bytes: [UInt8]
    /// Beside the steps, and durable with them.
    var notes = PacingNotes()

    static let hasDetails: UInt8 = 0x80
    static let isLogged: UInt8 = 0x40
    static let kindMask: UInt8 = 0x0F

    /// The reply's text that is kept.
    static let longestText = 1_024

    /// - Parameter spare: memory to use again.
    init(reusing spare: [UInt8] = []) {
        bytes = spare
        bytes.removeAll(keepingCapacity: true)
    }

    var isEmpty: Bool { bytes.isEmpty && notes.isEmpty }

    mutating func note(_ kind: StepKind, line: Int) {
        begin(kind.rawValue, line)
    }

    /// - Parameter isLogged: whether times and address are wanted.
    mutating func note(
        _ row: Span<UInt8>, _ verdict: Verdict, text: Span<UInt8>, _ attempt: Attempt, isLogged: Bool
    ) {
        let packed = PackedRow(row)
        let kind = StepBatch.kind(of: verdict.outcome)
        guard isLogged || kind != .accepted else { return note(kind, line: packed.number) }
        let flags = StepBatch.hasDetails | (isLogged ? StepBatch.isLogged : 0)
        begin(kind.rawValue | flags, packed.number)
        appendReply(verdict)
        appendText(verdict, text)
        if isLogged { append(attempt, address: packed.field(0)) }
    }

    private static func kind(of outcome: Outcome) -> StepKind {
        switch outcome {
        case .accepted: .accepted
        case .refused: .refused
        case .deferred: .deferred
        case .inDoubt: .inDoubt
        }
    }

    private mutating func begin(_ tag: UInt8, _ line: Int) {
        // One look at the capacity for all five: two of these are written for each message.
        bytes.append(addingCapacity: 5) { room in
            room.append(tag)
            for byte in 0..<4 { room.append(UInt8(truncatingIfNeeded: line >> (8 * byte))) }
        }
    }

    private mutating func appendReply(_ verdict: Verdict) {
        let reply = verdict.cause.reply
        let enhanced = reply?.enhanced ?? EnhancedCode(0, 0, 0)
        bytes.append(littleEndian: UInt64(reply?.code ?? 0), count: 2)
        bytes.append(enhanced.classDigit)
        bytes.append(littleEndian: UInt64(enhanced.subject), count: 2)
        bytes.append(littleEndian: UInt64(enhanced.detail), count: 2)
    }

    private mutating func appendText(_ verdict: Verdict, _ text: Span<UInt8>) {
        if text.isEmpty {
            let words = CauseText.words(for: verdict.cause)
            let count = words.utf8CodeUnitCount
            bytes.append(littleEndian: UInt64(count), count: 2)
            // The text of the program itself: it lives as long as the process.
            let buffer = unsafe UnsafeBufferPointer(start: words.utf8Start, count: count)
            unsafe bytes.append(contentsOf: buffer)
        } else {
            let count = min(text.count, StepBatch.longestText)
            bytes.append(littleEndian: UInt64(count), count: 2)
            bytes.append(text.extracting(first: count))
        }
    }

    private mutating func append(_ attempt: Attempt, address: Span<UInt8>) {
        bytes.append(littleEndian: UInt64(UInt32(truncatingIfNeeded: attempt.site)), count: 4)
        bytes.append(littleEndian: UInt64(UInt32(truncatingIfNeeded: attempt.sessionMessages)), count: 4)
        append(attempt.connectStarted)
        append(attempt.envelopeWritten)
        append(attempt.contentWritten)
        append(attempt.ended)
        bytes.append(littleEndian: UInt64(address.count), count: 2)
        bytes.append(address)
    }

    private mutating func append(_ time: Instant) {
        bytes.append(littleEndian: UInt64(bitPattern: time.nanoseconds), count: 8)
    }
}

/// Reads the entries of a `StepBatch`.
struct StepCursor: ~Escapable {
    private let bytes: Span<UInt8>
    private var position = 0

    private(set) var kind = StepKind.intent
    private(set) var line = 0
    private(set) var details = StepDetails()
    /// Whether `attempt` and `address` are those of the entry.
    private(set) var isLogged = false
    private(set) var attempt = Attempt(site: 0, ended: .zero)
    private var textRange = 0..<0
    private var addressRange = 0..<0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    var text: Span<UInt8> {
        @_lifetime(copy self) get { bytes.extracting(textRange) }
    }

    var address: Span<UInt8> {
        @_lifetime(copy self) get { bytes.extracting(addressRange) }
    }

    /// Goes to the next entry; false at the end.
    @_lifetime(self: copy self)
    mutating func next() -> Bool {
        guard position < bytes.count else { return false }
        let tag = bytes[position]
        guard let kind = StepKind(rawValue: tag & StepBatch.kindMask) else { return false }
        self.kind = kind
        line = Int(bytes.littleEndian(at: position + 1, count: 4))
        position += 5
        isLogged = tag & StepBatch.isLogged != 0
        details = StepDetails()
        textRange = 0..<0
        if tag & StepBatch.hasDetails != 0 { readDetails() }
        if isLogged { readAttempt() }
        return true
    }

    @_lifetime(self: copy self)
    private mutating func number(_ count: Int) -> UInt64 {
        defer { position += count }
        return bytes.littleEndian(at: position, count: count)
    }

    @_lifetime(self: copy self)
    private mutating func range(_ count: Int) -> Range<Int> {
        defer { position += count }
        return position..<position + count
    }

    @_lifetime(self: copy self)
    private mutating func readDetails() {
        details.code = UInt16(number(2))
        let enhanced = EnhancedCode(UInt8(number(1)), UInt16(number(2)), UInt16(number(2)))
        details.enhanced = enhanced.classDigit == 0 ? nil : enhanced
        textRange = range(Int(number(2)))
    }

    @_lifetime(self: copy self)
    private mutating func readAttempt() {
        attempt.site = Int(number(4))
        attempt.sessionMessages = Int(number(4))
        attempt.connectStarted = instant()
        attempt.envelopeWritten = instant()
        attempt.contentWritten = instant()
        attempt.ended = instant()
        addressRange = range(Int(number(2)))
    }

    @_lifetime(self: copy self)
    private mutating func instant() -> Instant { Instant(nanoseconds: Int64(bitPattern: number(8))) }
}

/// The reply behind a step.
package struct StepDetails: Hashable, Sendable {
    /// 0 when no reply decided.
    package var code: UInt16 = 0
    package var enhanced: EnhancedCode?

    package init(code: UInt16 = 0, enhanced: EnhancedCode? = nil) {
        self.code = code
        self.enhanced = enhanced
    }
}

extension Verdict.Cause {
    fileprivate var reply: Reply? {
        switch self {
        case .reply(let reply): reply
        case .noSession(.rejected(let reply)), .lostAfterContent(.rejected(let reply)): reply
        case .tooLarge, .tooManyRecipients, .noSession, .lostAfterContent: nil
        }
    }
}
