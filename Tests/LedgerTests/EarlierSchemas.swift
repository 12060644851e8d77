/// Databases as earlier versions of taxod made them, as `sqlite3 ledger.sqlite .schema` shows them.
///
/// Index *i* holds version *i*; the first is an empty file. A released schema never changes.
let earlierSchemas = [
    "",
    first,
    first + """
        DROP INDEX jobs_state;
        CREATE INDEX jobs_state ON jobs (state, created, id);
        CREATE INDEX jobs_to_read ON jobs (
            state, name NOT LIKE '%.xml' AND name NOT LIKE '%.xml.gz', created, id
        ) WHERE state = 'claimed';
        PRAGMA user_version = 2;
        """,
    first + """
        DROP INDEX jobs_state;
        CREATE INDEX jobs_state ON jobs (state, created, id);
        CREATE INDEX jobs_to_read ON jobs (
            state, name NOT LIKE '%.xml' AND name NOT LIKE '%.xml.gz', created, id
        ) WHERE state = 'claimed';
        CREATE INDEX jobs_updated ON jobs (updated, id);
        PRAGMA user_version = 3;
        """,
    first + """
        DROP INDEX jobs_state;
        CREATE INDEX jobs_state ON jobs (state, created, id);
        CREATE INDEX jobs_to_read ON jobs (
            state, name NOT LIKE '%.xml' AND name NOT LIKE '%.xml.gz', created, id
        ) WHERE state = 'claimed';
        CREATE INDEX jobs_updated ON jobs (updated, id);
        ALTER TABLE results ADD COLUMN query_identifier TEXT;
        UPDATE results SET query_identifier = json_extract(answer, '$.identifier');

        CREATE TABLE matches (
            job TEXT NOT NULL,
            seq INTEGER NOT NULL,
            key TEXT NOT NULL,
            position INTEGER NOT NULL,
            given TEXT NOT NULL,
            given_identifier TEXT,
            kind TEXT NOT NULL,
            identifier TEXT,
            name TEXT,
            confidence REAL NOT NULL,
            candidates TEXT,
            PRIMARY KEY (job, seq, position),
            FOREIGN KEY (job, seq) REFERENCES results (job, seq)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX matches_identifier ON matches (identifier) WHERE identifier IS NOT NULL;
        INSERT INTO matches
            SELECT job, seq, results.key, part.key + 1, json_extract(part.value, '$.given'),
                json_extract(part.value, '$.givenIdentifier'), json_extract(part.value, '$.kind'),
                json_extract(part.value, '$.identifier'), json_extract(part.value, '$.name'),
                json_extract(part.value, '$.confidence'),
                json_extract(part.value, '$.candidates')
            FROM results, json_each(results.answer, '$.matches') AS part;

        CREATE INDEX jobs_name ON jobs (name, created, id);
        -- The running jobs of a version in their order, and those with nothing left to ask.
        CREATE INDEX jobs_running ON jobs (vocabulary_version, created, id)
            WHERE state = 'running';
        CREATE INDEX jobs_whole ON jobs (created, id)
            WHERE state = 'running' AND queries_done = queries_total;

        DROP VIEW open_jobs;
        CREATE VIEW open_jobs AS
            SELECT id, name, state, queries_done, queries_total, next_attempt, reason_code, updated
            FROM jobs
            WHERE state NOT IN (
                'archived', 'duplicate', 'quarantined', 'cancelled', 'withdrawn'
            )
            ORDER BY created;
        PRAGMA user_version = 4;
        """,
]

private let first =
    """
    CREATE TABLE meta (
        key TEXT PRIMARY KEY NOT NULL,
        value TEXT NOT NULL
    ) STRICT;
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY NOT NULL,
        name TEXT NOT NULL,
        state TEXT NOT NULL,
        state_json TEXT NOT NULL,
        facts_json TEXT NOT NULL,
        task_hint TEXT,
        bytes INTEGER,
        sha256 TEXT,
        reading TEXT,
        vocabulary TEXT,
        vocabulary_version TEXT,
        basis TEXT,
        duplicate_key TEXT,
        queries_done INTEGER,
        queries_total INTEGER,
        next_attempt TEXT,
        reason_code TEXT,
        reason TEXT,
        result TEXT,
        place TEXT,
        created TEXT NOT NULL,
        updated TEXT NOT NULL
    ) STRICT;
    CREATE INDEX jobs_state ON jobs (state);
    CREATE INDEX jobs_duplicate_key ON jobs (duplicate_key) WHERE duplicate_key IS NOT NULL;
    CREATE TABLE queries (
        job TEXT NOT NULL REFERENCES jobs (id),
        seq INTEGER NOT NULL,
        key TEXT NOT NULL,
        query TEXT NOT NULL,
        refusal TEXT,
        begun INTEGER NOT NULL DEFAULT 0,
        crashes INTEGER NOT NULL DEFAULT 0,
        status TEXT,
        answer TEXT,
        PRIMARY KEY (job, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE results (
        job TEXT NOT NULL REFERENCES jobs (id),
        seq INTEGER NOT NULL,
        key TEXT NOT NULL,
        task TEXT NOT NULL,
        query TEXT NOT NULL,
        status TEXT NOT NULL,
        reason_code TEXT,
        reason TEXT,
        proposals INTEGER NOT NULL,
        vocabulary TEXT,
        vocabulary_version TEXT,
        model TEXT,
        model_sha256 TEXT,
        adapter_sha256 TEXT,
        settings_sha256 TEXT,
        method TEXT,
        published TEXT NOT NULL,
        folder TEXT NOT NULL,
        answer TEXT NOT NULL,
        PRIMARY KEY (job, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE proposals (
        job TEXT NOT NULL,
        seq INTEGER NOT NULL,
        key TEXT NOT NULL,
        rank INTEGER NOT NULL,
        relation TEXT NOT NULL,
        identifier TEXT NOT NULL,
        name TEXT NOT NULL,
        parent TEXT,
        standing TEXT NOT NULL,
        score REAL NOT NULL,
        evidence TEXT NOT NULL,
        FOREIGN KEY (job, seq) REFERENCES results (job, seq)
    ) STRICT;
    CREATE INDEX proposals_job ON proposals (job, seq);
    CREATE INDEX proposals_identifier ON proposals (identifier);
    CREATE TABLE audit_events (
        seq INTEGER PRIMARY KEY NOT NULL,
        time TEXT NOT NULL,
        event TEXT NOT NULL,
        job TEXT,
        line TEXT NOT NULL,
        prev TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT;
    CREATE INDEX audit_events_job ON audit_events (job) WHERE job IS NOT NULL;
    CREATE TABLE vocabularies (
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        kind TEXT NOT NULL,
        concepts INTEGER NOT NULL,
        edges INTEGER NOT NULL,
        standing TEXT NOT NULL,
        loaded TEXT NOT NULL,
        PRIMARY KEY (name, version)
    ) STRICT;
    CREATE VIEW open_jobs AS
        SELECT id, name, state, queries_done, queries_total, next_attempt, reason_code, updated
        FROM jobs
        WHERE state NOT IN ('archived', 'duplicate', 'quarantined', 'withdrawn')
        ORDER BY created;
    CREATE VIEW results_today AS
        SELECT results.key, results.task, results.query, results.status, results.reason_code,
            proposals.rank, proposals.relation, proposals.identifier, proposals.name,
            proposals.standing, proposals.score, results.vocabulary, results.folder
        FROM results LEFT JOIN proposals USING (job, seq)
        WHERE results.published >= date('now')
        ORDER BY results.published, results.job, results.seq, proposals.rank;
    PRAGMA application_id = 1952544879;
    PRAGMA user_version = 1;
    """
