/// Turns snapshots into what has to be written.
///
/// On a terminal that is a view redrawn in place; elsewhere, a line for a log every five seconds.
package struct ProgressDisplay {
    private static let hideCursor = "\u{1B}[?25l"
    package static let showCursor = "\u{1B}[?25h"
    private static let clearLine = "\u{1B}[2K"
    private static let clearBelow = "\u{1B}[J"

    private let isLive: Bool
    private var view = ProgressView()
    private var line = ProgressLine()
    private var linesDrawn = 0
    private var cursorIsHidden = false

    /// - Parameter live: whether the output is a terminal that may be steered: see `Screen.isLive`.
    package init(live: Bool) {
        isLive = live
    }

    /// - Returns: the text to write as it is, often none. On a terminal call it about ten times a second.
    package mutating func update(_ snapshot: ProgressSnapshot, size: ScreenSize) -> String {
        guard isLive else { return line.next(snapshot).map { $0 + "\n" } ?? "" }
        var text = cursorIsHidden ? "" : ProgressDisplay.hideCursor
        cursorIsHidden = true
        // The last row stays free: writing its end would scroll, and the next redraw would start too low.
        let lines = view.lines(snapshot, width: size.width, height: size.height - 1)
        if linesDrawn > 0 { text += "\u{1B}[\(linesDrawn)A" }
        for line in lines { text += "\r" + ProgressDisplay.clearLine + line.styled + "\n" }
        linesDrawn = lines.count
        return text + ProgressDisplay.clearBelow
    }

    /// Takes the view away and gives the cursor back. To be called however the run has ended.
    ///
    /// - Returns: the text to write as it is.
    package mutating func finish() -> String {
        guard cursorIsHidden else { return "" }
        cursorIsHidden = false
        let up = linesDrawn > 0 ? "\u{1B}[\(linesDrawn)A\r" : ""
        linesDrawn = 0
        return up + ProgressDisplay.clearBelow + ProgressDisplay.showCursor
    }
}
