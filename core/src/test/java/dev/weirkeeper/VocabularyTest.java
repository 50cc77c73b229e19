package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.spi.Target;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written down can be read again, and is the same. */
class VocabularyTest {
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Instant NOW = Instant.parse("2026-11-23T08:00:00.123456Z");
  private static final Hash HASH = Hash.of(Json.of("a"));
  private static final Position AT = new Position("wal", "0/16B3748");
  private static final Type MOOD =
      new Type("public.mood", List.of(), List.of(new Type.Label("1", "ok")));
  private static final Relation RELATION =
      Relation.of(
          ORDERS,
          "16384",
          new RowIdentity.Key(List.of("1")),
          List.of(
              Column.of("1", "id", Type.of("int8")),
              new Column(
                  "2",
                  "mood \u20ac \"x\"",
                  MOOD,
                  Nullability.OPTIONAL,
                  Default.constant("ok"),
                  Optional.of("how\nit is"))));
  private static final Finding FINDING =
      new Finding(
          "schema",
          ORDERS,
          "column.renamed",
          "2",
          Verdict.NOOP,
          EnumSet.allOf(Flag.class),
          Json.of(Map.of("from", "a", "to", "b")),
          Optional.of(HASH),
          Optional.empty());
  private static final Action ACTION =
      new TableChange.AddColumn(
              "public.orders", "note", Type.of("varchar", 10), Optional.of("-"), HASH)
          .on("mirror");
  private static final Plan PLAN =
      new Plan(
          ORDERS,
          Optional.empty(),
          HASH,
          List.of(new Plan.Step(ACTION, "is not there", Optional.of(ACTION), "is there")),
          Json.parse("{\"why\":[1,2,null]}"));
  private static final ToolSpec SPEC =
      new ToolSpec(
          "table_add_column",
          "Adds a column",
          Json.schemaOf(TableChange.AddColumn.class),
          Json.empty(),
          Effect.WRITE,
          Repeat.ONCE,
          Undo.NONE,
          Inputs.TEXT);
  private static final Caller CALLER = new Caller("playbook", Caller.Kind.POLICY);
  private static final Approval APPROVAL =
      new Approval(
          new Approval.Request(
              HASH,
              "table_create",
              Json.empty(),
              ORDERS,
              CALLER,
              Optional.of(HASH),
              HASH,
              "sales",
              Set.of("ana", "ben"),
              2,
              "because",
              NOW,
              NOW.plusSeconds(60)),
          List.of(new Approval.Vote(HASH, NOW, "ana", Approval.Word.APPROVE)),
          Approval.Status.OPEN);

  static Stream<Record> records() {
    return Stream.of(
        ORDERS,
        AT,
        HASH,
        RELATION,
        FINDING,
        ACTION,
        PLAN,
        SPEC,
        CALLER,
        new Incident(ORDERS, AT, List.of(FINDING)),
        new Situation(
            List.of(SPEC),
            Autonomy.HEAL,
            Tolerance.STANDARD,
            Optional.of(PLAN),
            List.of("done"),
            List.of(HASH),
            Map.of("table", 3L),
            NOW,
            "playbook/1"),
        new SchemaChange(ORDERS, "1", Optional.empty(), Optional.of(RELATION), Evidence.CATALOG),
        TableState.unseen(RELATION, "new").loading(Load.begin(ORDERS)),
        Counts.of(3, 2, 1),
        new Receipt(7, HASH),
        new Violation("r1", "too long"),
        new Observation(
            ORDERS,
            NOW,
            Optional.of(AT),
            List.of(
                new Facet.Schema(RELATION, Evidence.LOGGED),
                new Facet.Metrics(
                    List.of(
                        new Facet.Metric(
                            "rows", new Probe.Value<>(new BigDecimal("12.5")), NOW, NOW, true),
                        new Facet.Metric("lag", new Probe.Empty<>(), NOW, NOW, false))),
                new Facet.Settings(Map.of("publication", new Probe.Unknown<>("refused"))),
                new Facet.Extension("x", Json.of(1)))),
        new AuditRecord(
            "act.started",
            NOW,
            "pipeline",
            Optional.of(ORDERS),
            Json.of(PLAN),
            List.of(HASH, HASH),
            Map.of("email", HASH)),
        new Act.Started(
            HASH,
            "table_create",
            HASH,
            Json.empty(),
            CALLER,
            Optional.of(HASH),
            HASH,
            HASH,
            Optional.of(7L),
            Optional.of(APPROVAL)),
        APPROVAL,
        new Act.Finished(HASH, "table_create", new Outcome.Unknown("?")),
        new Act.Refused("rm", HASH, CALLER, "no"));
  }

  @ParameterizedTest
  @MethodSource("records")
  void a_record_is_read_back_as_it_was_written(Record record) {
    Json json = Json.of(record);

    assertThat(json.as(record.getClass())).isEqualTo(record);
    assertThat(Json.parse(json.text())).isEqualTo(json);
  }

  @Test
  void each_kind_of_decision_is_read_back() {
    assertAllReadBack(
        Decision.class,
        new Decision.Abstain("a"),
        new Decision.Dismiss("d"),
        new Decision.Propose(PLAN, "p"),
        new Decision.Heal(PLAN, "h"),
        new Decision.Contain(List.of(ACTION), Optional.of(PLAN), "c"));
  }

  @Test
  void each_kind_of_outcome_is_read_back() {
    assertAllReadBack(
        Outcome.class,
        new Outcome.Done(Json.of("x"), Outcome.Verification.VERIFIED),
        new Outcome.Partial(Json.empty(), Json.of(List.of(1))),
        new Outcome.Pending("h", NOW),
        new Outcome.Refused("r"),
        new Outcome.Failed("f"),
        new Outcome.Unknown("u"));
  }

  @Test
  void each_kind_of_facet_is_read_back() {
    assertAllReadBack(
        Facet.class,
        new Facet.Schema(RELATION, Evidence.LOGGED),
        new Facet.Metrics(List.of()),
        new Facet.Settings(Map.of("a", new Probe.Value<>("b"))),
        new Facet.Extension("x", Json.of(Map.of())));
  }

  @Test
  void each_kind_of_table_change_is_read_back_and_names_its_own_tool() {
    TableChange[] changes = {
      new TableChange.CreateTable(
          "t",
          List.of(new TableChange.NewColumn("id", Type.of("int4"), Optional.empty())),
          List.of("id"),
          HASH),
      new TableChange.AddColumn("t", "c", MOOD, Optional.empty(), HASH),
      new TableChange.WidenColumn("t", "c", Type.of("int4"), Type.of("int8"), HASH),
      new TableChange.RelaxColumn("t", "c", HASH),
      new TableChange.RenameColumn("t", "c", "d", HASH),
      new TableChange.AddEnumLabel("t", "c", "l", HASH),
      new TableChange.CommentColumn("t", "c", Optional.of("x"), HASH)
    };

    assertAllReadBack(TableChange.class, changes);
    assertThat(Arrays.stream(changes).map(TableChange::tool)).doesNotHaveDuplicates();
    for (TableChange change : changes) {
      assertThat(change.on("mirror").input().as(TableChange.class)).isEqualTo(change);
    }
  }

  @Test
  void each_kind_of_commit_is_read_back() {
    assertAllReadBack(
        Commit.class,
        new Commit.Applied(AT, Map.of(ORDERS, Counts.of(1, 0, 0))),
        new Commit.Duplicate(AT),
        new Commit.Conflict(AT),
        new Commit.Refused(ORDERS, "budget"));
  }

  @Test
  void each_kind_of_act_identity_probe_and_command_is_read_back() {
    assertAllReadBack(
        Act.class,
        new Act.Started(
            HASH,
            "t",
            HASH,
            Json.empty(),
            CALLER,
            Optional.empty(),
            HASH,
            HASH,
            Optional.empty(),
            Optional.empty()),
        new Act.Settled(HASH, "t", new Outcome.Failed("f"), "looked"),
        new Act.Finished(HASH, "t", new Outcome.Failed("f")),
        new Act.Refused("t", HASH, CALLER, "r"));
    assertAllReadBack(Freeze.class, new Freeze.Frozen("*", "why"), new Freeze.Thawed("*", CALLER));
    assertAllReadBack(
        RowIdentity.class,
        new RowIdentity.Key(List.of("1")),
        new RowIdentity.Whole(),
        new RowIdentity.None());
    assertAllReadBack(
        Probe.class,
        new Probe.Value<>(Json.of("v")),
        new Probe.Empty<>(),
        new Probe.Unknown<>("w"));
    assertAllReadBack(
        PipelineCommand.class,
        new PipelineCommand.Pause(ORDERS, "p"),
        new PipelineCommand.Resume(ORDERS),
        new PipelineCommand.Resync(ORDERS),
        new PipelineCommand.Apply(ORDERS, HASH),
        new PipelineCommand.Replay(ORDERS, new Target.Selection(Optional.of("r"), 5)),
        new PipelineCommand.Report(ORDERS, List.of()));
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private static <T> void assertAllReadBack(Class<T> sealed, T... values) {
    assertThat(Arrays.stream(values).map(Object::getClass))
        .as("one of each kind of %s", sealed.getSimpleName())
        .containsExactlyInAnyOrderElementsOf(Set.of(sealed.getPermittedSubclasses()));
    for (T value : values) {
      assertThat(Json.of(value).as(sealed)).isEqualTo(value);
    }
    if (sealed != Probe.class) {
      for (Class<?> kind : sealed.getPermittedSubclasses()) {
        assertThat(Json.schemaOf(kind.asSubclass(Record.class)).text()).contains("\"const\"");
      }
    }
  }

  @Test
  void an_id_depends_on_content_only() {
    Finding again =
        new Finding(
            "schema",
            new Asset("shop", "public.orders"),
            "column.renamed",
            "2",
            Verdict.NOOP,
            Set.of(),
            Json.empty(),
            Optional.of(HASH),
            Optional.empty());

    assertThat(again.id()).isEqualTo(FINDING.id());
    assertThat(PLAN.id()).isEqualTo(Json.of(PLAN).as(Plan.class).id());
    assertThat(ACTION.id(SPEC))
        .isNotEqualTo(
            new Action(ACTION.tool(), ACTION.input(), new Asset("other", "public.orders"))
                .id(SPEC));
  }
}
