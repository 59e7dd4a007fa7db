import Primitives

/// How much may happen at once: sizes everything that is allocated at start.
package struct Limits: Hashable, Sendable {
    /// Sessions that one site gets at most.
    package var sessionsPerSite = 4
    /// Sessions that one site may be asked for at once and has not made ready yet: a receiver keeps only so many
    /// connections that it has not accepted, Postfix 100, and drops those beyond for a second or more.
    package var openingPerSite = 32
    /// Sessions of one worker at most.
    package var sessions = 1_000
    /// Messages after which a session is ended and a new one made; 0 is no limit.
    package var messagesPerSession = 200
    /// Another session is opened for a site only when this many messages wait for each that it has.
    package var messagesPerNewSession = 8
    package var recipientsPerMessage = 1
    /// Attempts at a message whose session was lost before anything was committed.
    package var mostAttempts = 3
    /// Sessions in a row that a site may fail to give before its mail is deferred.
    package var mostFailures = 5
    /// Pause after the first such failure; it doubles with each further one.
    package var firstPause = Interval.milliseconds(500)
    package var longestPause = Interval.seconds(300)
    /// Whether refusals slow down the mail of sites that nobody has described. Until the first one it goes at full
    /// speed: the receiver was the operator's own choice.
    package var learns = false
    /// Whether a `SendingTerm` stands behind each row.
    package var rowsHaveTerms = false

    package init() {}
}
