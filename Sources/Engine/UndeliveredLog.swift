import Campaign
import Delivery
import Measurement
import Primitives
import SMTP
import Synchronization

/// `undelivered.csv`: every recipient that was tried and not accepted, with the reason. All workers share it.
///
/// Accepted recipients, nearly all, pass without a lock.
package final class UndeliveredLog: OutcomeListener, Sendable {
    private struct State: ~Copyable {
        var file: CSVFile
        var fault: FileFault?
    }

    private let state: Mutex<State>
    private let onFault: @Sendable () -> Void

    /// Removes the file of an earlier run.
    ///
    /// - Parameter onFault: called once when the file cannot be written any more: whoever sends should stop.
    package init(path: String, onFault: @escaping @Sendable () -> Void) throws(FileFault) {
        let columns = ["line", "address", "outcome", "code", "enhanced_code", "reason"]
        state = Mutex(State(file: try CSVFile(path: path, columns: columns)))
        self.onFault = onFault
    }

    package func settled(
        _ row: Span<UInt8>, recipients: Int, _ verdict: Verdict, text: Span<UInt8>, _ attempt: Attempt
    ) {
        guard verdict.outcome != .accepted else { return }
        let isFirstFault = state.withLock { state in
            guard state.fault == nil else { return false }
            UndeliveredLog.append(PackedRow(row), verdict, text, to: &state.file)
            do throws(FileFault) {
                try state.file.endRow()
                return false
            } catch {
                state.fault = error
                return true
            }
        }
        if isFirstFault { onFault() }
    }

    /// Writes what is still buffered.
    ///
    /// - Returns: how many rows there are.
    /// - Throws: the first fault there was.
    package func close() throws(FileFault) -> Int {
        let (fault, count) = state.withLock { state -> (FileFault?, Int) in
            do throws(FileFault) {
                try state.file.close()
            } catch {
                state.fault = state.fault ?? error
            }
            return (state.fault, state.file.rowCount)
        }
        if let fault { throw fault }
        return count
    }

    private static func append(
        _ row: PackedRow, _ verdict: Verdict, _ text: Span<UInt8>, to file: inout CSVFile
    ) {
        file.append(row.number)
        file.append(row.field(0), isTrusted: true)
        file.append(verdict.outcome.name)
        switch verdict.cause {
        case .reply(let reply):
            file.append(Int(reply.code))
            file.append(reply.enhanced.map { "\($0.classDigit).\($0.subject).\($0.detail)" } ?? "")
            file.append(text)
        case .tooLarge:
            file.append("")
            file.append("")
            file.append("the message is larger than the server takes")
        case .noSession(let trouble), .lostAfterContent(let trouble):
            file.append("")
            file.append("")
            file.append(TroubleText.sentence(trouble))
        }
    }
}
