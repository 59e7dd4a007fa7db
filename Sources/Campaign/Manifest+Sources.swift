import Pacing

/// Where mail leaves from, and when.
extension Manifest {
    /// An address of this machine that mail leaves from.
    package struct Source: Hashable, Sendable {
        package var name: String
        /// 4 bytes of IPv4 or 16 of IPv6, in network order.
        package var address: [UInt8]
        /// What it calls itself in EHLO; nil for the usual name.
        package var ehlo: String?
        /// Nil for a source that receivers know.
        package var warmup: Warmup?
    }

    /// How a source that receivers do not know yet makes its name.
    package struct Warmup: Hashable, Sendable {
        /// Whose ceilings they are.
        package enum Scope: String, Hashable, Sendable, CaseIterable {
            /// Of each site by itself.
            case site
            /// Of all sites of a provider together.
            case provider
        }

        package var schedule: WarmupSchedule
        /// The day on which it began, if before this campaign: whole days since 1970.
        package var startedDay: Int64?
        /// The pool that gets what is beyond the ceiling; nil has it wait for the next day.
        package var overflow: Int?
        package var scope = Scope.site
    }

    /// Sources that share the mail.
    package struct Pool: Hashable, Sendable {
        package struct Member: Hashable, Sendable {
            /// The place in `Manifest.sources`.
            package var source: Int
            /// Its part of the mail, compared with the others': 1...1000.
            package var weight: Int

            package init(source: Int, weight: Int) {
                self.source = source
                self.weight = weight
            }
        }

        package var name: String
        /// At least one, each source once.
        package var members: [Member]
    }

    /// The days and hours in which mail goes out.
    package struct Window: Hashable, Sendable {
        package var window: SendWindow
        /// As in the IANA's database: `Europe/Berlin`.
        package var zoneName: String
        package var zone: ZoneOffsets
        /// The column of the list that names each recipient's own zone; an empty cell means `zoneName`.
        package var zoneColumn: String?

        /// Whether it opens and closes at other times for other recipients.
        package var isByRecipient: Bool { zoneColumn != nil }
    }
}

extension ManifestKeys {
    package static let source = ["name", "address", "ehlo", "warmup"]
    package static let warmup = ["preset", "daily", "hourly", "started", "overflow", "re-warm", "healthy", "per"]
    package static let sendWindow = ["days", "hours", "zone", "zone-column"]
}
