package dev.weirkeeper.drift.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionBumpTest {
  private static final Taxonomy TAXONOMY = Taxonomy.standard();

  private static final Change ADDED = Change.of(TAXONOMY.kind("column.added", "nullable"), "note");
  private static final Change RENAMED = Change.of(TAXONOMY.kind("column.renamed"), "qty");
  private static final Change COMMENTED = Change.of(TAXONOMY.kind("column.comment-changed"), "qty");
  private static final Change SLOT = Change.of(TAXONOMY.kind("slot.lost"), "");

  @Test
  void the_greatest_bump_counts_and_only_its_reasons_are_given() {
    VersionBump bump = VersionBump.of(List.of(COMMENTED, ADDED, RENAMED, SLOT));

    assertThat(bump.bump()).isEqualTo(Bump.MAJOR);
    assertThat(bump.reasons())
        .containsExactly(
            "column.renamed on qty: By identity harmless, by name a removal and an addition.");
    assertThat(VersionBump.of(List.of(COMMENTED, ADDED)).bump()).isEqualTo(Bump.MINOR);
    assertThat(VersionBump.of(List.of(COMMENTED)).bump()).isEqualTo(Bump.PATCH);
  }

  @Test
  void what_says_nothing_of_the_schema_asks_for_no_version() {
    assertThat(VersionBump.of(List.of(SLOT))).isEqualTo(new VersionBump(Bump.NONE, List.of()));
    assertThat(VersionBump.of(List.of()).next("1.2.3")).isEqualTo("1.2.3");
  }

  @Test
  void a_change_that_a_consumer_cannot_bear_is_a_major_one() {
    Change scaled =
        Change.ofType(
            TAXONOMY.kind("column.type-widened"),
            "amount",
            TypeExpr.parse("numeric(10,2)", TypeNotation.POSTGRESQL),
            TypeExpr.parse("numeric(12,4)", TypeNotation.POSTGRESQL));
    Consumers consumers =
        Consumers.of(
            List.of(
                Consumer.table("mirror", "copy", "postgresql"),
                Consumer.table("finance", "dw", "snowflake")));

    VersionBump alone = VersionBump.of(List.of(scaled));
    VersionBump judged = VersionBump.judged(consumers.judge(List.of(scaled)));

    assertThat(alone.bump()).isEqualTo(Bump.MINOR);
    assertThat(judged.bump()).isEqualTo(Bump.MAJOR);
    assertThat(judged.reasons()).singleElement().asString().endsWith("Breaks finance.");
  }

  @ParameterizedTest
  @CsvSource({
    "MAJOR, 1.4.2, 2.0.0",
    "MINOR, 1.4.2, 1.5.0",
    "PATCH, 1.4.2, 1.4.3",
    "MAJOR, 0.4.2, 0.5.0",
    "MINOR, 0.4.2, 0.5.0",
    "MAJOR, v2, v3",
    "MINOR, 2, 2.1",
    "PATCH, 2, 2.0.1",
    "PATCH, 2.1, 2.1.1",
    "MAJOR, 2.1-beta+7, 3.0",
    "MAJOR, 0, 1"
  })
  void the_next_version_has_the_form_of_the_one_before(Bump bump, String before, String next) {
    assertThat(new VersionBump(bump, List.of()).next(before)).isEqualTo(next);
  }

  @Test
  void what_is_no_version_has_no_next_one() {
    for (String text : List.of("", "one", "1.2.3.4", "1..2", "-1", "99999999999")) {
      assertThatThrownBy(() -> new VersionBump(Bump.MAJOR, List.of()).next(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
