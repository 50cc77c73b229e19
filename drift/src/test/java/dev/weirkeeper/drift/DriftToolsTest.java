package dev.weirkeeper.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Column;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Observation;
import dev.weirkeeper.OpenMailbox;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Situation;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Type;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.TestCall;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DriftToolsTest extends ToolRegistryKit {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-25T00:00:00Z"), ZoneOffset.UTC);
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Relation BEFORE = relation("id");
  private static final Relation AFTER = relation("id", "note", "two words");

  private final LogBook book = LogBook.standard();
  private final Map<String, Probe<String>> health = new HashMap<>();
  private Mailbox mailbox = new Mailbox(CLOCK);
  private long sequence;

  private static Relation relation(String... columns) {
    List<Column> built = new ArrayList<>();
    for (String column : columns) {
      built.add(Column.of(String.valueOf(built.size() + 1), column, Type.of("text")));
    }
    return Relation.of(ORDERS, "1", new RowIdentity.Key(List.of("1")), built);
  }

  /** What the real detector finds, decided about. */
  private void drift(Relation from, Relation to) {
    Incident incident =
        new Incident(
            ORDERS,
            new Position("shop", "0/" + sequence),
            new SchemaDrift().detect(observed(from), observed(to)).findings());
    Situation situation =
        new Situation(
            List.of(),
            Autonomy.PROPOSE,
            Tolerance.STANDARD,
            Optional.empty(),
            List.of(),
            List.of(),
            Map.of(),
            CLOCK.instant(),
            "playbook");
    AuditRecord record =
        new AuditRecord(
            Decided.KIND,
            CLOCK.instant(),
            "policy:playbook",
            Optional.of(ORDERS),
            Json.of(new Decided(incident, situation, new Decision.Abstain("no opinion"))),
            List.of(),
            Map.of());
    book.written(record, new Receipt(sequence++, record.id()));
  }

  private static Observation observed(Relation relation) {
    return new Observation(
        ORDERS,
        CLOCK.instant(),
        Optional.empty(),
        List.of(new Facet.Schema(relation, Evidence.LOGGED)));
  }

  private void running() {
    mailbox = new Mailbox(CLOCK);
    TableState orders = TableState.unseen(AFTER, "drift").accepting(BEFORE).paused("drift");
    OpenMailbox.showing(
        mailbox,
        new PipelineView(
            "shop",
            new Position("shop", "0/1"),
            List.of(
                new PipelineView.Table(orders, Counts.ZERO, Optional.empty(), new Probe.Empty<>())),
            health));
  }

  @Override
  protected Clock clock() {
    return CLOCK;
  }

  @Override
  protected ToolRegistry registry() {
    if (sequence == 0) {
      drift(BEFORE, AFTER);
    }
    running();
    return tools();
  }

  private DriftTools tools() {
    return new DriftTools("shop", book, mailbox);
  }

  @Override
  protected List<Action> accepted() {
    Optional<String> table = Optional.of(ORDERS.name());
    return List.of(
        new Action(
            DriftTools.FINDINGS,
            Json.of(new DriftTools.ListFindings(table, Optional.of("9"), Optional.of(5))),
            ORDERS),
        new Action(
            DriftTools.HISTORY,
            Json.of(new DriftTools.AskHistory(ORDERS.name(), Optional.empty(), Optional.empty())),
            ORDERS),
        new Action(
            DriftTools.BLIND_SPOTS,
            Json.of(new DriftTools.AskBlindSpots()),
            new Asset("shop", "*")));
  }

  @Override
  protected List<Action> refused() {
    return List.of(
        new Action(
            DriftTools.HISTORY,
            Json.of(
                new DriftTools.AskHistory("public.nowhere", Optional.empty(), Optional.empty())),
            new Asset("shop", "public.nowhere")));
  }

  private Outcome call(Action action) {
    Tool<?, ?> tool =
        tools().tools().stream()
            .filter(known -> known.spec().name().equals(action.tool()))
            .findFirst()
            .orElseThrow();
    try {
      return TestCall.of(tool, action, CLOCK.instant().plusSeconds(60)).perform(tool, action);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private <T> T answer(Action action, Class<T> type) {
    return ((Outcome.Done) call(action)).result().as(type);
  }

  @Test
  void findings_are_listed_by_incident_with_names_marked_as_text_from_outside() {
    drift(BEFORE, AFTER);
    running();

    DriftTools.Findings findings = answer(accepted().get(0), DriftTools.Findings.class);

    assertThat(findings.incidents()).hasSize(1);
    assertThat(findings.incidents().get(0).findings())
        .extracting(finding -> finding.kind())
        .containsExactly("column.added", "column.added");
    assertThat(call(accepted().get(0)).toString())
        .contains("\"detail\":{\"is\":\"outside\"")
        .contains("two words");
  }

  @Test
  void a_history_says_both_versions_and_what_changed_between() {
    drift(BEFORE, AFTER);
    running();

    DriftTools.History history = answer(accepted().get(1), DriftTools.History.class);

    assertThat(((Probe.Value<DriftTools.Version>) history.follows()).value().version())
        .isEqualTo(BEFORE.version());
    DriftTools.Version newest = ((Probe.Value<DriftTools.Version>) history.newest()).value();
    assertThat(newest.columns()).extracting(DriftTools.ColumnView::name).startsWith("id", "note");
    assertThat(newest.columns().get(2).name()).startsWith("name~");
    assertThat(history.changes()).hasSize(1);
    assertThat(history.changes().get(0).from()).contains(BEFORE.version());
    assertThat(history.changes().get(0).to()).contains(AFTER.version());
  }

  @Test
  void invariant_8_without_a_pipeline_versions_are_unknown_and_changes_are_shown() {
    drift(BEFORE, AFTER);

    DriftTools.History history = answer(accepted().get(1), DriftTools.History.class);

    assertThat(history.newest()).isInstanceOf(Probe.Unknown.class);
    assertThat(history.changes()).hasSize(1);
  }

  @Test
  void blind_spots_are_what_the_feed_says_that_it_cannot_see() {
    health.put("blind-spots", new Probe.Value<>("no DDL event trigger: unseen"));
    health.put("publication", new Probe.Value<>("ok"));
    health.put("ignored-rows", new Probe.Value<>("0"));
    health.put("ignored-hints", new Probe.Value<>("2"));
    running();

    DriftTools.BlindSpots spots = answer(accepted().get(2), DriftTools.BlindSpots.class);

    assertThat(spots.spots())
        .extracting(DriftTools.Spot::sight)
        .containsExactly(
            DriftTools.Sight.BLIND,
            DriftTools.Sight.CLEAR,
            DriftTools.Sight.CLEAR,
            DriftTools.Sight.BLIND);
    assertThat(spots.shownByDdlOnly()).contains("column.nullability-relaxed", "enum.label-added");
  }

  @Test
  void invariant_8_what_a_feed_could_not_find_out_is_not_said_to_be_seen() {
    health.put("blind-spots", new Probe.Unknown<>("the catalog does not answer"));
    running();

    assertThat(answer(accepted().get(2), DriftTools.BlindSpots.class).spots())
        .extracting(DriftTools.Spot::sight)
        .containsOnly(DriftTools.Sight.UNKNOWN);

    mailbox = new Mailbox(CLOCK);

    assertThat(answer(accepted().get(2), DriftTools.BlindSpots.class).spots())
        .extracting(DriftTools.Spot::sight)
        .containsOnly(DriftTools.Sight.UNKNOWN);
  }

  @Test
  void pages_of_large_incidents_lose_none() {
    String[] many = new String[40];
    for (int i = 0; i < many.length; i++) {
      many[i] = "c" + i;
    }
    for (int i = 0; i < 12; i++) {
      drift(relation("c0"), relation(many));
    }
    running();
    List<Hash> seen = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      DriftTools.Findings page =
          answer(
              new Action(
                  DriftTools.FINDINGS,
                  Json.of(new DriftTools.ListFindings(Optional.empty(), cursor, Optional.empty())),
                  new Asset("shop", "*")),
              DriftTools.Findings.class);
      assertThat(page.incidents()).hasSizeLessThanOrEqualTo(5);
      page.incidents().forEach(incident -> seen.add(incident.incident()));
      cursor = page.next();
    } while (cursor.isPresent());

    assertThat(seen).hasSize(12).doesNotHaveDuplicates();
  }
}
