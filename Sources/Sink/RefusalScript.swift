internal import SMTP

/// A refusal that a sink gives on purpose, and how often.
package struct ScriptedRefusal: Hashable, Sendable {
    package enum Stage: String, CaseIterable, Sendable {
        case mail
        case recipient = "rcpt"
        /// DATA, or a BDAT that is not the last.
        case data
        /// The end of the content, by the dot or the last BDAT.
        case content
    }

    package var stage: Stage
    /// 400...599; after 421 the sink closes (RFC 5321 3.8).
    package var code: Int
    /// 0...100, of all commands of the stage.
    package var percent: Double

    package init(stage: Stage, code: Int, percent: Double) {
        self.stage = stage
        self.code = code
        self.percent = percent
    }
}

/// Decides by a seed which commands are refused: the same for the same command of the same session.
struct RefusalScript: Sendable {
    private struct Line {
        var stage: ScriptedRefusal.Stage
        var code: Int
        /// Of 2³² draws so many refuse.
        var share: UInt64
    }

    private let lines: [Line]
    private let seed: UInt64

    init(_ refusals: [ScriptedRefusal], seed: UInt64) {
        self.seed = seed
        lines = refusals.map { refusal in
            let part = min(max(refusal.percent, 0), 100) / 100
            return Line(stage: refusal.stage, code: refusal.code, share: UInt64(part * 4_294_967_296))
        }
    }

    var isEmpty: Bool { lines.isEmpty }

    /// The answer in place of the standard one, or nil.
    ///
    /// - Parameters:
    ///   - session: names the session among all of the sink.
    ///   - command: counts the session's commands.
    func answer(at stage: ScriptedRefusal.Stage, session: UInt64, command: UInt64) -> ReceiverAnswer? {
        for index in lines.indices where lines[index].stage == stage {
            let draw = mixed(mixed(mixed(seed &+ UInt64(index)) ^ session) ^ command) >> 32
            guard draw < lines[index].share else { continue }
            let refusal = ReceiverRefusal(
                lines[index].code, lines[index].code < 500 ? "4.7.1" : "5.7.1", "Refused on request")
            return lines[index].code == 421 ? .hangUp(refusal) : .refuse(refusal)
        }
        return nil
    }

    /// The step of SplitMix64: neighbouring numbers become unrelated ones.
    private func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
