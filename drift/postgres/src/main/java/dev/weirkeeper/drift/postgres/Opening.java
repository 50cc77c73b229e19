package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Position;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.Relation;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a source, makes what is missing, and opens the stream: once for each {@link Feed#open}.
 * The publications come before the slot, for the log is decoded with the catalog of its time, and a
 * publication that is younger than the slot does not exist there.
 */
final class Opening {
  private static final Logger LOG = LoggerFactory.getLogger(Opening.class);
  private static final int OLDEST_VERSION = 140_000;
  private static final int SLOT_SECONDS = 60;
  private static final String OBJECT_IN_USE = "55006";

  private final PostgresFeed.Options options;
  private final Connection connection;
  private final Catalog catalog;

  private Opening(PostgresFeed.Options options, Connection connection) {
    this.options = options;
    this.connection = connection;
    this.catalog = new Catalog(connection);
  }

  /** A table as it was found: what is published of it, and its shape. */
  record Found(long oid, boolean partitioned, Publishes publishes, Shape shape) {}

  static Feed.Stream open(
      PostgresFeed.Options options, Optional<Position> after, Map<String, Relation> known)
      throws FeedException, IOException {
    Connection connection = options.sessions().queries();
    boolean opened = false;
    try {
      Feed.Stream stream = new Opening(options, connection).stream(after, known);
      opened = true;
      return stream;
    } catch (SQLException e) {
      throw new FeedException(
          "Feed " + options.id() + " cannot be opened: " + Sessions.why(e), Redaction.withheld(e));
    } finally {
      if (!opened) {
        closeQuietly(connection);
      }
    }
  }

  private Feed.Stream stream(Optional<Position> after, Map<String, Relation> known)
      throws SQLException, FeedException, IOException {
    checkServer();
    Optional<PostgresPosition> from =
        after.isPresent() ? Optional.of(position(after.get())) : Optional.empty();
    Map<String, Found> tables = tables(known);
    Connection replication = options.sessions().replication();
    boolean opened = false;
    try {
      List<String> system = identify(replication);
      PostgresPosition here = new PostgresPosition(system.get(0), Long.parseLong(system.get(1)), 0);
      if (from.isPresent()) {
        checkContinuation(from.get(), here);
      } else if (slot().isEmpty()) {
        publish(tables, Set.of());
        tables = createSlot(replication, known);
      }
      publish(tables, from.isPresent() ? unpublished(tables, known) : Set.of());
      PostgresPosition start =
          from.orElse(here.at(PostgresPosition.lsn(slot().orElseThrow().confirmed())));
      PGReplicationStream log = start(replication, start);
      PostgresStream stream =
          new PostgresStream(
              options, connection, replication, log, start, history(tables.values(), known));
      opened = true;
      return stream;
    } finally {
      if (!opened) {
        closeQuietly(replication);
      }
    }
  }

  // ---- checks

  private void checkServer() throws SQLException, FeedException {
    List<String> server =
        catalog
            .row(
                "SELECT current_setting('server_version_num'), current_setting('server_version'),"
                    + " current_setting('wal_level'), pg_is_in_recovery()::text,"
                    + " (SELECT rolsuper OR rolreplication FROM pg_roles"
                    + " WHERE rolname = current_user)::text,"
                    + " coalesce((SELECT pg_has_role(current_user, oid, 'USAGE') FROM pg_roles"
                    + " WHERE rolname = 'rds_replication'), false)::text, current_user")
            .orElseThrow();
    if (Integer.parseInt(server.get(0)) < OLDEST_VERSION) {
      throw new FeedException(
          "The source is PostgreSQL "
              + server.get(1)
              + ", whose log cannot carry messages; the feed needs version 14 or newer");
    }
    if (server.get(3).equals("true")) {
      throw new FeedException(
          "The source is a standby: watermarks and heartbeats cannot be written there. Connect the"
              + " feed to the primary");
    }
    if (!server.get(2).equals("logical")) {
      throw new FeedException(
          "The source has wal_level = "
              + server.get(2)
              + ", so its log does not tell rows. A"
              + " person must set wal_level = logical and restart the server");
    }
    if (!server.get(4).equals("true") && !server.get(5).equals("true")) {
      throw new FeedException(
          "Role "
              + server.get(6)
              + " may not read the log. A person must run: ALTER ROLE "
              + Catalog.quoted(server.get(6))
              + " REPLICATION");
    }
  }

  private PostgresPosition position(Position after) throws FeedException {
    if (!after.feed().equals(options.id())) {
      throw new FeedException(
          "The position is one of feed "
              + after.feed()
              + ", not of "
              + options.id()
              + ": nothing was read");
    }
    return PostgresPosition.parse(after);
  }

  private static List<String> identify(Connection replication) throws SQLException {
    try (Statement statement = replication.createStatement();
        ResultSet system = statement.executeQuery("IDENTIFY_SYSTEM")) {
      system.next();
      return List.of(system.getString("systemid"), system.getString("timeline"));
    }
  }

  /** Refuses unless the slot still has everything behind the position. */
  private void checkContinuation(PostgresPosition from, PostgresPosition here)
      throws SQLException, FeedException {
    String resync =
        " Nothing was read. To go on, a person must accept that changes may be lost: forget the"
            + " stored position of feed "
            + options.id()
            + ", so that the tables are loaded again";
    if (!from.system().equals(here.system())) {
      throw new FeedException(
          "The stored position is of the server with system identifier "
              + from.system()
              + ", this is "
              + here.system()
              + ": its log is not a continuation."
              + resync);
    }
    if (from.timeline() != here.timeline()) {
      throw new FeedException(
          "The server went from timeline "
              + from.timeline()
              + " to "
              + here.timeline()
              + " (a failover or a restore): its log need not hold what was read before."
              + resync);
    }
    String at = PostgresPosition.text(from.lsn());
    Slot slot =
        slot()
            .orElseThrow(
                () ->
                    new FeedException(
                        "Replication slot "
                            + options.slot()
                            + " is gone: changes after "
                            + at
                            + " are lost."
                            + resync));
    if (Long.compareUnsigned(PostgresPosition.lsn(slot.confirmed()), from.lsn()) > 0) {
      throw new FeedException(
          "Replication slot "
              + options.slot()
              + " stands at "
              + slot.confirmed()
              + ", the target at "
              + at
              + ": changes between them are lost."
              + resync);
    }
  }

  private record Slot(String confirmed) {}

  private Optional<Slot> slot() throws SQLException, FeedException {
    Optional<List<String>> row =
        catalog.row(
            "SELECT plugin, (database = current_database())::text, wal_status,"
                + " confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = ?",
            options.slot());
    if (row.isEmpty()) {
      return Optional.empty();
    }
    List<String> slot = row.get();
    if (!slot.get(0).equals("pgoutput") || !slot.get(1).equals("true")) {
      throw new FeedException(
          "Replication slot "
              + options.slot()
              + " is of another database or another plugin; give"
              + " the feed another slot name");
    }
    if (slot.get(2).equals("lost") || slot.get(3).isEmpty()) {
      throw new FeedException(
          "Replication slot "
              + options.slot()
              + " is lost: the source removed log that it still"
              + " needed. A person must drop it (SELECT pg_drop_replication_slot("
              + Catalog.literal(options.slot())
              + ")) and forget the stored position of the feed, so that the tables are loaded"
              + " again");
    }
    return Optional.of(new Slot(slot.get(3)));
  }

  // ---- tables

  private Map<String, Found> tables(Map<String, Relation> known)
      throws SQLException, FeedException {
    Map<String, Found> tables = new TreeMap<>();
    for (String name : options.tables()) {
      tables.put(name, table(name, known));
    }
    return tables;
  }

  private Found table(String name, Map<String, Relation> known) throws SQLException, FeedException {
    List<String> row =
        catalog
            .row(
                "SELECT c.oid, c.relkind, c.relispartition::text, c.relpersistence,"
                    + " (has_schema_privilege(n.oid, 'USAGE')"
                    + " AND has_table_privilege(c.oid, 'SELECT'))::text,"
                    + " row_security_active(c.oid)::text,"
                    + " pg_partition_root(c.oid)::regclass::text"
                    + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE n.nspname || '.' || c.relname = ?",
                name)
            .orElseThrow(() -> new FeedException(missing(name, known)));
    if (!row.get(1).equals("r") && !row.get(1).equals("p")) {
      throw new FeedException(name + " is no table: only tables have rows in the log");
    }
    if (row.get(2).equals("true")) {
      throw new FeedException(
          name
              + " is a partition of "
              + row.get(6)
              + ": its rows are published under the root."
              + " Give the feed the root instead");
    }
    if (!row.get(3).equals("p")) {
      throw new FeedException(
          name + " is unlogged or temporary: its rows are not in the log. Leave it out");
    }
    if (!row.get(4).equals("true")) {
      throw new FeedException(
          "The feed's role may not read "
              + name
              + ". A person must grant it USAGE on the schema"
              + " and SELECT on the table");
    }
    if (row.get(5).equals("true")) {
      throw new FeedException(
          "Row security hides rows of "
              + name
              + " from the feed's role: a snapshot of it would be"
              + " incomplete. A person must grant the role BYPASSRLS");
    }
    long oid = Long.parseLong(row.get(0));
    Shape shape = catalog.relation(oid).orElseThrow(() -> new FeedException(missing(name, known)));
    return new Found(oid, row.get(1).equals("p"), publishes(name, shape), shape);
  }

  private static String missing(String name, Map<String, Relation> known) {
    String renamed =
        known.values().stream().anyMatch(relation -> relation.asset().name().equals(name))
            ? " It was read before, so it has been renamed or dropped since."
            : "";
    return "There is no table "
        + name
        + " in the source database."
        + renamed
        + " Tables are named with their schema, public.orders, in the case that the catalog has";
  }

  private Publishes publishes(String name, Shape shape) throws FeedException {
    if (options.insertOnly().contains(name)) {
      return Publishes.INSERTS;
    }
    if (!shape.key().isEmpty()) {
      return Publishes.ALL;
    }
    if (shape.identity().equals("f")) {
      throw new FeedException(
          name
              + " has replica identity FULL and no unique key on NOT NULL columns: two equal rows"
              + " could not be told apart. Give it a primary key, or, if rows are only ever"
              + " inserted, name it in insertOnly(…)");
    }
    return Publishes.INSERTS;
  }

  private SchemaHistory history(Iterable<Found> tables, Map<String, Relation> known)
      throws SQLException {
    SchemaHistory history =
        new SchemaHistory(
            options.system(), catalog, DdlTrigger.state(catalog), DdlTrigger.seal(catalog));
    for (Found found : tables) {
      Relation relation = known.get(found.shape().id());
      if (relation == null) {
        relation = found.shape().relation(options.system(), found.publishes());
      }
      Table table = new Table((int) found.oid(), found.publishes(), relation);
      table.lookedAt(found.shape());
      history.follow(table);
    }
    return history;
  }

  // ---- publications and slot

  /**
   * Tables that were read before and are out of the publications now. Nobody knows since when, so
   * they stay out: published again, they would look as if nothing were lost. Loading such a table
   * anew publishes it.
   */
  private Set<String> unpublished(Map<String, Found> tables, Map<String, Relation> known)
      throws SQLException {
    Set<String> lost = new HashSet<>();
    tables.values().stream()
        .map(found -> found.shape().id())
        .filter(known::containsKey)
        .forEach(lost::add);
    for (Publishes what : Publishes.values()) {
      catalog
          .rows(
              "SELECT r.prrelid::bigint::text FROM pg_publication_rel r"
                  + " JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname = ?",
              options.publicationOf(what))
          .forEach(row -> lost.remove(row.get(0)));
    }
    return lost;
  }

  private void publish(Map<String, Found> tables, Set<String> except)
      throws SQLException, FeedException {
    publish(options.publicationOf(Publishes.ALL), Publishes.ALL, tables, except);
    publish(options.publicationOf(Publishes.INSERTS), Publishes.INSERTS, tables, except);
  }

  private void publish(
      String publication, Publishes what, Map<String, Found> tables, Set<String> except)
      throws SQLException, FeedException {
    List<Found> wanted =
        tables.values().stream()
            .filter(found -> found.publishes() == what && !except.contains(found.shape().id()))
            .toList();
    Optional<List<String>> existing =
        catalog.row(
            "SELECT oid, (pubinsert AND pubtruncate AND pubviaroot AND NOT puballtables"
                + " AND pubupdate = ? AND pubdelete = ?)::text"
                + " FROM pg_publication WHERE pubname = ?",
            what == Publishes.ALL,
            what == Publishes.ALL,
            publication);
    List<String> statements = new ArrayList<>();
    if (existing.isEmpty()) {
      statements.add(
          "CREATE PUBLICATION "
              + Catalog.quoted(publication)
              + (wanted.isEmpty() ? "" : " FOR TABLE " + list(wanted))
              + " WITH (publish = '"
              + (what == Publishes.ALL ? "insert, update, delete, truncate" : "insert, truncate")
              + "', publish_via_partition_root = true)");
    } else {
      if (!existing.get().get(1).equals("true")) {
        throw new FeedException(
            "Publication "
                + publication
                + " is not as the feed needs it (operations"
                + (what == Publishes.ALL ? " all" : " insert and truncate")
                + ", publish_via_partition_root, a list of tables). Let the feed make it: give it"
                + " another publication name");
      }
      statements.addAll(alterations(publication, existing.get().get(0), wanted));
    }
    for (String statement : statements) {
      try {
        catalog.execute(statement);
      } catch (SQLException e) {
        throw new FeedException(
            "The publication cannot be made ("
                + Sessions.why(e)
                + "). A person who owns the tables must run: "
                + statement);
      }
    }
  }

  private List<String> alterations(String publication, String oid, List<Found> wanted)
      throws SQLException, FeedException {
    Map<String, List<String>> published = new LinkedHashMap<>();
    for (List<String> row :
        catalog.rows(
            "SELECT r.prrelid::text, n.nspname, c.relname,"
                // PostgreSQL 14 has neither.
                + " (to_jsonb(r) ->> 'prqual' IS NOT NULL"
                + " OR to_jsonb(r) ->> 'prattrs' IS NOT NULL)::text"
                + " FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.prpubid = ?::oid",
            Long.parseLong(oid))) {
      if (row.get(3).equals("true")) {
        throw new FeedException(
            "Publication "
                + publication
                + " filters rows or columns of "
                + row.get(1)
                + "."
                + row.get(2)
                + ": the target would not equal the table. Take the filter away");
      }
      published.put(row.get(0), row);
    }
    List<String> statements = new ArrayList<>();
    List<Found> added =
        wanted.stream().filter(found -> published.remove(found.shape().id()) == null).toList();
    if (!published.isEmpty()) {
      statements.add(
          "ALTER PUBLICATION "
              + Catalog.quoted(publication)
              + " DROP TABLE "
              + published.values().stream()
                  .map(row -> Catalog.quoted(row.get(1)) + "." + Catalog.quoted(row.get(2)))
                  .collect(Collectors.joining(", ")));
    }
    if (!added.isEmpty()) {
      statements.add(
          "ALTER PUBLICATION " + Catalog.quoted(publication) + " ADD TABLE " + list(added));
    }
    return statements;
  }

  private static String list(List<Found> tables) {
    return tables.stream()
        .map(
            found ->
                (found.partitioned() ? "" : "ONLY ")
                    + Catalog.quoted(found.shape().schema())
                    + "."
                    + Catalog.quoted(found.shape().name()))
        .collect(Collectors.joining(", "));
  }

  /** Makes the slot and returns the tables exactly as they are where it begins. */
  private Map<String, Found> createSlot(Connection replication, Map<String, Relation> known)
      throws SQLException, FeedException {
    try (Statement statement = replication.createStatement()) {
      statement.setQueryTimeout(SLOT_SECONDS);
      String snapshot;
      try (ResultSet made =
          statement.executeQuery(
              "CREATE_REPLICATION_SLOT "
                  + Catalog.quoted(options.slot())
                  + " LOGICAL pgoutput EXPORT_SNAPSHOT")) {
        made.next();
        snapshot = made.getString("snapshot_name");
      } catch (SQLException e) {
        throw new FeedException(
            "Replication slot "
                + options.slot()
                + " cannot be made ("
                + Sessions.why(e)
                + "). It has to wait for every transaction that runs and writes: end those, and"
                + " see that max_replication_slots is not used up");
      }
      connection.setAutoCommit(false);
      try {
        catalog.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        catalog.execute("SET TRANSACTION SNAPSHOT " + Catalog.literal(snapshot));
        return tables(known);
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
  }

  private PGReplicationStream start(Connection replication, PostgresPosition from)
      throws SQLException, FeedException {
    long deadline = System.nanoTime() + options.slotPatience().toNanos();
    while (true) {
      try {
        return replication
            .unwrap(PGConnection.class)
            .getReplicationAPI()
            .replicationStream()
            .logical()
            .withSlotName(options.slot())
            .withStartPosition(LogSequenceNumber.valueOf(from.lsn()))
            .withStatusInterval(1, TimeUnit.SECONDS)
            // The driver would confirm what no target has stored.
            .withAutomaticFlush(false)
            .withSlotOption("proto_version", "1")
            .withSlotOption("messages", "true")
            .withSlotOption(
                "publication_names",
                Catalog.quoted(options.publication())
                    + ","
                    + Catalog.quoted(options.publication() + "_ins"))
            .start();
      } catch (SQLException e) {
        if (!OBJECT_IN_USE.equals(e.getSQLState())) {
          throw e;
        }
        if (System.nanoTime() - deadline > 0) {
          throw new FeedException(
              "Another host reads replication slot "
                  + options.slot()
                  + " ("
                  + Sessions.why(e)
                  + "). Two hosts must not share a feed: stop the other one, or give this feed"
                  + " another id");
        }
        // Often our own session, which the server has not yet seen die.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
  }

  static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("A connection did not close: {}", Sessions.why(e));
    }
  }
}
