-- What is attacked: tables in our care, and others beside them.
CREATE SCHEMA gold;
CREATE SCHEMA weirkeeper;
CREATE TYPE gold.mood AS ENUM ('sad', 'ok');
CREATE TYPE public.colour AS ENUM ('red');
CREATE FUNCTION public.sprung(v int) RETURNS boolean LANGUAGE plpgsql AS
  'BEGIN RAISE EXCEPTION ''a function of others ran as %'', current_user; END';
CREATE DOMAIN gold.trap AS int CHECK (public.sprung(VALUE));
CREATE TABLE gold.orders (id int PRIMARY KEY, amount numeric(10,2) NOT NULL, note varchar(5), mood gold.mood, n int2);
INSERT INTO gold.orders SELECT i, 12345678.91 - i * 0.01, 'abc', 'sad', i FROM generate_series(1, 10) i;
CREATE TABLE gold.events (id int NOT NULL, n int NOT NULL, c public.colour) PARTITION BY RANGE (id);
CREATE TABLE gold.events_1 PARTITION OF gold.events FOR VALUES FROM (0) TO (10);
CREATE TABLE gold.events_2 PARTITION OF gold.events FOR VALUES FROM (10) TO (20);
INSERT INTO gold.events SELECT i, i, 'red' FROM generate_series(0, 19) i;
CREATE TABLE gold.lines (order_id int REFERENCES gold.orders, pos serial PRIMARY KEY);
INSERT INTO gold.lines SELECT i FROM generate_series(1, 5) i;
CREATE TABLE gold.secret (id int PRIMARY KEY, salary int);
INSERT INTO gold.secret VALUES (1, 100);
CREATE VIEW gold.totals AS SELECT id, mood FROM gold.orders;
GRANT SELECT ON gold.totals TO PUBLIC;
CREATE SEQUENCE gold.counter START 42;
CREATE TABLE weirkeeper.ledger (id int);
INSERT INTO weirkeeper.ledger VALUES (1);
SELECT lo_from_bytea(4711, 'precious');

SELECT wk.allow_schema('gold');
SELECT wk.adopt('gold.orders'), wk.adopt('gold.events'), wk.adopt('gold.lines');
SELECT wk.set_limits('gold.orders', 100, 3), wk.set_limits('gold.events', 100, 3), wk.set_limits('gold.lines', 100, 0);
SELECT wk.set_limits_at_first(100, 0);
