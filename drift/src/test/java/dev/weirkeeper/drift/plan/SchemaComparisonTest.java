package dev.weirkeeper.drift.plan;

import static dev.weirkeeper.drift.plan.Schemas.collated;
import static dev.weirkeeper.drift.plan.Schemas.column;
import static dev.weirkeeper.drift.plan.Schemas.commented;
import static dev.weirkeeper.drift.plan.Schemas.constraint;
import static dev.weirkeeper.drift.plan.Schemas.enumType;
import static dev.weirkeeper.drift.plan.Schemas.filled;
import static dev.weirkeeper.drift.plan.Schemas.foreignKey;
import static dev.weirkeeper.drift.plan.Schemas.name;
import static dev.weirkeeper.drift.plan.Schemas.required;
import static dev.weirkeeper.drift.plan.Schemas.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.taxonomy.Consumers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SchemaComparisonTest {
  private static List<String> kinds(Schemas from, Schemas to, Identity identity) {
    return SchemaComparison.between(from.done(), to.done(), identity).changes().stream()
        .map(change -> change.kind() + " " + change.subject())
        .toList();
  }

  @Test
  void a_schema_is_like_itself_whatever_the_order_of_columns_and_the_ids() {
    Schemas from =
        Schemas.of(table("1", "t", column("1", "a", "integer"), column("2", "b", "text")));
    Schemas to = Schemas.of(table("9", "t", column("1", "b", "text"), column("2", "a", "integer")));

    assertThat(kinds(from, to, Identity.names())).isEmpty();
    assertThat(from.done().fingerprint()).isEqualTo(to.done().fingerprint());
  }

  @Test
  void a_rename_is_a_fact_where_ids_tell_and_never_guessed_where_names_do() {
    Schemas from = Schemas.of(table("1", "t", column("1", "a", "integer")));
    Schemas to = Schemas.of(table("1", "t", column("1", "b", "integer")));

    assertThat(kinds(from, to, Identity.ids())).containsExactly("column.renamed public.t.b");
    assertThat(kinds(from, to, Identity.names()))
        .containsExactly("column.removed public.t.a", "column.added public.t.b");
    assertThat(
            kinds(
                from,
                to,
                Identity.names(
                    List.of(
                        new Identity.Rename(
                            Item.column(name("t"), "a"), Item.column(name("t"), "b"))))))
        .containsExactly("column.renamed public.t.b");
  }

  @Test
  void what_has_the_name_that_another_thing_was_renamed_to_is_gone() {
    Schemas from =
        Schemas.of(table("1", "t", column("1", "a", "integer"), column("2", "b", "integer")));
    Schemas to = Schemas.of(table("1", "t", column("1", "b", "integer")));
    Identity.Rename rename =
        new Identity.Rename(Item.column(name("t"), "a"), Item.column(name("t"), "b"));

    assertThat(kinds(from, to, Identity.names(List.of(rename))))
        .containsExactly("column.removed public.t.b", "column.renamed public.t.b");
  }

  @Test
  void exchanged_names_are_told_apart_from_two_renames() {
    Schemas from =
        Schemas.of(table("1", "t", column("1", "a", "integer"), column("2", "b", "integer")));
    Schemas to =
        Schemas.of(table("1", "t", column("1", "b", "integer"), column("2", "a", "integer")));

    assertThat(kinds(from, to, Identity.ids()))
        .containsExactly("column.swap-renamed public.t.a", "column.swap-renamed public.t.b");
  }

  @Test
  void names_that_go_round_or_move_on_are_worse_than_a_rename() {
    Schemas from =
        Schemas.of(
            table(
                "1",
                "t",
                column("1", "a", "integer"),
                column("2", "b", "integer"),
                column("3", "c", "integer")));
    Schemas round =
        Schemas.of(
            table(
                "1",
                "t",
                column("1", "b", "integer"),
                column("2", "c", "integer"),
                column("3", "a", "integer")));
    Schemas on =
        Schemas.of(
            table(
                "1",
                "t",
                column("1", "b", "integer"),
                column("2", "c", "integer"),
                column("3", "d", "integer")));

    assertThat(kinds(from, round, Identity.ids()))
        .containsExactly(
            "column.swap-renamed public.t.a",
            "column.swap-renamed public.t.b",
            "column.swap-renamed public.t.c");
    assertThat(verdicts(from, on))
        .containsExactly(Verdict.SEMANTIC, Verdict.SEMANTIC, Verdict.COMPATIBLE);
  }

  @Test
  void a_collation_is_worse_where_rows_are_found_by_it() {
    Constraint key = constraint("k", "t_pkey", Constraint.Kind.PRIMARY_KEY, "PRIMARY KEY (a)", "a");
    Schemas from =
        Schemas.of(
            table("1", "t", List.of(column("1", "a", "text"), column("2", "b", "text")), key));
    Schemas to = Schemas.of(table("1", "t", List.of(collated("1", "a"), collated("2", "b")), key));

    assertThat(verdicts(from, to)).containsExactly(Verdict.BREAKING, Verdict.SEMANTIC);
  }

  private static List<Verdict> verdicts(Schemas from, Schemas to) {
    SchemaComparison comparison = SchemaComparison.between(from.done(), to.done(), Identity.ids());
    return JudgedChange.of(comparison, Consumers.of(List.of())).stream()
        .map(JudgedChange::verdict)
        .toList();
  }

  @Test
  void a_column_that_was_dropped_and_added_again_is_another_one() {
    Schemas from = Schemas.of(table("1", "t", column("1", "a", "integer")));
    Schemas to = Schemas.of(table("1", "t", column("2", "a", "integer")));

    assertThat(kinds(from, to, Identity.ids()))
        .containsExactly("column.dropped-and-readded public.t.a", "column.removed public.t.a");
    assertThat(kinds(from, to, Identity.names())).isEmpty();
  }

  @Test
  void a_check_follows_the_new_name_of_its_column_and_is_no_change() {
    Schemas from =
        Schemas.of(
            table(
                "1",
                "t",
                List.of(column("1", "date", "date")),
                constraint(
                    "7", "c", Constraint.Kind.CHECK, "CHECK ((date > '2020-01-01'::date))")));
    Schemas to =
        Schemas.of(
            table(
                "1",
                "t",
                List.of(column("1", "day", "date")),
                constraint("7", "c", Constraint.Kind.CHECK, "CHECK ((day > '2020-01-01'::date))")));

    assertThat(kinds(from, to, Identity.ids())).containsExactly("column.renamed public.t.day");
  }

  @Test
  void a_check_that_stayed_behind_while_columns_exchanged_their_names_is_a_change() {
    List<TableColumn> before = List.of(column("1", "a", "integer"), column("2", "b", "integer"));
    List<TableColumn> after = List.of(column("1", "b", "integer"), column("2", "a", "integer"));
    Constraint check = constraint("7", "c", Constraint.Kind.CHECK, "CHECK ((a > 0))");
    Constraint anew = constraint("8", "c", Constraint.Kind.CHECK, "CHECK ((a > 0))");

    assertThat(
            kinds(
                Schemas.of(table("1", "t", before, check)),
                Schemas.of(table("1", "t", after, anew)),
                Identity.ids()))
        .contains("check.added public.t.c");
  }

  @Test
  void a_foreign_key_follows_renames_on_both_sides() {
    Schemas from =
        Schemas.of(
            table("1", "r", column("1", "id", "integer")),
            table(
                "2",
                "t",
                List.of(column("1", "r_id", "integer")),
                foreignKey("7", "f", "FOREIGN KEY (r_id) REFERENCES public.r(id)", "r_id", "r")));
    Schemas to =
        Schemas.of(
            table("1", "s", column("1", "key", "integer")),
            table(
                "2",
                "t",
                List.of(column("1", "s_key", "integer")),
                foreignKey(
                    "7", "f", "FOREIGN KEY (s_key) REFERENCES public.s(key)", "s_key", "s")));

    assertThat(kinds(from, to, Identity.ids()))
        .containsExactlyInAnyOrder(
            "table.renamed public.s",
            "column.renamed public.s.key",
            "column.renamed public.t.s_key");
  }

  @Test
  void a_default_follows_the_new_name_of_its_sequence() {
    Names names = new Names(java.util.Map.of(name("old_seq"), name("new seq")));

    assertThat(
            names.same(
                "nextval('public.old_seq'::regclass)",
                "nextval('public.\"new seq\"'::regclass)",
                java.util.Map.of()))
        .isTrue();
    assertThat(
            names.same(
                "nextval('public.old_seq'::regclass)",
                "nextval('public.other'::regclass)",
                java.util.Map.of()))
        .isFalse();
  }

  @Test
  void added_columns_say_what_old_rows_read() {
    Schemas from = Schemas.of(table("1", "t"));
    Schemas to =
        Schemas.of(
            table(
                "1",
                "t",
                column("1", "a", "integer"),
                filled("2", "b", "integer", "5"),
                filled("3", "c", "double precision", "random()"),
                required("4", "d", "integer"),
                filled("5", "e", "timestamp with time zone", "now()")));

    assertThat(SchemaComparison.between(from.done(), to.done(), Identity.names()).changes())
        .extracting(change -> ((SchemaChange.Added) change).circumstance().orElseThrow())
        .containsExactly("nullable", "filled", "computed", "required", "filled");
  }

  @Test
  void types_say_how_they_changed() {
    assertThat(ColumnDifferences.typeKind("integer", "bigint")).isEqualTo("column.type-widened");
    assertThat(ColumnDifferences.typeKind("bigint", "integer")).isEqualTo("column.type-narrowed");
    assertThat(ColumnDifferences.typeKind("character varying(5)", "character varying(9)"))
        .isEqualTo("column.length");
    assertThat(ColumnDifferences.typeKind("numeric(9,2)", "numeric(9,3)"))
        .isEqualTo("column.precision");
    assertThat(
            ColumnDifferences.typeKind("timestamp without time zone", "timestamp with time zone"))
        .isEqualTo("column.timezone");
    assertThat(ColumnDifferences.typeKind("text", "integer"))
        .isEqualTo("column.type-family-changed");
  }

  @Test
  void labels_are_added_inserted_removed_and_reordered() {
    Schemas from = new Schemas().with(enumType("1", "e", "a", "b", "c"));

    assertThat(
            kinds(
                from, new Schemas().with(enumType("1", "e", "a", "b", "c", "d")), Identity.names()))
        .containsExactly("enum.label-added public.e.d");
    assertThat(kinds(from, new Schemas().with(enumType("1", "e", "b", "a", "c")), Identity.names()))
        .containsExactly("enum.labels-reordered public.e");
    assertThat(kinds(from, new Schemas().with(enumType("1", "e", "a", "c")), Identity.names()))
        .containsExactly("enum.label-removed public.e.b");
  }

  @Test
  void the_order_of_changes_does_not_depend_on_the_order_of_the_schemas() {
    List<Table> tables = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      tables.add(table("" + i, "t" + i, commented("1", "a", "integer", "c" + i)));
    }
    DatabaseSchema from = Schemas.of().done();
    List<SchemaChange> once =
        SchemaComparison.between(
                from, Schemas.of(tables.toArray(Table[]::new)).done(), Identity.names())
            .changes();
    long seed = 6;
    Collections.shuffle(tables, new Random(seed));

    assertThat(
            SchemaComparison.between(
                    from, Schemas.of(tables.toArray(Table[]::new)).done(), Identity.names())
                .changes())
        .as("seed %d", seed)
        .isEqualTo(once);
  }

  @Test
  void two_renames_of_one_thing_are_wrong_use() {
    Identity.Rename rename =
        new Identity.Rename(Item.column(name("t"), "a"), Item.column(name("t"), "b"));

    assertThatThrownBy(() -> Identity.names(List.of(rename, rename)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("say one");
    assertThatThrownBy(() -> new Identity.Rename(Item.column(name("t"), "a"), Item.namespace("b")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
