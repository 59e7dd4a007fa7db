/// The tables of a ledger, as docs/ledger.md describes them to users.
enum LedgerSchema {
    /// Grows with every change that an older program could not read.
    static let version: Int64 = 1

    /// `lines` stands last in a step: it is long, and what stands before it is read without it.
    static let statements = """
        CREATE TABLE fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE input (
            name TEXT PRIMARY KEY, path TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE recipient (line INTEGER PRIMARY KEY, address TEXT NOT NULL, rejected TEXT);
        CREATE TABLE step (
            number INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, code INTEGER, enhanced TEXT,
            text TEXT, next_at INTEGER, lines TEXT NOT NULL
        );
        CREATE TABLE audit (at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL);
        CREATE VIEW outcome AS
        WITH last AS (
            SELECT each.value AS line, max(step.number) AS number
            FROM step, json_each(step.lines) AS each GROUP BY each.value
        )
        SELECT recipient.line, recipient.address,
            CASE
                WHEN recipient.rejected IS NOT NULL THEN 'rejected'
                WHEN step.kind IS NULL OR step.kind IN ('withdrawn', 'resend') THEN 'waiting'
                WHEN step.kind = 'intent' THEN 'intended'
                ELSE step.kind
            END AS outcome,
            step.at, step.code, step.enhanced, coalesce(step.text, recipient.rejected) AS text, step.next_at
        FROM recipient
        LEFT JOIN last ON last.line = recipient.line
        LEFT JOIN step ON step.number = last.number;
        """
}
