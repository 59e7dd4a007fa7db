/// The tables of a ledger, as docs/ledger.md describes them to users.
enum LedgerSchema {
    /// Grows with every change that an older program could not read.
    static let version: Int64 = 2

    /// Makes the tables of an empty file.
    static let statements = "\(tables)\n\(list)\n\(pacing)\n\(views)"

    /// Makes a ledger of version 1 one of this version, together with `version1IsGone`. Between the two the recipients
    /// move from their table to `list`.
    static let changesSinceVersion1 = "\(list)\n\(pacing)"

    static let version1IsGone = """
        DROP VIEW outcome;
        DROP TABLE recipient;
        \(views)
        UPDATE fact SET value = \(version) WHERE name = 'schema';
        """

    /// Lets a ledger of version 1 be read as it is: where its recipients go meanwhile.
    static let temporaryList = "CREATE TEMP TABLE list (first INTEGER PRIMARY KEY, recipients TEXT NOT NULL)"

    /// `lines` stands last in a step: it is long, and what stands before it is read without it.
    private static let tables = """
        CREATE TABLE fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE input (
            name TEXT PRIMARY KEY, path TEXT NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE step (
            number INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, code INTEGER, enhanced TEXT,
            text TEXT, next_at INTEGER, lines TEXT NOT NULL
        );
        CREATE TABLE audit (at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL);
        """

    /// Recipients by the hundred: see `RecipientPage`.
    private static let list = "CREATE TABLE list (first INTEGER PRIMARY KEY, recipients TEXT NOT NULL);"

    private static let pacing = """
        CREATE TABLE warmup (
            source TEXT NOT NULL, site TEXT NOT NULL, day INTEGER NOT NULL, hour INTEGER NOT NULL,
            stage INTEGER NOT NULL, intended INTEGER NOT NULL, delivered INTEGER NOT NULL, failed INTEGER NOT NULL,
            PRIMARY KEY (source, site, day, hour)
        ) WITHOUT ROWID;
        CREATE TABLE suspension (
            scope TEXT PRIMARY KEY, until INTEGER NOT NULL, reason TEXT NOT NULL, rule TEXT NOT NULL
        ) WITHOUT ROWID;
        """

    private static let views = """
        CREATE VIEW recipient AS
        SELECT list.first + each.key AS line,
            CASE each.type WHEN 'array' THEN json_extract(each.value, '$[0]') ELSE each.value END AS address,
            CASE each.type WHEN 'array' THEN json_extract(each.value, '$[1]') END AS rejected
        FROM list, json_each(list.recipients) AS each WHERE each.type <> 'null';
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
                WHEN step.kind = 'postponed' THEN 'deferred'
                ELSE step.kind
            END AS outcome,
            step.at, step.code, step.enhanced, coalesce(step.text, recipient.rejected) AS text, step.next_at
        FROM recipient
        LEFT JOIN last ON last.line = recipient.line
        LEFT JOIN step ON step.number = last.number;
        """

    /// Takes the columns of a `WarmupRow` in their order.
    static let addingToWarmup = """
        INSERT INTO warmup VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, site, day, hour) DO UPDATE SET
            stage = excluded.stage, intended = intended + excluded.intended,
            delivered = delivered + excluded.delivered, failed = failed + excluded.failed
        """
}
