-- Takes the event trigger of ddl-trigger.sql away again.
DROP EVENT TRIGGER IF EXISTS weirkeeper_feed_end;
DROP EVENT TRIGGER IF EXISTS weirkeeper_feed_drop;
DROP FUNCTION IF EXISTS weirkeeper_feed.note_ddl();
DROP TABLE IF EXISTS weirkeeper_feed.secret;
DROP SCHEMA IF EXISTS weirkeeper_feed;
