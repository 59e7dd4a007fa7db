/// Sums and products that stop at the ends of their range: no clock, file or setting can trap.

func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (right < 0 ? .min : .max) : sum
}

func saturatingDifference(_ left: Int64, _ right: Int64) -> Int64 {
    let (difference, overflow) = left.subtractingReportingOverflow(right)
    return overflow ? (right < 0 ? .max : .min) : difference
}

func saturatingProduct(_ left: Int64, _ right: Int64) -> Int64 {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? ((left < 0) != (right < 0) ? .min : .max) : product
}

/// The whole number nearest below; the ends for what lies beyond them, and zero for what is no number.
func saturatingInteger(_ value: Double) -> Int64 {
    guard value == value else { return 0 }
    let floor = value.rounded(.down)
    if floor >= 9.2e18 { return .max }
    return floor <= -9.2e18 ? .min : Int64(floor)
}

/// Rounded towards minus infinity, for times before 1970. The divisor is more than zero.
func floorDivision(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}
