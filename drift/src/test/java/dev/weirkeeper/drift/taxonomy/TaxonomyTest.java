package dev.weirkeeper.drift.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Json;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.ChangeKind;
import java.io.IOException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaxonomyTest {
  /** Each row of the research and the entries of ours that it became. */
  private static final Map<String, List<String>> OURS = new LinkedHashMap<>();

  static {
    String table =
        """
          table.added | table.added
          table.removed | table.removed
          table.renamed | table.renamed
          table.schema_changed | table.schema-changed
          table.truncated | table.truncated
          table.persistence (logged->unlogged) | table.persistence
          table.inheritance/partition root changed | table.inheritance
          column.added nullable, no default | column.added/nullable
          column.added nullable, constant default | column.added/filled
          column.added, volatile default / identity / serial | column.added/computed
          column.added NOT NULL with default | column.added/required-with-default
          column.added NOT NULL, no default | column.added/required
          column.removed nullable | column.removed/nullable
          column.removed required | column.removed/required
          column.removed key part | column.removed/key
          column.renamed | column.renamed
          column.swap-renamed (a<->b) | column.swap-renamed
          column.dropped+re-added same name/type | column.dropped-and-readded
          column.order | column.order
          column.type widened (value-preserving) | column.type-widened
          column.type narrowed | column.type-narrowed/fits
          column.type changed family | column.type-family-changed
          column.length up / down | column.length/up column.length/down
          column.precision / scale | column.precision/up column.precision/scale-up column.precision/down column.precision/scale-down
          column.timezone-ness | column.timezone
          column.nullability relaxed (drop NOT NULL) | column.nullability-relaxed
          column.nullability tightened | column.nullability-tightened
          column.default added/changed/removed | column.default-changed
          column.default volatility/now() | column.default-volatile
          column.identity / sequence added, changed | column.identity
          column.generated added STORED | column.generated-added
          column.generated expression changed | column.generated-expression
          column.generated dropped (becomes plain) | column.generated-dropped
          column.collation | column.collation
          column.comment / table.comment | column.comment-changed table.comment-changed
          column.storage/compression/statistics/options | column.storage
          column.fdw options | column.fdw-options
          pk.added | pk.added
          pk.removed | pk.removed
          pk.columns changed | pk.columns-changed
          pk.renamed / index rebuilt | pk.renamed
          unique added / removed | unique.added unique.removed
          fk added/removed/changed action | fk.added fk.removed fk.changed
          check added (NOT VALID / valid) | check.added
          check removed/loosened | check.removed
          exclusion constraint | exclusion.changed
          constraint.deferrable / not enforced (PG18) | constraint.enforcement
          index added/removed/changed | index.added index.removed index.changed
          enum.value appended | enum.label-added
          enum.value renamed | enum.label-renamed
          enum.value removed / type replaced | enum.label-removed
          domain.check / notnull / base | domain.changed
          composite type changed | composite.changed
          extension upgraded (type I/O changes, e.g. PostGIS, hstore, vector) | extension.upgraded
          partition attached / detached / truncated | partition.moved/attached partition.moved/detached partition.moved/truncated
          partition created | partition.created
          partition key / strategy changed | partition.key-changed
          table swapped (new OID, same name) | table.swapped
          replica identity -> NOTHING/DEFAULT without PK | replica-identity.lost
          replica identity -> FULL / INDEX | replica-identity.widened
          publication: table dropped | publication.table-dropped
          publication: column list narrowed | publication.columns
          publication: row filter set/changed | publication.row-filter
          publication: publish ops changed | publication.operations
          publication: via_partition_root toggled | publication.via-root
          RLS enabled / policy changed | row-security.changed
          grants revoked (SELECT on snapshot role) | grant.revoked
          owner changed | owner.changed
          slot lost / wal_status=unreserved | slot.lost
          registry: subject mode/compat level changed | registry.compatibility
          registry: field alias / doc / logicalType lost | registry.meaning
          semantic: unit/scale shift | semantic.unit
          semantic: enum-domain creep in text | semantic.domain
          semantic: format drift (regex shape mix) | semantic.format
          semantic: null-rate / cardinality / key-ness shift | semantic.null-rate semantic.key
        """;
    for (String line : table.lines().toList()) {
      String[] sides = line.strip().split(" \\| ");
      OURS.put(sides[0], List.of(sides[1].split(" ")));
    }
  }

  private static final Taxonomy TAXONOMY = Taxonomy.standard();

  private static Kind kind(String text) {
    String[] parts = text.split("/");
    return parts.length == 1 ? TAXONOMY.kind(parts[0]) : TAXONOMY.kind(parts[0], parts[1]);
  }

  @Test
  void each_change_that_two_versions_of_a_relation_can_show_is_in_the_table() {
    for (ChangeKind known : ChangeKind.values()) {
      Kind kind =
          known
              .caseName()
              .map(name -> TAXONOMY.kind(known.kind(), name))
              .orElseGet(() -> TAXONOMY.kind(known.kind()));

      assertThat(kind.verdict()).as("verdict of %s", known).isEqualTo(known.verdict());
      assertThat(kind.flags()).as("flags of %s", known).isEqualTo(known.flags());
    }
  }

  @Test
  void each_row_of_the_research_is_in_the_table_and_means_the_same() throws IOException {
    List<Map<String, Json>> facts = Corpora.facts("drift-change-kinds.json");

    assertThat(facts).hasSize(75);
    assertThat(facts)
        .extracting(row -> Corpora.text(row, "kind"))
        .containsExactlyInAnyOrderElementsOf(OURS.keySet());
    for (Map<String, Json> row : facts) {
      for (String name : OURS.get(Corpora.text(row, "kind"))) {
        Kind kind = kind(name);
        agrees(name, Corpora.text(row, "class"), kind);
        agrees(name, Corpora.text(row, "sql_readers"), kind.readers());
        agrees(name, Corpora.text(row, "backward"), kind.newReadsOld());
        agrees(name, Corpora.text(row, "forward"), kind.oldReadsNew());
      }
    }
  }

  /** A class names a verdict, flags, or both; one word for several entries names none of them. */
  private static void agrees(String name, String said, Kind kind) {
    if (said.equals("matrix") || said.contains(" / ")) {
      return;
    }
    for (String word : said.replaceAll("\\([BF]\\)|\\*", "").split(" \\+ ")) {
      switch (word) {
        case "DATA-LOSS" -> assertThat(kind.verdict()).as(name).isEqualTo(Verdict.LOSSY);
        case "RENAME", "RESYNC", "BACKFILL", "INVISIBLE", "SCOPE", "GOVERNANCE" ->
            assertThat(kind.flags()).as(name).contains(Flag.valueOf(word));
        case "INFRA" -> assertThat(kind.handling()).as(name).isEqualTo(Handling.PAUSE_ALL);
        default -> assertThat(kind.verdict()).as(name).isEqualTo(Verdict.valueOf(word));
      }
    }
  }

  /** Only where the research says it in one word. */
  private static void agrees(String name, String said, Compatibility ours) {
    switch (said) {
      case "ok" -> assertThat(ours).as(name).isIn(Compatibility.OK, Compatibility.DATA);
      case "break" -> assertThat(ours).as(name).isEqualTo(Compatibility.BREAK);
      case "data", "corrupt" -> assertThat(ours).as(name).isEqualTo(Compatibility.DATA);
      case "semantic", "SEMANTIC" -> assertThat(ours).as(name).isEqualTo(Compatibility.SEMANTIC);
      case "?" -> assertThat(ours).as(name).isEqualTo(Compatibility.UNKNOWN);
      default -> assertThat(said).as(name).isNotBlank();
    }
  }

  @Test
  void each_entry_is_whole() {
    Set<String> operations = Set.of(Kind.NONE, Kind.TYPE);

    for (Kind kind : TAXONOMY.kinds()) {
      assertThat(kind.id()).matches("[a-z]+(-[a-z]+)*\\.[a-z]+(-[a-z]+)*");
      assertThat(kind.note()).as(kind.toString()).endsWith(".");
      if (!operations.contains(kind.operation())) {
        assertThat(TargetMatrix.standard().rows()).contains(kind.operation());
      }
      if (kind.handling() == Handling.APPLY) {
        assertThat(kind.verdict())
            .as("%s is applied unasked", kind)
            .isLessThanOrEqualTo(
                kind.id().startsWith("enum.") ? Verdict.SEMANTIC : Verdict.COMPATIBLE);
      }
      if (kind.verdict() == Verdict.BREAKING) {
        assertThat(kind.handling()).as(kind.toString()).isNotEqualTo(Handling.IGNORE);
      }
      if (kind.flags().contains(Flag.RESYNC) && kind.id().startsWith("column.")) {
        assertThat(kind.handling()).as(kind.toString()).isNotIn(Handling.IGNORE);
      }
    }
  }

  @Test
  void a_kind_or_case_that_there_is_not_is_refused_with_those_that_there_are() {
    assertThatThrownBy(() -> TAXONOMY.kind("column.addled"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("No kind column.addled");
    assertThatThrownBy(() -> TAXONOMY.kind("column.added", "maybe"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("column.added/filled");
    assertThatThrownBy(() -> new Taxonomy(List.of(kind("pk.added"), kind("pk.added"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("twice");
  }

  @Test
  void a_finding_has_the_case_that_agrees_with_its_flags_and_of_several_the_worst() {
    assertThat(TAXONOMY.of(finding("column.added", Verdict.ADDITIVE, Flag.BACKFILL)))
        .contains(kind("column.added/filled"));
    assertThat(
            TAXONOMY.of(finding("column.added", Verdict.ADDITIVE, Flag.BACKFILL, Flag.PROVISIONAL)))
        .contains(kind("column.added/filled"));
    assertThat(TAXONOMY.of(finding("column.removed", Verdict.LOSSY)))
        .contains(kind("column.removed/nullable"));
    assertThat(TAXONOMY.of(finding("column.removed", Verdict.BREAKING)))
        .contains(kind("column.removed/key"));
    assertThat(TAXONOMY.of(finding("weather.changed", Verdict.NOOP))).isEmpty();
  }

  static Finding finding(String kind, Verdict verdict, Flag... flags) {
    Set<Flag> set = EnumSet.noneOf(Flag.class);
    set.addAll(List.of(flags));
    return new Finding(
        "somebody",
        new Asset("shop", "public.orders"),
        kind,
        "7",
        verdict,
        set,
        Json.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
