import Glibc

/// Cells of a terminal.
package struct ScreenSize: Hashable, Sendable {
    package var width: Int
    package var height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    package static let usual = ScreenSize(width: 80, height: 24)
}

/// What is known about the place that output goes to.
package struct Screen: Sendable {
    private let descriptor: Int32
    /// A terminal, whose cursor may be moved and whose text may be coloured.
    package let isLive: Bool

    package init(descriptor: Int32, environment: [String: String]) {
        self.descriptor = descriptor
        isLive = isatty(descriptor) == 1 && Screen.allowsControls(environment)
    }

    /// `NO_COLOR` with any value but an empty one (no-color.org), and terminals that understand nothing.
    static func allowsControls(_ environment: [String: String]) -> Bool {
        environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    /// The size now; 80 by 24 where there is none.
    package var size: ScreenSize {
        var window = winsize()
        // The kernel fills the whole of `window`, which outlives the call.
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0 else { return .usual }
        guard window.ws_col > 0, window.ws_row > 0 else { return .usual }
        return ScreenSize(width: Int(window.ws_col), height: Int(window.ws_row))
    }
}
