package dev.weirkeeper.drift.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Counts;
import dev.weirkeeper.PipelineException;
import dev.weirkeeper.TableState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several hosts that share the tables of a connector. */
class LaneGroupIT {
  private static final int LANES = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final AtomicInteger runs = new AtomicInteger();
  private Cluster cluster;
  private Debezium debezium;
  private Warehouse warehouse;

  /** A table in each lane. */
  private final List<Debezium.Table> tables = new ArrayList<>();

  @BeforeEach
  void begin() throws Exception {
    cluster = new Cluster();
    debezium = new Debezium(cluster.prefix, Debezium.Schemas.YES);
    warehouse = new Warehouse();
    for (int lane = 0; lane < LANES; lane++) {
      for (int i = 0; ; i++) {
        Debezium.Table table =
            new Debezium.Table(
                "public.t" + lane + "_" + i,
                List.of(Debezium.required("id", "int32"), Debezium.col("name", "string")),
                List.of("id"));
        if (Assignment.lane(debezium.topic(table), LANES) == lane) {
          tables.add(table);
          cluster.create(debezium.topic(table));
          break;
        }
      }
    }
  }

  @AfterEach
  void end() {
    cluster.close();
  }

  private LaneGroup join(Duration silence) {
    Map<String, Object> client = new HashMap<>(cluster.client());
    client.put("max.poll.interval.ms", (int) silence.toMillis());
    client.put("heartbeat.interval.ms", 100);
    return LaneGroup.join(
        KafkaFeed.builder("shop")
            .source("shop", client)
            .topics(tables.stream().map(debezium::topic).toList())
            .idle(Duration.ofMillis(50))
            .build(),
        cluster.prefix + "-hosts",
        LANES,
        Duration.ofSeconds(10));
  }

  private void insert(int table, int id) throws Exception {
    Debezium.Table into = tables.get(table);
    cluster.send(
        debezium.topic(into),
        debezium.insert(
            into, Debezium.At.of(id, id * 10L), Debezium.row("id", id, "name", "n" + id)));
  }

  private String ids(int table) throws Exception {
    return warehouse.ask(
        "SELECT string_agg(id::text, ',' ORDER BY id) FROM "
            + tables.get(table).name().substring("public.".length()));
  }

  private static <T> void await(Callable<T> actual, T expected) throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    T last = actual.call();
    while (!expected.equals(last) && System.nanoTime() < until) {
      synchronized (LaneGroupIT.class) {
        LaneGroupIT.class.wait(20);
      }
      last = actual.call();
    }
    assertThat(last).isEqualTo(expected);
  }

  /** A host that runs whatever lanes it is given, until it is closed. */
  private final class Member implements AutoCloseable {
    final LaneGroup group = join(Duration.ofMinutes(5));
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean stopping;

    Member() {
      start(group::run);
      for (Lane lane : group.lanes()) {
        start(() -> serve(lane));
      }
    }

    private interface Work {
      void run() throws Exception;
    }

    private void start(Work work) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  work.run();
                } catch (Throwable e) {
                  failure.compareAndSet(null, e);
                }
              });
      threads.add(thread);
      thread.start();
    }

    private void serve(Lane lane) throws Exception {
      while (!stopping) {
        if (!lane.await(Duration.ofMillis(50))) {
          continue;
        }
        try (Host host =
            new Host(lane.feed(), warehouse, folder.resolve("run" + runs.incrementAndGet()))) {
          Throwable why = host.failure();
          assertThat(why).isInstanceOf(LaneMovedException.class);
        }
      }
    }

    int owned() {
      return (int) group.lanes().stream().filter(Lane::isOwned).count();
    }

    @Override
    public void close() {
      stopping = true;
      group.stop();
      Threads.join(threads.get(0));
      group.close();
      for (Thread thread : threads) {
        Threads.join(thread);
      }
      assertThat(failure.get()).isNull();
    }
  }

  @Test
  void invariant_6_lanes_move_between_hosts_and_no_row_is_lost_or_doubled() throws Exception {
    insert(0, 1);
    insert(1, 1);
    try (Member second = new Member()) {
      try (Member first = new Member()) {
        await(first::owned, 1);
        await(second::owned, 1);
        insert(0, 2);
        insert(1, 2);
        await(() -> ids(0), "1,2");
        await(() -> ids(1), "1,2");
      }
      await(second::owned, 2);
      insert(0, 3);
      insert(1, 3);
      await(() -> ids(0), "1,2,3");
      await(() -> ids(1), "1,2,3");
    }
    for (int lane = 0; lane < LANES; lane++) {
      try (var target = warehouse.target()) {
        assertThat(target.ledger("shop-lane-" + lane))
            .containsEntry(new Asset("shop", tables.get(lane).name()), Counts.of(3, 0, 0));
      }
    }
  }

  @Test
  void invariant_6_a_host_that_lost_its_lane_while_it_stood_still_cannot_commit() throws Exception {
    insert(0, 1);
    AtomicReference<BlockedTarget> target = new AtomicReference<>();
    LaneGroup still = join(Duration.ofMillis(1500));
    Lane its = still.lanes().get(0);
    while (!its.isOwned()) {
      still.poll(Duration.ofMillis(50));
    }
    try (Host host =
        new Host(
            its.feed(),
            warehouse,
            folder.resolve("still"),
            opened -> {
              target.set(new BlockedTarget(opened));
              return target.get();
            })) {
      Asset asset = new Asset("shop", tables.get(0).name());
      await(
          () -> {
            still.poll(Duration.ofMillis(20));
            return host.mode(asset);
          },
          TableState.Mode.LIVE);
      target.get().arm();
      insert(0, 2);
      target.get().reached.await();

      // It does not poll any more, so the group takes it for dead.
      try (Member other = new Member()) {
        await(() -> ids(0), "1,2");
        await(other::owned, 2);

        target.get().go.countDown();

        assertThat(host.failure())
            .isInstanceOf(PipelineException.class)
            .hasMessageContaining("Another host writes this feed");
        insert(0, 3);
        await(() -> ids(0), "1,2,3");
      }
    } finally {
      target.get().go.countDown();
      still.close();
    }
    try (var after = warehouse.target()) {
      assertThat(after.ledger("shop-lane-0"))
          .containsEntry(new Asset("shop", tables.get(0).name()), Counts.of(3, 0, 0));
    }
  }
}
