/// Sources and pools that cannot be; what is written begins on line 8.
enum ManifestSendersCases {
    private static let two = "sources: [{ name: warm, address: 127.0.0.2 }, { name: cold, address: 127.0.0.3 }]\n"
    private static let colds = """
        sources:
          - { name: warm, address: 127.0.0.2 }
          - { name: cold, address: 127.0.0.3, warmup: { daily: [1], overflow: x } }
          - { name: colder, address: 127.0.0.4, warmup: { daily: [1] } }

        """

    static let all: [(String, [String])] = sources + warmups + pools

    private static let sources: [(String, [String])] = [
        ("sources: here", ["8:10: 'sources' is not a list: write it as: sources: [{ name: one, address: 192.0.2.1 }]"]),
        ("sources: []", ["8:10: 'sources' is empty: write it as: sources: [{ name: one, address: 192.0.2.1 }]"]),
        (
            "sources: [one]",
            ["8:11: 'sources' is not a mapping: write its keys below it, indented: name, address, ehlo, warmup"]
        ),
        (
            "sources: [{ nam: one }]",
            [
                "8:11: the source has no 'address': add address: ADDRESS, one of this machine",
                "8:13: there is no key 'nam' here: did you mean 'name'?",
            ]
        ),
        (
            "sources: [{ address: 127.0.0.2:25 }]",
            [
                "8:11: the source has no 'name': add name: NAME",
                "8:22: 'address' is '127.0.0.2:25', which is no IP address: write an address of this machine without a port, such as 192.0.2.1 or 2001:db8::1",
            ]
        ),
        (
            "sources: [{ name: a, address: 0.0.0.0 }]",
            ["8:31: '0.0.0.0' is no address of its own: write one of this machine's addresses"]
        ),
        (
            "sources: [{ name: a b, address: 127.0.0.2 }]",
            ["8:19: 'a b' is no name: write 1 to 64 letters, digits, hyphens, underscores and dots"]
        ),
        (
            "sources: [{ name: a, address: 127.0.0.2, ehlo: mta }]",
            [
                "8:48: 'ehlo' is 'mta', which is no domain: write the name that the address has in DNS, such as mta1.shop.example"
            ]
        ),
        (
            "sources:\n- { name: a, address: 127.0.0.2 }\n- { name: a, address: 127.0.0.2 }",
            [
                "10:11: the source 'a' is given twice, first on line 9: give each its own name",
                "10:23: the source 'a' has the same address: give each its own address, or keep one of them",
            ]
        ),
    ]

    private static func source(_ warmup: String) -> String {
        "sources:\n- name: a\n  address: 127.0.0.2\n  warmup: { \(warmup) }"
    }

    private static let warmups: [(String, [String])] = [
        (
            source("per: site"),
            [
                "11:11: 'warmup' has no table: add preset: sendgrid-hourly, sendgrid-daily, sparkpost, mailtrap, or daily: [50, 100, 500], or hourly: [20, 28, 39]"
            ]
        ),
        (
            source("preset: kumo"),
            [
                "11:21: there is no preset 'kumo': the presets are sendgrid-hourly, sendgrid-daily, sparkpost, mailtrap"
            ]
        ),
        (source("daily: [1], preset: mailtrap"), ["11:25: 'preset' stands beside 'daily': keep one table"]),
        (source("daily: 50"), ["11:20: 'daily' is not a list: write it in brackets: daily: [50, 100, 500]"]),
        (
            source("hourly: []"),
            ["11:21: 'hourly' has 0 entries: write one for each day of sending, 1 to 1000"]
        ),
        (
            source("daily: [50, 0, x]"),
            [
                "11:25: 'daily' is 0: write a number from 1 to 1000000000",
                "11:28: 'daily' is not a whole number: write a number from 1 to 1000000000, without quotes",
            ]
        ),
        (
            source("daily: [1], started: 2026-02-30"),
            ["11:34: 'started' is '2026-02-30', which is no day: write year, month and day: 2026-11-01"]
        ),
        (source("daily: [1], re-warm: 0"), ["11:34: 're-warm' is 0: write a number from 1 to 3650"]),
        (source("daily: [1], healthy: 101"), ["11:34: 'healthy' is 101: write a number from 0 to 100"]),
        (source("daily: [1], per: domain"), ["11:30: 'per' is 'domain': write site or provider"]),
        (source("daily: [1], overflow: x"), ["11:35: there is no pool 'x': add it under pools"]),
        (
            colds + "pools: { x: { cold: 1 } }",
            [
                "10:71: all sources of the pool 'x' are being warmed up themselves: name a pool with a source that receivers know; without overflow the rest waits for the next day"
            ]
        ),
        (
            colds + "pools: { x: { colder: 1, cold: 2 } }",
            [
                "10:71: all sources of the pool 'x' are being warmed up themselves: name a pool with a source that receivers know; without overflow the rest waits for the next day"
            ]
        ),
        (colds + "pools: { x: { colder: 1, cold: 2, warm: 1 } }", []),
        (
            colds.replacing("overflow: x", with: "overflow: transactional")
                + "pools: { transactional: { warm: 1 }, bulk: { cold: 1 } }",
            [
                "10:71: a campaign of class bulk would use the pool 'transactional': name another pool, or write share-pool: true if they may share their reputation"
            ]
        ),
    ]

    private static let pools: [(String, [String])] = [
        (
            two + "pools: {}",
            ["9:8: 'pools' is empty: write pools: { NAME: { SOURCE: 1 } }, or leave the key out"]
        ),
        (
            two + "pools: { a: {} }",
            ["9:13: the pool 'a' is empty: write its sources, each with a weight: { SOURCE: 1 }"]
        ),
        (
            two + "pools: { a: [warm] }",
            ["9:13: 'a' is not a mapping: write its keys below it, indented: FIELD"]
        ),
        (
            two + "pools: { a: { warn: 1 }, b: { other: 1 } }",
            [
                "9:15: there is no source 'warn': did you mean 'warm'?",
                "9:31: there is no source 'other': the sources are warm, cold",
            ]
        ),
        (two + "pools: { a: { warm: 0 } }", ["9:21: 'warm' is 0: write a number from 1 to 1000"]),
        (two + "pools: { a: { warm: 1001 } }", ["9:21: 'warm' is 1001: write a number from 1 to 1000"]),
        (
            two + "pools: { a: { warm: 1, warm: 2 } }",
            ["9:24: 'warm' is given twice, first on line 9: keep one of them"]
        ),
        ("pools: { a: { warm: 1 } }", ["8:15: there is no source 'warm': add it under sources"]),
        (two + "pool: main", ["9:7: there is no pool 'main': add it under pools"]),
        (
            two + "pools: { main: { warm: 1 } }\npool: mian",
            ["10:7: there is no pool 'mian': the pools are main"]
        ),
        (
            two + "pools: { transactional: { warm: 1 } }\npool: transactional",
            [
                "10:7: a campaign of class bulk would use the pool 'transactional': name another pool, or write share-pool: true if they may share their reputation"
            ]
        ),
        (
            two + "pools: { transactional: { warm: 1 } }",
            [
                "9:10: without 'pool', a campaign of class bulk uses all sources, those of the pool 'transactional' too: add pool: NAME or a pool 'bulk', or write share-pool: true"
            ]
        ),
        ("share-pool: maybe", ["8:13: 'share-pool' is 'maybe': write true or false"]),
        ("adaptive: slowly", ["8:11: 'adaptive' is 'slowly': write true or false"]),
    ]
}
