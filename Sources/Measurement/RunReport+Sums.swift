extension RunReport {
    /// Whether every recipient is counted once, in the whole and at the sites.
    package var sumsMatch: Bool { sumErrors.isEmpty }

    func findSumErrors() -> [String] {
        var errors: [String] = []
        func check(_ what: String, _ counted: Int, against expected: Int) {
            if counted != expected { errors.append("\(what) add up to \(counted), not to \(expected)") }
        }
        check(
            "the outcomes of \(recipients) recipients",
            outcomes.total + notAttempted + rejectedBeforeSending, against: recipients + retries)
        check("the retries of all sites", sum(\.retries), against: retries)
        if let campaign {
            check("the recipients of the whole campaign", campaign.sum, against: campaign.recipients)
        }
        check(
            "the reasons of rejections", rejectedReasons.reduce(0) { $0 + $1.count },
            against: rejectedBeforeSending)
        check("the accepted of all sites", sum(\.accepted), against: accepted)
        check("the refused of all sites", sum(\.refused), against: refused)
        check("the deferred of all sites", sum(\.deferred), against: deferred)
        check("the doubtful of all sites", sum(\.inDoubt), against: inDoubt)
        check("the sessions of all sites", sum(\.sessionsOpened), against: sessionsOpened)
        return errors + attemptErrors()
    }

    /// A recipient that was never attempted may belong to no site yet, so the sites may have fewer of them.
    private func attemptErrors() -> [String] {
        var errors: [String] = []
        if notAttempted < 0 || rejectedBeforeSending < 0 { errors.append("a count is below zero") }
        for site in sites where site.notAttempted < 0 {
            errors.append("site \(site.name) has more outcomes than its \(site.recipients) recipients")
        }
        if sum(\.notAttempted) > notAttempted {
            errors.append(
                "the sites have \(sum(\.notAttempted)) recipients not attempted, the run has \(notAttempted)")
        }
        return errors
    }

    private func sum(_ count: (SiteSummary) -> Int) -> Int {
        sites.reduce(0) { $0 + count($1) }
    }
}
