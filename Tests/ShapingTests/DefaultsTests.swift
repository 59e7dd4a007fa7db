import Foundation
import Pacing
import Primitives
import TestSupport
import Testing

@testable import Shaping

@Suite("The shipped rules")
struct DefaultsTests {
    private let rules: ShapingRules

    init() throws {
        let loaded = ShapingFiles.load([], withDefaults: true)
        try #require(loaded.problems.isEmpty, "\(loaded.problems)")
        rules = loaded.rules
    }

    @Test(
        "each provider has its published limits",
        arguments: [
            ("gmail.com", nil, "google", 10, 5, 50, 5),
            ("company.example", ["aspmx.l.google.com"], "google", 10, 5, 50, 5),
            ("yahoo.co.uk", nil, "yahoo", 10, nil, 20, 100),
            ("company.example", ["mta5.am0.yahoodns.net"], "yahoo", 10, nil, 20, 100),
            ("hotmail.com", nil, "outlook", 10, 5, 50, 100),
            ("company.example", ["company-example.mail.protection.outlook.com"], "office365", 10, 5, 50, 100),
            ("company.example", ["company-example.a-v1.mx.microsoft."], "office365-dane", 10, 5, 50, 100),
            ("me.com", nil, "apple", 10, 10, 5, 100), ("comcast.net", nil, "comcast.net", 25, nil, 1_000, 24),
            ("company.example", ["eu-smtp-inbound-1.mimecast.com"], "mimecast", 10, nil, 100, 100),
            ("orange.fr", nil, "orange", 10, 2, 100, 100), ("web.de", nil, "gmx.net_web.de", 4, nil, 20, 5),
            ("yahoo.co.jp", nil, "yahoo.co.jp", 2, nil, 20, 100), ("qq.com", nil, "qq.com", 4, nil, 8, 100),
            ("126.com", nil, "163.com", 4, nil, 7, 100),
            ("company.example", ["d1.ess.barracudanetworks.com"], "barracuda", 10, 10, 15, 100),
            ("planet.nl", nil, "kpn", 10, nil, 10, 100), ("netvigator.com", nil, "netvigator", 10, 5, 10, 100),
            ("mail.com", nil, "mail.com", 10, nil, 100, 100), ("a.example", nil, "a.example", 10, nil, 100, 100),
        ] as [(String, [String]?, String, Int, Int?, Int, Int)])
    func limits(
        domain: String, hosts: [String]?, name: String, connections: Int, ofProvider: Int?, messages: Int, failures: Int
    ) {
        let site = rules.site(ofDomain: domain, hosts: hosts)
        #expect(site.name == name)
        let path = rules.rules(for: site, domain: domain, source: nil)
        #expect(path.connectionLimit?.value == connections)
        #expect(path.providerConnectionLimit?.value == ofProvider)
        #expect(path.messagesPerConnection?.value == messages)
        #expect(path.consecutiveConnectionFailuresBeforeDelay?.value == failures)
        #expect(path.dataDotTimeout?.value == .seconds(600))
    }

    @Test("places are those of the file that `defaults` prints")
    func places() throws {
        let path = rules.rules(for: .provider("google"), domain: "gmail.com", source: nil)
        let lines = ShapingFiles.defaults.split(separator: "\n", omittingEmptySubsequences: false)
        let limit = try #require(path.providerConnectionLimit)
        #expect(limit.place.file == "defaults" && lines[limit.place.line - 1] == "provider_connection_limit = 5")
        let rate = try #require(path.messageRate)
        #expect(lines[rate.place.line - 1] == "max_message_rate = \"100/s\"")
    }

    @Test(
        "replies lead to what was published",
        arguments: [
            ("gmail.com", "421 4.7.28 Our system has detected an unusual rate of mail", 1),
            ("yahoo.com", "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", 2),
            ("yahoo.com", "421 4.7.0 [TSS05] x", 1),
            ("outlook.com", "421 4.3.2 exceeded the maximum number of connections", 1),
            ("a.example", "451 4.7.650 x has been temporarily rate limited due to IP reputation", 1),
            ("a.example", "250 2.0.0 Ok", 0), ("yahoo.co.jp", "421 [IPTS04] x", 1),
        ])
    func automation(domain: String, reply: String, count: Int) {
        let site = rules.site(ofDomain: domain, hosts: nil)
        #expect(rules.automation(for: site, domain: domain).count { $0.matches(reply) } == count)
    }

    @Test("a file of one's own comes over them")
    func over() throws {
        let directory = try TestDirectory()
        let path = try directory.write("[provider.\"google\"]\nprovider_connection_limit = 3\n", to: "own.toml")
        let (rules, problems) = ShapingFiles.load([path], withDefaults: true)
        #expect(problems == [])
        let google = rules.rules(for: .provider("google"), domain: "gmail.com", source: nil)
        #expect(google.providerConnectionLimit == Ruled(3, at: RulePlace(file: path, line: 2)))
        #expect(google.messagesPerConnection?.value == 50)
        #expect(rules.site(ofDomain: "gmail.com", hosts: nil) == .provider("google"))
    }

    @Test("files that cannot be read are told, and the others count")
    func unreadable() throws {
        let directory = try TestDirectory()
        let good = try directory.write("[\"a.example\"]\nconnection_limit = 3\n", to: "good.toml")
        let missing = directory.path + "/missing.toml"
        let (rules, problems) = ShapingFiles.load([missing, directory.path, good], withDefaults: false)
        #expect(
            problems.map(\.description) == [
                "\(missing): the file does not exist: check the path",
                "\(directory.path): this is a directory: name a file",
            ])
        #expect(rules.rules(for: .domain("a.example"), domain: "a.example", source: nil).connectionLimit?.value == 3)
    }
}
