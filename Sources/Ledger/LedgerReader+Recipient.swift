import Primitives
import SMTP

/// All that a ledger knows of one recipient.
package struct RecipientHistory: Hashable, Sendable {
    package var outcome: OutcomeRow
    /// In their order; `lines` of each is the recipient's alone.
    package var steps: [StepRow]
}

extension LedgerReader {
    /// What happened to a recipient, or nil when the list has no such address so far.
    ///
    /// Looks at every recipient and every step: seconds for a campaign of ten millions. The domain may be written in
    /// capitals or not. Of several rows with the address the one that gets mail is meant, else the first.
    package func recipient(address: String) throws(LedgerFault) -> RecipientHistory? {
        guard let outcome = try outcome(of: address) else { return nil }
        let line = UInt32(truncatingIfNeeded: outcome.line)
        var steps: [StepRow] = []
        try storage.forEachStep { step in
            guard step.lines.contains(line) else { return }
            steps.append(step)
            steps[steps.count - 1].lines = [line]
        }
        return RecipientHistory(outcome: outcome, steps: steps)
    }

    private func outcome(of address: String) throws(LedgerFault) -> OutcomeRow? {
        let details = try StepReading(storage)
        let wanted = Array(address.utf8)
        var found: OutcomeRow?
        try storage.forEachRecipient { (line, text, reason) throws(LedgerFault) in
            guard text.count == wanted.count && areSame(text, wanted.span) else { return }
            let outcome = try outcome(line, text, reason, details)
            if found == nil || (found?.state == .rejected && outcome.state != .rejected) { found = outcome }
        }
        return found
    }
}

/// Whether two addresses are the same: to the byte but for the case of the domain.
private func areSame(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard case .valid(let atSign) = Address.check(left), case .valid(atSign) = Address.check(right) else {
        return left.indices.allSatisfy { left[$0] == right[$0] }
    }
    let (leftKey, rightKey) = (AddressKey(left, atSign: atSign), AddressKey(right, atSign: atSign))
    return leftKey.bytes.indices.allSatisfy { leftKey.bytes[$0] == rightKey.bytes[$0] }
}
