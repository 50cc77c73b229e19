-- Bookkeeping of PostgresTarget, version 2: plans under way, and the settings around a table at its source.
ALTER TABLE weirkeeper.table_state ADD COLUMN goal text, ADD COLUMN settings text;

INSERT INTO weirkeeper.installed (version) VALUES (2);
