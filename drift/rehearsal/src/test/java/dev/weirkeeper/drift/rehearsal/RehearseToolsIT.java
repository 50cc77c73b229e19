package dev.weirkeeper.drift.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Column;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.OpenMailbox;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Type;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.LocalPostgres;
import dev.weirkeeper.testkit.TestCall;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The plan that waits for a table, tried out by whoever may call tools. */
class RehearseToolsIT extends ToolRegistryKit {
  private static final Asset ORDERS = new Asset("shop", "app.orders");
  private static final Relation BEFORE = relation("id");
  private static final Relation AFTER = relation("id", "note");
  private static final Plan PLAN = plan(AFTER);

  private static LocalPostgres target;
  private static Rehearser rehearser;

  private final LogBook book = LogBook.standard();

  @BeforeAll
  static void start() throws Exception {
    target = LocalPostgres.start(Map.of("fsync", "off"));
    target.execute(
        "postgres",
        "CREATE SCHEMA app",
        "CREATE TABLE app.orders (id bigint PRIMARY KEY)",
        "INSERT INTO app.orders SELECT generate_series(1, 5)");
    rehearser = Rehearser.builder(PostgresBinaries.onClassPath()).schemas(List.of("app")).build();
  }

  @AfterAll
  static void stop() throws Exception {
    rehearser.close();
    target.close();
  }

  private static Relation relation(String... columns) {
    List<Column> built = new ArrayList<>();
    for (String column : columns) {
      built.add(Column.of(String.valueOf(built.size() + 1), column, Type.of("text")));
    }
    return Relation.of(ORDERS, ORDERS.name(), new RowIdentity.Key(List.of("1")), built);
  }

  private static Plan plan(Relation to) {
    TableChange add =
        new TableChange.AddColumn(
            "app.orders", "note", Type.of("text"), Optional.empty(), to.version());
    return new Plan(
        ORDERS,
        Optional.of(BEFORE.version()),
        to.version(),
        List.of(new Plan.Step(add.on("lake"), "", Optional.empty(), "")),
        Json.empty());
  }

  @Override
  protected ToolRegistry registry() {
    return tools(
        () -> {
          try (Connection connection = target.connect("postgres")) {
            return SchemaReader.of(List.of("app")).read(connection).schema();
          }
        });
  }

  private RehearseTools tools(RehearseTools.Target schema) {
    TableState orders =
        TableState.unseen(AFTER, "A person decides").accepting(BEFORE).in(TableState.Mode.PAUSED);
    Mailbox mailbox =
        OpenMailbox.showing(
            new Mailbox(clock()),
            new PipelineView(
                "shop",
                new Position("shop", "0/2"),
                List.of(
                    new PipelineView.Table(
                        orders,
                        Counts.ZERO,
                        Optional.empty(),
                        new Probe.Value<>(new PipelineView.Waiting(PLAN, List.of())))),
                Map.of()));
    return new RehearseTools(
        "shop", mailbox, rehearser, schema, new Journal(new Numbering(), clock(), book));
  }

  /** Numbers records; the book holds them. */
  private static final class Numbering implements AuditSink {
    private long next;

    @Override
    public synchronized Receipt append(AuditRecord record) {
      return new Receipt(next++, record.id());
    }

    @Override
    public void close() {}
  }

  private static Action of(String table, Hash plan) {
    return new Action(
        RehearseTools.REHEARSE,
        Json.of(new RehearseTools.RehearsePlan(table, plan)),
        new Asset("shop", table));
  }

  @Override
  protected List<Action> accepted() {
    return List.of(of("app.orders", PLAN.id()));
  }

  @Override
  protected List<Action> refused() {
    return List.of(of("app.orders", Hash.of(new byte[] {1})), of("app.lines", PLAN.id()));
  }

  private Outcome perform(ToolRegistry registry, Action action) throws Exception {
    Tool<?, ?> tool = registry.tools().get(0);
    return TestCall.of(tool, action, clock().instant().plusSeconds(60)).perform(tool, action);
  }

  @Test
  void a_plan_that_waits_is_rehearsed_and_the_log_has_the_proof_under_its_id() throws Exception {
    RehearseTools.Shown shown =
        ((Outcome.Done) perform(registry(), accepted().get(0)))
            .result()
            .as(RehearseTools.Shown.class);

    assertThat(shown.standing()).as("%s", shown).isEqualTo(RehearsalProof.Standing.PROVEN);
    assertThat(shown.steps()).singleElement().matches(step -> !step.rowsLost());
    List<Migrated.Rehearsed> written =
        book.following(PLAN.id()).stream()
            .flatMap(entry -> entry.body(Migrated.Rehearsed.class).stream())
            .toList();
    assertThat(written)
        .singleElement()
        .satisfies(
            rehearsed -> {
              assertThat(rehearsed.migration()).isEqualTo(PLAN.id());
              assertThat(rehearsed.proof()).isEqualTo(shown.proof());
              assertThat(Hash.of(rehearsed.body())).isEqualTo(shown.proof());
            });
  }

  @Test
  void the_target_is_what_it_was() throws Exception {
    perform(registry(), accepted().get(0));

    try (Connection connection = target.connect("postgres")) {
      assertThat(
              SchemaReader.of(List.of("app")).read(connection).schema().tables().get(0).columns())
          .hasSize(1);
    }
  }

  @Test
  void a_plan_that_does_not_wait_is_refused_and_nothing_is_written() throws Exception {
    assertThat(perform(registry(), refused().get(0))).isInstanceOf(Outcome.Refused.class);

    assertThat(book.size()).isZero();
  }

  @Test
  void invariant_8_a_target_that_cannot_be_read_is_no_proof() throws Exception {
    RehearseTools unreadable =
        tools(
            () -> {
              throw new SQLException("a secret", "08006");
            });

    Outcome outcome = perform(unreadable, accepted().get(0));

    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(outcome.toString()).contains("08006").doesNotContain("a secret");
    assertThat(book.size()).isZero();
  }
}
