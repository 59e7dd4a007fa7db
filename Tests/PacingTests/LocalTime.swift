import Pacing

/// Central Europe in 2026: clocks go forward on March 29 and back on October 25, both at 01:00 UTC.
let berlin = ZoneOffsets(
    offsetSeconds: 3_600,
    transitions: [
        .init(unixSecond: 1_774_746_000, offsetSeconds: 7_200), .init(unixSecond: 1_792_890_000, offsetSeconds: 3_600),
    ])

let hour: Int64 = 3_600_000_000
let day: Int64 = 24 * hour
