import Delivery

/// Why an attempt failed that no reply decided, in the ledger's few words.
enum CauseText {
    static func words(for cause: Verdict.Cause) -> StaticString {
        switch cause {
        case .reply: ""
        case .tooLarge: "the message is larger than the server takes"
        case .tooManyRecipients: "the message has more recipients than the server takes"
        case .noSession(let trouble): words(for: trouble)
        case .lostAfterContent(let trouble): wordsAfterContent(trouble)
        }
    }

    private static func words(for trouble: Trouble) -> StaticString {
        switch trouble {
        case .connectionRefused: "the connection was refused"
        case .hostUnreachable: "the host cannot be reached"
        case .timedOut(.connect): "the connection did not stand in time"
        case .timedOut(.reply): "no reply came in time"
        case .timedOut(.send): "the server did not take in time what was sent"
        case .connectionLost: "the connection was lost"
        case .noDescriptors: "no file descriptor was left"
        case .systemError: "the connection failed"
        case .noRoute: "the directory does not say where its mail goes"
        case .takesNoMail: "the domain takes no mail"
        case .rejected: "the server turned us away"
        case .shutdown: "the server is shutting down"
        case .endedForSafety: "the session was ended after a refused message"
        case .protocolFault: "the server does not speak SMTP as it should"
        }
    }

    private static func wordsAfterContent(_ trouble: Trouble) -> StaticString {
        switch trouble {
        case .timedOut: "no reply to the end of the message came in time"
        case .connectionLost: "the connection was lost after the end of the message"
        case .protocolFault: "the end of the message got no proper reply"
        case .connectionRefused, .hostUnreachable, .noDescriptors, .systemError, .noRoute, .takesNoMail,
            .rejected, .shutdown, .endedForSafety:
            "the session ended after the end of the message"
        }
    }
}
