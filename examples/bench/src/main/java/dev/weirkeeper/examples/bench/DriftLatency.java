package dev.weirkeeper.examples.bench;

import dev.weirkeeper.Facet;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.drift.SchemaDrift;
import dev.weirkeeper.drift.postgres.DdlTrigger;
import dev.weirkeeper.drift.postgres.PostgresFeed;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/**
 * From the call of COMMIT to the finding that a column was renamed, beside the least that anything
 * on this log could take: a reader of raw pgoutput that waits for the same table's Relation message
 * and its Commit. Both read the same transactions, a rename and a row each; while one is measured,
 * the other one waits and catches up afterwards.
 */
final class DriftLatency {
  private static final String DATABASE = "driftlat";
  private static final String SLOT = "raw_drift";
  private static final int COMMITS = 300;
  private static final long PACE = TimeUnit.MILLISECONDS.toNanos(3);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Columns {@code a} and {@code b} take turns. */
  private static final List<String> RENAMES =
      List.of("ALTER TABLE orders RENAME a TO b", "ALTER TABLE orders RENAME b TO a");

  /** Reads until it knows what the last commit changed. */
  @FunctionalInterface
  private interface Side {
    void await() throws Exception;
  }

  private final LocalPostgres server;
  private final List<Double> raw = new ArrayList<>();
  private final List<Double> ours = new ArrayList<>();
  private final List<Double> ratios = new ArrayList<>();
  private final List<Double> ratiosOfSlow = new ArrayList<>();

  /** Milliseconds that the detector took. */
  private final List<Double> detecting = new ArrayList<>();

  private final DriftDetector detector = new SchemaDrift();
  private int commits;

  private DriftLatency(LocalPostgres server) {
    this.server = server;
  }

  static void measure(LocalPostgres server, int rounds, PrintStream out) throws Exception {
    server.createDatabase(DATABASE);
    new DriftLatency(server).measure(rounds, out);
  }

  private void measure(int rounds, PrintStream out) throws Exception {
    try (Connection app = server.connect(DATABASE);
        Statement statement = app.createStatement()) {
      statement.execute("CREATE TABLE orders (id int PRIMARY KEY, a text, n numeric(10,2))");
      statement.execute("CREATE PUBLICATION raw_drift FOR TABLE orders");
      statement.execute("SELECT pg_create_logical_replication_slot('raw_drift', 'pgoutput')");
      DdlTrigger.install(app);
      app.setAutoCommit(false);
      PostgresFeed feed =
          PostgresFeed.builder("bench-drift")
              .source("shop", server.url(DATABASE), new Properties())
              .tables(List.of("public.orders"))
              .heartbeat(Duration.ZERO)
              .build();
      try (Connection replication = replication();
          PGReplicationStream log = stream(replication);
          Feed.Stream stream = feed.open(Optional.<Position>empty(), Map.of())) {
        Side bare = () -> untilCommit(log);
        Side found = () -> untilFinding(stream);
        // The first round warms up.
        for (int round = 0; round <= rounds; round++) {
          if (round == 1) {
            detecting.clear();
          }
          List<Double> one = block(app, statement, bare, found);
          List<Double> two = block(app, statement, found, bare);
          if (round > 0) {
            raw.addAll(one);
            ours.addAll(two);
            ratios.add(at(two, 0.5) / at(one, 0.5));
            ratiosOfSlow.add(at(two, 0.99) / at(one, 0.99));
          }
        }
      }
    }
    print(out, "raw pgoutput", raw);
    print(out, "feed and SchemaDrift", ours);
    print(out, "SchemaDrift alone", detecting);
    Bench.print(out, "p50 of feed and SchemaDrift / p50 of raw pgoutput", ratios);
    Bench.print(out, "p99 of feed and SchemaDrift / p99 of raw pgoutput", ratiosOfSlow);
  }

  /** Milliseconds of each commit for the first side; the other one follows at the end. */
  private List<Double> block(Connection app, Statement statement, Side measured, Side other)
      throws Exception {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < COMMITS; i++) {
      statement.execute(RENAMES.get(commits % RENAMES.size()));
      statement.execute("INSERT INTO orders (id) VALUES (" + commits + ")");
      commits++;
      long began = System.nanoTime();
      app.commit();
      measured.await();
      millis.add((System.nanoTime() - began) / 1e6);
      LockSupport.parkNanos(PACE);
    }
    for (int i = 0; i < COMMITS; i++) {
      other.await();
    }
    return millis;
  }

  private static void untilCommit(PGReplicationStream log) throws SQLException {
    boolean relation = false;
    while (true) {
      ByteBuffer message = log.read();
      byte kind = message.get(message.position());
      relation |= kind == 'R';
      if (kind == 'C' && relation) {
        return;
      }
    }
  }

  private void untilFinding(Feed.Stream stream) throws IOException {
    while (true) {
      try (Transaction transaction =
          stream
              .next(PATIENCE)
              .orElseThrow(() -> new IllegalStateException("No transaction came"))) {
        if (transaction.rows().isEmpty()) {
          continue;
        }
        long began = System.nanoTime();
        boolean found =
            transaction.schemaChanges().stream().anyMatch(change -> renamed(change, transaction));
        detecting.add((System.nanoTime() - began) / 1e6);
        if (found) {
          return;
        }
        throw new IllegalStateException(
            "A rename was not found in " + transaction.schemaChanges().size() + " changes");
      }
    }
  }

  private boolean renamed(SchemaChange change, Transaction transaction) {
    return detector
        .detect(
            observation(change, change.before(), transaction),
            observation(change, change.after(), transaction))
        .findings()
        .stream()
        .anyMatch(finding -> finding.kind().equals("column.renamed"));
  }

  private static Observation observation(
      SchemaChange change, Optional<Relation> relation, Transaction transaction) {
    return new Observation(
        change.asset(),
        transaction.committedAt(),
        Optional.of(transaction.position()),
        relation.stream().<Facet>map(each -> new Facet.Schema(each, change.evidence())).toList());
  }

  private Connection replication() throws SQLException {
    Properties settings = new Properties();
    PGProperty.REPLICATION.set(settings, "database");
    PGProperty.PREFER_QUERY_MODE.set(settings, "simple");
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(settings, "10");
    return DriverManager.getConnection(server.url(DATABASE), settings);
  }

  private static PGReplicationStream stream(Connection replication) throws SQLException {
    return replication
        .unwrap(PGConnection.class)
        .getReplicationAPI()
        .replicationStream()
        .logical()
        .withSlotName(SLOT)
        .withSlotOption("proto_version", 1)
        .withSlotOption("publication_names", SLOT)
        .start();
  }

  private static double at(List<Double> millis, double share) {
    List<Double> sorted = millis.stream().sorted().toList();
    return sorted.get((int) (sorted.size() * share));
  }

  private static void print(PrintStream out, String what, List<Double> millis) {
    out.printf(
        Locale.ROOT,
        "commit to finding, %s, %d commits: p50 %.3f ms, p99 %.3f ms%n",
        what,
        millis.size(),
        at(millis, 0.5),
        at(millis, 0.99));
  }
}
