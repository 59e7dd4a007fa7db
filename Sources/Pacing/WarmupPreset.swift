/// Warmup tables as senders of experience publish them, by the name under which a manifest asks for them.
package enum WarmupPreset: String, Hashable, Sendable, CaseIterable {
    /// SendGrid's automated warmup: messages per hour, by days of age, twenty and then 1.4 times as many each day.
    /// Days 36 to 41 are from the copy of its Japanese reseller. Then the address is warm: there is no limit.
    case sendgridHourly = "sendgrid-hourly"
    /// SendGrid's schedule for a warmup by hand: messages per day and address. It goes on doubling.
    case sendgridDaily = "sendgrid-daily"
    /// SparkPost's overview of IP warmup: messages per day and address. On day 30 it is done.
    case sparkpost
    /// Mailtrap's table: messages per day and per hour. It does not say what follows: the last day stays.
    case mailtrap

    package var schedule: WarmupSchedule {
        switch self {
        case .sendgridHourly: WarmupSchedule(per: .hour, WarmupPreset.sendgridPerHour)
        case .sendgridDaily:
            WarmupSchedule(per: .day, WarmupPreset.sendgridPerDay, afterwards: .lastDoubles)
        case .sparkpost: WarmupSchedule(per: .day, WarmupPreset.sparkpostPerDay)
        case .mailtrap:
            WarmupSchedule(
                stages: WarmupPreset.mailtrapTable.map { WarmupSchedule.Stage(perDay: $0.day, perHour: $0.hour) },
                afterwards: .lastStays)
        }
    }

    private static let sendgridPerHour: [Int64] = [
        20, 28, 39, 55, 77, 108, 151, 211, 295, 413, 579, 810, 1_000, 1_587, 2_222, 3_111, 4_356, 6_098, 8_583, 11_953,
        16_734, 23_427, 32_798, 45_917, 64_284, 89_998, 125_997, 176_395, 246_953, 345_735, 484_029, 677_640, 948_696,
        1_328_175, 1_859_444, 2_603_222, 3_644_511, 5_102_316, 7_143_242, 10_000_539, 14_000_754, 19_601_056,
    ]

    private static let sendgridPerDay: [Int64] = [
        50, 100, 500, 1_000, 5_000, 10_000, 20_000, 40_000, 70_000, 100_000, 150_000, 250_000, 400_000, 600_000,
        1_000_000, 2_000_000, 4_000_000, 8_000_000,
    ]

    private static let sparkpostPerDay: [Int64] = [
        200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 50_000, 75_000, 100_000, 150_000, 200_000, 250_000,
        325_000, 400_000, 500_000, 600_000, 750_000, 1_000_000, 1_250_000, 1_750_000, 2_000_000, 3_000_000, 4_250_000,
        5_000_000, 6_000_000, 7_500_000, 10_000_000,
    ]

    private static let mailtrapTable: [(day: Int64, hour: Int64)] = [
        (300, 60), (390, 80), (510, 100), (660, 130), (860, 170), (1_100, 220), (1_400, 290), (1_900, 380),
        (2_400, 490), (3_200, 640), (4_100, 830), (5_400, 1_100), (7_000, 1_400), (9_100, 1_800), (11_800, 2_400),
        (15_400, 3_100), (20_000, 4_000), (26_000, 5_200), (33_700, 6_700), (43_900, 8_800), (57_000, 11_400),
    ]
}
