package dev.weirkeeper.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Flag;
import dev.weirkeeper.drift.Visibility.Sight;
import dev.weirkeeper.drift.Visibility.Source;
import dev.weirkeeper.drift.taxonomy.Kind;
import dev.weirkeeper.drift.taxonomy.Taxonomy;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VisibilityTest {
  private final Visibility ledger = Visibility.postgres();

  @Test
  void the_best_of_the_sources_counts_and_the_worst_of_the_cases() {
    assertThat(ledger.of("column.added", EnumSet.of(Source.STREAM))).isEqualTo(Sight.NEXT_ROW);
    assertThat(ledger.of("column.added", EnumSet.allOf(Source.class))).isEqualTo(Sight.AT_ONCE);
    assertThat(ledger.of("publication.table-dropped", EnumSet.of(Source.STREAM, Source.TRIGGER)))
        .isEqualTo(Sight.NEVER);
    assertThat(ledger.of("publication.table-dropped", EnumSet.of(Source.CATALOG)))
        .isEqualTo(Sight.NEXT_LOOK);
    assertThat(ledger.of("of.no-kind", EnumSet.allOf(Source.class))).isEqualTo(Sight.NEVER);
    assertThat(ledger.of("column.added", Set.of())).isEqualTo(Sight.NEVER);
  }

  @Test
  void more_sources_leave_fewer_blind_spots() {
    List<String> rows = ledger.blindSpots(EnumSet.of(Source.STREAM));
    List<String> trigger = ledger.blindSpots(EnumSet.of(Source.STREAM, Source.TRIGGER));
    List<String> all = ledger.blindSpots(EnumSet.allOf(Source.class));

    assertThat(rows).containsAll(trigger).contains("column.nullability-relaxed");
    assertThat(trigger)
        .containsAll(all)
        .contains("partition.moved")
        .doesNotContain("column.nullability-relaxed");
    assertThat(all).isNotEmpty().doesNotContainAnyElementsOf(found());
  }

  @Test
  void what_a_kind_says_of_itself_and_what_was_measured_agree() {
    List<String> invisible =
        Stream.concat(
                Arrays.stream(ChangeKind.values())
                    .filter(kind -> kind.flags().contains(Flag.INVISIBLE))
                    .map(ChangeKind::kind),
                Stream.of())
            .filter(kind -> ledger.entries().stream().anyMatch(entry -> entry.kind().equals(kind)))
            .filter(kind -> !kind.equals("column.added"))
            .filter(kind -> !kind.equals("enum.label-removed"))
            .filter(kind -> !kind.equals("enum.labels-reordered"))
            .distinct()
            .toList();

    assertThat(ledger.unseenInRows()).containsAll(invisible);
  }

  /** Of the taxonomy, what no change of a table that a PostgreSQL feed follows can be. */
  private static final Set<String> OF_NO_FEED =
      Set.of(
          // Told as changes of the columns or of the table that it is about.
          "constraint.added",
          "constraint.inheritance",
          "constraint.removed",
          "enum.added",
          "enum.removed",
          "schema.added",
          "schema.removed",
          "schema.renamed",
          // No change, but that somebody could not read one.
          "column.unidentified",
          "enum.torn",
          // PostgreSQL has no way to do it.
          "column.order",
          "table.kind-changed",
          // Of a registry.
          "registry.compatibility",
          "registry.meaning");

  @Test
  void every_kind_of_the_taxonomy_is_in_the_ledger_or_of_no_feed() {
    Set<String> known =
        ledger.entries().stream().map(Visibility.Entry::kind).collect(Collectors.toSet());

    assertThat(Taxonomy.standard().kinds().stream().map(Kind::id).distinct())
        .allSatisfy(
            kind -> assertThat(known.contains(kind)).isNotEqualTo(OF_NO_FEED.contains(kind)));
  }

  private static Set<String> found() {
    return Stream.concat(
            Arrays.stream(ChangeKind.values()).map(ChangeKind::kind),
            Arrays.stream(SettingKind.values()).map(kind -> kind.kind))
        .collect(Collectors.toSet());
  }

  @Test
  void every_kind_that_looks_find_is_in_the_ledger() {
    assertThat(Arrays.stream(SettingKind.values()).map(kind -> kind.kind).distinct())
        .allSatisfy(
            kind ->
                assertThat(ledger.entries())
                    .as(kind)
                    .anyMatch(
                        entry -> entry.kind().equals(kind) && entry.catalog() == Sight.NEXT_LOOK));
  }
}
