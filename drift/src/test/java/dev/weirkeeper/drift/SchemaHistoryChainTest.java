package dev.weirkeeper.drift;

import static dev.weirkeeper.drift.Relations.column;
import static dev.weirkeeper.drift.Relations.orders;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.SchemaAccepted;
import dev.weirkeeper.drift.SchemaHistoryChain.Link;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SchemaHistoryChainTest {
  private static final Comparator<Position> ORDER =
      Comparator.comparing(position -> Integer.parseInt(position.text()));

  private static final Relation FIRST = orders(column("2", "note", "text"));
  private static final Relation SECOND = orders(column("2", "remark", "text"));
  private static final Relation THIRD =
      orders(column("2", "remark", "text"), column("3", "n", "int4"));

  private static Position at(int place) {
    return new Position("shop", String.valueOf(place));
  }

  private static SchemaAccepted accepted(int place, Optional<Relation> from, Relation to) {
    return new SchemaAccepted(at(place), Evidence.LOGGED, from.map(Relation::version), to);
  }

  private static SchemaHistoryChain three() {
    return SchemaHistoryChain.empty()
        .append(accepted(10, Optional.empty(), FIRST))
        .append(accepted(20, Optional.of(FIRST), SECOND))
        .append(accepted(30, Optional.of(SECOND), THIRD));
  }

  @Test
  void each_version_is_bound_to_the_one_before() {
    List<Link> links = three().links();

    assertThat(links).hasSize(3);
    assertThat(links.get(0).parent()).isEmpty();
    assertThat(links.get(2).parent()).contains(links.get(1).id());
    assertThat(SchemaHistoryChain.of(links).head()).isEqualTo(three().head());
  }

  @Test
  void a_version_that_is_told_again_after_a_crash_changes_nothing() {
    SchemaHistoryChain again = three().append(accepted(31, Optional.of(SECOND), THIRD));

    assertThat(again.head()).isEqualTo(three().head());
    assertThat(again.links()).hasSize(3);
  }

  @Test
  void a_version_that_does_not_follow_is_refused() {
    assertThatThrownBy(
            () ->
                SchemaHistoryChain.empty()
                    .append(accepted(10, Optional.empty(), FIRST))
                    .append(accepted(30, Optional.of(SECOND), THIRD)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("records are missing");
  }

  @Test
  void links_that_somebody_changed_left_out_or_reordered_are_refused() {
    List<Link> links = three().links();
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<Link> forged = new ArrayList<>(links);
      switch (random.nextInt(3)) {
        case 0 -> forged.remove(random.nextInt(2));
        case 1 -> Collections.swap(forged, random.nextInt(2), 2);
        default -> forged.add(random.nextInt(3), links.get(random.nextInt(3)));
      }
      assertThatThrownBy(() -> SchemaHistoryChain.of(forged))
          .as("seed " + seed)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(
            () ->
                new Link(
                    links.get(1).id(),
                    links.get(1).parent(),
                    accepted(21, Optional.of(FIRST), SECOND)))
        .hasMessageContaining("somebody changed it");
  }

  @Test
  void the_history_is_rebuilt_from_the_log_and_continued_by_the_catalog() {
    List<AuditRecord> log = new ArrayList<>();
    log.add(record("decision", Json.empty()));
    three().links().forEach(link -> log.add(record(SchemaAccepted.KIND, Json.of(link.accepted()))));
    Relation live = orders(column("3", "n", "int4"));

    SchemaHistoryChain rebuilt = SchemaHistoryChain.rebuilt(log, FIRST.id());
    SchemaHistoryChain continued = rebuilt.continued(live, at(40));

    assertThat(rebuilt.head()).isEqualTo(three().head());
    assertThat(rebuilt.continued(THIRD, at(40)).head()).isEqualTo(three().head());
    assertThat(continued.head().orElseThrow().accepted().evidence()).isEqualTo(Evidence.CATALOG);
    assertThat(SchemaHistoryChain.rebuilt(log, "another").links()).isEmpty();
  }

  private static AuditRecord record(String kind, Json body) {
    return new AuditRecord(
        kind, Instant.EPOCH, "pipeline", Optional.of(FIRST.asset()), body, List.of(), Map.of());
  }

  @Test
  void the_version_in_force_at_a_position_is_found() {
    assertThat(three().asOf(at(9), ORDER)).isEmpty();
    assertThat(three().asOf(at(29), ORDER).map(Link::relation)).contains(SECOND);
    assertThat(three().asOf(at(30), ORDER).map(Link::relation)).contains(THIRD);
  }

  @Test
  void invariant_9_findings_are_found_again_from_the_history_alone() {
    List<Finding> findings = three().findings(three().links().get(1));

    assertThat(findings).extracting(Finding::kind).containsExactly("column.renamed");
    assertThat(findings)
        .isEqualTo(
            SchemaDrift.findings(FIRST.asset(), Optional.of(FIRST), SECOND, Evidence.LOGGED));
    assertThat(Hash.of(Json.of(findings)))
        .isEqualTo(Hash.of(Json.of(three().findings(three().links().get(1)))));
  }
}
