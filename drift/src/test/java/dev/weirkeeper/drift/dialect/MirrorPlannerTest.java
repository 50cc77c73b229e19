package dev.weirkeeper.drift.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Refusal;
import dev.weirkeeper.drift.taxonomy.Loss;
import dev.weirkeeper.drift.taxonomy.TargetAnswer;
import dev.weirkeeper.drift.taxonomy.TargetMatrix;
import dev.weirkeeper.drift.taxonomy.TypeComparison;
import dev.weirkeeper.drift.taxonomy.TypeDifference;
import dev.weirkeeper.drift.taxonomy.TypeExpr;
import dev.weirkeeper.drift.taxonomy.TypeNotation;
import dev.weirkeeper.drift.taxonomy.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MirrorPlannerTest {
  /** Types as {@code format_type} writes them, enough to meet nearly all rows about scalars. */
  private static final List<String> TYPES =
      List.of(
          "smallint",
          "integer",
          "bigint",
          "real",
          "double precision",
          "numeric(5,0)",
          "numeric(10,2)",
          "numeric(12,2)",
          "numeric(12,4)",
          "numeric(22,2)",
          "numeric(50,10)",
          "numeric",
          "text",
          "character varying(20)",
          "character varying(300)",
          "character(5)",
          "boolean",
          "date",
          "timestamp without time zone",
          "timestamp(3) without time zone",
          "timestamp with time zone",
          "time without time zone",
          "json",
          "jsonb",
          "uuid",
          "bytea",
          "integer[]",
          "bigint[]");

  private static Migration retype(Dialect dialect, String from, String to) {
    return Sample.plan(
        MirrorPlanner.of(dialect, "column-mapping"),
        new Sample().table("1", "t", List.of("id"), "1 id integer", "2 c " + from),
        new Sample().table("1", "t", List.of("id"), "1 id integer", "2 c " + to));
  }

  private static String text(Migration migration) {
    return migration.steps().stream()
        .flatMap(step -> step.statements().stream())
        .collect(Collectors.joining(";\n"));
  }

  private static TypeExpr expression(String formatted) {
    String internal =
        formatted
            .replace("smallint", "int2")
            .replace("bigint", "int8")
            .replace("integer", "int4")
            .replace("double precision", "float8")
            .replace("real", "float4")
            .replace("character varying", "varchar")
            .replace("character", "bpchar")
            .replace("boolean", "bool")
            .replace("timestamp(3) without time zone", "timestamp(3)")
            .replace(" without time zone", "")
            .replace("timestamp with time zone", "timestamptz");
    return TypeExpr.parse(internal, TypeNotation.POSTGRESQL);
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void no_statement_is_more_than_the_table_of_targets_allows(Dialect dialect) {
    TargetMatrix matrix = TargetMatrix.standard();
    Set<String> met = new TreeSet<>();
    List<String> wrong = new ArrayList<>();
    for (String from : TYPES) {
      for (String to : TYPES) {
        List<TypeDifference> differences = TypeComparison.between(expression(from), expression(to));
        if (differences.isEmpty()) {
          continue;
        }
        TypeDifference difference = differences.get(0);
        TargetAnswer answer = matrix.ask(difference, dialect.id(), Set.of("column-mapping"));
        Loss loss = matrix.loss(difference.row());
        met.add(difference.row());
        Migration migration = retype(dialect, from, to);
        boolean altered = text(migration).matches("(?s).*(SET DATA TYPE|TYPE |MODIFY).*");
        boolean preserving = loss == Loss.PRESERVING || loss == Loss.RERENDERING;
        if (altered && !preserving) {
          wrong.add(from + " -> " + to + " loses values and is made: " + text(migration));
        }
        if (altered && (answer.way() == Way.REFUSED || answer.way() == Way.UNKNOWN)) {
          wrong.add(from + " -> " + to + " is refused there and is made: " + text(migration));
        }
        boolean silent =
            migration.steps().isEmpty()
                && migration.refusals().isEmpty()
                && migration.remarks().isEmpty();
        if (silent
            && preserving
            && answer.way() != Way.NOTHING_TO_DO
            && !MirrorTypesTest.sameCarrier(dialect, expression(from), expression(to))) {
          wrong.add(from + " -> " + to + " is passed over in silence");
        }
      }
    }

    assertThat(wrong).as("%s", dialect).isEmpty();
    assertThat(met).hasSizeGreaterThan(25);
  }

  @Test
  void a_wider_integer_is_one_statement_where_the_target_takes_it() {
    assertThat(text(retype(Dialect.BIGQUERY, "integer", "bigint"))).isEmpty();
    assertThat(text(retype(Dialect.DUCKDB, "integer", "bigint")))
        .contains("ALTER TABLE \"public\".\"t\" ALTER COLUMN \"c\" SET DATA TYPE BIGINT");
    assertThat(text(retype(Dialect.DELTA, "integer", "bigint")))
        .contains("delta.enableTypeWidening")
        .contains("ALTER TABLE `public`.`t` ALTER COLUMN `c` TYPE BIGINT");
    assertThat(text(retype(Dialect.MYSQL, "integer", "bigint")))
        .isEqualTo(
            "ALTER TABLE `public`.`t` MODIFY COLUMN `c` BIGINT, ALGORITHM=COPY, LOCK=SHARED");
  }

  @Test
  void snowflake_changes_a_scale_by_another_column_and_keeps_the_old_one() {
    Migration migration = retype(Dialect.SNOWFLAKE, "numeric(10,2)", "numeric(12,4)");

    assertThat(migration.refusals()).isEmpty();
    assertThat(migration.steps()).hasSize(3);
    assertThat(text(migration))
        .contains("ADD COLUMN \"c__new\" NUMBER(12,4)")
        .contains("CAST(\"c\" AS NUMBER(12,4)) WHERE \"c\" IS NOT NULL")
        .contains("RENAME COLUMN \"c\" TO \"c__before\"")
        .doesNotContain("DROP");
    assertThat(migration.steps().get(1).hazards()).contains(Hazard.BACKFILL_NEEDED);
  }

  @Test
  void bigquery_renames_both_columns_in_one_statement() {
    assertThat(text(retype(Dialect.BIGQUERY, "date", "timestamp without time zone")))
        .contains("ALTER TABLE `public`.`t` ALTER COLUMN `c` SET DATA TYPE DATETIME");
    Migration uuid = retype(Dialect.BIGQUERY, "bigint", "double precision");
    assertThat(uuid.steps()).isEmpty();
    assertThat(uuid.refusals()).hasSize(1);
  }

  @Test
  void what_narrows_keeps_the_wider_mirror_and_says_so() {
    for (Dialect dialect : Dialect.values()) {
      Migration migration = retype(dialect, "bigint", "integer");

      assertThat(migration.steps()).as("%s", dialect).isEmpty();
      assertThat(migration.refusals()).as("%s", dialect).isEmpty();
    }
  }

  @Test
  void a_type_that_nothing_carries_is_refused_by_name() {
    Migration migration =
        Sample.plan(
            MirrorPlanner.of(Dialect.DUCKDB),
            new Sample(),
            new Sample().table("1", "t", List.of(), "1 p point", "2 n integer"));

    assertThat(migration.steps()).isEmpty();
    assertThat(migration.refusals()).extracting(Refusal::why).first().asString().contains("point");
  }

  @Test
  void names_that_differ_only_in_case_stop_the_table_before_any_statement() {
    for (Dialect dialect : Dialect.values()) {
      Migration migration =
          Sample.plan(
              MirrorPlanner.of(dialect),
              new Sample().table("1", "t", List.of(), "1 id integer"),
              new Sample().table("1", "t", List.of(), "1 id integer", "2 ID text", "3 z text"));

      assertThat(migration.steps()).as("%s", dialect).isEmpty();
      assertThat(migration.refusals()).as("%s", dialect).isNotEmpty();
    }
  }

  @Test
  void names_and_comments_from_outside_stay_names_and_texts() {
    String hostile = "a\"; DROP TABLE t; --`'";
    for (Dialect dialect : Dialect.values()) {
      Migration migration =
          Sample.plan(
              MirrorPlanner.of(dialect, "column-mapping"),
              new Sample().table("1", "t", List.of(), "1 id integer"),
              new Sample()
                  .table("1", "t", List.of(), "1 id integer", "2 x integer='it''s'::text")
                  .table("2", hostile, List.of(), "1 id integer"));

      String quote = Syntax.of(dialect).name(hostile);
      assertThat(quote).startsWith(Syntax.of(dialect).quote());
      assertThat(text(migration).replace(quote, "")).doesNotContain("DROP TABLE t");
      assertThat(text(migration)).containsPattern("CAST\\('it('|\\\\)'s' AS ");
    }
  }

  @Test
  void columns_that_exchange_their_names_are_never_renamed() {
    for (Dialect dialect : Dialect.values()) {
      Migration migration =
          Sample.plan(
              MirrorPlanner.of(dialect, "column-mapping"),
              new Sample().table("1", "t", List.of(), "1 a integer", "2 b integer"),
              new Sample().table("1", "t", List.of(), "1 b integer", "2 a integer"));

      assertThat(migration.steps()).as("%s", dialect).isEmpty();
      assertThat(migration.refusals()).as("%s", dialect).hasSize(2);
    }
  }

  @Test
  void delta_without_column_mapping_renames_nothing() {
    Sample from = new Sample().table("1", "t", List.of(), "1 a integer");
    Sample to = new Sample().table("1", "t", List.of(), "1 b integer");

    assertThat(Sample.plan(MirrorPlanner.of(Dialect.DELTA), from, to).refusals()).hasSize(1);
    assertThat(text(Sample.plan(MirrorPlanner.of(Dialect.DELTA, "column-mapping"), from, to)))
        .isEqualTo("ALTER TABLE `public`.`t` RENAME COLUMN `a` TO `b`");
  }

  @Test
  void a_removed_column_stays_and_its_name_is_not_given_again() {
    Sample from = new Sample().table("1", "t", List.of("id"), "1 id integer", "2 a integer");
    Sample to = new Sample().table("1", "t", List.of("id"), "1 id integer", "3 a text");
    for (Dialect dialect : Dialect.values()) {
      Migration migration = Sample.plan(MirrorPlanner.of(dialect), from, to);

      assertThat(text(migration).toUpperCase(Locale.ROOT)).as("%s", dialect).doesNotContain("DROP");
      assertThat(migration.refusals()).as("%s", dialect).isNotEmpty();
    }
  }

  @Test
  void labels_of_an_enum_are_a_type_where_the_target_has_them() {
    Sample from = new Sample().enumType("mood", "ok").table("1", "t", List.of(), "1 m public.mood");
    Sample to =
        new Sample().enumType("mood", "ok", "sad").table("1", "t", List.of(), "1 m public.mood");

    assertThat(text(Sample.plan(MirrorPlanner.of(Dialect.DUCKDB), from, to)))
        .isEqualTo(
            "ALTER TABLE \"public\".\"t\" ALTER COLUMN \"m\" SET DATA TYPE ENUM('ok', 'sad')");
    assertThat(Sample.plan(MirrorPlanner.of(Dialect.SNOWFLAKE), from, to).steps()).isEmpty();
  }
}
