package dev.weirkeeper.drift.plan;

import static dev.weirkeeper.drift.plan.Schemas.column;
import static dev.weirkeeper.drift.plan.Schemas.commented;
import static dev.weirkeeper.drift.plan.Schemas.constraint;
import static dev.weirkeeper.drift.plan.Schemas.enumType;
import static dev.weirkeeper.drift.plan.Schemas.filled;
import static dev.weirkeeper.drift.plan.Schemas.foreignKey;
import static dev.weirkeeper.drift.plan.Schemas.index;
import static dev.weirkeeper.drift.plan.Schemas.name;
import static dev.weirkeeper.drift.plan.Schemas.opaque;
import static dev.weirkeeper.drift.plan.Schemas.required;
import static dev.weirkeeper.drift.plan.Schemas.table;
import static dev.weirkeeper.drift.plan.Schemas.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MigrationPlannerTest {
  private static final PlanOptions ALLOW = PlanOptions.direct().with(PlanOptions.Destruction.ALLOW);
  private static final PlanOptions ONLINE =
      PlanOptions.online().with(PlanOptions.Destruction.ALLOW);

  private static Migration plan(Schemas from, Schemas to, PlanOptions options) {
    return MigrationPlanner.plan(
        SchemaComparison.between(from.done(), to.done(), Identity.names()), options);
  }

  private static Migration planById(Schemas from, Schemas to, PlanOptions options) {
    return MigrationPlanner.plan(
        SchemaComparison.between(from.done(), to.done(), Identity.ids()), options);
  }

  private static List<String> sql(Migration migration) {
    return migration.steps().stream().flatMap(step -> step.statements().stream()).toList();
  }

  @Test
  void names_and_texts_cannot_break_out_of_their_statement() {
    String evil = "a\"; DROP TABLE t; --";
    Schemas from = Schemas.of(table("1", "t"));
    Schemas to =
        Schemas.of(table("1", "t", commented("1", evil, "integer", "it's */ \\' $$; DROP")));

    assertThat(sql(plan(from, to, ALLOW)))
        .containsExactly(
            "ALTER TABLE \"public\".\"t\" ADD COLUMN \"a\"\"; DROP TABLE t; --\" integer",
            "COMMENT ON COLUMN \"public\".\"t\".\"a\"\"; DROP TABLE t; --\""
                + " IS E'it''s */ \\\\'' $$; DROP'");
  }

  @Test
  void names_that_would_be_cut_or_hide_characters_are_refused_and_the_rest_is_planned() {
    Schemas from = Schemas.of(table("1", "t"));
    Schemas to =
        Schemas.of(
            table(
                "1",
                "t",
                column("1", "ü".repeat(32), "integer"),
                column("2", "a\u202eb", "integer"),
                column("3", "a\nb", "integer"),
                column("4", "good", "integer")));

    Migration migration = plan(from, to, ALLOW);

    assertThat(sql(migration))
        .containsExactly("ALTER TABLE \"public\".\"t\" ADD COLUMN \"good\" integer");
    assertThat(migration.refusals())
        .extracting(Refusal::why)
        .hasSize(3)
        .anyMatch(why -> why.contains("64 bytes") && why.contains("IDENTIFIER_TRUNCATION"))
        .anyMatch(why -> why.contains("control characters"));
  }

  @Test
  void nothing_is_destroyed_unless_it_is_allowed() {
    Schemas from =
        Schemas.of(
                table("1", "t", column("1", "a", "bigint"), column("2", "b", "text")),
                table("2", "gone", column("1", "a", "integer")))
            .with(enumType("3", "e", "x"));
    Schemas to = Schemas.of(table("1", "t", column("1", "a", "integer")));

    Migration refused = plan(from, to, PlanOptions.direct());

    assertThat(refused.steps()).isEmpty();
    assertThat(refused.refusals())
        .extracting(Refusal::kind)
        .containsExactlyInAnyOrder(
            "column.type-narrowed", "column.removed", "table.removed", "enum.removed");
    assertThat(sql(plan(from, to, ALLOW)))
        .contains("DROP TABLE \"public\".\"gone\"", "DROP TYPE \"public\".\"e\"")
        .noneMatch(each -> each.contains("CASCADE") || each.contains("TRUNCATE"));
  }

  @Test
  void a_type_that_rounds_is_guarded_by_a_comparison_of_every_value() {
    Schemas from = Schemas.of(table("1", "t", column("1", "a", "numeric(9,2)")));
    Schemas to = Schemas.of(table("1", "t", column("1", "a", "numeric(9,1)")));

    Migration.Step step = plan(from, to, ALLOW).steps().get(0);

    assertThat(step.statements()).hasSize(3);
    assertThat(step.statements().get(0)).startsWith("LOCK TABLE");
    assertThat(step.statements().get(1)).contains("RAISE EXCEPTION", "IS DISTINCT FROM");
    assertThat(step.hazards())
        .contains(Hazard.ROUNDS_DATA, Hazard.TABLE_REWRITE, Hazard.IRREVERSIBLE);
    assertThat(step.undo()).isEmpty();
  }

  @Test
  void a_longer_text_is_free_and_a_wider_number_is_a_rewrite() {
    Schemas from =
        Schemas.of(
            table("1", "t", column("1", "a", "character varying(5)"), column("2", "b", "integer")));
    Schemas to =
        Schemas.of(
            table("1", "t", column("1", "a", "character varying(9)"), column("2", "b", "bigint")));

    assertThat(plan(from, to, PlanOptions.direct()).steps())
        .extracting(Migration.Step::work)
        .containsExactly(Work.CATALOG_ONLY, Work.REWRITE);
  }

  @Test
  void a_view_on_a_column_whose_type_changes_is_made_again_and_other_dependents_refuse_it() {
    Schemas from =
        Schemas.of(table("1", "t", column("1", "a", "integer")))
            .with(view("2", "v", " SELECT t.a\n   FROM public.t;"), "t", "a");
    Schemas to =
        Schemas.of(table("1", "t", column("1", "a", "bigint")))
            .with(view("2", "v", " SELECT t.a\n   FROM public.t;"), "t", "a");

    Migration again = plan(from, to, PlanOptions.direct());
    assertThat(again.steps()).hasSize(1);
    assertThat(sql(again))
        .containsSubsequence(
            "DROP VIEW \"public\".\"v\"",
            "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"a\" TYPE bigint",
            "CREATE VIEW \"public\".\"v\" AS SELECT t.a\n   FROM public.t")
        .hasSize(5);

    Item column = Item.column(name("t"), "a");
    Migration refused =
        plan(
            from.with(opaque("policy", "public.t.p"), column),
            to.with(opaque("policy", "public.t.p"), column),
            PlanOptions.direct());
    assertThat(refused.refusals())
        .extracting(Refusal::why)
        .anyMatch(why -> why.contains("policy public.t.p depends on it"));
    assertThat(sql(refused)).noneMatch(each -> each.contains("TYPE bigint"));
  }

  @Test
  void tables_that_exchange_their_names_go_by_way_of_a_third() {
    Schemas from =
        Schemas.of(
            table("1", "a", column("1", "x", "integer")),
            table("2", "b", column("1", "y", "text")));
    Schemas to =
        Schemas.of(
            table("1", "b", column("1", "x", "integer")),
            table("2", "a", column("1", "y", "text")));

    List<String> sql = sql(planById(from, to, PlanOptions.direct()));

    assertThat(sql).hasSize(3).allMatch(each -> each.contains(" RENAME TO "));
    assertThat(sql.get(0)).contains("wk_tmp_swap_");
  }

  @Test
  void a_column_renamed_over_a_dropped_one_waits_for_nobody() {
    Schemas from =
        Schemas.of(table("1", "t", column("1", "a", "integer"), column("2", "b", "integer")));
    Schemas to = Schemas.of(table("1", "t", column("1", "b", "integer")));

    List<String> sql = sql(planById(from, to, ALLOW));

    assertThat(sql).hasSize(3);
    assertThat(sql.get(0)).contains("RENAME COLUMN \"b\" TO \"wk_tmp_old_");
    assertThat(sql.get(1)).contains("RENAME COLUMN \"a\" TO \"b\"");
    assertThat(sql.get(2)).contains("DROP COLUMN \"wk_tmp_old_");
  }

  @Test
  void an_enum_that_loses_a_label_gets_another_type_in_its_place_in_one_transaction() {
    Item mood = Item.of(Item.Kind.ENUM, name("mood"));
    Schemas from =
        Schemas.of(table("1", "t", filled("1", "m", "public.mood", "'ok'::public.mood")))
            .with(enumType("2", "mood", "bad", "ok"))
            .needs(Item.column(name("t"), "m"), mood);
    Schemas to =
        Schemas.of(table("1", "t", filled("1", "m", "public.mood", "'ok'::public.mood")))
            .with(enumType("2", "mood", "ok"))
            .needs(Item.column(name("t"), "m"), mood);

    Migration migration = plan(from, to, ALLOW);

    assertThat(migration.steps()).hasSize(1);
    assertThat(sql(migration))
        .hasSize(4)
        .anyMatch(
            each ->
                each.endsWith(
                    "ALTER COLUMN \"m\" DROP DEFAULT, ALTER COLUMN \"m\" TYPE public.mood USING"
                        + " \"m\"::text::public.mood, ALTER COLUMN \"m\" SET DEFAULT"
                        + " 'ok'::public.mood"));
    assertThat(plan(from, to, PlanOptions.direct()).refusals())
        .extracting(Refusal::kind)
        .containsExactly("enum.label-removed");
  }

  @Test
  void new_labels_are_added_one_by_one_outside_transactions() {
    Migration migration =
        plan(
            new Schemas().with(enumType("1", "e", "b")),
            new Schemas().with(enumType("1", "e", "a", "b", "c's")),
            PlanOptions.direct());

    assertThat(sql(migration))
        .containsExactly(
            "ALTER TYPE \"public\".\"e\" ADD VALUE IF NOT EXISTS 'a' BEFORE 'b'",
            "ALTER TYPE \"public\".\"e\" ADD VALUE IF NOT EXISTS 'c''s' AFTER 'b'");
    assertThat(migration.steps()).allMatch(step -> step.commit() == Migration.Commit.ALONE);
  }

  @Test
  void online_a_required_column_is_checked_without_a_strong_lock() {
    Schemas from = Schemas.of(table("1", "t", column("1", "a", "integer")));
    Schemas to = Schemas.of(table("1", "t", required("1", "a", "integer")));

    Migration migration = plan(from, to, ONLINE);

    assertThat(sql(migration)).hasSize(4);
    assertThat(sql(migration).get(0)).endsWith("CHECK (\"a\" IS NOT NULL) NOT VALID");
    assertThat(migration.steps().get(1).locks())
        .containsEntry("public.t", LockMode.SHARE_UPDATE_EXCLUSIVE);
    assertThat(migration.steps().get(2).hazards()).doesNotContain(Hazard.FULL_SCAN);
  }

  @Test
  void online_a_key_is_built_concurrently_and_a_foreign_key_is_validated_later() {
    String body = "USING btree (a)";
    Constraint key = constraint("7", "k", Constraint.Kind.UNIQUE, "UNIQUE (a)", "a");
    Constraint foreign = foreignKey("8", "f", "FOREIGN KEY (a) REFERENCES public.r(id)", "a", "r");
    Schemas from =
        Schemas.of(
            table("1", "t", column("1", "a", "integer")),
            table("2", "r", column("1", "id", "integer")));
    Schemas to =
        Schemas.of(
                table("1", "t", List.of(column("1", "a", "integer")), key, foreign),
                table("2", "r", column("1", "id", "integer")))
            .with(index("9", "k", "t", Index.Uniqueness.UNIQUE, body, Optional.of("k")));

    Migration migration = plan(from, to, ONLINE);

    assertThat(sql(migration))
        .containsExactly(
            "CREATE UNIQUE INDEX CONCURRENTLY \"k\" ON \"public\".\"t\" USING btree (a)",
            "ALTER TABLE \"public\".\"t\" ADD CONSTRAINT \"k\" UNIQUE USING INDEX \"k\"",
            "ALTER TABLE \"public\".\"t\" ADD CONSTRAINT \"f\" FOREIGN KEY (a) REFERENCES"
                + " public.r(id) NOT VALID",
            "ALTER TABLE \"public\".\"t\" VALIDATE CONSTRAINT \"f\"");
    assertThat(migration.steps().get(3).locks()).containsEntry("public.r", LockMode.ROW_SHARE);
  }

  @Test
  void online_a_changed_check_holds_at_every_moment() {
    Schemas from =
        Schemas.of(
            table(
                "1",
                "t",
                List.of(column("1", "a", "integer")),
                constraint("7", "c", Constraint.Kind.CHECK, "CHECK ((a > 0))", "a")));
    Schemas to =
        Schemas.of(
            table(
                "1",
                "t",
                List.of(column("1", "a", "integer")),
                constraint("7", "c", Constraint.Kind.CHECK, "CHECK ((a > 1))", "a")));

    Migration migration = plan(from, to, ONLINE);

    assertThat(migration.steps()).hasSize(3);
    assertThat(migration.steps().get(2).statements())
        .hasSize(2)
        .first()
        .asString()
        .endsWith("DROP CONSTRAINT \"c\"");
    assertThat(migration.steps())
        .noneMatch(step -> step.hazards().contains(Hazard.UNPROTECTED_WINDOW));
    assertThat(plan(from, to, ALLOW).steps())
        .anyMatch(step -> step.hazards().contains(Hazard.UNPROTECTED_WINDOW));
  }

  @Test
  void online_an_index_is_replaced_beside_the_old_one() {
    Schemas from =
        Schemas.of(table("1", "t", column("1", "a", "integer")))
            .with(index("2", "i", "t", Index.Uniqueness.NOT_UNIQUE, "USING btree (a)"));
    Schemas to =
        Schemas.of(table("1", "t", column("1", "a", "integer")))
            .with(index("2", "i", "t", Index.Uniqueness.NOT_UNIQUE, "USING hash (a)"));

    Migration migration = plan(from, to, ONLINE);

    assertThat(migration.steps()).hasSize(3);
    assertThat(sql(migration).get(0)).startsWith("CREATE INDEX CONCURRENTLY \"wk_tmp_idx_");
    assertThat(sql(migration).get(1)).isEqualTo("DROP INDEX CONCURRENTLY \"public\".\"i\"");
    assertThat(migration.steps().subList(0, 2))
        .allMatch(
            step ->
                step.commit() == Migration.Commit.ALONE
                    && step.hazards().contains(Hazard.NON_TRANSACTIONAL));
  }

  @Test
  void online_a_volatile_default_fills_old_rows_in_batches() {
    Schemas from = Schemas.of(table("1", "t"));
    Schemas to = Schemas.of(table("1", "t", filled("1", "u", "uuid", "gen_random_uuid()")));

    Migration migration = plan(from, to, ONLINE);

    assertThat(migration.steps().get(0).work()).isEqualTo(Work.CATALOG_ONLY);
    assertThat(migration.steps().get(1).commit()).isEqualTo(Migration.Commit.BATCHES);
    assertThat(migration.steps().get(1).route()).isEqualTo(Route.BATCHES);
    assertThat(plan(from, to, ALLOW).steps().get(0).work()).isEqualTo(Work.REWRITE);
  }

  @Test
  void online_a_column_is_put_out_of_sight_before_it_is_dropped() {
    Schemas from = Schemas.of(table("1", "t", required("1", "a", "integer")));
    Schemas to = Schemas.of(table("1", "t"));

    Migration migration = plan(from, to, ONLINE.retiredAs("y2026_12"));

    assertThat(sql(migration))
        .containsExactly(
            "ALTER TABLE \"public\".\"t\" RENAME COLUMN \"a\" TO \"a__y2026_12\"",
            "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"a__y2026_12\" DROP NOT NULL",
            "ALTER TABLE \"public\".\"t\" DROP COLUMN \"a__y2026_12\"");
    assertThat(migration.steps().get(0).undo()).isNotEmpty();
    assertThat(migration.steps().get(1).hazards()).contains(Hazard.DELETES_DATA);
  }

  @Test
  void what_is_not_modelled_is_named_and_the_rest_is_planned() {
    Schemas to =
        Schemas.of(table("1", "t", column("1", "a", "integer")))
            .with(opaque("function", "public.f()"), Item.of(Item.Kind.TABLE, name("t")));

    Migration migration = plan(Schemas.of(), to, PlanOptions.direct());

    assertThat(migration.steps()).hasSize(1);
    assertThat(migration.refusals())
        .containsExactly(
            new Refusal(
                "function.changed",
                "public.f()",
                "the function is missing and is not made by a migration. Make it by hand"));
  }

  @Test
  void the_same_schemas_give_the_same_migration_and_none_if_they_are_alike() {
    Schemas from = Schemas.of(table("1", "t", column("1", "a", "integer")));
    Schemas to = Schemas.of(table("1", "t", column("1", "a", "bigint")));

    assertThat(plan(from, to, ONLINE).id()).isEqualTo(plan(from, to, ONLINE).id());
    assertThat(plan(from, from, ONLINE).steps()).isEmpty();
  }

  @Test
  void a_comparison_of_other_schemas_is_wrong_use() {
    SchemaComparison comparison =
        SchemaComparison.between(Schemas.of().done(), Schemas.of().done(), Identity.names());

    assertThatThrownBy(
            () ->
                MigrationPlanner.plan(
                    Schemas.of(table("1", "t")).done(), Schemas.of().done(), comparison, ALLOW))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ALLOW.retiredAs("x; DROP"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
