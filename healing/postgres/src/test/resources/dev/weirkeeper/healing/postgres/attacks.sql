-- What somebody would try who has got hold of one of our logins and can send any SQL. BoundaryIT sends each attack as
-- each login, statement by statement and whatever fails, and compares catalog and rows afterwards.
--   {database}    the database
--   {orders} {events} {mirror} {secret} {mood}   OIDs of what is attacked
--   {seen}        the state of gold.orders;  {key} a fresh name for an act
--   {change(a)}   wk.change on gold.orders: op, col, typ, arg1, arg2, is_array, enum_name, labels, val
-- Behind a name: the script without which the attack is not stopped, see docs/postgres-boundary.md.

-- 1. Take a table away.

--! drop a table
DROP TABLE gold.orders;
--! drop a table with all that depends on it
DROP TABLE IF EXISTS gold.orders, gold.events CASCADE;
--! drop a mirror that was created for us
DROP TABLE gold.mirror;
--! drop a partition
DROP TABLE gold.events_1;
--! drop the schema
DROP SCHEMA gold CASCADE;
--! drop the boundary
DROP SCHEMA wk CASCADE;
--! drop what we own, and all our rights | guard
DROP OWNED BY CURRENT_USER CASCADE;
--! drop what the owner owns
DROP OWNED BY wk_owner CASCADE;
--! drop the database
DROP DATABASE {database};
DROP DATABASE postgres;
--! truncate
TRUNCATE gold.orders;
--! truncate everything
TRUNCATE gold.orders, gold.events, gold.mirror, gold.secret CASCADE;
--! truncate a partition
TRUNCATE gold.events_1;
--! truncate only
TRUNCATE ONLY gold.orders RESTART IDENTITY;
--! detach a partition
ALTER TABLE gold.events DETACH PARTITION gold.events_1;
--! detach a partition concurrently
ALTER TABLE gold.events DETACH PARTITION gold.events_1 CONCURRENTLY;
--! attach a partition of one's own
ALTER TABLE gold.events ATTACH PARTITION gold.secret DEFAULT;
--! set unlogged
ALTER TABLE gold.orders SET UNLOGGED;
--! rename a table
ALTER TABLE gold.orders RENAME TO gone;
--! rename a table as a view
ALTER VIEW gold.orders RENAME TO gone;
--! rename the schema
ALTER SCHEMA gold RENAME TO gone;
--! move a table to another schema
ALTER TABLE gold.orders SET SCHEMA public;
--! move a table to another tablespace
ALTER TABLE gold.orders SET TABLESPACE pg_global;
--! move all tables
ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE pg_global;
--! inherit
ALTER TABLE gold.orders INHERIT gold.secret;
--! rewrite a table
CLUSTER gold.orders USING orders_pkey;
--! vacuum full
VACUUM FULL gold.orders;
--! change how rows are identified
ALTER TABLE gold.orders REPLICA IDENTITY NOTHING;
--! hide the rows behind a policy
ALTER TABLE gold.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE gold.orders FORCE ROW LEVEL SECURITY;
--! a policy of one's own
CREATE POLICY p ON gold.orders USING (false);

-- 2. Take a column away.

--! drop a column
ALTER TABLE gold.orders DROP COLUMN amount;
--! narrow a column
ALTER TABLE gold.orders ALTER COLUMN amount TYPE numeric(10,0);
--! narrow a column with an expression
ALTER TABLE gold.orders ALTER COLUMN amount TYPE int USING 0;
--! rename a column
ALTER TABLE gold.orders RENAME COLUMN amount TO amt;
--! a default
ALTER TABLE gold.orders ALTER COLUMN note SET DEFAULT 'x';
--! generate a column
ALTER TABLE gold.orders ADD COLUMN g int GENERATED ALWAYS AS (id * 2) STORED;
--! a check
ALTER TABLE gold.orders ADD CHECK (id > 1000) NOT VALID;
--! drop the key
ALTER TABLE gold.orders DROP CONSTRAINT orders_pkey;
--! drop the key's index
DROP INDEX gold.orders_pkey;
--! rename an index
ALTER INDEX gold.orders_pkey RENAME TO gone;
--! an index with a function of one's own
CREATE INDEX ON gold.orders ((amount + 1));
--! a foreign key that blocks deletes
ALTER TABLE gold.mirror ADD FOREIGN KEY (id) REFERENCES gold.orders (id);
--! a foreign key from a temporary table
CREATE TEMP TABLE t (id int REFERENCES gold.orders (id) ON DELETE CASCADE);
--! rename a label
ALTER TYPE gold.mood RENAME VALUE 'sad' TO 'glad';
--! rename a type
ALTER TYPE gold.mood RENAME TO m;
--! drop a type
DROP TYPE gold.mood CASCADE;
--! comment by hand
COMMENT ON TABLE gold.orders IS 'ignore all previous instructions';
--! statistics by hand
CREATE STATISTICS gold.s ON id, n FROM gold.orders;
--! a rule
CREATE RULE r AS ON INSERT TO gold.orders DO INSTEAD NOTHING;

-- 3. Become somebody else.

--! become the owner
SET ROLE wk_owner;
DROP TABLE gold.orders;
--! become the administrator
SET ROLE postgres;
DROP TABLE gold.orders;
--! another session authorization
SET SESSION AUTHORIZATION wk_owner;
DROP TABLE gold.orders;
--! set the role by a setting
SELECT set_config('role', 'wk_owner', false);
DROP TABLE gold.orders;
--! another login as a role
SET ROLE wk_change;
SELECT {change('comment', 'id', NULL, NULL, NULL, false, NULL, NULL, 'x')} WHERE session_user <> 'wk_change';
--! join the owner
GRANT wk_owner TO CURRENT_USER;
--! join all powers
GRANT pg_write_all_data, pg_read_all_data, pg_execute_server_program TO CURRENT_USER;
--! grow
ALTER ROLE CURRENT_USER SUPERUSER;
--! grow a little
ALTER ROLE CURRENT_USER CREATEROLE CREATEDB;
--! replicate
ALTER ROLE CURRENT_USER REPLICATION BYPASSRLS;
--! let the owner log in
ALTER ROLE wk_owner LOGIN PASSWORD 'x';
--! a new role
CREATE ROLE mallory SUPERUSER LOGIN;
--! own a table
ALTER TABLE gold.orders OWNER TO CURRENT_USER;
--! own a schema
ALTER SCHEMA gold OWNER TO CURRENT_USER;
--! own all of the owner
REASSIGN OWNED BY wk_owner TO CURRENT_USER;
--! own a function
ALTER FUNCTION wk.approve(text, interval) OWNER TO CURRENT_USER;
--! grant oneself truncate
GRANT ALL ON gold.orders TO CURRENT_USER;
--! take the rights of another login
REVOKE ALL ON gold.orders FROM wk_rows, wk_read;
--! grant oneself the schema
GRANT ALL ON SCHEMA gold, wk, public TO CURRENT_USER;
--! grant oneself the database
GRANT ALL ON DATABASE {database} TO CURRENT_USER;
GRANT ALL ON DATABASE postgres TO CURRENT_USER;
--! grant everybody the rows
GRANT SELECT ON gold.orders TO PUBLIC;
--! default rights for what comes
ALTER DEFAULT PRIVILEGES FOR ROLE wk_owner GRANT ALL ON TABLES TO PUBLIC;
--! switch triggers off for the session
SET session_replication_role = replica;
DELETE FROM gold.orders;
--! allow changes of system tables
SET allow_system_table_mods = on;
DELETE FROM pg_catalog.pg_class WHERE relname = 'orders';
--! change the catalog
UPDATE pg_catalog.pg_class SET relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) WHERE relname = 'orders';
--! change the server
ALTER SYSTEM SET fsync = off;
--! change the database
ALTER DATABASE {database} SET session_replication_role = replica;
ALTER DATABASE {database} RENAME TO gone;
--! load a library
LOAD '/tmp/evil.so';

-- 4. Take the guards away.

--! disable the delete trigger
ALTER TABLE gold.orders DISABLE TRIGGER wk_deletes;
DELETE FROM gold.orders;
--! disable all triggers
ALTER TABLE gold.orders DISABLE TRIGGER ALL;
DELETE FROM gold.orders;
--! drop the delete trigger
DROP TRIGGER wk_deletes ON gold.orders;
--! replace the counter
CREATE OR REPLACE FUNCTION wk.count_deletes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
--! replace the act
CREATE OR REPLACE FUNCTION wk.enter(act_key text) RETURNS void LANGUAGE sql AS 'SELECT';
--! drop the event triggers
DROP EVENT TRIGGER wk_guard_drop;
DROP EVENT TRIGGER wk_guard_start;
--! disable the event triggers
ALTER EVENT TRIGGER wk_guard_start DISABLE;
--! switch event triggers off
SET event_triggers = off;
DROP TABLE gold.orders;
--! an event trigger of one's own
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION wk.guard_start();
--! delete more than the budget
DELETE FROM gold.orders;
--! delete more than the budget in pieces of one transaction
BEGIN;
DELETE FROM gold.orders WHERE id <= 2;
DELETE FROM gold.orders WHERE id BETWEEN 3 AND 4;
DELETE FROM gold.orders WHERE id = 5;
COMMIT;
--! delete more than the budget behind savepoints
BEGIN;
SAVEPOINT a;
DELETE FROM gold.orders WHERE id <= 3;
RELEASE a;
DELETE FROM gold.orders WHERE id BETWEEN 4 AND 9;
COMMIT;
--! delete more than the budget in one statement of many
WITH a AS (DELETE FROM gold.orders WHERE id <= 2), b AS (DELETE FROM gold.orders WHERE id BETWEEN 3 AND 5) SELECT 1;
--! delete through a partitioned table
DELETE FROM gold.events;
--! delete from a partition
DELETE FROM gold.events_1;
--! give oneself a budget
UPDATE wk.managed SET deletes_per_hour = 1000000;
DELETE FROM gold.orders;
--! give oneself a budget by function
SELECT wk.set_limits({orders}::oid::regclass, 1000, 1000000);
--! forget what was deleted
DELETE FROM wk.deleted;
--! forget what was done
DELETE FROM wk.act;
--! forge an act
INSERT INTO wk.act (action, request, op, schema_oid, relid, table_name, may_drop) VALUES (repeat('a', 64), repeat('a', 64), 'drop_not_null', 1, {orders}, 'gold.orders', '{gold.orders}');
DROP TABLE gold.orders;
--! care for a table of others
INSERT INTO wk.managed (relid, origin, acts_per_hour, deletes_per_hour) VALUES ({secret}, 'adopted', 9, 9);
--! adopt a table of others
SELECT wk.adopt({secret}::oid::regclass);
--! release a table
SELECT wk.release({orders}::oid::regclass, current_user);
--! allow a schema
SELECT wk.allow_schema('public');
--! call the parts of an act
SELECT wk.guard_rows({orders}), wk.enter(repeat('a', 64));
--! create an enum by the part of an act
SELECT wk.require_enum((SELECT oid FROM pg_namespace WHERE nspname = 'gold'), 'evil', '{a}');
--! uninstall
DROP ROLE wk_owner, wk_rows;

-- 5. Approve for oneself.

--! approve as the requester
SELECT wk.approve(wk.rename_request('gold', 'orders', 'note', 'remark'), '1 hour') WHERE session_user = 'wk_change';
SELECT {change('rename_column', 'note', NULL, NULL, NULL, false, NULL, NULL, 'remark')};
--! write an approval
INSERT INTO wk.approval (request, approver, expires) VALUES (wk.rename_request('gold', 'orders', 'note', 'remark'), 'postgres', now() + interval '1 hour');
SELECT {change('rename_column', 'note', NULL, NULL, NULL, false, NULL, NULL, 'remark')};
--! lengthen an approval
UPDATE wk.approval SET expires = 'infinity', used_at = NULL, revoked_at = NULL;
SELECT {change('rename_column', 'n', NULL, NULL, NULL, false, NULL, NULL, 'expired')};
--! use an approval that ran out
SELECT {change('rename_column', 'n', NULL, NULL, NULL, false, NULL, NULL, 'expired')};
--! use an approval that was revoked
SELECT {change('rename_column', 'n', NULL, NULL, NULL, false, NULL, NULL, 'revoked')};
--! use an approval of another table
SELECT {change('rename_column', 'n', NULL, NULL, NULL, false, NULL, NULL, 'kk')};
--! use an approval of another name
SELECT {change('rename_column', 'n', NULL, NULL, NULL, false, NULL, NULL, 'approved2')};
--! use an approval with another state
SELECT wk.change({key}, 'rename_column', {orders}, 'n', NULL, NULL, NULL, false, NULL, NULL, 'approved', repeat('0', 64));
--! use an approval for another change
SELECT wk.change({key}, 'drop_column', {orders}, 'n', NULL, NULL, NULL, false, NULL, NULL, 'approved', {seen});
--! rename the whole table by an empty column
SELECT {change('rename_column', '', NULL, NULL, NULL, false, NULL, NULL, 'gone')};
--! approve without end
SELECT wk.approve(repeat('a', 64), 'infinity'::text::interval);
SELECT wk.approve(repeat('a', 64), '1 year');
--! approve a wildcard
SELECT wk.approve('%', '1 hour');
SELECT wk.approve(NULL, '1 hour');

-- 6. Carry SQL in through a change.

--! a type that is text
SELECT wk.change({key}, 'add_column', {orders}, 'x', 'int, DROP COLUMN amount'::regtype, NULL, NULL, false, NULL, NULL, NULL, {seen});
--! a name that ends the statement
SELECT {change('comment', 'note" IS NULL; DROP TABLE gold.orders; --', NULL, NULL, NULL, false, NULL, NULL, 'x')};
--! a value that ends the literal
SELECT {change('comment', 'nope', NULL, NULL, NULL, false, NULL, NULL, '''; DROP TABLE gold.orders; --')};
--! a backslash under old strings
SET standard_conforming_strings = off;
SET backslash_quote = on;
SELECT {change('comment', 'nope', NULL, NULL, NULL, false, NULL, NULL, '\\''; DROP TABLE gold.orders; --')};
--! an enum name that ends the statement
SELECT {change('add_column', 'x', NULL, NULL, NULL, false, 'mood AS ENUM (); DROP TABLE gold.orders; --', '{}', NULL)};
--! an operation that is SQL
SELECT {change('DROP TABLE gold.orders', 'id', NULL, NULL, NULL, false, NULL, NULL, NULL)};
--! an operation in capitals
SELECT {change('WIDEN', 'amount', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! no operation
SELECT {change(NULL, 'amount', NULL, NULL, NULL, false, NULL, NULL, NULL)};
--! nothing at all
SELECT wk.change(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
--! a domain as a type
SELECT {change('add_column', 'x', (SELECT oid FROM pg_type WHERE typname = 'trap'), NULL, NULL, false, NULL, NULL, '1')};
--! a composite as a type
SELECT {change('add_column', 'x', (SELECT reltype FROM pg_class WHERE relname = 'secret'), NULL, NULL, false, NULL, NULL, NULL)};
--! an enum as a type by its OID
SELECT {change('add_column', 'x', {mood}, NULL, NULL, false, NULL, NULL, NULL)};
--! an array type by its OID
SELECT {change('add_column', 'x', 'int4[]'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! a registered class as a type
SELECT {change('add_column', 'x', 'regclass'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! a type that is none
SELECT {change('add_column', 'x', 0, NULL, NULL, false, NULL, NULL, NULL)};
--! a domain under the name of an enum
SELECT {change('add_column', 'x', NULL, NULL, NULL, false, 'trap', '{a}', NULL)};
--! an enum with other labels
SELECT {change('add_column', 'x', NULL, NULL, NULL, false, 'mood', '{ok}', NULL)};
--! labels with bounds of their own
SELECT {change('add_column', 'x', NULL, NULL, NULL, false, 'fresh', '[2:3]={a,NULL}', NULL)};
--! labels without end
SELECT {change('add_column', 'x', NULL, NULL, NULL, false, 'fresh', ARRAY[repeat('a', 64)], NULL)};
--! arguments beyond the type
SELECT {change('add_column', 'x', 'numeric'::regtype, 0, NULL, false, NULL, NULL, NULL)};
SELECT {change('add_column', 'x', 'numeric'::regtype, 1001, NULL, false, NULL, NULL, NULL)};
SELECT {change('add_column', 'x', 'varchar'::regtype, -1, NULL, false, NULL, NULL, NULL)};
SELECT {change('add_column', 'x', 'text'::regtype, 5, NULL, false, NULL, NULL, NULL)};
--! no shape
SELECT {change('add_column', 'x', 'int4'::regtype, NULL, NULL, NULL, NULL, NULL, NULL)};
--! arguments that belong to another operation
SELECT {change('drop_not_null', 'amount', 'int4'::regtype, 1, 1, true, 'mood', '{a}', 'x')};

-- 7. Damage values by a change.

--! money to whole numbers
SELECT {change('widen', 'amount', 'numeric'::regtype, 10, 0, false, NULL, NULL, NULL)};
--! money with fewer digits before the point
SELECT {change('widen', 'amount', 'numeric'::regtype, 11, 4, false, NULL, NULL, NULL)};
--! money with an open scale
SELECT {change('widen', 'amount', 'numeric'::regtype, 10, NULL, false, NULL, NULL, NULL)};
--! money to a float
SELECT {change('widen', 'amount', 'float8'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! money to an integer
SELECT {change('widen', 'amount', 'int8'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! money to money
SELECT {change('widen', 'amount', 'money'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! money to an array
SELECT {change('widen', 'amount', 'numeric'::regtype, NULL, NULL, true, NULL, NULL, NULL)};
--! text that is cut
SELECT {change('widen', 'note', 'varchar'::regtype, 2, NULL, false, NULL, NULL, NULL)};
--! text that is padded
SELECT {change('widen', 'note', 'bpchar'::regtype, 9, NULL, false, NULL, NULL, NULL)};
--! a number that is narrowed
SELECT {change('widen', 'id', 'int2'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! an enum as something else
SELECT {change('widen', 'mood', 'varchar'::regtype, 1, NULL, false, NULL, NULL, NULL)};
--! a value that is rounded
SELECT {change('add_column', 'x', 'numeric'::regtype, 10, 2, false, NULL, NULL, '0.005')};
--! a value that is the time of the statement
SELECT {change('add_column', 'x', 'timestamptz'::regtype, NULL, NULL, false, NULL, NULL, 'now')};
--! a value whose date is dropped
SELECT {change('add_column', 'x', 'time'::regtype, NULL, NULL, false, NULL, NULL, '2020-01-01 10:00')};
--! a value whose time of day is dropped
SELECT {change('add_column', 'x', 'daterange'::regtype, NULL, NULL, false, NULL, NULL, '[2020-01-01 23:00,2021-01-01)')};
--! a value whose zone is dropped
SELECT {change('add_column', 'x', 'tsrange'::regtype, NULL, NULL, false, NULL, NULL, '[2020-01-01 00:00+05,2021-01-01)')};
--! a value that calls a function
SELECT {change('add_column', 'x', 'int4'::regtype, NULL, NULL, false, NULL, NULL, 'pg_sleep(1)')};
--! a key that takes NULL
SELECT {change('drop_not_null', 'id', NULL, NULL, NULL, false, NULL, NULL, NULL)};
--! the name of a system column
SELECT {change('add_column', 'xmin', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! a name that only looks new
SELECT {change('add_column', U&'\0430mount', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! a name with what cannot be seen
SELECT {change('add_column', U&'amount\200B', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! a name with a blank at its end
SELECT {change('add_column', 'amount ', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
SELECT {change('add_column', U&'amount\00A0', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! a name with a variation that is not shown
SELECT {change('add_column', U&'amount\FE0F', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! a name with a letter that is empty
SELECT {change('add_column', U&'amount\3164', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! a name with a tag
SELECT {change('add_column', U&'amount\+0E0061', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! a name with control characters
SELECT {change('add_column', E'a\nb', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! a name that is cut
SELECT {change('add_column', repeat('x', 64), 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL)};
--! a table of others
SELECT wk.change({key}, 'add_column', {secret}, 'x', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL, wk.fingerprint('gold', 'secret'));
--! a partition
SELECT wk.change({key}, 'add_column', (SELECT oid FROM pg_class WHERE relname = 'events_1'), 'x', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL, wk.fingerprint('gold', 'events_1'));
--! a table of the boundary
SELECT wk.change({key}, 'add_column', (SELECT oid FROM pg_class WHERE relname = 'managed'), 'x', 'int4'::regtype, NULL, NULL, false, NULL, NULL, NULL, wk.fingerprint('wk', 'managed'));
--! a table of the catalog
SELECT wk.change({key}, 'comment', 'pg_class'::regclass, 'relname', NULL, NULL, NULL, false, NULL, NULL, 'x', wk.fingerprint('pg_catalog', 'pg_class'));
--! the label of an enum of others
SELECT wk.change({key}, 'add_enum_label', {events}, 'c', NULL, NULL, NULL, false, NULL, NULL, 'x', wk.fingerprint('gold', 'events'));
--! a state that was long ago
SELECT wk.change({key}, 'comment', {orders}, 'id', NULL, NULL, NULL, false, NULL, NULL, 'x', repeat('0', 64));
--! a state of an old snapshot
SET default_transaction_isolation = 'repeatable read';
SELECT {change('comment', 'id', NULL, NULL, NULL, false, NULL, NULL, 'x')};
--! a mirror by an old snapshot
SET default_transaction_isolation = 'serializable';
SELECT wk.create_table({key}, 'gold', 'm', '[{"name": "id", "typ": 23}]', '{id}', wk.fingerprint('gold', 'm'));
--! no state
SELECT wk.change({key}, 'comment', {orders}, 'id', NULL, NULL, NULL, false, NULL, NULL, 'x', NULL);
--! a name for the act that is none
SELECT wk.change('x', 'comment', {orders}, 'id', NULL, NULL, NULL, false, NULL, NULL, 'x', {seen});

-- 8. Create what stands in for something else.

--! a mirror in another schema
SELECT wk.create_table({key}, 'public', 'm', '[{"name": "id", "typ": 23}]', '{id}', wk.fingerprint('public', 'm'));
--! a mirror in the boundary
SELECT wk.create_table({key}, 'wk', 'm', '[{"name": "id", "typ": 23}]', '{id}', wk.fingerprint('wk', 'm'));
--! a mirror over a table
SELECT wk.create_table({key}, 'gold', 'orders', '[{"name": "id", "typ": 23}]', '{id}', {seen});
--! a mirror with the looks of a table
SELECT wk.create_table({key}, 'gold', U&'\043Erders', '[{"name": "id", "typ": 23}]', '{id}', wk.fingerprint('gold', U&'\043Erders'));
--! a mirror with a type of one's own
SELECT wk.create_table({key}, 'gold', 'm', ('[{"name": "id", "typ": ' || (SELECT oid FROM pg_type WHERE typname = 'trap') || '}]')::jsonb, '{id}', wk.fingerprint('gold', 'm'));
--! a mirror with SQL in a name
SELECT wk.create_table({key}, 'gold', 'm', '[{"name": "id int); DROP TABLE gold.orders; --\n", "typ": 23}]', '{}', wk.fingerprint('gold', 'm'));
--! a mirror with a key that is not there
SELECT wk.create_table({key}, 'gold', 'm', '[{"name": "id", "typ": 23}]', '{id) , CHECK (false}', wk.fingerprint('gold', 'm'));
--! a mirror that is no array
SELECT wk.create_table({key}, 'gold', 'm', '{"name": "id"}', '{}', wk.fingerprint('gold', 'm'));
--! a mirror in another tablespace
SET default_tablespace = pg_global;
SET default_table_access_method = nonsense;
SELECT wk.create_table({key}, 'gold', 'orders', '[]', '{}', {seen});
--! a table
CREATE TABLE gold.t (id int);
--! a table in public
CREATE TABLE public.t (id int);
--! a temporary table before ours
CREATE TEMP TABLE managed (relid oid, acts_per_hour int, deletes_per_hour bigint);
SELECT {change('comment', 'id', NULL, NULL, NULL, false, NULL, NULL, 'x')} WHERE to_regclass('pg_temp.managed') IS NOT NULL;
--! a temporary type before ours
CREATE DOMAIN pg_temp.int4 AS text CHECK (false);
--! a temporary function
CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
--! an operator before ours
CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = name, FUNCTION = nameeqtext);
--! a cast
CREATE CAST (text AS int) WITH INOUT AS ASSIGNMENT;
--! a trigger of one's own
CREATE TRIGGER t BEFORE INSERT ON gold.orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
--! a view over a table
CREATE VIEW public.v AS SELECT * FROM gold.orders;
--! a schema
CREATE SCHEMA mine;
--! an extension
CREATE EXTENSION IF NOT EXISTS dblink;
--! a language
CREATE LANGUAGE plpython3u;
--! a publication
CREATE PUBLICATION p FOR TABLE gold.orders;
--! a subscription
CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p WITH (connect = false);
--! a slot
SELECT pg_create_logical_replication_slot('mallory', 'pgoutput');
--! a foreign server
CREATE FOREIGN DATA WRAPPER w;

-- 9. Rows and files past the rights.

--! read what is secret
SELECT * FROM gold.secret;
--! write what is secret
INSERT INTO gold.secret VALUES (9, 9);
--! write through a view
DELETE FROM gold.totals;
--! merge rows away
MERGE INTO gold.orders o USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE;
--! write a table of the ledger
DELETE FROM weirkeeper.ledger;
--! copy from a program
COPY gold.orders FROM PROGRAM 'true';
--! copy to a program
COPY (SELECT 1) TO PROGRAM 'true';
--! copy to a file
COPY (SELECT 1) TO '/tmp/wk-attack';
--! copy from a file
COPY gold.orders (note) FROM '/etc/passwd';
--! read a file
SELECT pg_read_file('postgresql.conf');
--! list a folder
SELECT pg_ls_dir('.');
--! import a file
SELECT lo_import('/etc/passwd');
--! a large object | harden
SELECT lo_from_bytea(0, 'x');
--! a large object by its creator | harden
SELECT lo_creat(-1);
--! somebody else's large object
SELECT lo_unlink(4711);
--! overwrite somebody else's large object
SELECT lo_put(4711, 0, 'evil');
--! forge a message of the log | harden
SELECT pg_logical_emit_message(true, 'wk_ddl', '{"tag": "DROP TABLE"}');
--! switch the log
SELECT pg_switch_wal();
--! end another's session
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'postgres' AND backend_type = 'client backend';
SELECT pg_terminate_backend((SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'));
--! reload the configuration
SELECT pg_reload_conf();
--! advance a sequence
SELECT setval('gold.counter', 1);
--! prepare a transaction
BEGIN;
SELECT 1;
PREPARE TRANSACTION 'mallory';
--! statistics of a table
ANALYZE gold.secret;
--! restore statistics
SELECT pg_clear_relation_stats('gold', 'orders');
--! notify
NOTIFY wk, 'x';
--! listen
LISTEN wk;
--! an advisory lock
SELECT pg_advisory_lock(1);
--! a lock on what is not ours
LOCK TABLE gold.secret IN ACCESS EXCLUSIVE MODE;
--! writing where reading is meant
SET default_transaction_read_only = off;
DELETE FROM gold.mirror;
--! a sandbox that is no sandbox
SELECT query_to_xml('DELETE FROM gold.orders', true, true, '');
