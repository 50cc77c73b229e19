package dev.weirkeeper.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Column;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Decision;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Labels;
import dev.weirkeeper.LedgerAnchored;
import dev.weirkeeper.Load;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Pipeline;
import dev.weirkeeper.PipelineEvent;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Situation;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Type;
import dev.weirkeeper.Undo;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.Violation;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.HealingPolicy;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.Planner;
import dev.weirkeeper.spi.RowJudge;
import dev.weirkeeper.spi.Target;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.testkit.TestCell;
import dev.weirkeeper.testkit.TestTransaction;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Telemetry of a real pipeline over a source and a target in memory. */
class PipelineTelemetryTest {
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Relation BEFORE = relation("id");
  private static final Relation AFTER = relation("id", "note");

  private record Named(String table) {}

  private final Recorded recorded = new Recorded();
  private final Telemetry telemetry = new Telemetry(recorded.sdk, Spans.OWN, recorded.clock);
  private final Journal journal = new Journal(recorded, recorded.clock, telemetry);
  private final Source source = new Source();
  private final Sink sink = new Sink();

  @Test
  void a_change_of_schema_is_measured_from_its_commit_at_the_source_until_it_is_followed()
      throws Exception {
    Instant committed = recorded.clock.instant();
    recorded.clock.forward(40);
    source.add(
        new Committed(
            TestTransaction.at(at("1")).insert(AFTER, List.of(TestCell.of("7"), TestCell.of("x"))),
            committed,
            List.of(
                new SchemaChange(
                    ORDERS, "1", Optional.of(BEFORE), Optional.of(AFTER), Evidence.LOGGED))));

    run();

    SpanData decision = recorded.span("weirkeeper.decision");
    assertThat(Recorded.text(decision, "weirkeeper.decision.outcome")).isEqualTo("executed");
    assertThat(Recorded.text(decision, "weirkeeper.decision.trigger")).isEqualTo("column.added");
    SpanData act = recorded.span("weirkeeper.act");
    assertThat(act.getParentSpanId()).isEqualTo(decision.getSpanId());
    assertThat(Recorded.text(act, "weirkeeper.act.effect")).isEqualTo("write");
    assertThat(recorded.seconds("weirkeeper.decision.latency", "weirkeeper.decision.outcome"))
        .containsOnly(entry("executed", 45.0));
    assertThat(recorded.seconds("weirkeeper.decision.stage.duration", "weirkeeper.decision.stage"))
        .containsOnly(
            entry("detect", 40.0),
            entry("diagnose", 0.0),
            entry("authorize", 0.0),
            entry("act", 5.0));
    assertThat(recorded.seconds("weirkeeper.lag", "weirkeeper.feed"))
        .containsOnly(entry("shop", 45.0));
    assertThat(recorded.measured().get("weirkeeper.lag").getUnit()).isEqualTo("s");
  }

  @Test
  void invariant_6_rows_are_counted_by_what_became_of_them_and_agree_with_the_ledger()
      throws Exception {
    sink.answers.add(Counts.of(5, 2, 1));
    sink.answers.add(Counts.of(3, 0, 0));
    source.add(rows("1"));
    source.add(rows("2"));

    run();

    assertThat(recorded.counts("weirkeeper.intake"))
        .containsOnly(entry("shop:public.orders stream", 11L));
    assertThat(recorded.counts("weirkeeper.rows"))
        .containsOnly(
            entry("shop:public.orders stream published", 8L),
            entry("shop:public.orders stream quarantined", 2L),
            entry("shop:public.orders stream spooled", 1L));
    assertThat(recorded.counts("weirkeeper.conservation.difference"))
        .containsOnly(entry("shop:public.orders", 0L));
    assertThat(recorded.counts("weirkeeper.tables"))
        .containsEntry("live", 1L)
        .containsEntry("paused", 0L);
    assertThat(recorded.log()).anyMatch(record -> record.kind().equals(LedgerAnchored.KIND));
  }

  @Test
  void invariant_6_a_ledger_that_says_something_else_than_its_batches_is_seen() throws Exception {
    sink.answers.add(Counts.of(5, 2, 1));
    source.add(rows("1"));
    run();

    telemetry.heard(new PipelineEvent.Started(at("1"), true));
    journal.write(
        LedgerAnchored.KIND,
        "pipeline",
        Optional.empty(),
        new LedgerAnchored(
            at("1"),
            at("2"),
            1,
            Hash.of(Json.empty()),
            Map.of("shop:public.orders", Counts.of(4, 0, 0))),
        List.of());

    assertThat(recorded.counts("weirkeeper.conservation.difference"))
        .containsOnly(entry("shop:public.orders", 4L));
  }

  @Test
  void rows_that_had_waited_are_counted_apart() {
    telemetry.heard(
        new PipelineEvent.Committed(
            Transaction.Origin.DRAIN,
            at("1"),
            1,
            Map.of(ORDERS, Counts.of(2, 1, 0)),
            recorded.clock.instant(),
            recorded.clock.instant()));

    assertThat(recorded.counts("weirkeeper.waited"))
        .containsEntry("shop:public.orders drain published", 2L)
        .containsEntry("shop:public.orders drain quarantined", 1L);
    assertThat(recorded.counts("weirkeeper.intake")).isEmpty();
    assertThat(recorded.histogram("weirkeeper.lag")).isEmpty();
  }

  private void run() throws Exception {
    Mailbox mailbox = new Mailbox(recorded.clock);
    Toolbox door =
        Toolbox.builder()
            .journal(journal)
            .clock(recorded.clock)
            .memory(DoorMemory.inProcess())
            .limit(Effect.WRITE)
            .grant("pipeline", Effect.WRITE)
            .tools(
                () ->
                    List.of(
                        Tool.write(
                            "table_follow",
                            "Follows the source.",
                            Named.class,
                            Named.class,
                            Repeat.SAFE,
                            Undo.NONE,
                            (input, call) -> {
                              recorded.clock.forward(5);
                              return new Outcome.Done(
                                  Json.of(input), Outcome.Verification.NOT_NEEDED);
                            })))
            .build();
    Pipeline pipeline =
        Pipeline.builder()
            .feed(source)
            .target(sink)
            .judges(new Lenient())
            .detector(new Additions())
            .planner(new Following())
            .policy(new Healing())
            .toolbox(door)
            .mailbox(mailbox)
            .journal(journal)
            .clock(recorded.clock)
            .autonomy(Autonomy.HEAL)
            .anchorEvery(Duration.ZERO)
            .listener(telemetry::heard)
            .build();
    telemetry.watch(door);
    telemetry.watch(pipeline);
    source.whenEmpty = pipeline::stop;
    pipeline.run();
  }

  private Committed rows(String position) {
    return new Committed(
        TestTransaction.at(at(position)).insert(BEFORE, List.of(TestCell.of("7"))),
        recorded.clock.instant(),
        List.of());
  }

  private static Position at(String text) {
    return new Position("shop", text);
  }

  private static Relation relation(String... columns) {
    List<Column> built = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      built.add(Column.of(String.valueOf(i + 1), columns[i], Type.of("text")));
    }
    return Relation.of(ORDERS, "1", new RowIdentity.Key(List.of("1")), built);
  }

  /** A transaction with a time and changes of schema. */
  private record Committed(TestTransaction rest, Instant committedAt, List<SchemaChange> changed)
      implements Transaction {
    @Override
    public String id() {
      return rest.id();
    }

    @Override
    public Origin origin() {
      return rest.origin();
    }

    @Override
    public Position position() {
      return rest.position();
    }

    @Override
    public List<SchemaChange> schemaChanges() {
      return changed;
    }

    @Override
    public Map<Relation, Long> rows() {
      return rest.rows();
    }

    @Override
    public List<Relation> truncated() {
      return rest.truncated();
    }

    @Override
    public Optional<Load> load() {
      return rest.load();
    }

    @Override
    public Changes changes() {
      return rest.changes();
    }

    @Override
    public void close() {
      rest.close();
    }
  }

  private static final class Source implements Feed, Feed.Stream {
    private final Deque<Transaction> waiting = new ArrayDeque<>();
    private Runnable whenEmpty = () -> {};

    void add(Transaction transaction) {
      waiting.add(transaction);
    }

    @Override
    public String id() {
      return "shop";
    }

    @Override
    public Stream open(Optional<Position> after, Map<String, Relation> known) {
      return this;
    }

    @Override
    public Position start() {
      return at("0");
    }

    @Override
    public List<Relation> relations() {
      return List.of();
    }

    @Override
    public Optional<Transaction> next(Duration atMost) {
      if (waiting.isEmpty()) {
        whenEmpty.run();
      }
      return Optional.ofNullable(waiting.poll());
    }

    @Override
    public boolean exhausted() {
      return false;
    }

    @Override
    public void confirm(Position durable) {}

    @Override
    public void keepAlive() {}

    @Override
    public void load(Load from) {}

    @Override
    public void stopLoad(Asset asset) {}

    @Override
    public Map<String, Probe<String>> health() {
      return Map.of();
    }

    @Override
    public void close() {}
  }

  private static final class Sink implements Target {
    private final Deque<Counts> answers = new ArrayDeque<>();
    private TableState state =
        TableState.unseen(BEFORE, "").accepting(BEFORE).in(TableState.Mode.LIVE);
    private Position position = at("0");

    @Override
    public Capability capability() {
      return Capability.TRANSACTIONAL;
    }

    @Override
    public Optional<Resume> resume(String feed) {
      return Optional.of(new Resume(position, Map.of(ORDERS, state)));
    }

    @Override
    public Commit write(Batch batch, Progress progress) {
      batch.changedStates().forEach(changed -> state = changed);
      position = batch.next();
      Counts sum =
          batch.transactions().stream()
              .map(transaction -> answers.isEmpty() ? Counts.of(1, 0, 0) : answers.remove())
              .reduce(Counts.ZERO, Counts::plus);
      return new Commit.Applied(
          position, batch.transactions().isEmpty() ? Map.of() : Map.of(ORDERS, sum));
    }

    @Override
    public Feed spool(String feed, Asset asset) {
      throw new AssertionError("Nothing is spooled here");
    }

    @Override
    public Feed quarantine(String feed, Asset asset, Selection selection) {
      throw new AssertionError("Nothing is replayed here");
    }

    @Override
    public Map<Asset, Long> spooled(String feed) {
      return Map.of();
    }

    @Override
    public long spooledBytes(String feed, Asset asset) {
      return 0;
    }

    @Override
    public List<Quarantined> quarantined(String feed, Asset asset, long afterId, int limit) {
      return List.of();
    }

    @Override
    public Map<Asset, Counts> ledger(String feed) {
      return Map.of();
    }

    @Override
    public void close() {}
  }

  private static final class Lenient implements Judges {
    @Override
    public Hash digest() {
      return Hash.of(Json.empty());
    }

    @Override
    public RowJudge on(Relation relation) {
      return new RowJudge() {
        @Override
        public List<Violation> block(long rows) {
          return List.of();
        }

        @Override
        public Labels label(RowBatch batch) {
          return Labels.none();
        }
      };
    }
  }

  private static final class Additions implements DriftDetector {
    @Override
    public String id() {
      return "additions";
    }

    @Override
    public Detection detect(Observation baseline, Observation current) {
      if (baseline.facets().stream()
          .map(Additions::width)
          .toList()
          .equals(current.facets().stream().map(Additions::width).toList())) {
        return new Detection(List.of(), current);
      }
      Finding finding =
          new Finding(
              id(),
              current.asset(),
              "column.added",
              "2",
              Verdict.ADDITIVE,
              Set.of(),
              Json.empty(),
              Optional.of(BEFORE.version()),
              Optional.of(AFTER.version()));
      return new Detection(List.of(finding), current);
    }

    private static int width(Facet facet) {
      return facet instanceof Facet.Schema schema ? schema.relation().columns().size() : 0;
    }
  }

  private static final class Following implements Planner {
    @Override
    public String id() {
      return "following";
    }

    @Override
    public Optional<Plan> plan(Incident incident, Optional<Relation> from, Relation to) {
      Action action =
          new Action(
              "table_follow", Json.of(new Named("orders")), new Asset("dw", "public.orders"));
      return Optional.of(
          new Plan(
              to.asset(),
              from.map(Relation::version),
              to.version(),
              List.of(new Plan.Step(action, "", Optional.empty(), "")),
              Json.empty()));
    }
  }

  private static final class Healing implements HealingPolicy {
    @Override
    public String id() {
      return "healing";
    }

    @Override
    public Decision decide(Incident incident, Situation situation) {
      return new Decision.Heal(situation.proposed().orElseThrow(), "it fits");
    }
  }
}
