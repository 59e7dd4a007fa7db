import Campaign
import Foundation
import Glibc
import Ledger

/// The recipients of a campaign whose list comes from standard input: a copy in its state directory, because the list is
/// read again for those who are tried again, and when the campaign is resumed.
enum ListCopy {
    /// - Returns: the copy, whole and on the disk; nil for a manifest that names a file.
    static func make(for manifest: String, in state: String) throws -> String? {
        guard ManifestLoader.namesStandardInput(path: manifest) else { return nil }
        let path = "\(state)/recipients.csv"
        if FileManager.default.fileExists(atPath: path) {
            Console.note("The list is the one that was read when this campaign was begun (\(path)).")
            return path
        }
        try CampaignState.withLedgerErrors { _ = try StateDirectory(path: state) }
        do {
            try copy(to: path)
        } catch {
            Console.fail("\(path): the list cannot be copied there: \(error.localizedDescription)")
            throw ExitStatus.inputOutput
        }
        return path
    }

    /// Under another name until it is whole: a list that breaks off must not be taken for one that ends.
    private static func copy(to path: String) throws {
        let partial = "\(path).part"
        guard FileManager.default.createFile(atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: partial)
        else { throw CocoaError(.fileWriteUnknown) }
        while let bytes = try FileHandle.standardInput.read(upToCount: 1 << 20), !bytes.isEmpty {
            try file.write(contentsOf: bytes)
        }
        try file.synchronize()
        try file.close()
        try FileManager.default.moveItem(atPath: partial, toPath: path)
    }
}
