package dev.weirkeeper.drift;

import static dev.weirkeeper.drift.Relations.ORDERS;
import static dev.weirkeeper.drift.Relations.column;
import static dev.weirkeeper.drift.Relations.commented;
import static dev.weirkeeper.drift.Relations.orders;
import static dev.weirkeeper.drift.Relations.relation;
import static dev.weirkeeper.drift.Relations.required;
import static dev.weirkeeper.drift.Relations.seen;
import static dev.weirkeeper.drift.Relations.unseen;
import static dev.weirkeeper.drift.Relations.with;
import static dev.weirkeeper.drift.Types.labelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import dev.weirkeeper.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SchemaDriftTest {
  private static final RowIdentity BY_ID = new RowIdentity.Key(List.of("1"));

  private final SchemaDrift drift = new SchemaDrift();

  /** Findings as text: kind, subject, verdict, flags. */
  private List<String> between(Relation from, Relation to) {
    return text(drift.detect(seen(from), seen(to)).findings());
  }

  private static List<String> text(List<Finding> findings) {
    return findings.stream()
        .map(
            f ->
                f.kind()
                    + " "
                    + f.subject()
                    + " "
                    + f.verdict()
                    + f.sortedFlags().stream()
                        .map(flag -> " " + flag)
                        .collect(Collectors.joining()))
        .toList();
  }

  @Test
  void the_first_sight_of_a_table_is_an_added_table() {
    Relation orders = orders(column("2", "total", "numeric(10,2)"));

    List<Finding> findings = drift.detect(unseen(), seen(orders)).findings();

    assertThat(text(findings)).containsExactly("table.added  ADDITIVE");
    assertThat(findings.get(0).from()).isEmpty();
    assertThat(findings.get(0).to()).contains(orders.version());
    assertThat(findings.get(0).detail().as(DriftDetail.class))
        .isEqualTo(new DriftDetail.TableAdded("public.orders", 2));
  }

  @Test
  void invariant_8_a_schema_that_was_not_read_is_no_finding() {
    Observation blind = new Observation(ORDERS, Instant.EPOCH, Optional.empty(), List.of());

    assertThat(drift.detect(seen(orders()), blind).findings()).isEmpty();
    assertThat(drift.detect(unseen(), blind).findings()).isEmpty();
  }

  @Test
  void the_baseline_stays_until_the_host_moves_it() {
    Observation baseline = seen(orders());

    assertThat(drift.detect(baseline, seen(orders(column("2", "total", "int4")))).nextBaseline())
        .isSameAs(baseline);
  }

  @Test
  void an_added_column_is_judged_by_what_old_rows_read() {
    Column total = column("2", "total", "int4");

    assertThat(between(orders(), orders(total))).containsExactly("column.added 2 ADDITIVE");
    assertThat(between(orders(), orders(with(total, Default.constant("5")))))
        .containsExactly("column.added 2 ADDITIVE BACKFILL");
    assertThat(between(orders(), orders(with(total, Default.Kind.VOLATILE))))
        .containsExactly("column.added 2 ADDITIVE RESYNC");
    assertThat(between(orders(), orders(with(total, Default.Kind.GENERATED))))
        .containsExactly("column.added 2 SEMANTIC RESYNC INVISIBLE");
    assertThat(between(orders(), orders(required(with(total, Default.constant("5"))))))
        .containsExactly("column.added 2 COMPATIBLE BACKFILL");
    assertThat(between(orders(), orders(required(with(total, Default.Kind.VOLATILE)))))
        .containsExactly("column.added 2 COMPATIBLE RESYNC");
    assertThat(between(orders(), orders(required(total))))
        .containsExactly("column.added 2 BREAKING RESYNC");
  }

  @Test
  void invariant_8_an_added_column_of_unknown_default_is_not_taken_for_an_empty_one() {
    assertThat(between(orders(), orders(Column.of("2", "total", Type.of("int4")))))
        .containsExactly("column.added 2 ADDITIVE RESYNC");
    assertThat(between(orders(), orders(with(column("2", "total", "int4"), Default.Kind.CONSTANT))))
        .containsExactly("column.added 2 ADDITIVE RESYNC");
  }

  @Test
  void a_column_that_is_older_than_known_ones_was_there_and_not_captured() {
    Column known = column("3", "known", "int4");

    assertThat(between(orders(known), orders(column("2", "generated_once", "int4"), known)))
        .containsExactly("column.added 2 ADDITIVE RESYNC SCOPE");
  }

  @Test
  void a_default_that_was_dropped_again_still_fills_old_rows() {
    Column total =
        with(column("2", "total", "int4"), new Default(Default.Kind.NONE, Optional.of("5")));

    assertThat(between(orders(), orders(total)))
        .containsExactly("column.added 2 ADDITIVE BACKFILL");
  }

  @Test
  void a_removed_column_is_lossy_and_breaks_where_it_was_required_or_a_key() {
    Column note = column("2", "note", "text");

    assertThat(between(orders(note), orders())).containsExactly("column.removed 2 LOSSY");
    assertThat(between(orders(required(note)), orders()))
        .containsExactly("column.removed 2 BREAKING");
    assertThat(
            between(
                relation(ORDERS, "16401", new RowIdentity.Key(List.of("1", "2")), note), orders()))
        .containsExactly("pk.columns-changed  BREAKING", "column.removed 2 BREAKING");
  }

  @Test
  void a_renamed_column_is_the_same_column() {
    List<Finding> findings =
        drift
            .detect(
                seen(orders(column("2", "qty", "int4"))),
                seen(orders(column("2", "quantity", "int4"))))
            .findings();

    assertThat(text(findings)).containsExactly("column.renamed 2 COMPATIBLE RENAME");
    assertThat(findings.get(0).detail().as(DriftDetail.class))
        .isEqualTo(new DriftDetail.ColumnRenamed("qty", "quantity", Optional.empty()));
  }

  @Test
  void columns_that_exchange_their_names_break_whoever_reads_by_name() {
    Relation from = orders(column("2", "a", "int4"), column("3", "b", "int4"));
    Relation to = orders(column("2", "b", "int4"), column("3", "a", "int4"));

    assertThat(between(from, to))
        .containsExactly(
            "column.swap-renamed 2 BREAKING RENAME", "column.swap-renamed 3 BREAKING RENAME");
  }

  @Test
  void names_that_go_round_among_three_columns_are_swapped_too() {
    Relation from =
        orders(column("2", "a", "int4"), column("3", "b", "int4"), column("4", "c", "int4"));
    Relation to =
        orders(column("2", "b", "int4"), column("3", "c", "int4"), column("4", "a", "int4"));

    assertThat(between(from, to)).hasSize(3).allMatch(f -> f.startsWith("column.swap-renamed"));
  }

  @Test
  void a_name_that_moves_on_to_another_column_changes_its_meaning() {
    Relation from = orders(column("2", "a", "int4"), column("3", "b", "int4"));

    assertThat(between(from, orders(column("2", "b", "int4"), column("3", "c", "int4"))))
        .containsExactly("column.renamed 3 COMPATIBLE RENAME", "column.renamed 2 SEMANTIC RENAME");
    assertThat(
            between(
                from,
                orders(
                    column("2", "old_a", "int4"),
                    column("3", "b", "int4"),
                    column("4", "a", "int4"))))
        .containsExactly("column.added 4 SEMANTIC", "column.renamed 2 COMPATIBLE RENAME");
  }

  @Test
  void in_the_widest_table_every_column_may_take_the_name_of_the_next() {
    List<Column> from = new ArrayList<>();
    List<Column> to = new ArrayList<>();
    for (int i = 2; i <= 1600; i++) {
      from.add(column(String.valueOf(i), "c" + i, "int4"));
      to.add(column(String.valueOf(i), "c" + (i + 1), "int4"));
    }

    assertThat(between(orders(from.toArray(Column[]::new)), orders(to.toArray(Column[]::new))))
        .hasSize(1599)
        .contains("column.renamed 2 SEMANTIC RENAME", "column.renamed 1600 COMPATIBLE RENAME");
  }

  @Test
  void a_column_that_was_dropped_and_added_again_is_another_column() {
    List<Finding> findings =
        drift
            .detect(
                seen(orders(column("2", "note", "text"))),
                seen(orders(column("3", "note", "text"))))
            .findings();

    assertThat(text(findings)).containsExactly("column.dropped-and-readded 3 LOSSY RESYNC");
    assertThat(findings.get(0).detail().as(DriftDetail.class))
        .isEqualTo(new DriftDetail.ColumnReadded("note", "2", "text", "text"));
    assertThat(
            between(
                orders(required(column("2", "note", "text"))), orders(column("3", "note", "text"))))
        .containsExactly("column.dropped-and-readded 3 BREAKING RESYNC");
  }

  @Test
  void the_order_of_columns_is_no_drift() {
    Relation from = orders(column("2", "a", "int4"), column("3", "b", "int4"));
    Relation to = orders(column("3", "b", "int4"), column("2", "a", "int4"));

    assertThat(between(from, to)).isEmpty();
  }

  @Test
  void a_change_of_type_is_judged_by_what_becomes_of_the_values() {
    assertThat(retyped("int4", "int8")).containsExactly("column.type-widened 2 COMPATIBLE");
    assertThat(retyped("float4", "float8"))
        .containsExactly("column.type-widened 2 COMPATIBLE RESYNC");
    assertThat(retyped("timestamp", "timestamptz"))
        .containsExactly("column.type-reinterpreted 2 SEMANTIC RESYNC");
    assertThat(retyped("int8", "int4")).containsExactly("column.type-narrowed 2 LOSSY");
    assertThat(retyped("numeric(10,4)", "numeric(10,2)"))
        .containsExactly("column.type-narrowed 2 LOSSY RESYNC");
    assertThat(retyped("text", "int4"))
        .containsExactly("column.type-family-changed 2 BREAKING RESYNC");
    assertThat(retyped("numeric(10)", "numeric(10,0)")).isEmpty();
  }

  private List<String> retyped(String from, String to) {
    return between(orders(column("2", "v", from)), orders(column("2", "v", to)));
  }

  @Test
  void nullability_is_a_kind_of_its_own() {
    Column note = column("2", "note", "text");

    assertThat(between(orders(required(note)), orders(note)))
        .containsExactly("column.nullability-relaxed 2 COMPATIBLE INVISIBLE");
    assertThat(between(orders(note), orders(required(note))))
        .containsExactly("column.nullability-tightened 2 COMPATIBLE INVISIBLE");
  }

  @Test
  void a_key_column_that_takes_null_breaks() {
    Relation from = orders();
    Relation to = Relation.of(ORDERS, "16401", BY_ID, List.of(column("1", "id", "int8")));

    assertThat(between(from, to))
        .containsExactly("column.nullability-relaxed 1 BREAKING INVISIBLE");
  }

  @Test
  void invariant_8_what_one_side_does_not_know_is_no_change() {
    Relation bare = orders(Column.of("2", "note", Type.of("text")));
    Relation full =
        orders(
            commented(required(with(column("2", "note", "text"), Default.Kind.VOLATILE)), "why"));

    assertThat(between(bare, full)).isEmpty();
    assertThat(between(full, bare)).isEmpty();
  }

  @Test
  void what_stands_behind_a_column_may_change() {
    Column v = column("2", "v", "int4");

    assertThat(between(orders(v), orders(with(v, Default.Kind.VOLATILE))))
        .containsExactly("column.default-changed 2 METADATA INVISIBLE");
    assertThat(between(orders(v), orders(with(v, Default.Kind.GENERATED))))
        .containsExactly("column.generated-added 2 SEMANTIC RESYNC INVISIBLE");
    assertThat(between(orders(with(v, Default.Kind.GENERATED)), orders(v)))
        .containsExactly("column.generated-dropped 2 ADDITIVE BACKFILL");
  }

  @Test
  void a_rewrite_that_forgets_the_value_of_old_rows_is_no_change() {
    Column v = column("2", "v", "int4");

    assertThat(
            between(orders(with(v, Default.constant("5"))), orders(with(v, Default.Kind.CONSTANT))))
        .isEmpty();
  }

  @Test
  void a_comment_is_metadata() {
    Column v = column("2", "v", "int4");

    assertThat(between(orders(v), orders(commented(v, "in cents"))))
        .containsExactly("column.comment-changed 2 METADATA INVISIBLE");
    assertThat(between(orders(commented(v, "in cents")), orders(v)))
        .containsExactly("column.comment-changed 2 METADATA INVISIBLE");
  }

  @Test
  void a_table_keeps_its_identity_under_another_name() {
    Relation from = orders();

    assertThat(between(from, named("public.purchases")))
        .containsExactly("table.renamed  COMPATIBLE RENAME");
    assertThat(between(from, named("sales.orders")))
        .containsExactly("table.schema-changed  COMPATIBLE RENAME");
    assertThat(between(from, named("sales.purchases")))
        .containsExactly(
            "table.renamed  COMPATIBLE RENAME", "table.schema-changed  COMPATIBLE RENAME");
  }

  private static Relation named(String name) {
    return relation(new Asset("shop", name), "16401", BY_ID);
  }

  @Test
  void another_relation_with_the_name_is_a_swapped_table_whatever_its_columns() {
    Relation other = relation(ORDERS, "16999", BY_ID, column("2", "x", "text"));

    assertThat(between(orders(column("2", "v", "int4")), other))
        .containsExactly("table.swapped  BREAKING RESYNC");
  }

  @Test
  void tables_of_two_systems_are_not_compared() {
    Relation elsewhere = relation(new Asset("bank", "public.orders"), "16401", BY_ID);

    assertThatThrownBy(() -> between(orders(), elsewhere))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different systems");
  }

  @Test
  void the_way_a_row_is_found_may_change() {
    RowIdentity whole = new RowIdentity.Whole();
    RowIdentity none = new RowIdentity.None();
    Column id = required(column("1", "id", "int8"));
    Column no = required(column("2", "no", "int8"));

    assertThat(between(by(none, id, no), by(BY_ID, id, no)))
        .containsExactly("pk.added  COMPATIBLE");
    assertThat(between(by(BY_ID, id, no), by(none, id, no)))
        .containsExactly("pk.removed  BREAKING");
    assertThat(between(by(BY_ID, id, no), by(whole, id, no)))
        .containsExactly("pk.removed  BREAKING");
    assertThat(between(by(none, id, no), by(whole, id, no)))
        .containsExactly("row-identity.whole  METADATA");
    assertThat(between(by(whole, id, no), by(none, id, no)))
        .containsExactly("row-identity.none  BREAKING");
    assertThat(between(by(BY_ID, id, no), by(new RowIdentity.Key(List.of("1", "2")), id, no)))
        .containsExactly("pk.columns-changed  BREAKING");
    assertThat(
            between(
                by(new RowIdentity.Key(List.of("1", "2")), id, no),
                by(new RowIdentity.Key(List.of("2", "1")), id, no)))
        .isEmpty();
  }

  private static Relation by(RowIdentity identity, Column... columns) {
    return Relation.of(ORDERS, "16401", identity, List.of(columns));
  }

  @Test
  void labels_of_an_enum_have_an_identity_too() {
    assertThat(enums(labelled("1", "a", "2", "b"), labelled("1", "a", "2", "b", "3", "c")))
        .containsExactly("enum.label-added 3 ADDITIVE INVISIBLE");
    assertThat(enums(labelled("1", "a", "2", "b"), labelled("1", "a", "3", "c", "2", "b")))
        .containsExactly("enum.label-added 3 SEMANTIC INVISIBLE");
    assertThat(enums(labelled("1", "a", "2", "b"), labelled("1", "a", "2", "bb")))
        .containsExactly("enum.label-renamed 2 SEMANTIC RENAME RESYNC INVISIBLE");
    assertThat(enums(labelled("1", "a", "2", "b"), labelled("1", "a")))
        .containsExactly("enum.label-removed 2 BREAKING INVISIBLE");
    assertThat(enums(labelled("1", "a", "2", "b"), labelled("2", "b", "1", "a")))
        .containsExactly("enum.labels-reordered public.mood SEMANTIC INVISIBLE");
    assertThat(enums(labelled("1", "a"), labelled("9", "a")))
        .containsExactly(
            "enum.label-added 9 ADDITIVE INVISIBLE", "enum.label-removed 1 BREAKING INVISIBLE");
  }

  private List<String> enums(Type from, Type to) {
    return between(orders(column("2", "mood", from)), orders(column("2", "mood", to)));
  }

  @Test
  void an_enum_that_several_columns_have_changes_once() {
    Type before = labelled("1", "a");
    Type after = labelled("1", "a", "2", "b");
    Relation from = orders(column("2", "now", before), column("3", "then", before));
    Relation to = orders(column("2", "now", after), column("3", "then", after));

    List<Finding> findings = drift.detect(seen(from), seen(to)).findings();

    assertThat(text(findings)).containsExactly("enum.label-added 2 ADDITIVE INVISIBLE");
    assertThat(findings.get(0).detail().as(DriftDetail.class))
        .isEqualTo(
            new DriftDetail.LabelAdded(
                "public.mood", "b", Optional.of("a"), List.of("now", "then")));
  }

  @Test
  void an_enum_under_another_name_is_a_rename() {
    Type after = new Type("public.feeling", List.of(), labelled("1", "a").labels());

    assertThat(enums(labelled("1", "a"), after))
        .containsExactly("enum.renamed public.mood COMPATIBLE RENAME INVISIBLE");
  }

  @Test
  void invariant_8_labels_that_were_read_while_they_changed_are_not_compared() {
    Relation from =
        orders(column("2", "now", labelled("1", "a")), column("3", "then", labelled("1", "a")));
    Relation torn =
        orders(
            column("2", "now", labelled("1", "a", "2", "b")),
            column("3", "then", labelled("1", "a")));

    assertThat(between(from, torn)).containsExactly("enum.torn public.mood BREAKING");
    assertThat(text(drift.detect(unseen(), seen(torn)).findings()))
        .containsExactly("table.added  ADDITIVE", "enum.torn public.mood BREAKING");
  }

  @Test
  void invariant_5_a_column_without_identity_is_never_taken_for_another() {
    Relation from = orders(column("2", "v", "int4"));
    Relation to = orders(Column.of("?v", "v", Type.of("int4")));

    assertThat(between(from, to)).containsExactly("column.unidentified ?v BREAKING");
    assertThat(between(to, from)).containsExactly("column.unidentified ?v BREAKING");
    assertThat(text(drift.detect(unseen(), seen(to)).findings()))
        .containsExactly("table.added  ADDITIVE", "column.unidentified ?v BREAKING");
  }

  @Test
  void a_live_catalog_read_gives_provisional_findings_with_the_same_ids() {
    Observation from = seen(orders());
    Relation to = orders(column("2", "v", "int4"));

    List<Finding> logged = drift.detect(from, seen(to)).findings();
    List<Finding> live = drift.detect(from, seen(to, Evidence.CATALOG)).findings();

    assertThat(live).allMatch(finding -> finding.flags().contains(Flag.PROVISIONAL));
    assertThat(logged).noneMatch(finding -> finding.flags().contains(Flag.PROVISIONAL));
    assertThat(live.get(0).id()).isEqualTo(logged.get(0).id());
  }

  @Test
  void a_kind_is_a_dotted_kebab_case_word_and_never_harmless() {
    for (ChangeKind kind : ChangeKind.values()) {
      assertThat(kind.kind()).matches("[a-z]+(-[a-z]+)*\\.[a-z]+(-[a-z]+)*");
      assertThat(kind.verdict()).isNotEqualTo(Verdict.NOOP);
    }
  }
}
