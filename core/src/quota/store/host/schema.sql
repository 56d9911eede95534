CREATE TABLE team (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    boot TEXT NOT NULL,
    seen INTEGER NOT NULL,
    unix INTEGER NOT NULL,
    retention INTEGER NOT NULL,
    learned TEXT NOT NULL,
    purse TEXT NOT NULL,
    quarantine INTEGER,
    unknown TEXT
) STRICT;

CREATE TABLE records (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    memo TEXT NOT NULL,
    calls INTEGER,
    span INTEGER
) STRICT;

CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    operation INTEGER NOT NULL,
    other INTEGER NOT NULL,
    class INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    at INTEGER NOT NULL,
    reservation TEXT
) STRICT;

CREATE INDEX calls_of_operation ON calls (operation, at, settled, class);
CREATE INDEX calls_of_other ON calls (other, at, settled, class);
CREATE INDEX calls_of_team ON calls (at, settled, class);

CREATE TABLE accounts (
    name TEXT PRIMARY KEY,
    min INTEGER NOT NULL,
    max INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    warned INTEGER NOT NULL,
    touched INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
