/// All keys that a shaping file may have, and what is said about those that do nothing here.
enum KnownKeys {
    /// Keys that are no rules for the path, but say what a section is for.
    static let structural = ["mx_rollup", "replace_base", "automation", "sources", "adaptive", "match"]

    /// Kept whatever the value is: a message has one recipient.
    static let alwaysKept = ["max_recipients_per_batch"]

    /// Keys of KumoMTA that Sluice does not honour, each with what to do instead.
    static let unhonoured: [(key: String, instead: String)] =
        [
            (tls, "what TLS does is not a matter of shaping here; take the key out"),
            (authentication, "credentials do not belong into this file; take the key out"),
            (smartHost, "the campaign's manifest says where mail goes; take the key out"),
            (queues, "recipients are read only as fast as they can be sent, so there is no such queue; take it out"),
            (resolving, "hosts come from the directory; take the key out"),
            (others, "Sluice has nothing like it; take the key out"),
            (selection, "write provider_source_selection_rate, or max_message_rate under the section's sources"),
        ].flatMap { keys, instead in keys.map { ($0, instead) } }

    private static let tls = [
        "enable_tls", "enable_mta_sts", "enable_dane", "tls_prefer_openssl", "tls_certificate", "tls_private_key",
        "openssl_options", "openssl_cipher_list", "openssl_cipher_suites", "rustls_cipher_suites", "starttls_timeout",
        "remember_broken_tls", "opportunistic_tls_reconnect_on_failed_handshake",
    ]
    private static let authentication = [
        "auth_timeout", "smtp_auth_plain_username", "smtp_auth_plain_password", "allow_smtp_auth_plain_without_tls",
        "allow_smtp_auth_plain_without_valid_certificate",
    ]
    private static let smartHost = ["smtp_port", "use_lmtp", "ehlo_domain"]
    private static let queues = [
        "max_ready", "refresh_interval", "refresh_strategy", "low_memory_reduction_policy",
        "no_memory_reduction_policy", "readyq_pool_name",
    ]
    private static let resolving = [
        "prohibited_hosts", "skip_hosts", "ip_lookup_strategy", "reconnect_strategy",
        "try_next_host_on_transport_error",
    ]
    private static let others = [
        "enable_rset", "rset_timeout", "provider_name", "ignore_8bit_checks", "system_shutdown_timeout",
        "dispatcher_progress_watchdog_timeout", "dispatcher_wakeup_strategy", "maintainer_wakeup_strategy",
        "aggressive_connection_opening",
    ]
    private static let selection = ["source_selection_rate", "additional_source_selection_rates"]

    /// What to do instead of a key that does nothing here; nil when the key is unknown.
    static func instead(of key: String) -> String? {
        unhonoured.first { $0.key == key }?.instead
    }

    /// The keys of a section that are meant to be written.
    static var section: [String] {
        PathKey.allCases.filter { !$0.isAdaptive }.map(\.rawValue) + structural
    }

    static var adaptive: [String] {
        PathKey.allCases.filter(\.isAdaptive).map { String($0.rawValue.dropFirst(PathKey.adaptivePrefix.count)) }
    }

    /// The key that was probably meant, or nil when none is near.
    static func nearest(to word: String, among keys: [String]) -> String? {
        let found = keys.map { (key: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
        guard let found, found.distance <= max(2, word.utf8.count / 3) else { return nil }
        return found.key
    }

    /// How many bytes must be put in, taken out or changed to make one word of the other.
    private static func distance(_ one: String, _ other: String) -> Int {
        let (left, right) = (Array(one.utf8.prefix(80)), Array(other.utf8))
        var row = Array(0...right.count)
        for (place, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = place + 1
            for column in right.indices {
                let changed = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
