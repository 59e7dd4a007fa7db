import Pacing
import Primitives

@testable import Shaping

/// Shaping files are read, merged and looked over, and rules come of them that can be used; all that is wrong is told
/// with a line that the file has.
@Sendable func checkShaping(_ bytes: [UInt8]) {
    let input = CutInput(bytes)
    var reader = ShapingReader()
    var problems = reader.read(bytes, file: "a.toml")
    // Whatever stands behind the cut comes over the whole.
    problems += reader.read(input.pieces[1], file: "b.toml")
    checkPlaces(problems, input)
    var rules = reader.finished()
    checkPlaces(ShapingLint.lint(rules, nil), input)
    rules.rollUp(with: neighbours)
    let warnings = ShapingLint.lint(rules, neighbours)
    checkPlaces(warnings, input)
    require(warnings.allSatisfy { $0.severity == .warning }, "what is in order is no error")
    for domain in rules.domains.prefix(8).map(\.name) + ["a.example", "big.example", "gmail.com"] {
        for source in [nil, "cold"] { checkRules(of: rules, domain, source) }
    }
}

private func checkPlaces(_ problems: [ShapingProblem], _ input: CutInput) {
    for problem in problems {
        let bytes = problem.place.file == "a.toml" ? input.whole : input.pieces[1]
        let lines = 1 + bytes.count { $0 == 0x0A }
        require((0...lines).contains(problem.place.line), "a line that the file does not have")
        require(!problem.what.isEmpty, "a problem without words")
    }
}

private func checkRules(of rules: ShapingRules, _ domain: String, _ source: String?) {
    let effective = EffectiveRules(rules, domain: domain, source: source, directory: neighbours)
    require(!ShapingText.lines(effective).isEmpty, "nothing is said of a domain")
    let site = rules.site(ofDomain: domain, hosts: ["mx1.a.example", "mx2.a.example"])
    let path = rules.rules(for: site, domain: domain, source: source)
    let rates = [path.messageRate, path.connectionRate, path.providerMessageRate, path.sourceSelectionRate]
    for rate in rates.compactMap({ $0?.value }) { checkRate(rate) }
    require((path.connectionLimit?.value ?? 1) > 0, "a limit of no sessions")
    require((0...100).contains(path.canary?.value ?? 0), "a share that is none")
    for rule in rules.automation(for: site, domain: domain).prefix(4) {
        _ = rule.matches("421 4.7.0 [TS01] Messages from 192.0.2.1 temporarily deferred")
    }
}

private func checkRate(_ rate: Rate) {
    var gate = RateGate(rate, startingAt: .zero, isSpent: true)
    let opens = gate.opens(at: .zero)
    require(opens > .zero, "a rate that lets the first go at once")
    gate.take(at: opens)
    require(gate.opens(at: opens) >= opens, "time goes backwards")
}

private let neighbours: HostDirectory = {
    let text = """
        a.example  mx1.a.example mx2.a.example
        b.example  mx2.a.example mx1.a.example
        c.example  .
        *          mx.big.example=192.0.2.1:25
        """
    return HostDirectory.read(Array(text.utf8), file: "mx.txt").directory
}()

/// A directory is read, or what is wrong with it is told, and it answers for each domain.
@Sendable func checkDirectory(_ bytes: [UInt8]) {
    let (directory, problems) = HostDirectory.read(bytes, file: "mx.txt")
    let lines = 1 + bytes.count { $0 == 0x0A }
    require(problems.allSatisfy { (1...lines).contains($0.place.line) }, "a line that the file does not have")
    for domain in ["a.example", "A.EXAMPLE.", "", "*"] {
        guard case .hosts(let hosts) = directory.hosts(of: domain) else { continue }
        require(!hosts.isEmpty, "a domain without hosts")
        require(hosts.allSatisfy { [nil, 4, 16].contains($0.address?.count) }, "an address of an odd length")
    }
}
