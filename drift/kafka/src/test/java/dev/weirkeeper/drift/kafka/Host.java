package dev.weirkeeper.drift.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Counts;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Pipeline;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.drift.PostgresPlanner;
import dev.weirkeeper.drift.SchemaDrift;
import dev.weirkeeper.healing.PipelineTools;
import dev.weirkeeper.healing.Playbook;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.healing.postgres.PostgresTableTools;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

/** A host with a whole pipeline from topics to a PostgreSQL target, on a thread of its own. */
final class Host implements AutoCloseable {
  private static final Caller PERSON = new Caller("host:test", Caller.Kind.HOST);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Target target;
  private final JsonLinesSink sink;
  private final Toolbox door;
  final Pipeline pipeline;
  private final Thread thread;
  private volatile Throwable failure;

  Host(Feed feed, Warehouse warehouse, Path folder) throws Exception {
    this(feed, warehouse, folder, UnaryOperator.identity());
  }

  /**
   * @param around wraps the target
   */
  Host(Feed feed, Warehouse warehouse, Path folder, UnaryOperator<Target> around) throws Exception {
    Clock clock = Clock.systemUTC();
    target = around.apply(warehouse.target());
    sink = JsonLinesSink.open(folder.resolve("audit"), clock);
    Journal journal = new Journal(sink, clock);
    Mailbox mailbox = new Mailbox(clock);
    door =
        Toolbox.builder()
            .journal(journal)
            .clock(clock)
            .tools(
                PostgresTableTools.builder("warehouse", warehouse.as(PostgresBoundary.Login.CHANGE))
                    .build())
            .tools(new PipelineTools("shop", mailbox))
            .memory(DoorMemory.in(folder.resolve("door")))
            .limit(Effect.WRITE)
            .grant("pipeline", Effect.WRITE)
            .grant(PERSON.principal(), Effect.WRITE)
            .build();
    pipeline =
        Pipeline.builder()
            .feed(feed)
            .target(target)
            .judges(Contracts.none())
            .detector(new SchemaDrift())
            .planner(new PostgresPlanner("warehouse"))
            .policy(new Playbook())
            .autonomy(Autonomy.HEAL)
            .toolbox(door)
            .mailbox(mailbox)
            .journal(journal)
            .clock(clock)
            .build();
    thread = new Thread(this::run, "pipeline of " + feed.id());
    thread.start();
  }

  private void run() {
    try {
      pipeline.run();
    } catch (Throwable e) {
      failure = e;
    }
  }

  Outcome call(String tool, Record input, Asset on) {
    return door.perform(PERSON, new Action(tool, Json.of(input), on), List.of());
  }

  /** Waits until something is as expected. */
  <T> void await(Callable<T> actual, T expected) throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    T last = actual.call();
    while (!expected.equals(last) && System.nanoTime() < until && failure == null) {
      synchronized (this) {
        wait(20);
      }
      last = actual.call();
    }
    if (failure != null && !expected.equals(last)) {
      throw new AssertionError("The pipeline ended while waiting for " + expected, failure);
    }
    assertThat(last).isEqualTo(expected);
  }

  TableState.Mode mode(Asset asset) {
    TableState state = pipeline.tables().get(asset);
    return state == null ? TableState.Mode.RESYNC_NEEDED : state.mode();
  }

  Map<Asset, Counts> ledger(String feed) throws Exception {
    return target.ledger(feed);
  }

  /** Why the pipeline ended by itself, waiting for it. */
  Throwable failure() throws InterruptedException {
    thread.join(PATIENCE.toMillis());
    return failure;
  }

  @Override
  public void close() throws IOException {
    pipeline.stop();
    Threads.join(thread);
    target.close();
    sink.close();
  }
}
