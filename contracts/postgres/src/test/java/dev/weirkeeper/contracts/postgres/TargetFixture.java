package dev.weirkeeper.contracts.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Batch;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Relation;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import dev.weirkeeper.spi.Target;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A target database with one table, and a pipeline as thin as can be. */
final class TargetFixture implements AutoCloseable {
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static LocalPostgres server;

  static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

  final String database = "target_" + DATABASES.incrementAndGet();
  final Connection sql;
  PostgresTarget target;
  private final Map<String, TableState> states = new HashMap<>();
  private int position;
  private int openKeys = 100_000;

  TargetFixture(Relation relation, String... ddl) throws SQLException, IOException {
    server().createDatabase(database);
    sql = server().connect(database);
    PostgresTarget.install(sql);
    for (String statement : ddl) {
      execute(statement);
    }
    target = builder().open();
    set(Rows.live(relation));
  }

  static TargetFixture items() throws SQLException, IOException {
    return new TargetFixture(Rows.ITEMS_V1, Rows.ITEMS_DDL);
  }

  /** One server for all classes; it ends with the process. */
  static synchronized LocalPostgres server() throws IOException {
    if (server == null) {
      server = LocalPostgres.start();
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    try {
                      server.close();
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }));
    }
    return server;
  }

  PostgresTarget.Builder builder() throws IOException {
    return PostgresTarget.builder("warehouse", server().dataSource(database))
        .clock(CLOCK)
        .openKeys(openKeys);
  }

  void fewOpenKeysInMemory() throws IOException {
    openKeys = 2;
    reopen(builder());
  }

  void reopen(PostgresTarget.Builder builder) throws IOException {
    target.close();
    target = builder.open();
  }

  void set(TableState state) {
    states.put(state.relationId(), state);
  }

  String position() {
    return "0/" + position;
  }

  List<TableState> states() {
    return List.copyOf(states.values());
  }

  /** A stream transaction at the next position. */
  Rows.Tx next() {
    return Rows.Tx.stream("0/" + (position + 1));
  }

  Rows.Tx read(dev.weirkeeper.Load load) {
    return Rows.Tx.snapshot("0/" + (position + 1), load);
  }

  Batch batch(Transaction... transactions) {
    return Rows.batch(position(), "0/" + (position + 1), states(), transactions);
  }

  Commit write(Transaction... transactions) throws IOException {
    Commit commit = target.write(batch(transactions), rows -> {});
    if (commit instanceof Commit.Applied) {
      position++;
    }
    return commit;
  }

  Counts applied(Transaction... transactions) throws IOException {
    Commit commit = write(transactions);
    assertThat(commit).isInstanceOf(Commit.Applied.class);
    return ((Commit.Applied) commit).counts().values().stream().reduce(Counts.ZERO, Counts::plus);
  }

  /** Takes the position that the target has. */
  void sync() throws IOException {
    String text = target.resume(Rows.FEED).orElseThrow().position().text();
    position = Integer.parseInt(text.substring(2));
  }

  /** Stores a state without rows. */
  Commit change(TableState state) throws IOException {
    Commit commit =
        target.write(
            Rows.batch(position(), position(), List.of(state), Rows.nothing(), List.of(state)),
            rows -> {});
    if (commit instanceof Commit.Applied) {
      set(state);
    }
    return commit;
  }

  /** Writes transactions that waited in the target; the position stays. */
  Commit writeWaiting(Transaction waiting) throws IOException {
    return target.write(Rows.batch(position(), position(), states(), waiting), rows -> {});
  }

  Commit writeWaiting(Transaction waiting, dev.weirkeeper.spi.Judges judges) throws IOException {
    return target.write(
        Rows.batch(position(), position(), states(), judges, List.of(), waiting), rows -> {});
  }

  List<Transaction> waiting(Feed feed) throws IOException {
    try (Feed.Stream stream = feed.open(Optional.empty(), Map.of())) {
      List<Transaction> all = new ArrayList<>();
      while (true) {
        Optional<Transaction> next = stream.next(Duration.ZERO);
        if (next.isEmpty()) {
          assertThat(stream.exhausted()).isTrue();
          return all;
        }
        all.add(next.get());
      }
    } catch (FeedException e) {
      throw new AssertionError(e);
    }
  }

  Counts drain() throws IOException {
    Counts sum = Counts.ZERO;
    for (Transaction slice : waiting(target.spool(Rows.FEED, Rows.ITEMS))) {
      Commit commit = writeWaiting(slice);
      assertThat(commit).isInstanceOf(Commit.Applied.class);
      for (Counts counts : ((Commit.Applied) commit).counts().values()) {
        sum = sum.plus(counts);
      }
    }
    return sum;
  }

  List<Transaction> quarantine() throws IOException {
    return waiting(
        target.quarantine(
            Rows.FEED, Rows.ITEMS, new Target.Selection(Optional.empty(), Integer.MAX_VALUE)));
  }

  void execute(String statement) throws SQLException {
    try (Statement run = sql.createStatement()) {
      run.execute(statement);
    }
  }

  /** Rows of a query as text, columns joined by a bar. */
  List<String> query(String select) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement run = sql.createStatement();
        ResultSet result = run.executeQuery(select)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          cells.add(result.getString(i));
        }
        rows.add(
            cells.stream().map(String::valueOf).collect(java.util.stream.Collectors.joining("|")));
      }
    }
    return rows;
  }

  List<String> table() throws SQLException {
    return query("SELECT * FROM public.items ORDER BY 1");
  }

  /** Entries by status, in order. */
  List<String> entries() throws SQLException {
    return query("SELECT status, key[1], operation FROM weirkeeper.quarantine ORDER BY id");
  }

  @Override
  public void close() throws SQLException, IOException {
    target.close();
    sql.close();
  }
}
