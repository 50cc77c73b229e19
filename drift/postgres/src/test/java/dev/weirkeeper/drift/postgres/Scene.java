package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A database of its own on a shared server, an application's connection, and a feed over it. */
final class Scene implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();
  static final Duration PATIENCE = Duration.ofSeconds(30);

  final LocalPostgres server;
  final String database = "feed_" + COUNT.incrementAndGet();
  final Connection app;
  final Replica replica = new Replica();
  final Map<String, Relation> known = new HashMap<>();
  private final List<Feed.Stream> streams = new ArrayList<>();

  Scene(LocalPostgres server) throws SQLException {
    this.server = server;
    server.createDatabase(database);
    app = server.connect(database);
  }

  PostgresFeed.Builder builder(String... tables) {
    return PostgresFeed.builder("f-" + database.replace('_', '-'))
        .source("shop", server.url(database), new Properties())
        .heartbeat(Duration.ZERO)
        .slotPatience(Duration.ofSeconds(20))
        .tables(Arrays.asList(tables));
  }

  String slot() {
    return "wk_f_" + database;
  }

  void run(String... statements) throws SQLException {
    try (Statement statement = app.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Runs statements as one transaction. */
  void transaction(String... statements) throws SQLException {
    app.setAutoCommit(false);
    run(statements);
    app.commit();
    app.setAutoCommit(true);
  }

  void trigger() throws SQLException {
    DdlTrigger.install(app);
  }

  Feed.Stream open(String... tables) throws Exception {
    return open(builder(tables), builder -> {});
  }

  Feed.Stream open(PostgresFeed.Builder builder, Consumer<PostgresFeed.Builder> more)
      throws Exception {
    more.accept(builder);
    Feed.Stream stream = builder.build().open(replica.position, known);
    streams.add(stream);
    for (Relation relation : stream.relations()) {
      known.putIfAbsent(relation.id(), relation);
      replica.relations.putIfAbsent(relation.id(), relation);
    }
    return stream;
  }

  /** The next transaction, not yet applied; fails when none comes. */
  static Transaction next(Feed.Stream stream) throws Exception {
    return stream.next(PATIENCE).orElseThrow(() -> new AssertionError("No transaction came"));
  }

  /** Applies transactions until one fulfils the condition; that one is applied too. */
  void until(Feed.Stream stream, Predicate<Transaction> last) throws Exception {
    while (true) {
      Transaction transaction = next(stream);
      boolean enough = last.test(transaction);
      apply(transaction);
      if (enough) {
        return;
      }
    }
  }

  void apply(Transaction transaction) throws Exception {
    transaction
        .schemaChanges()
        .forEach(change -> change.after().ifPresent(after -> known.put(after.id(), after)));
    replica.apply(transaction);
  }

  /** Applies everything that the application has committed so far. */
  void catchUp(Feed.Stream stream) throws Exception {
    run("SELECT pg_logical_emit_message(true, 'wk.heartbeat', '" + slot() + "')");
    until(
        stream,
        transaction ->
            transaction.origin() == Transaction.Origin.STREAM
                && transaction.rows().isEmpty()
                && transaction.truncated().isEmpty()
                && transaction.schemaChanges().isEmpty());
  }

  void load(Feed.Stream stream, String... tables) throws Exception {
    for (String table : tables) {
      Load from =
          Optional.ofNullable(replica.loads.get(table))
              .orElse(Load.begin(new Asset("shop", table)));
      if (!from.finished()) {
        stream.load(from);
      }
    }
    for (String table : tables) {
      while (replica.loads.get(table) == null || !replica.loads.get(table).finished()) {
        apply(next(stream));
      }
    }
  }

  Relation relation(String table) {
    return replica.relations.values().stream()
        .filter(relation -> relation.asset().name().equals(table))
        .findFirst()
        .orElseThrow();
  }

  List<Map<String, String>> target(String table) {
    return replica.target(relation(table));
  }

  /** Compares the target of a table with its source, row by row, and tells only what differs. */
  void assertEqual(String table) throws SQLException {
    List<Map<String, String>> source = Replica.source(app, table);
    List<Map<String, String>> missing = new ArrayList<>(source);
    List<Map<String, String>> wrong = new ArrayList<>(target(table));
    for (Map<String, String> row : source) {
      if (wrong.remove(row)) {
        missing.remove(row);
      }
    }
    assertThat(wrong).as("rows that the target has beside those of the source").isEmpty();
    assertThat(missing).as("rows that the target lacks").isEmpty();
  }

  Position position() {
    return replica.position.orElseThrow();
  }

  @Override
  public void close() throws SQLException, IOException {
    for (Feed.Stream stream : streams) {
      stream.close();
    }
    // A walsender lives on for a moment.
    run(
        "SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots"
            + " WHERE database = current_database() AND active",
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
            + " WHERE database = current_database() AND NOT active");
    app.close();
  }
}
