package dev.weirkeeper.drift.taxonomy;

import static dev.weirkeeper.drift.taxonomy.TypeNotation.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetMatrixTest {
  private static final TargetMatrix TARGETS = TargetMatrix.standard();

  /** Each row of the research and the rows of ours that it became. */
  private static final Map<String, String> OURS = new LinkedHashMap<>();

  static {
    String table =
        """
        int16 -> int32 | int-widen
        int32 -> int64 | int-widen-64
        int64 -> int32 (narrow) | int-narrow
        int32 -> float64 | int-to-float
        int64 -> float64 | int-to-float-inexact
        int32 -> decimal(p>=10+s,s) | int-to-decimal
        int64 -> decimal(p>=20+s,s) | int-to-decimal
        float32 -> float64 | float-widen
        float64 -> float32 | float-narrow
        float -> decimal | float-to-decimal
        decimal(p,s) -> decimal(p+k,s) | decimal-precision-up
        decimal(p,s) -> decimal(p+k1,s+k2), k1>=k2>0 | decimal-scale-up
        decimal scale up, integer digits shrink | decimal-digits-shrink
        decimal precision down, same scale | decimal-precision-down
        decimal scale down | decimal-scale-down
        decimal(p,s) -> unconstrained numeric | decimal-unconstrain
        unconstrained numeric -> decimal(p,s) | decimal-constrain
        decimal -> float64 | decimal-to-float
        varchar(n) -> varchar(m>n) | varchar-up
        varchar(n) -> text/unbounded | varchar-to-text
        varchar(n) -> varchar(m<n) | varchar-down
        text -> varchar(n) | text-to-varchar
        char(n) -> varchar/text | char-to-text
        binary(n) -> binary(m>n) | binary-up
        any scalar -> text | scalar-to-text
        text -> int/date/... | text-to-scalar
        bool -> int | bool-to-int
        date -> timestamp (no tz) | date-to-timestamp
        date -> timestamptz | date-to-timestamptz
        timestamp -> timestamptz | timestamp-to-timestamptz
        timestamptz -> timestamp | timestamptz-to-timestamp
        timestamp(p) -> timestamp(q>p) | time-precision-up
        timestamp(p) -> timestamp(q<p) | time-precision-down
        timestamp -> date / time -> timetz | timestamp-cut
        json <-> jsonb | json-form
        uuid -> text | uuid-to-text
        enum: append value | enum-append
        enum: insert value in middle/reorder | enum-reorder
        enum: rename value | enum-rename
        enum: remove value | enum-remove
        enum -> text | enum-to-text
        array element widen | array-element
        scalar <-> array | scalar-array
        struct: add nullable field | struct-add
        struct: drop field | struct-drop
        struct: rename field | struct-rename
        struct: widen field | struct-widen
        primitive <-> struct | primitive-struct
        map value widen / map key change | map-value
        collation / charset change | collation
        """;
    table
        .lines()
        .forEach(
            line -> {
              String[] sides = line.split(" \\| ");
              OURS.put(sides[0], sides[1]);
            });
  }

  /** What the research leaves open or says in words, and what we make of it. */
  private static final Set<String> IN_WORDS =
      Set.of(
          // "n/a": no target has a decimal without bounds, so the change is refused there.
          "decimal-unconstrain/snowflake",
          "decimal-unconstrain/bigquery",
          "decimal-unconstrain/delta",
          "decimal-unconstrain/iceberg",
          "decimal-unconstrain/mysql",
          "decimal-unconstrain/duckdb",
          // "n/a": bytea has no length, so there is nothing to do.
          "binary-up/postgresql",
          // "n/a": one STRING type for both.
          "char-to-text/bigquery",
          // The version of the specification, or a note, decides.
          "date-to-timestamp/iceberg",
          "time-precision-up/iceberg",
          "time-precision-up/duckdb",
          "binary-up/iceberg",
          "binary-up/mysql",
          "varchar-up/mysql",
          "enum-append/mysql",
          "enum-remove/postgresql",
          "enum-rename/bigquery",
          "enum-rename/delta",
          "enum-rename/iceberg",
          "array-element/bigquery",
          "struct-add/postgresql",
          "struct-drop/postgresql",
          "struct-rename/postgresql");

  @Test
  void each_cell_of_the_research_says_what_ours_says() throws IOException {
    List<Map<String, Json>> facts = Corpora.facts("drift-type-matrix.json");
    List<String> differing = new ArrayList<>();

    assertThat(facts)
        .extracting(row -> Corpora.text(row, "change").strip())
        .containsExactlyInAnyOrderElementsOf(OURS.keySet());
    Map<String, String> cells = cells();
    for (Map<String, Json> fact : facts) {
      String row = OURS.get(Corpora.text(fact, "change").strip());
      for (String target :
          List.of("postgres", "snowflake", "bigquery", "delta", "iceberg", "mysql", "duckdb")) {
        String said = Corpora.text(fact, target);
        String dialect = target.equals("postgres") ? "postgresql" : target;
        String ours = cells.get(row + "/" + (target.equals("iceberg") ? "iceberg-v2" : dialect));
        if (!agree(said, ours)) {
          differing.add(row + "/" + dialect);
        }
      }
    }

    assertThat(differing).containsExactlyInAnyOrderElementsOf(IN_WORDS);
  }

  /** As they are written, by row and dialect. */
  private static Map<String, String> cells() {
    Map<String, String> cells = new TreeMap<>();
    ResourceReader.rows("targets.json", Cells.class)
        .forEach(
            row ->
                row.cells().forEach((dialect, text) -> cells.put(row.id() + "/" + dialect, text)));
    return cells;
  }

  private record Cells(String id, String change, Loss loss, Map<String, String> cells) {}

  /** The first word of the research, as letters, is an alternative of ours. */
  private static boolean agree(String said, String ours) {
    String word = said.split("[ :]")[0];
    if (word.startsWith("s=0") || word.startsWith("s")) {
      return ours.contains(": M") && ours.contains("X");
    }
    Set<String> letters =
        switch (word) {
          case "N|M" -> Set.of("N");
          case "-", "n/a" -> Set.of("U");
          case "STRING" -> Set.of("U");
          case "R,F" -> Set.of("FR");
          default -> Set.of(word.split(",")[0]);
        };
    for (TargetCell.Alternative alternative : TargetCell.parse(ours).alternatives()) {
      StringBuilder written = new StringBuilder();
      alternative.ways().stream().map(Way::letter).sorted().forEach(written::append);
      if (letters.contains(written.toString())) {
        return true;
      }
    }
    return false;
  }

  private static TargetAnswer ask(String from, String to, String dialect, String... traits) {
    List<TypeDifference> differences =
        TypeComparison.between(TypeExpr.parse(from, POSTGRESQL), TypeExpr.parse(to, POSTGRESQL));
    assertThat(differences).hasSize(1);
    return TARGETS.ask(differences.get(0), dialect, Set.of(traits));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int4           | int8           | postgresql | REWRITE
          int4           | int8           | snowflake  | NOTHING_TO_DO
          int4           | int8           | iceberg-v2 | METADATA_ONLY
          int4           | numeric(12,2)  | delta      | ALTER_ONLY
          int4           | numeric(11,2)  | delta      | REFUSED
          int8           | numeric(22,2)  | delta      | ALTER_ONLY
          int8           | numeric(21,2)  | delta      | REFUSED
          int8           | numeric(19)    | snowflake  | METADATA_ONLY
          int8           | numeric(21,2)  | snowflake  | REFUSED
          numeric(10,2)  | numeric(38,2)  | snowflake  | METADATA_ONLY
          numeric(10,2)  | numeric(39,2)  | snowflake  | REFUSED
          numeric(10,2)  | numeric(76,38) | bigquery   | METADATA_ONLY
          numeric(10,2)  | numeric(77,38) | bigquery   | REFUSED
          numeric(10,2)  | numeric(12,4)  | iceberg-v3 | REFUSED
          numeric(10,2)  | numeric(12,4)  | delta      | METADATA_ONLY
          numeric(10,2)  | numeric(11,4)  | postgresql | IF_VALUES_FIT
          varchar(20)    | varchar(60)    | mysql      | METADATA_ONLY
          varchar(20)    | varchar(70)    | mysql      | REWRITE
          varchar(300)   | varchar(900)   | mysql      | METADATA_ONLY
          varchar(20)    | varchar(10)    | iceberg-v2 | NOTHING_TO_DO
          timestamp(3)   | timestamp      | iceberg-v2 | NOTHING_TO_DO
          date           | timestamp      | iceberg-v2 | REFUSED
          date           | timestamp      | iceberg-v3 | METADATA_ONLY
          date           | timestamptz    | iceberg-v3 | REFUSED
          int4[]         | int8[]         | delta      | METADATA_ONLY
          int8[]         | int4[]         | delta      | REFUSED
          int4[]         | int8[]         | postgresql | REWRITE
          int4           | int4[]         | bigquery   | REFUSED
          public.a       | public.b       | duckdb     | IF_VALUES_FIT
          """)
  void a_target_answers_by_the_arithmetic_of_the_types(
      String from, String to, String dialect, Way way) {
    assertThat(ask(from, to, dialect).way()).isEqualTo(way);
  }

  @Test
  void what_is_known_of_a_target_beside_its_dialect_decides() {
    assertThat(ask("timestamp", "timestamptz", "postgresql").way()).isEqualTo(Way.REWRITE);
    assertThat(ask("timestamp", "timestamptz", "postgresql", "utc").way())
        .isEqualTo(Way.INDEX_REBUILD);
    assertThat(TARGETS.ask("rename-column", "delta", Set.of()).way()).isEqualTo(Way.REFUSED);
    assertThat(TARGETS.ask("rename-column", "delta", Set.of("column-mapping")).way())
        .isEqualTo(Way.METADATA_ONLY);
    assertThat(TARGETS.ask("relax", "duckdb", Set.of("indexed")).way()).isEqualTo(Way.REFUSED);
  }

  @Test
  void all_that_is_true_of_a_change_is_said() {
    assertThat(ask("int8", "int4", "postgresql").ways())
        .containsExactlyInAnyOrder(Way.REWRITE, Way.IF_VALUES_FIT);
    assertThat(ask("int8", "float8", "bigquery").notes())
        .containsExactly("above 2^53 values are rounded");
  }

  @Test
  void a_host_adds_a_target_and_what_it_does_not_say_is_unknown() {
    TargetMatrix more =
        TARGETS.with("redshift", Map.of("varchar-up", "M", "add-nullable", "M # at the end"));

    assertThat(more.dialects()).contains("redshift", "postgresql");
    assertThat(more.ask("add-nullable", "redshift", Set.of()).notes())
        .containsExactly("at the end");
    assertThat(more.ask("relax", "redshift", Set.of()).way()).isEqualTo(Way.UNKNOWN);
    assertThat(TARGETS.ask("relax", "redshift", Set.of()).way()).isEqualTo(Way.UNKNOWN);
  }

  @Test
  void a_cell_that_cannot_be_read_is_refused() {
    for (String cell : List.of("", "Q", "scale-zero: M", "sometimes: M | X", "M |", "utc: ")) {
      assertThatThrownBy(() -> TARGETS.with("redshift", Map.of("relax", cell)))
          .as(cell)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> TARGETS.with("redshift", Map.of("relay", "M")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no row relay");
    assertThatThrownBy(() -> TARGETS.loss("relay")).isInstanceOf(IllegalArgumentException.class);
  }
}
