/// The rules that Sluice comes with, as a shaping file.
///
/// The values are those that KumoMTA and its community publish for each provider, but for what the comments tell.
enum ShippedDefaults {
    static let text = general + mostMailboxes + otherMailboxes + gateways

    private static let general = #"""
        # What Sluice takes for granted. A file of your own comes over it: name the same section, and the same key.

        ["default"]
        connection_limit = 10
        max_connection_rate = "100/min"
        max_deliveries_per_connection = 100
        max_message_rate = "100/s"
        idle_timeout = "60s"
        data_timeout = "30s"
        # RFC 5321 4.5.3.2.6. KumoMTA waits for 60 s; who gives up while the receiver still thinks sends twice.
        data_dot_timeout = "10m"
        consecutive_connection_failures_before_delay = 100

        ["default".adaptive]
        backoff = true
        pause_above = 5
        canary = 1

        # Whoever speaks of the reputation of an address wants it quiet for a while.
        [["default".automation]]
        regex = [
            '(?i)messages from \S+ (temporarily|will be permanently) deferred',
            'has been temporarily rate limited due to IP reputation',
            '(?i)messages from \S+ weren.t sent',
            'Server busy\. Please try again later from',
        ]
        action = [
            { SetConfig = { name = "max_message_rate", value = "1/min" } },
            { SetConfig = { name = "connection_limit", value = 1 } },
        ]
        duration = "90m"

        """#

    private static let mostMailboxes = #"""

        # Gmail, and the domains of companies that Google keeps.
        [provider."google"]
        match = [
            { MXSuffix = ".google.com" }, { MXSuffix = ".googlemail.com" },
            { DomainSuffix = "gmail.com" }, { DomainSuffix = "googlemail.com" },
        ]
        provider_connection_limit = 5
        max_deliveries_per_connection = 50
        consecutive_connection_failures_before_delay = 5

        [[provider."google".automation]]
        regex = "Our system has detected that this message"
        trigger = { Threshold = "5/hr" }
        action = "Suspend"
        duration = "1h"

        [[provider."google".automation]]
        regex = "detected an unusual rate"
        trigger = { Threshold = "2/hr" }
        action = { SetConfig = { name = "max_message_rate", value = "10/min" } }
        duration = "30m"

        # Yahoo and AOL, but for Yahoo Japan.
        [provider."yahoo"]
        match = [
            { MXSuffix = ".yahoodns.net" },
            { DomainSuffix = "yahoo.com" }, { DomainSuffix = "ymail.com" }, { DomainSuffix = "rocketmail.com" },
            { DomainSuffix = "yahoo.co.uk" }, { DomainSuffix = "yahoo.ie" }, { DomainSuffix = "yahoo.ca" },
            { DomainSuffix = "yahoo.fr" }, { DomainSuffix = "yahoo.de" }, { DomainSuffix = "yahoo.it" },
            { DomainSuffix = "yahoo.es" }, { DomainSuffix = "yahoo.gr" }, { DomainSuffix = "yahoo.pl" },
            { DomainSuffix = "yahoo.ro" }, { DomainSuffix = "yahoo.se" }, { DomainSuffix = "yahoo.no" },
            { DomainSuffix = "yahoo.dk" }, { DomainSuffix = "yahoo.in" }, { DomainSuffix = "yahoo.co.in" },
            { DomainSuffix = "yahoo.com.br" }, { DomainSuffix = "yahoo.com.mx" }, { DomainSuffix = "yahoo.com.ar" },
            { DomainSuffix = "yahoo.com.au" }, { DomainSuffix = "yahoo.co.nz" }, { DomainSuffix = "yahoo.co.id" },
            { DomainSuffix = "yahoo.com.ph" }, { DomainSuffix = "yahoo.com.sg" }, { DomainSuffix = "yahoo.com.hk" },
            { DomainSuffix = "yahoo.com.tw" }, { DomainSuffix = "yahoo.com.vn" },
            { DomainSuffix = "aol.com" }, { DomainSuffix = "aol.co.uk" }, { DomainSuffix = "aol.de" },
            { DomainSuffix = "aol.fr" }, { DomainSuffix = "aim.com" }, { DomainSuffix = "verizon.net" },
        ]
        max_deliveries_per_connection = 20

        [[provider."yahoo".automation]]
        regex = '\[TS?S04\]'
        action = "Suspend"
        duration = "2h"

        [[provider."yahoo".automation]]
        regex = '\[TS02\]'
        trigger = { Threshold = "3/hr" }
        action = { SetConfig = { name = "max_message_rate", value = "1/min" } }
        duration = "30m"

        [[provider."yahoo".automation]]
        regex = ['\[TS03\]', 'Max message per connection reached']
        trigger = { Threshold = "3/hr" }
        action = { SetConfig = { name = "max_message_rate", value = "10/min" } }
        duration = "30m"

        [[provider."yahoo".automation]]
        regex = '\[IPTS04\]'
        trigger = { Threshold = "2/hr" }
        action = "Suspend"
        duration = "2h"

        [[provider."yahoo".automation]]
        regex = '\[(TSS|IPTS)05\]'
        trigger = { Threshold = "2/hr" }
        action = "Suspend"
        duration = "4h"

        [[provider."yahoo".automation]]
        regex = '553 5\.7\.1 \[BL'
        trigger = { Threshold = "5/hr" }
        action = "Suspend"
        duration = "2h"

        # Microsoft's mailboxes for everybody.
        [provider."outlook"]
        match = [
            { MXSuffix = ".olc.protection.outlook.com" },
            { DomainSuffix = "outlook.com" }, { DomainSuffix = "outlook.fr" }, { DomainSuffix = "outlook.de" },
            { DomainSuffix = "outlook.es" }, { DomainSuffix = "outlook.it" }, { DomainSuffix = "outlook.com.br" },
            { DomainSuffix = "hotmail.com" }, { DomainSuffix = "hotmail.co.uk" }, { DomainSuffix = "hotmail.fr" },
            { DomainSuffix = "hotmail.de" }, { DomainSuffix = "hotmail.es" }, { DomainSuffix = "hotmail.it" },
            { DomainSuffix = "live.com" }, { DomainSuffix = "live.co.uk" }, { DomainSuffix = "live.fr" },
            { DomainSuffix = "live.de" }, { DomainSuffix = "live.it" }, { DomainSuffix = "live.nl" },
            { DomainSuffix = "msn.com" }, { DomainSuffix = "windowslive.com" }, { DomainSuffix = "passport.com" },
        ]
        provider_connection_limit = 5
        max_deliveries_per_connection = 50

        [[provider."outlook".automation]]
        regex = 'part of their network is on our block list'
        trigger = { Threshold = "5/hr" }
        action = "Suspend"
        duration = "2h"

        [[provider."outlook".automation]]
        regex = 'Server busy\. Please try again later'
        trigger = { Threshold = "5/hr" }
        action = "Suspend"
        duration = "30m"

        [[provider."outlook".automation]]
        regex = ['exceeded the maximum number of connections', 'exceed max concurrent connections']
        trigger = { Threshold = "2/hr" }
        action = { SetConfig = { name = "connection_limit", value = 1 } }
        duration = "1h"

        [[provider."outlook".automation]]
        regex = 'exceeded (the )?maximum number of messages per connection'
        trigger = { Threshold = "2/hr" }
        action = { SetConfig = { name = "max_deliveries_per_connection", value = 2 } }
        duration = "1h"

        # The domains of companies that Microsoft keeps.
        [provider."office365"]
        match = [{ MXSuffix = ".mail.protection.outlook.com" }]
        provider_connection_limit = 5
        max_deliveries_per_connection = 50

        # The same for those who have their hosts vouched for by DNSSEC.
        [provider."office365-dane"]
        match = [{ MXSuffix = ".mx.microsoft" }]
        provider_connection_limit = 5
        max_deliveries_per_connection = 50

        [provider."apple"]
        match = [
            { MXSuffix = ".icloud.com" },
            { DomainSuffix = "icloud.com" }, { DomainSuffix = "me.com" }, { DomainSuffix = "mac.com" },
        ]
        provider_connection_limit = 10
        max_deliveries_per_connection = 5

        [[provider."apple".automation]]
        regex = '\[BS02\]'
        trigger = { Threshold = "5/hr" }
        action = "Suspend"
        duration = "15m"

        [[provider."apple".automation]]
        regex = '\[HCM1\]'
        trigger = { Threshold = "3/hr" }
        action = "Suspend"
        duration = "15m"

        """#

    private static let otherMailboxes = #"""

        ["comcast.net"]
        connection_limit = 25
        max_deliveries_per_connection = 1000
        idle_timeout = "30s"
        consecutive_connection_failures_before_delay = 24

        [["comcast.net".automation]]
        regex = "RL0000"
        trigger = { Threshold = "2/hr" }
        action = { SetConfig = { name = "max_connection_rate", value = "10000/h" } }
        duration = "2h"

        [["comcast.net".automation]]
        regex = "RL000010"
        action = "Suspend"
        duration = "5m"

        ["mail.com"]
        max_deliveries_per_connection = 100

        [provider."orange"]
        match = [{ MXSuffix = ".orange.fr" }, { DomainSuffix = "orange.fr" }, { DomainSuffix = "wanadoo.fr" }]
        provider_connection_limit = 2
        max_deliveries_per_connection = 100

        ["yahoo.co.jp"]
        connection_limit = 2
        max_message_rate = "10/s"
        max_deliveries_per_connection = 20

        [["yahoo.co.jp".automation]]
        regex = ['VS98-IP0 deferred', '\[TSS04\]', '\[IPTS04\]']
        trigger = { Threshold = "2/hr" }
        action = "Suspend"
        duration = "1h"

        [provider."gmx.net_web.de"]
        match = [
            { MXSuffix = ".gmx.net" }, { MXSuffix = ".web.de" },
            { DomainSuffix = "gmx.de" }, { DomainSuffix = "gmx.net" }, { DomainSuffix = "gmx.at" },
            { DomainSuffix = "gmx.ch" }, { DomainSuffix = "web.de" },
        ]
        connection_limit = 4
        max_deliveries_per_connection = 20
        consecutive_connection_failures_before_delay = 5

        [[provider."gmx.net_web.de".automation]]
        regex = "Too many connections"
        trigger = { Threshold = "3/hr" }
        action = { SetConfig = { name = "connection_limit", value = 1 } }
        duration = "30m"

        [provider."kpn"]
        match = [
            { MXSuffix = ".kpnmail.nl" },
            { DomainSuffix = "kpnmail.nl" }, { DomainSuffix = "kpnplanet.nl" }, { DomainSuffix = "planet.nl" },
            { DomainSuffix = "hetnet.nl" },
        ]
        connection_limit = 10
        max_deliveries_per_connection = 10

        [provider."netvigator"]
        match = [{ MXSuffix = ".netvigator.com" }, { DomainSuffix = "netvigator.com" }]
        provider_connection_limit = 5
        max_deliveries_per_connection = 10

        [[provider."netvigator".automation]]
        regex = "Too many messages for this session"
        trigger = { Threshold = "3/hr" }
        action = "Suspend"
        duration = "30m"

        [provider."qq.com"]
        match = [{ MXSuffix = ".qq.com" }, { DomainSuffix = "qq.com" }, { DomainSuffix = "foxmail.com" }]
        connection_limit = 4
        max_deliveries_per_connection = 8

        [[provider."qq.com".automation]]
        regex = '550 (Sender|Ip|Connection|Domain) frequency limited'
        trigger = { Threshold = "5/hr" }
        action = "Suspend"
        duration = "1h"

        [provider."163.com"]
        match = [
            { MXSuffix = ".netease.com" },
            { DomainSuffix = "163.com" }, { DomainSuffix = "126.com" }, { DomainSuffix = "yeah.net" },
        ]
        connection_limit = 4
        max_deliveries_per_connection = 7

        [[provider."163.com".automation]]
        regex = "421 Too many connections"
        trigger = { Threshold = "2/hr" }
        action = { SetConfig = { name = "connection_limit", value = 1 } }
        duration = "1h"

        """#

    private static let gateways = #"""

        [provider."mimecast"]
        match = [
            { MXSuffix = ".mimecast.com" }, { MXSuffix = ".mimecast.co.za" }, { MXSuffix = ".mimecast-offshore.com" },
        ]
        connection_limit = 10
        max_deliveries_per_connection = 100

        [provider."barracuda"]
        match = [{ MXSuffix = ".barracudanetworks.com" }]
        provider_connection_limit = 10
        max_deliveries_per_connection = 15

        """#
}
