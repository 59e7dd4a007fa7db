import Delivery
import SMTP
import Uring

/// Why a session could not be made or did not last, in words for people.
package enum TroubleText {
    package static func unreachable(_ target: String, _ trouble: Trouble) -> String {
        "no session could be opened with \(target): \(sentence(trouble)); nothing was sent. \(advice(trouble))"
    }

    package static func sentence(_ trouble: Trouble) -> String {
        switch trouble {
        case .connectionRefused: "the connection was refused"
        case .hostUnreachable: "the host cannot be reached"
        case .timedOut(let wait): "nothing came in time: \(awaited(wait))"
        case .connectionLost: "the connection was lost"
        case .noDescriptors: "no file descriptor is left"
        case .systemError(let code): SystemFault.text(of: code)
        case .noRoute: "the directory does not say where its mail goes"
        case .takesNoMail: "the domain takes no mail"
        case .rejected(let reply): "the server turned us away with \(reply.code)"
        case .shutdown: "the server is shutting down (421)"
        case .endedForSafety: "the session was ended after a refused message"
        case .protocolFault(let fault): "the server does not speak SMTP as it should: \(words(fault))"
        }
    }

    private static func advice(_ trouble: Trouble) -> String {
        switch trouble {
        case .connectionRefused:
            "Is a receiver listening there? `sluice sink` is one; `ss -ltn` lists who listens."
        case .hostUnreachable: "Check the address and the route to it (`ip route get`)."
        case .timedOut(.connect): "Check the address, and whether a firewall drops the packets."
        case .timedOut, .connectionLost, .protocolFault: "Check that it is an SMTP server, and the right port."
        case .noDescriptors: "Raise the limit (`ulimit -n`), or use fewer sessions."
        case .systemError: "Check the address."
        case .noRoute: "Add the domain to the directory."
        case .takesNoMail: "Take the domain's recipients off the list."
        case .rejected, .shutdown, .endedForSafety: "Ask its operator, or try again later."
        }
    }

    private static func awaited(_ wait: Trouble.Wait) -> String {
        switch wait {
        case .connect: "the connection does not stand"
        case .send: "the server does not take what we send"
        case .reply(let command):
            switch command {
            case .greeting: "no greeting"
            case .hello: "no reply to EHLO"
            case .reset: "no reply to RSET"
            case .mail: "no reply to MAIL"
            case .recipient: "no reply to RCPT"
            case .data: "no reply to DATA"
            case .content, .chunk, .loneDot: "no reply to the end of the message"
            case .quit: "no reply to QUIT"
            }
        }
    }

    private static func words(_ fault: SessionFault) -> String {
        switch fault {
        case .syntax(.badCode): "a line is not a reply"
        case .syntax(.changingCode): "the code changes within a reply"
        case .syntax(.lineTooLong): "a line is too long"
        case .syntax(.tooManyLines), .syntax(.replyTooLong): "a reply does not end"
        case .unsolicited: "a reply that nobody asked for"
        case .impossibleReply: "a reply that its command cannot have"
        case .resetRefused: "RSET was refused"
        case .acceptedForNobody: "a message was accepted although its recipient was not"
        case .dataWithoutMail: "DATA was granted without MAIL"
        case .prematureReply: "a message was answered before it was sent"
        }
    }
}
