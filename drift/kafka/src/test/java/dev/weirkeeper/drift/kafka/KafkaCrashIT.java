package dev.weirkeeper.drift.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.Asset;
import dev.weirkeeper.TableState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a host that reads topics while a connector writes, which crashes itself now and then.
 * {@code -Dkills=20} for more than the usual 2.
 */
class KafkaCrashIT {
  private static final int KILLS = Integer.getInteger("kills", 2);
  private static final long SEED = Long.getLong("seed", 20261130L);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final Warehouse warehouse = new Warehouse();

  KafkaCrashIT() throws Exception {}

  @Test
  void invariant_6_rows_are_conserved_across_kill_9_and_crashes_of_the_connector()
      throws Exception {
    Random random = new Random(SEED);
    try (Cluster cluster = new Cluster()) {
      Connector connector = new Connector(cluster, random);
      for (int kill = 0; kill < KILLS; kill++) {
        try (Killed host = new Killed(cluster, connector)) {
          host.awaitReady();
          long batches = batches() + 1 + random.nextInt(8);
          while (batches() < batches) {
            host.requireAlive();
            connector.transaction();
          }
        }
      }
      connector.transaction();
      try (Host host =
          new Host(
              CrashHost.feed(cluster.client(), connector.boundaries, connector.topics()),
              warehouse,
              folder)) {
        for (Debezium.Table table : connector.tables) {
          host.await(() -> host.mode(new Asset("shop", table.name())), TableState.Mode.LIVE);
          host.await(
              () ->
                  warehouse.ask(
                      "SELECT string_agg(id || '=' || name, ' ' ORDER BY id) FROM " + table.name()),
              connector.content(table));
        }
        host.await(
            () -> warehouse.ask("SELECT sum(n_in) FROM weirkeeper.ledger WHERE origin = 'STREAM'"),
            Long.toString(connector.events));
      }
      System.out.println(
          "kafka crash: seed " + SEED + ", " + KILLS + " kills, " + connector.said());
    }
  }

  private long batches() throws Exception {
    String count = warehouse.ask("SELECT count(*) FROM weirkeeper.ledger WHERE origin = 'STREAM'");
    return Long.parseLong(count);
  }

  /** Writes transactions over two tables, and knows what they come to. */
  private static final class Connector {
    final List<Debezium.Table> tables = List.of(table("public.crash_a"), table("public.crash_b"));
    final String boundaries;
    private final Cluster cluster;
    private final Debezium debezium;
    private final Random random;
    private final Map<Debezium.Table, TreeMap<Integer, String>> rows = new HashMap<>();

    /** What was sent last, newest first, as what is sent again after a crash. */
    private final Deque<List<Step>> sent = new ArrayDeque<>();

    private long transactions = 10;
    private long crashes;
    long events;

    private record Step(String topic, Debezium.Sent record) {}

    Connector(Cluster cluster, Random random) throws Exception {
      this.cluster = cluster;
      this.random = random;
      this.debezium = new Debezium(cluster.prefix, Debezium.Schemas.YES);
      this.boundaries = cluster.prefix + ".transaction";
      cluster.create(boundaries);
      for (Debezium.Table table : tables) {
        cluster.create(debezium.topic(table));
        cluster.send(
            debezium.topic(table),
            debezium.read(table, Debezium.At.snapshot("true"), row(0, "first")));
        rows.put(table, new TreeMap<>(Map.of(0, "first")));
      }
    }

    private static Debezium.Table table(String name) {
      return new Debezium.Table(
          name,
          List.of(Debezium.required("id", "int32"), Debezium.col("name", "string")),
          List.of("id"));
    }

    private static ObjectNode row(int id, String name) {
      return Debezium.row("id", id, "name", name);
    }

    String[] topics() {
      return tables.stream().map(debezium::topic).toArray(String[]::new);
    }

    String content(Debezium.Table table) {
      return rows.get(table).entrySet().stream()
          .map(row -> row.getKey() + "=" + row.getValue())
          .collect(Collectors.joining(" "));
    }

    String said() {
      return events + " events, " + transactions + " transactions, " + crashes + " sent again";
    }

    void transaction() throws Exception {
      long id = ++transactions;
      long lsn = id * 100;
      List<Step> steps = new ArrayList<>();
      Map<String, Integer> counts = new HashMap<>();
      int size = 1 + random.nextInt(5);
      for (int place = 1; place <= size; place++) {
        Debezium.Table table = tables.get(random.nextInt(tables.size()));
        counts.merge(table.name(), 1, Integer::sum);
        Debezium.At at = Debezium.At.of(id, lsn + place).at(place);
        steps.add(new Step(debezium.topic(table), change(table, at, "t" + id + "p" + place)));
      }
      events += size;
      // Between partitions there is no order: the END may be there before the last event.
      steps.add(
          steps.size() - random.nextInt(2), new Step(boundaries, debezium.end(id, lsn, counts)));
      steps.add(0, new Step(boundaries, debezium.begin(id, lsn)));
      send(steps);
      sent.addFirst(steps);
      if (random.nextInt(6) == 0) {
        crash();
      }
    }

    private Debezium.Sent change(Debezium.Table table, Debezium.At at, String name) {
      TreeMap<Integer, String> known = rows.get(table);
      int key = random.nextInt(20);
      if (!known.containsKey(key)) {
        known.put(key, name);
        return debezium.insert(table, at, row(key, name));
      } else if (random.nextInt(3) == 0) {
        known.remove(key);
        return debezium.delete(table, at, Debezium.row("id", key));
      }
      known.put(key, name);
      return debezium.update(table, at, null, row(key, name));
    }

    /** Goes on at an older place, as it does when its offsets were not stored. */
    private void crash() throws Exception {
      List<List<Step>> again = new ArrayList<>();
      for (List<Step> steps : sent) {
        if (again.size() == 3) {
          break;
        }
        again.add(0, steps);
      }
      for (List<Step> steps : again) {
        send(steps);
      }
      crashes += again.size();
    }

    private void send(List<Step> steps) throws Exception {
      for (Step step : steps) {
        cluster.send(step.topic(), step.record());
      }
    }
  }

  /** A host in a process of its own. Closing it is kill -9. */
  private final class Killed implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;
    private final Path log = folder.resolve("host.log");

    Killed(Cluster cluster, Connector connector) throws IOException {
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CrashHost.class.getName(),
                  String.valueOf(cluster.client().get("bootstrap.servers")),
                  warehouse.url(),
                  folder.toString(),
                  connector.boundaries));
      command.addAll(List.of(connector.topics()));
      process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Until the tables flow: what is written from now on is told by the stream. */
    void awaitReady() throws Exception {
      assertThat(output.readLine()).as("what the host says first").isEqualTo("READY");
      long until = System.nanoTime() + PATIENCE.toNanos();
      while (!warehouse
          .ask("SELECT count(*) FROM weirkeeper.table_state WHERE mode = 'LIVE'")
          .equals("2")) {
        requireAlive();
        assertThat(System.nanoTime()).as("the tables flow").isLessThan(until);
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }

    void requireAlive() throws IOException {
      if (!process.isAlive()) {
        throw new AssertionError("The host ended by itself: " + Files.readString(log));
      }
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      process.onExit().join();
      output.close();
    }
  }
}
