import Testing

@testable import Shaping

@Suite("Sites")
struct SiteTests {
    private static let text = """
        [provider."big"]
        match = [{ MXSuffix = ".Big.Test." }, { HostName = "mx.elsewhere.test" }, { DomainSuffix = "big.example" }]
        [provider."inner"]
        match = [{ MXSuffix = ".inner.big.test" }, { DomainSuffix = ".sub.big.example" }]
        ["alone.example"]
        mx_rollup = false
        """
    private let rules = read(text).rules

    @Test(
        "a provider is known by all hosts, or by the domain",
        arguments: [
            ("x.example", ["a.big.test", "b.big.test"], "big"), ("x.example", ["A.BIG.TEST.", "b.big.test"], "big"),
            ("x.example", ["a.big.test", "mx.elsewhere.test"], "big"),
            ("x.example", ["a.big.test", "other.test"], nil), ("x.example", ["mx.elsewhere.test"], "big"),
            ("x.example", ["a.mx.elsewhere.test"], nil), ("x.example", ["big.test"], nil),
            ("x.example", ["abig.test"], nil), ("x.example", ["a.inner.big.test"], "inner"),
            ("x.example", ["a.inner.big.test", "b.big.test"], "big"),
            ("big.example", ["other.test"], "big"), ("BIG.example.", nil, "big"), ("a.big.example", nil, "big"),
            ("notbig.example", nil, nil), ("a.sub.big.example", nil, "inner"), ("sub.big.example", nil, "big"),
            ("x.example", nil, nil), ("x.example", [], nil),
        ] as [(String, [String]?, String?)])
    func providers(domain: String, hosts: [String]?, provider: String?) {
        let site = rules.site(ofDomain: domain, hosts: hosts)
        if let provider {
            #expect(site == .provider(provider) && site.name == provider)
        } else {
            if case .provider = site { Issue.record("\(site)") }
        }
    }

    @Test(
        "a suffix begins at a label",
        arguments: [
            ("a.example", "example", true), ("example", "example", true), ("aexample", "example", false),
            ("a.example", ".example", true), ("example", ".example", false), ("aexample", ".example", false),
            ("b.a.example", "a.example", true), ("ba.example", "a.example", false), ("example", "a.example", false),
            ("a.example", "", false), ("", "", false),
        ])
    func suffixes(name: String, suffix: String, ends: Bool) {
        #expect(DomainName.hasSuffix(name, suffix) == ends)
        #expect(suffix.isEmpty || DomainName.suffixes(of: name).contains(suffix) == ends)
    }

    @Test("without a provider, the hosts are the site, in any order")
    func hosts() {
        let site = rules.site(ofDomain: "x.example", hosts: ["mx2.test", "MX1.test.", "mx2.test"])
        #expect(site == .hosts("mx1.test,mx2.test") && site.name == "mx1.test,mx2.test")
        #expect(rules.site(ofDomain: "y.example", hosts: ["mx1.test", "mx2.test"]) == site)
        #expect(rules.site(ofDomain: "X.example.", hosts: nil) == .domain("x.example"))
        #expect(rules.site(ofDomain: "x.example", hosts: []) == .domain("x.example"))
        #expect(rules.site(ofDomain: "Alone.Example", hosts: ["mx1.test"]) == .domain("alone.example"))
    }

    @Test("of two providers with the same suffix it is the first")
    func same() {
        let text = """
            [provider."z"]
            match = [{ MXSuffix = ".test" }, { DomainSuffix = "example" }]
            [provider."a"]
            match = [{ MXSuffix = ".test" }, { DomainSuffix = "example" }]
            """
        let rules = read(text).rules
        #expect(rules.site(ofDomain: "x.example", hosts: nil) == .provider("z"))
        #expect(rules.site(ofDomain: "x.invalid", hosts: ["mx.test"]) == .provider("z"))
    }
}
