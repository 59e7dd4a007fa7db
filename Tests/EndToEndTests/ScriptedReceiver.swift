import Glibc
import Synchronization
import Uring

/// What a receiver says.
struct Script: Sendable {
    /// By the number of the connection, from 1; nil closes it at once. What is no 220 is the last word.
    var greeting: @Sendable (Int) -> String? = { _ in "220 scripted.test ESMTP\r\n" }
    var hello = "250-scripted.test\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n"
    var toRecipient: @Sendable (String) -> String = { _ in "250 2.1.5 ok" }
    /// Gets the recipient and the number of the content, from 1, over all connections. Without a word the connection
    /// is closed.
    var toContent: @Sendable (String, Int) -> String = { _, _ in "250 2.0.0 ok" }
}

/// A receiver that says what a test wants it to say; each connection has a thread of its own.
final class ScriptedReceiver: Sendable {
    let address: SocketAddress
    private let listener: Int32
    private let ledger = ScriptedLedger()

    init(_ script: Script = Script()) throws {
        listener = try StreamSocket.listen(on: .loopback(port: 0), shared: false)
        address = StreamSocket.localAddress(of: listener) ?? .loopback(port: 0)
        _ = try NativeThread.start { [listener, ledger] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                let number = ledger.note { $0.open() }
                _ = try? NativeThread.start {
                    ScriptedDialogue(descriptor, script, ledger).run(greeting: script.greeting(number))
                }
            }
            StreamSocket.close(listener)
        }
    }

    /// Wakes the thread that accepts.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// How many connections there were at the same time.
    var mostConnections: Int { ledger.note { $0.mostOpen } }

    /// Who was accepted, once for each content that was.
    var accepted: [String] { ledger.note { $0.accepted } }

    /// Whose content came whole, whatever was said to it.
    var received: [String] { ledger.note { $0.received } }

    /// How often RCPT came.
    var envelopes: Int { ledger.note { $0.envelopes } }
}

/// What the connections of a receiver write down together.
private final class ScriptedLedger: Sendable {
    struct Entries {
        var connections = 0
        var openConnections = 0
        var mostOpen = 0
        var contents = 0
        var envelopes = 0
        var accepted: [String] = []
        var received: [String] = []

        /// The number of the new connection.
        mutating func open() -> Int {
            connections += 1
            openConnections += 1
            mostOpen = max(mostOpen, openConnections)
            return connections
        }

        /// The number of the new content.
        mutating func addContent(for recipient: String) -> Int {
            received.append(recipient)
            contents += 1
            return contents
        }
    }

    private let entries = Mutex(Entries())

    func note<Value: Sendable>(_ change: @Sendable (inout Entries) -> Value) -> Value {
        entries.withLock { change(&$0) }
    }
}

/// One connection: commands in, the script's words out.
private final class ScriptedDialogue {
    private let descriptor: Int32
    private let script: Script
    private let ledger: ScriptedLedger
    private var unread: [UInt8] = []
    private var recipient = ""

    init(_ descriptor: Int32, _ script: Script, _ ledger: ScriptedLedger) {
        self.descriptor = descriptor
        self.script = script
        self.ledger = ledger
    }

    deinit {
        ledger.note { $0.openConnections -= 1 }
        StreamSocket.close(descriptor)
    }

    func run(greeting: String?) {
        guard let greeting else { return }
        say(greeting)
        guard greeting.hasPrefix("220") else { return }
        while let line = line() {
            guard answer(line) else { return }
        }
    }

    /// False when the connection is to be closed.
    private func answer(_ line: String) -> Bool {
        switch line.prefix(4) {
        case "EHLO", "HELO": say(script.hello)
        case "MAIL":
            recipient = ""
            say("250 2.1.0 ok\r\n")
        case "RCPT": answerRecipient(line)
        case "DATA": return answerData()
        case "RSET": say("250 2.0.0 ok\r\n")
        case "QUIT":
            say("221 2.0.0 bye\r\n")
            return false
        default: say("500 5.5.1 what?\r\n")
        }
        return true
    }

    private func answerRecipient(_ line: String) {
        ledger.note { $0.envelopes += 1 }
        let address = String(line.dropFirst("RCPT TO:<".count).prefix { $0 != ">" })
        let reply = script.toRecipient(address)
        if reply.hasPrefix("2") { recipient = address }
        say(reply + "\r\n")
    }

    /// False when the content breaks off, which is no message, and when the script has no word for it.
    private func answerData() -> Bool {
        guard !recipient.isEmpty else {
            say("554 5.5.1 no valid recipients\r\n")
            return true
        }
        say("354 go on\r\n")
        repeat {
            guard let line = line() else { return false }
            if line == "." { break }
        } while true
        let number = ledger.note { [recipient] in $0.addContent(for: recipient) }
        let reply = script.toContent(recipient, number)
        if reply.isEmpty { return false }
        if reply.hasPrefix("2") { ledger.note { [recipient] in $0.accepted.append(recipient) } }
        say(reply + "\r\n")
        return true
    }

    private func say(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// The next line without its end; nil when the client has closed.
    private func line() -> String? {
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                let line = unread[..<end].dropLast()
                unread.removeFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            var bytes = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
            guard count > 0 else { return nil }
            unread += bytes[..<count]
        }
    }
}
