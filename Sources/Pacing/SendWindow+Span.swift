extension SendWindow {
    /// When a window has been open for so long, from some time on; all in microseconds, times since 1970.
    ///
    /// Beyond some ten thousand openings the window counts as open all the time.
    package func moment(
        afterOpen microseconds: Int64, from unixMicroseconds: Int64, _ zone: ZoneOffsets
    ) -> Int64 {
        var (time, left) = (unixMicroseconds, microseconds)
        for _ in 0..<10_000 {
            let opens = opens(at: time, zone)
            let length = saturatingDifference(closes(at: opens, zone), opens)
            if length >= left || length <= 0 { return saturatingSum(opens, left) }
            left -= length
            time = saturatingSum(opens, length)
        }
        return saturatingSum(time, left)
    }
}
