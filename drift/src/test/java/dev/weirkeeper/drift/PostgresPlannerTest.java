package dev.weirkeeper.drift;

import static dev.weirkeeper.drift.Relations.ORDERS;
import static dev.weirkeeper.drift.Relations.column;
import static dev.weirkeeper.drift.Relations.commented;
import static dev.weirkeeper.drift.Relations.incident;
import static dev.weirkeeper.drift.Relations.orders;
import static dev.weirkeeper.drift.Relations.relation;
import static dev.weirkeeper.drift.Relations.required;
import static dev.weirkeeper.drift.Relations.with;
import static dev.weirkeeper.drift.Types.labelled;
import static dev.weirkeeper.drift.Types.type;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.Type;
import dev.weirkeeper.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PostgresPlannerTest {
  private static final String TABLE = "public.orders";

  private final PostgresPlanner planner = new PostgresPlanner("mirror");

  private Optional<Plan> plan(Relation from, Relation to) {
    return planner.plan(incident(Optional.of(from), to), Optional.of(from), to);
  }

  private List<TableChange> changes(Relation from, Relation to) {
    return plan(from, to).orElseThrow().steps().stream()
        .map(step -> step.action().input().as(TableChange.class))
        .toList();
  }

  @Test
  void a_table_that_the_target_does_not_have_is_created_with_its_key() {
    Column note = commented(required(column("2", "note", "text")), "why");
    Relation to =
        relation(
            ORDERS,
            "16401",
            new RowIdentity.Key(List.of("3", "1")),
            note,
            required(column("3", "no", "int4")));

    Plan plan = planner.plan(incident(Optional.empty(), to), Optional.empty(), to).orElseThrow();

    assertThat(plan.from()).isEmpty();
    assertThat(plan.to()).isEqualTo(to.version());
    assertThat(plan.steps()).hasSize(1);
    Action action = plan.steps().get(0).action();
    assertThat(action.tool()).isEqualTo("table_create");
    assertThat(action.target()).isEqualTo(new Asset("mirror", TABLE));
    assertThat(action.input().as(TableChange.CreateTable.class))
        .isEqualTo(
            new TableChange.CreateTable(
                TABLE,
                List.of(
                    new TableChange.NewColumn("id", type("int8"), Optional.empty()),
                    new TableChange.NewColumn("note", type("text"), Optional.of("why")),
                    new TableChange.NewColumn("no", type("int4"), Optional.empty())),
                List.of("no", "id"),
                to.version()));
  }

  @Test
  void a_table_for_inserts_only_is_created_without_a_key() {
    Relation to = relation(ORDERS, "16401", new RowIdentity.None(), column("1", "line", "text"));

    Plan plan = planner.plan(incident(Optional.empty(), to), Optional.empty(), to).orElseThrow();

    assertThat(plan.steps().get(0).action().input().as(TableChange.CreateTable.class).key())
        .isEmpty();
  }

  @Test
  void a_table_whose_key_names_a_column_that_is_not_there_is_not_created() {
    Relation to =
        Relation.of(
            ORDERS,
            "16401",
            new RowIdentity.Key(List.of("7")),
            List.of(required(column("1", "id", "int8"))));

    assertThat(planner.plan(incident(Optional.empty(), to), Optional.empty(), to)).isEmpty();
  }

  @Test
  void a_column_is_added_with_what_old_rows_read() {
    Relation to =
        orders(
            column("2", "a", "int4"),
            with(column("3", "b", "int4"), Default.constant("5")),
            commented(column("4", "c", "int4"), "in cents"));

    assertThat(changes(orders(), to))
        .containsExactly(
            new TableChange.AddColumn(TABLE, "a", type("int4"), Optional.empty(), to.version()),
            new TableChange.AddColumn(TABLE, "c", type("int4"), Optional.empty(), to.version()),
            new TableChange.AddColumn(TABLE, "b", type("int4"), Optional.of("5"), to.version()),
            new TableChange.CommentColumn(TABLE, "c", Optional.of("in cents"), to.version()));
  }

  @Test
  void rows_are_read_again_once_where_only_the_source_knows_their_values() {
    Relation to =
        orders(
            with(column("2", "a", "uuid"), Default.Kind.VOLATILE),
            with(column("3", "b", "int4"), Default.Kind.GENERATED),
            required(column("4", "c", "int4")));

    List<Plan.Step> steps = plan(orders(), to).orElseThrow().steps();

    assertThat(steps.stream().map(step -> step.action().tool()))
        .containsExactly(
            "table_add_column", "table_add_column", "table_add_column", "table_resync");
    Action resync = steps.get(3).action();
    assertThat(resync.target()).isEqualTo(ORDERS);
    assertThat(resync.input()).isEqualTo(Json.parse("{\"table\":\"public.orders\"}"));
  }

  @Test
  void a_type_is_widened_and_never_narrowed() {
    Relation int4 = orders(column("2", "v", "int4"));
    Relation int8 = orders(column("2", "v", "int8"));

    assertThat(changes(int4, int8))
        .containsExactly(
            new TableChange.WidenColumn(TABLE, "v", type("int4"), type("int8"), int8.version()));
    assertThat(plan(int8, int4)).isEmpty();
    assertThat(plan(orders(column("2", "v", "timestamp")), orders(column("2", "v", "timestamptz"))))
        .isEmpty();
    assertThat(plan(orders(column("2", "v", "text")), orders(column("2", "v", "int4")))).isEmpty();
  }

  @Test
  void a_widening_that_writes_values_differently_reads_them_again() {
    Plan plan =
        plan(orders(column("2", "v", "float4")), orders(column("2", "v", "float8"))).orElseThrow();

    assertThat(plan.steps().stream().map(step -> step.action().tool()))
        .containsExactly("table_widen_column", "table_resync");
  }

  @Test
  void a_required_column_is_relaxed_and_a_key_is_not() {
    Column note = column("2", "note", "text");
    Relation to = orders(note);

    assertThat(changes(orders(required(note)), to))
        .containsExactly(new TableChange.RelaxColumn(TABLE, "note", to.version()));
    assertThat(
            plan(
                orders(),
                Relation.of(
                    ORDERS,
                    "16401",
                    new RowIdentity.Key(List.of("1")),
                    List.of(column("1", "id", "int8")))))
        .isEmpty();
  }

  @Test
  void a_rename_can_be_taken_back() {
    Relation from = orders(column("2", "qty", "int4"));
    Relation to = orders(column("2", "quantity", "int4"));

    Plan.Step step = plan(from, to).orElseThrow().steps().get(0);

    assertThat(step.action().input().as(TableChange.class))
        .isEqualTo(new TableChange.RenameColumn(TABLE, "qty", "quantity", to.version()));
    assertThat(step.undo().orElseThrow().input().as(TableChange.class))
        .isEqualTo(new TableChange.RenameColumn(TABLE, "quantity", "qty", from.version()));
  }

  @Test
  void renames_go_from_the_free_end_of_a_chain_and_before_a_column_that_takes_a_name() {
    Relation from =
        orders(column("2", "a", "int4"), column("3", "b", "int8"), column("4", "c", "text"));
    Relation to =
        orders(
            column("2", "b", "int4"),
            column("3", "c", "int8"),
            column("4", "d", "text"),
            column("5", "a", "date"));

    assertThat(changes(from, to))
        .containsExactly(
            new TableChange.RenameColumn(TABLE, "c", "d", to.version()),
            new TableChange.RenameColumn(TABLE, "b", "c", to.version()),
            new TableChange.RenameColumn(TABLE, "a", "b", to.version()),
            new TableChange.AddColumn(TABLE, "a", type("date"), Optional.empty(), to.version()));
  }

  @Test
  void names_that_go_in_a_circle_have_no_plan() {
    assertThat(
            plan(
                orders(column("2", "a", "int4"), column("3", "b", "int4")),
                orders(column("2", "b", "int4"), column("3", "a", "int4"))))
        .isEmpty();
  }

  @Test
  void a_column_that_is_widened_and_renamed_is_widened_under_its_old_name() {
    Relation to = orders(commented(column("2", "quantity", "int8"), "pieces"));

    assertThat(changes(orders(column("2", "qty", "int4")), to))
        .containsExactly(
            new TableChange.WidenColumn(TABLE, "qty", type("int4"), type("int8"), to.version()),
            new TableChange.RenameColumn(TABLE, "qty", "quantity", to.version()),
            new TableChange.CommentColumn(TABLE, "quantity", Optional.of("pieces"), to.version()));
  }

  @Test
  void labels_are_added_at_the_end_of_an_enum_and_nowhere_else() {
    Relation from = orders(column("2", "mood", labelled("1", "a")));
    Relation end = orders(column("2", "mood", labelled("1", "a", "2", "b", "3", "c")));
    Relation start = orders(column("2", "mood", labelled("2", "b", "1", "a")));

    assertThat(changes(from, end))
        .containsExactly(
            new TableChange.AddEnumLabel(TABLE, "mood", "b", end.version()),
            new TableChange.AddEnumLabel(TABLE, "mood", "c", end.version()));
    assertThat(plan(from, start)).isEmpty();
    assertThat(plan(from, orders(column("2", "mood", labelled("1", "aa"))))).isEmpty();
  }

  @Test
  void an_enum_becomes_text_and_nothing_that_a_later_label_might_not_fit() {
    Relation from = orders(column("2", "mood", labelled("1", "a")));

    assertThat(changes(from, orders(column("2", "mood", "text")))).hasSize(1);
    assertThat(plan(from, orders(column("2", "mood", "varchar(40)")))).isEmpty();
    assertThat(changes(from, orders(column("2", "mood", "varchar")))).hasSize(1);
  }

  @Test
  void a_label_is_added_once_for_all_columns_of_the_type() {
    Type before = labelled("1", "a");
    Type after = labelled("1", "a", "2", "b");
    Relation from =
        orders(column("2", "now", before), column("3", "then", before), column("4", "x", before));
    Relation to =
        orders(column("2", "now", after), column("3", "later", after), column("5", "new", after));

    assertThat(changes(from, to))
        .containsExactly(
            new TableChange.AddEnumLabel(TABLE, "now", "b", to.version()),
            new TableChange.RenameColumn(TABLE, "then", "later", to.version()),
            new TableChange.AddColumn(TABLE, "new", after, Optional.empty(), to.version()));
  }

  @Test
  void a_comment_can_be_taken_back() {
    Relation from = orders(commented(column("2", "v", "int4"), "in euros"));
    Relation to = orders(column("2", "v", "int4"));

    Plan.Step step = plan(from, to).orElseThrow().steps().get(0);

    assertThat(step.action().input().as(TableChange.class))
        .isEqualTo(new TableChange.CommentColumn(TABLE, "v", Optional.empty(), to.version()));
    assertThat(step.undo().orElseThrow().input().as(TableChange.class))
        .isEqualTo(
            new TableChange.CommentColumn(TABLE, "v", Optional.of("in euros"), from.version()));
  }

  @Test
  void what_leaves_the_target_as_it_is_has_a_plan_without_steps() {
    Column v = column("2", "v", "int4");

    assertThat(plan(orders(v), orders(with(v, Default.Kind.VOLATILE))).orElseThrow().steps())
        .isEmpty();
    assertThat(plan(orders(v), orders(required(v))).orElseThrow().steps()).isEmpty();
  }

  @Test
  void invariant_4_a_removed_column_stays_at_the_target() {
    Column note = column("2", "note", "text");

    Plan optional = plan(orders(note), orders()).orElseThrow();
    Plan needed = plan(orders(required(note)), orders()).orElseThrow();

    assertThat(optional.steps()).isEmpty();
    assertThat(optional.proof().text()).contains("\"column\":\"note\"", "have NULL there");
    assertThat(needed.steps().stream().map(step -> step.action().tool()))
        .containsExactly("table_relax_column");
  }

  @Test
  void invariant_4_no_column_takes_the_name_of_one_that_stays() {
    Relation from = orders(column("2", "a", "int4"), column("3", "b", "int4"));

    assertThat(plan(from, orders(column("2", "b", "int4")))).isEmpty();
    assertThat(plan(from, orders(column("2", "a", "int4"), column("4", "b", "int4")))).isEmpty();
  }

  @Test
  void what_is_no_safe_way_has_no_plan() {
    Column v = column("2", "v", "int4");
    RowIdentity byId = new RowIdentity.Key(List.of("1"));
    RowIdentity byBoth = new RowIdentity.Key(List.of("1", "2"));

    assertThat(plan(orders(v), relation(new Asset("shop", "public.o2"), "16401", byId, v)))
        .isEmpty();
    assertThat(plan(orders(v), relation(ORDERS, "999", byId, v))).isEmpty();
    assertThat(plan(orders(v), relation(ORDERS, "16401", byBoth, v))).isEmpty();
    assertThat(plan(relation(ORDERS, "16401", byBoth, v), orders())).isEmpty();
    assertThat(plan(orders(v), orders(with(v, Default.Kind.GENERATED)))).isEmpty();
    assertThat(plan(orders(v), orders(v, column("?w", "w", "int4")))).isEmpty();
  }

  @Test
  void a_name_that_postgresql_would_cut_has_no_plan() {
    assertThat(plan(orders(), orders(column("2", "é".repeat(31), "int4")))).isPresent();
    assertThat(plan(orders(), orders(column("2", "é".repeat(32), "int4")))).isEmpty();
  }

  @Test
  void names_that_differ_only_in_case_have_no_plan() {
    Column qty = column("2", "qty", "int4");

    assertThat(plan(orders(qty), orders(qty, column("3", "QTY", "int4")))).isEmpty();
    assertThat(plan(orders(qty), orders(column("2", "Qty", "int4")))).isPresent();
    Relation both = orders(qty, column("3", "QTY", "int4"));
    assertThat(planner.plan(incident(Optional.empty(), both), Optional.empty(), both)).isEmpty();
  }

  @Test
  void an_incident_that_holds_anything_else_has_no_plan() {
    Relation from = orders();
    Relation to = orders(column("2", "v", "int4"));
    Incident whole = incident(Optional.of(from), to);
    List<Finding> more = new ArrayList<>(whole.findings());
    more.add(
        new Finding(
            "null-rate",
            ORDERS,
            "values.null-rate",
            "1",
            Verdict.SEMANTIC,
            Set.of(),
            Json.empty(),
            Optional.empty(),
            Optional.empty()));
    Position position = whole.position();

    assertThat(planner.plan(whole, Optional.of(from), to)).isPresent();
    assertThat(planner.plan(new Incident(ORDERS, position, more), Optional.of(from), to)).isEmpty();
  }

  @Test
  void an_incident_between_other_versions_has_no_plan() {
    Relation from = orders();
    Relation seen = orders(column("2", "v", "int4"));
    Relation newer = orders(column("2", "v", "int4"), column("3", "w", "int4"));

    Incident incident = incident(Optional.of(from), seen);

    assertThat(planner.plan(incident, Optional.of(from), newer)).isEmpty();
    assertThat(planner.plan(incident, Optional.of(seen), newer)).isEmpty();
    assertThat(planner.plan(incident, Optional.empty(), seen)).isEmpty();
  }

  @Test
  void the_proof_shows_the_columns_after_each_step_and_the_goal() {
    Plan plan =
        plan(
                orders(column("2", "qty", "int4"), column("3", "note", "text")),
                orders(column("2", "quantity", "int8")))
            .orElseThrow();

    assertThat(plan.proof())
        .isEqualTo(
            Json.parse(
                """
                {"before": [{"name": "id", "type": "int8", "labels": []},
                            {"name": "qty", "type": "int4", "labels": []},
                            {"name": "note", "type": "text", "labels": []}],
                 "steps": [{"tool": "table_widen_column",
                            "columns": [{"name": "id", "type": "int8", "labels": []},
                                        {"name": "qty", "type": "int8", "labels": []},
                                        {"name": "note", "type": "text", "labels": []}]},
                           {"tool": "table_rename_column",
                            "columns": [{"name": "id", "type": "int8", "labels": []},
                                        {"name": "quantity", "type": "int8", "labels": []},
                                        {"name": "note", "type": "text", "labels": []}]}],
                 "goal": [{"name": "id", "type": "int8", "labels": []},
                          {"name": "quantity", "type": "int8", "labels": []}],
                 "kept": [{"column": "note",
                           "because": "The source removed it; the target keeps it with its \
                values, and rows written from now on have NULL there"}]}
                """));
  }

  @Test
  void invariant_9_the_same_incident_has_the_same_plan() {
    Relation from = orders(column("2", "a", "int4"));
    Relation to = orders(column("2", "b", "int8"), column("3", "c", "text"));

    assertThat(plan(from, to).orElseThrow().id()).isEqualTo(plan(from, to).orElseThrow().id());
  }
}
