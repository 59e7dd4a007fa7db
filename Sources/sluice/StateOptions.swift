import ArgumentParser
import Foundation

/// How commands name the state directory of a campaign.
struct StateOptions: ParsableArguments {
    @Option(
        help: "The campaign's state directory. `sluice send` makes it: beside the manifest, if nothing else is said.")
    var state: String

    /// Where `send` keeps the state of a campaign when nobody says where.
    static func usualDirectory(besides manifest: String) -> String {
        let name = ((manifest as NSString).lastPathComponent as NSString).deletingPathExtension
        return CampaignSupport.path(of: "\(name).state", besides: manifest)
    }
}
