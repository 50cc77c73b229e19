package dev.weirkeeper.drift.impact;

import static dev.weirkeeper.drift.impact.Changes.ORDERS;
import static dev.weirkeeper.drift.impact.Changes.between;
import static dev.weirkeeper.drift.impact.Changes.named;
import static dev.weirkeeper.drift.impact.Changes.ofThePipeline;
import static dev.weirkeeper.drift.impact.Changes.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Dependent;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Json;
import dev.weirkeeper.drift.impact.Impact.Affected;
import dev.weirkeeper.drift.impact.Impact.Certainty;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.View;
import dev.weirkeeper.drift.taxonomy.Bump;
import dev.weirkeeper.drift.taxonomy.Compatibility;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ImpactTest {
  private static final Asset MIRROR = new Asset("lake", "public.orders");
  private static final Map<String, Set<String>> MIRRORS = Map.of("shop", Set.of("lake"));

  private static final List<Finding> REMOVED =
      between(
          table("1 id int8!", "2 note text", "3 paid bool"), table("1 id int8!", "3 paid bool"));
  private static final List<Finding> ADDED =
      between(table("1 id int8!"), table("1 id int8!", "2 note text"));

  private static Dependent view(String name, Asset on, String... columns) {
    return Dependent.of(Dependent.Kind.VIEW, name, on)
        .reading(Set.of(columns))
        .being(new Asset(on.system(), name));
  }

  private static Dependent contract(String version, String... columns) {
    return Dependent.of(Dependent.Kind.CONTRACT, "orders", ORDERS)
        .reading(Set.of(columns))
        .in(version);
  }

  private static Impact of(List<Finding> findings, Dependent... dependents) {
    return Impact.of(findings, List.of(dependents), MIRRORS);
  }

  @Test
  void who_reads_a_removed_column_breaks_and_who_reads_others_does_not() {
    Impact impact =
        of(
            REMOVED,
            view("gold.notes", MIRROR, "id", "note"),
            view("gold.paid", MIRROR, "id", "paid"),
            view("gold.other", new Asset("elsewhere", "public.orders"), "note"));

    assertThat(impact.affected())
        .extracting(Affected::name, Affected::effect, Affected::certainty)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                "gold.notes", Compatibility.BREAK, Certainty.NAMED));
    assertThat(impact.affected().get(0).reasons())
        .extracting(Impact.Reason::kind, Impact.Reason::column)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("column.removed", "note"));
    assertThat(impact.unaffected()).isEqualTo(2);
  }

  @Test
  void invariant_8_one_whose_columns_are_not_known_may_be_affected() {
    Impact impact =
        of(REMOVED, Dependent.of(Dependent.Kind.DBT_MODEL, "model.shop.orders", MIRROR));

    assertThat(impact.affected())
        .singleElement()
        .extracting(Affected::certainty)
        .isEqualTo(Certainty.POSSIBLE);
  }

  @Test
  void one_that_reads_no_column_at_all_is_affected_by_the_table_alone() {
    Dependent counts = view("gold.count", MIRROR);

    assertThat(of(REMOVED, counts).affected()).isEmpty();
    assertThat(of(List.of(ofThePipeline("table.removed")), counts).affected()).hasSize(1);
  }

  @Test
  void what_breaks_one_breaks_those_behind_it_however_far_and_even_in_a_circle() {
    Dependent first = view("gold.notes", MIRROR, "note");
    Dependent second =
        Dependent.of(Dependent.Kind.DBT_MODEL, "model.a", new Asset("lake", "gold.notes"))
            .being(new Asset("lake", "gold.a"));
    Dependent third =
        Dependent.of(Dependent.Kind.DBT_MODEL, "model.b", new Asset("lake", "gold.a"))
            .being(new Asset("lake", "gold.b"));
    Dependent back =
        Dependent.of(Dependent.Kind.DBT_MODEL, "model.a", new Asset("lake", "gold.b"))
            .being(new Asset("lake", "gold.a"));

    Impact impact = of(REMOVED, third, back, second, first);

    assertThat(impact.affected())
        .extracting(Affected::name, Affected::through)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("gold.notes", List.of()),
            org.assertj.core.groups.Tuple.tuple("model.a", List.of("gold.notes")),
            org.assertj.core.groups.Tuple.tuple("model.b", List.of("gold.notes", "model.a")));
    assertThat(impact.affected().get(2).certainty()).isEqualTo(Certainty.POSSIBLE);
  }

  @Test
  void a_contract_is_proposed_its_next_version() {
    Affected broken = of(REMOVED, contract("2.3.1", "note")).affected().get(0);
    Affected grown = of(ADDED, contract("2.3.1", "id")).affected().get(0);

    assertThat(broken.bump()).contains(Bump.MAJOR);
    assertThat(broken.next()).contains("3.0.0");
    assertThat(broken.effect()).isEqualTo(Compatibility.BREAK);
    assertThat(grown.bump()).contains(Bump.MINOR);
    assertThat(grown.next()).contains("2.4.0");
    assertThat(grown.effect()).isEqualTo(Compatibility.OK);
    assertThat(of(REMOVED, contract("2.3.1", "paid")).affected())
        .as("a column that it does not name")
        .isEmpty();
    assertThat(of(REMOVED, contract("spring", "note")).affected().get(0).next())
        .as("of a version that cannot be counted on")
        .isEmpty();
  }

  @Test
  void a_new_column_breaks_nobody_who_reads_by_name() {
    assertThat(
            of(
                    ADDED,
                    view("gold.ids", MIRROR, "id"),
                    Dependent.of(Dependent.Kind.DBT_MODEL, "model.star", MIRROR))
                .affected())
        .isEmpty();
  }

  @Test
  void a_rename_is_met_by_the_old_name() {
    List<Finding> renamed =
        between(table("1 id int8!", "2 note text"), table("1 id int8!", "2 remark text"));
    List<Finding> moved =
        between(
            named(ORDERS, "1", "1 id int8!"),
            named(new Asset("shop", "public.sales"), "1", "1 id int8!"));

    assertThat(of(renamed, view("gold.notes", MIRROR, "note")).affected()).hasSize(1);
    assertThat(of(moved, view("gold.ids", MIRROR, "id")).affected()).hasSize(1);
  }

  @Test
  void a_subject_goes_by_what_is_on_the_wire() {
    List<Finding> relaxed =
        between(table("1 id int8!", "2 n int4!"), table("1 id int8!", "2 n int4"));
    Dependent subject = Dependent.of(Dependent.Kind.SUBJECT, "orders-value", ORDERS);

    assertThat(of(relaxed, subject).affected())
        .singleElement()
        .extracting(Affected::effect)
        .isEqualTo(Compatibility.BREAK);
  }

  @Test
  void the_worst_come_first_whatever_order_dependents_come_in() {
    List<Finding> findings = new ArrayList<>(REMOVED);
    List<Dependent> dependents = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      dependents.add(view("gold.v" + i, MIRROR, i % 2 == 0 ? "note" : "paid"));
      dependents.add(Dependent.of(Dependent.Kind.DBT_MODEL, "model." + i, MIRROR));
      dependents.add(contract("1.0." + i, "note"));
    }
    Impact expected = Impact.of(findings, dependents, MIRRORS);
    Random random = new Random(26);
    for (int i = 0; i < 20; i++) {
      Collections.shuffle(dependents, random);
      Impact again = Impact.of(findings, dependents, MIRRORS);

      assertThat(again.affected())
          .as("seed 26, %d", i)
          .extracting(Affected::name)
          .isEqualTo(expected.affected().stream().map(Affected::name).toList());
    }
    assertThat(expected.affected().get(0).certainty()).isEqualTo(Certainty.NAMED);
  }

  @Test
  void nothing_found_affects_nobody() {
    assertThat(of(List.of(), view("gold.v", MIRROR, "id"))).isEqualTo(new Impact(List.of(), 1));
    assertThat(of(REMOVED)).isEqualTo(new Impact(List.of(), 0));
  }

  @Test
  void views_and_foreign_keys_of_a_catalog_are_dependents() {
    ObjectName orders = new ObjectName("public", "orders");
    DatabaseSchema empty = DatabaseSchema.empty(17);
    View view =
        new View(
            "9",
            new ObjectName("gold", "notes"),
            View.Kind.VIEW,
            "SELECT …",
            List.of(),
            List.of(
                new View.ColumnRef(orders, "id"),
                new View.ColumnRef(orders, "note"),
                new View.ColumnRef(new ObjectName("public", "customers"), "id")),
            Optional.empty(),
            List.of());
    DatabaseSchema schema =
        new DatabaseSchema(
            17,
            empty.namespaces(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(view),
            List.of(),
            List.of());

    List<Dependent> found = Dependents.within(schema, "lake");

    assertThat(found).hasSize(2);
    assertThat(found.get(0)).isEqualTo(view("gold.notes", MIRROR, "id", "note"));
    assertThat(Constraint.Kind.values()).contains(Constraint.Kind.FOREIGN_KEY);
    assertThat(Json.of(found.get(0)).as(Dependent.class)).isEqualTo(found.get(0));
  }

  @Test
  void a_contract_is_affected_by_the_rules_that_name_the_column_and_they_are_named() {
    Impact impact =
        of(
            REMOVED,
            contract("1.0.0").at("not-null.id").reading(Set.of("id")),
            contract("1.0.0").at("note-is-kind").reading(Set.of("note")),
            contract("1.0.0").at("a-note").reading(Set.of("note", "id")));

    assertThat(impact.affected())
        .singleElement()
        .satisfies(
            affected -> {
              assertThat(affected.certainty()).isEqualTo(Certainty.NAMED);
              assertThat(affected.reasons().get(0).parts())
                  .containsExactly("a-note", "note-is-kind");
            });
    assertThat(of(REMOVED, contract("1.0.0"), contract("1.0.0").at("r").reading(Set.of("paid"))))
        .isEqualTo(new Impact(List.of(), 1));
  }

  @Test
  void a_new_column_is_a_matter_of_the_contract_and_of_none_of_its_rules() {
    Impact impact = of(ADDED, contract("1.0.0"), contract("1.0.0").at("r").reading(Set.of("id")));

    assertThat(impact.affected())
        .singleElement()
        .satisfies(affected -> assertThat(affected.reasons().get(0).parts()).isEmpty());
    assertThat(of(ADDED, contract("1.0.0").at("r").reading(Set.of("id"))).affected()).isEmpty();
  }
}
