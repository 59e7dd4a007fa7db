extension ReceiverSession {
    mutating func content(in input: Span<UInt8>, at position: inout Int) -> ReceiverEvent {
        while true {
            switch unstuffer.next(in: input, at: &position) {
            case .needsInput:
                return .needsInput
            case .piece(let range):
                let admitted = admit(range)
                if !admitted.isEmpty { return .content(admitted) }
            case .heldReturn:
                if !admit(0..<1).isEmpty { return .contentReturn }
            case .end:
                return messageEnd()
            }
        }
    }

    /// The octets of BDAT follow at once, whether it is in order or not (RFC 3030 2).
    mutating func beginChunk(_ count: Int, _ isLast: Bool) {
        if let fault = chunkFault {
            transaction = .failed
            stage = .refusedChunk(remaining: count, fault)
        } else {
            transaction = .chunked
            stage = .chunk(remaining: count, isLast: isLast)
        }
    }

    private var chunkFault: ReceiverFault? {
        switch transaction {
        case .none: .noMail
        case .failed: .needsReset
        case .chunked: nil
        case .open: recipientCount > 0 ? nil : .noRecipients
        }
    }

    /// Nil when octets were taken but are not to be handed out.
    mutating func chunk(
        in input: Span<UInt8>, at position: inout Int, _ remaining: Int, _ isLast: Bool
    ) -> ReceiverEvent? {
        guard remaining > 0 else { return isLast ? messageEnd() : chunkEnd() }
        let range = position..<position + min(remaining, input.count - position)
        guard !range.isEmpty else { return .needsInput }
        position = range.upperBound
        stage = .chunk(remaining: remaining - range.count, isLast: isLast)
        let admitted = admit(range)
        return admitted.isEmpty ? nil : .content(admitted)
    }

    mutating func refusedChunk(
        in input: Span<UInt8>, at position: inout Int, _ remaining: Int, _ fault: ReceiverFault
    ) -> ReceiverEvent {
        let taken = min(remaining, input.count - position)
        position += taken
        guard taken == remaining else {
            stage = .refusedChunk(remaining: remaining - taken, fault)
            return .needsInput
        }
        stage = .command
        return .fault(fault)
    }

    /// The end of the content consumes the transaction, whatever the reply (RFC 5321 4.1.1.4).
    private mutating func messageEnd() -> ReceiverEvent {
        stage = .command
        let isTooLarge = isAboveLimit(contentCount)
        guard recipientCount > 0 && !isTooLarge else {
            dropTransaction()
            return .fault(isTooLarge ? .messageTooLarge : .noRecipients)
        }
        return .messageComplete
    }

    private mutating func chunkEnd() -> ReceiverEvent {
        stage = .command
        guard isAboveLimit(contentCount) else { return .chunkComplete }
        transaction = .failed
        return .fault(.messageTooLarge)
    }

    /// Counts content, and gives back the part of it that the limit allows.
    private mutating func admit(_ range: Range<Int>) -> Range<Int> {
        let before = contentCount
        contentCount += range.count
        guard isAboveLimit(contentCount), let limit = offer.sizeLimit else { return range }
        return range.prefix(max(0, limit - before))
    }

    mutating func clearTransaction() {
        transaction = .none
        recipientCount = 0
        contentCount = 0
        usesUTF8 = false
    }

    /// The transaction is over and nothing came of it; a receiver that forgets keeps its recipients.
    mutating func dropTransaction() {
        let kept = offer.forgetsToClear ? recipientCount : 0
        clearTransaction()
        recipientCount = kept
    }
}
