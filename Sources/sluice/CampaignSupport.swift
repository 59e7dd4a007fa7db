import ArgumentParser
import Campaign
import Engine
import Foundation
import Measurement
import Message
import Primitives
import Uring

/// What `plan` and `send` have in common before anything is sent.
enum CampaignSupport {
    /// Loads a campaign, or tells everything that is wrong with it and ends with the exit code that says so.
    ///
    /// - Parameter listCopy: where a list from standard input is kept, to be read again.
    static func load(
        _ path: String, route: String?, seed: UInt64, listCopy: String? = nil
    ) throws -> LoadedCampaign {
        guard FileManager.default.fileExists(atPath: path) else {
            Console.fail("\(path): there is no such file: give the path of a campaign's manifest")
            throw ExitStatus.noInput
        }
        do throws(ManifestProblems) {
            let campaign = try ManifestLoader.load(
                path: path, route: route, seed: seed, listCopy: listCopy)
            for warning in campaign.warnings { Console.note("\(warning)") }
            return campaign
        } catch {
            Console.note("\(error)")
            throw ExitStatus.badInput
        }
    }

    /// What the letter is compiled from, for a run of its own.
    static func letterParts(of campaign: borrowing LoadedCampaign) -> LetterParts {
        campaign.letterParts(
            runToken: RunSupport.token(digits: 16), boundaryToken: RunSupport.token(digits: 32))
    }

    static func letter(_ parts: LetterParts) throws -> Letter {
        do {
            return try Letter(parts)
        } catch {
            Console.fail("the letter cannot be composed: \(error)")
            throw ExitStatus.badInput
        }
    }

    /// A file beside the manifest.
    static func path(of name: String, besides manifest: String) -> String {
        let directory = (manifest as NSString).deletingLastPathComponent
        return directory.isEmpty ? name : "\(directory)/\(name)"
    }

    /// Runs `body`, with a file that cannot be read or written turned into a sentence and an exit code.
    static func withFileErrors<Result: ~Copyable>(_ status: ExitCode, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let fault as FileFault {
            Console.fail("\(fault)")
            throw status
        }
    }
}

extension Manifest {
    /// Where mail goes, in words.
    var target: String { route?.socketAddress.description ?? directoryFile ?? "" }
}

extension Route {
    var socketAddress: SocketAddress {
        guard let address = SocketAddress(networkOrder: address, port: port) else {
            preconditionFailure("a route has 4 or 16 bytes")
        }
        return address
    }
}

extension RejectedReason {
    /// Reasons with their counts, in the order of their declaration; those without are left out.
    static func list(_ counts: [RowRejection.Kind: Int]) -> [RejectedReason] {
        RowRejection.Kind.allCases.compactMap { kind in
            counts[kind].map { RejectedReason(reason: kind.rawValue, count: $0) }
        }
    }
}
