@testable import Terminal

/// A campaign with a site for each thing that a plan can say of one.
func samplePlan(isPaced: Bool = true) -> CampaignPlan {
    var sites = [
        CampaignPlan.Site(name: "google", recipients: 1_200_000),
        CampaignPlan.Site(name: "microsoft", recipients: 540_000),
        CampaignPlan.Site(name: "a-provider-with-a-very-long-name.mail.example", recipients: 8_000),
        CampaignPlan.Site(name: "mute.example", recipients: 12),
        CampaignPlan.Site(name: "small.example", recipients: 3),
    ]
    if isPaced {
        sites[0].limit = CampaignPlan.Limit(
            name: "max_message_rate of google from warm", value: "100/s", file: "/srv/mail/own-rules.toml", line: 12)
        sites[0].leastSeconds = 12_120
        sites[1].limit = CampaignPlan.Limit(name: "warmup of cold", value: "", file: nil, line: nil)
        sites[1].leastSeconds = 1_900_800
        sites[2].limit = CampaignPlan.Limit(
            name: "connection_limit of a-provider from warm", value: "10", file: "shipped rules", line: 0)
        sites[3].takesNoMail = true
    }
    return CampaignPlan(
        name: "welcome", from: "news@shop.example", subject: "For you", route: "mx.txt", recipients: 1_748_015,
        rejectedReasons: [], rejections: [], sites: sites, samples: [], now: 1_793_620_790)
}

func sampleWarmups() -> WarmupReport {
    func day(_ day: Int64, _ stage: Int64, perDay: Int64?, perHour: Int64? = nil, _ numbers: [Int64])
        -> WarmupReport.Day
    {
        WarmupReport.Day(
            daysSince1970: day, stage: stage, ceiling: WarmupReport.Ceiling(perDay: perDay, perHour: perHour),
            intended: numbers[0], delivered: numbers[1], failed: numbers[2])
    }
    let cold = WarmupReport.Warmup(
        source: "cold", site: "a.example", preset: "mailtrap", zone: "Europe/Berlin",
        today: day(20_761, 3, perDay: 510, perHour: 100, [120, 100, 2]),
        tomorrow: WarmupReport.Ceiling(perDay: 660, perHour: 130),
        days: [
            day(20_759, 1, perDay: 300, perHour: 60, [300, 300, 0]),
            day(20_760, 2, perDay: 390, perHour: 80, [390, 380, 10]),
            day(20_761, 3, perDay: 510, perHour: 100, [120, 100, 2]),
        ])
    let warm = WarmupReport.Warmup(
        source: "nearly-warm", site: "a-provider-with-a-very-long-name.mail.example", preset: nil, zone: "UTC",
        today: day(20_761, 30, perDay: nil, [0, 0, 0]), tomorrow: WarmupReport.Ceiling(perDay: nil, perHour: nil),
        days: (0..<35).map { day(20_700 + $0, $0 + 1, perDay: 1_000 + $0, [1_000 + $0, 0, 0]) })
    return WarmupReport(campaign: "welcome", warmups: [cold, warm])
}

func sampleOutlook() -> WarmupOutlook {
    let cold: [(day: Int64, ceiling: Int64, sent: Int64)] = [
        (20_761, 50, 20), (20_762, 100, 100), (20_763, 500, 500), (20_764, .max, 380),
    ]
    let other: [(day: Int64, ceiling: Int64, sent: Int64)] = [
        (20_761, 400, 400), (20_762, 500, 500), (20_763, 900, 100),
    ]
    return WarmupOutlook(
        campaign: "welcome", recipients: 1_000,
        sites: [
            WarmupOutlook.Site(name: "a.example", sources: ["cold"], recipients: 1_000, days: [cold]),
            WarmupOutlook.Site(name: "b.example", sources: ["cold", "cool"], recipients: 1_000, days: [cold, other]),
            WarmupOutlook.Site(
                name: nil, sources: ["cold"], recipients: 1_000, days: [[(day: 20_761, ceiling: 1, sent: 1)]]),
        ])
}
