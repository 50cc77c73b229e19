package dev.weirkeeper.examples.bench;

import dev.weirkeeper.PipelineEvent;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How long after its commit at the source a row is durable at the target. */
final class Latency {
  private static final int COMMITS = 3000;
  private static final long PACE = TimeUnit.MILLISECONDS.toNanos(3);

  private Latency() {}

  static void measure(LocalPostgres server, PrintStream out) throws Exception {
    String id = "lat";
    String table = "orders_lat";
    Bed.createTable(server, Bed.SOURCE, table);
    List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
    try (GovernedStream stream =
        Bed.stream(
            server,
            id,
            table,
            event -> {
              if (event instanceof PipelineEvent.Committed committed
                  && committed.origin() == Transaction.Origin.STREAM
                  && !committed.counts().isEmpty()) {
                nanos.add(
                    Duration.between(committed.sourceCommit(), committed.durable()).toNanos());
              }
            })) {
      Bed.awaitLive(stream, id, table);
      try (Connection connection = server.connect(Bed.SOURCE);
          Statement statement = connection.createStatement()) {
        for (int key = 1; key <= 2 * COMMITS; key++) {
          if (key == COMMITS) {
            stream.awaitPosition(Bed.position(server));
            nanos.clear();
          }
          statement.execute("INSERT INTO " + table + " " + Bed.rows(key, key));
          LockSupport.parkNanos(PACE);
        }
      }
      stream.awaitPosition(Bed.position(server));
    }
    List<Long> sorted = new ArrayList<>(nanos);
    Collections.sort(sorted);
    out.printf(
        Locale.ROOT,
        "commit at source to commit at target, %d paced commits: p50 %.2f ms (aim 3), p99 %.2f ms,"
            + " max %.2f ms%n",
        sorted.size(),
        sorted.get(sorted.size() / 2) / 1e6,
        sorted.get((int) (sorted.size() * 0.99)) / 1e6,
        sorted.get(sorted.size() - 1) / 1e6);
  }
}
