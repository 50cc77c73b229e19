package dev.weirkeeper.audit;

import static dev.weirkeeper.audit.Sample.CLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Action;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Position;
import dev.weirkeeper.Situation;
import dev.weirkeeper.spi.HealingPolicy;
import dev.weirkeeper.testkit.RandomRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {
  private static final long SEED = 20261125;
  private static final int DECISIONS = 300;

  @TempDir Path folder;
  private final RandomRecords random = new RandomRecords(SEED);
  private JsonLinesLog log;

  /** Decides by all that it may know. */
  private record ByAll(String id, int salt) implements HealingPolicy {
    @Override
    public Decision decide(Incident incident, Situation situation) {
      Hash all = Hash.of(Json.of(Map.of("i", incident, "s", situation, "salt", salt)));
      String reason = "because of " + all + " and " + situation.recent();
      return switch (all.hex().charAt(0) % 4) {
        case 0 -> new Decision.Dismiss(reason);
        case 1 -> new Decision.Abstain(reason);
        case 2 ->
            new Decision.Contain(
                List.of(new Action("table_pause", Json.of(all), incident.asset())),
                situation.proposed(),
                reason);
        default ->
            situation
                .proposed()
                .<Decision>map(plan -> new Decision.Heal(plan, reason))
                .orElseThrow(() -> new IllegalStateException("no plan"));
      };
    }
  }

  private final HealingPolicy policy = new ByAll("by-all", 0);

  @BeforeEach
  void log() {
    log = JsonLinesLog.in(folder);
  }

  /** A situation as the host would give it to a policy. */
  private static Situation of(HealingPolicy policy, Situation situation) {
    Map<?, ?> members = Json.of(situation).as(Map.class);
    Map<Object, Object> changed = new java.util.HashMap<>(members);
    changed.put("policy", policy.id());
    return Json.of(changed).as(Situation.class);
  }

  private Decided decide(HealingPolicy by) {
    return Decided.by(by, random.next(Incident.class), of(by, random.next(Situation.class)));
  }

  private static AuditRecord record(String actor, Json body) {
    return new AuditRecord(
        Decided.KIND, CLOCK.instant(), actor, Optional.empty(), body, List.of(), Map.of());
  }

  private void write(AuditRecord... records) throws IOException {
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK, 1 << 20)) {
      for (AuditRecord record : records) {
        sink.append(record);
      }
    }
  }

  private void writeDecisions() throws IOException {
    AuditRecord[] records = new AuditRecord[2 * DECISIONS];
    for (int i = 0; i < DECISIONS; i++) {
      records[2 * i] = record("policy:by-all", Json.of(decide(policy)));
      records[2 * i + 1] = Sample.record(i);
    }
    write(records);
  }

  @Test
  void invariant_9_the_same_inputs_give_the_same_decisions_byte_for_byte() throws IOException {
    writeDecisions();

    Replay.Report report = Replay.of(policy).over(log);

    assertThat(report)
        .as("seed %d", SEED)
        .isEqualTo(
            new Replay.Report(DECISIONS, DECISIONS, 0, new java.util.TreeMap<>(), List.of()));
    assertThat(report.same()).isTrue();
  }

  @Test
  void invariant_9_a_policy_that_was_changed_shows_itself() throws IOException {
    writeDecisions();

    Replay.Report report = Replay.of(new ByAll("by-all", 1)).over(log);

    assertThat(report.same()).isFalse();
    assertThat(report.equal() + report.different()).isEqualTo(DECISIONS);
    assertThat(report.different()).isGreaterThan(DECISIONS / 2);
    assertThat(report.differences()).hasSize(100);
    Replay.Difference first = report.differences().get(0);
    assertThat(first.why()).isEqualTo(Replay.Why.DECIDES_OTHERWISE);
    assertThat(first.now()).isPresent().isNotEqualTo(Optional.of(first.recorded()));
    assertThat(first.toString()).contains("decision " + first.receipt().sequence(), ", now ");
  }

  @Test
  void a_policy_that_fails_fails_again() throws IOException {
    HealingPolicy failing =
        new HealingPolicy() {
          @Override
          public String id() {
            return "failing";
          }

          @Override
          public Decision decide(Incident incident, Situation situation) {
            throw new IllegalStateException("hunter2");
          }
        };
    Decided decided = decide(failing);
    write(record("policy:failing", Json.of(decided)));

    assertThat(decided.decision())
        .isEqualTo(
            new Decision.Contain(
                List.of(),
                decided.situation().proposed(),
                "The policy failing failed with IllegalStateException"));
    assertThat(Replay.of(failing).over(log).equal()).isEqualTo(1);
  }

  @Test
  void decisions_of_others_are_counted_and_not_asked_again() throws IOException {
    HealingPolicy other = new ByAll("other", 5);
    write(
        record("policy:other", Json.of(decide(other))),
        record("policy:other", Json.of(decide(other))),
        record("pipeline", Json.of(decide(policy))),
        record("policy:by-all", Json.of(decide(policy))));

    Replay.Report report = Replay.of(policy).over(log);

    assertThat(report.decisions()).isEqualTo(4);
    assertThat(report.equal()).isEqualTo(1);
    assertThat(report.ofOthers()).isEqualTo(Map.of("policy:other", 2L, "pipeline", 1L));
    assertThat(report.same()).isTrue();
  }

  @Test
  void a_record_whose_actor_and_situation_disagree_is_a_difference() throws IOException {
    write(
        record("policy:other", Json.of(decide(policy))),
        record("policy:by-all", Json.of(decide(new ByAll("other", 0)))));

    assertThat(Replay.of(policy).over(log).differences())
        .extracting(Replay.Difference::why)
        .containsExactly(Replay.Why.CONTRADICTS_ITSELF, Replay.Why.CONTRADICTS_ITSELF);
  }

  @Test
  void a_decision_that_cannot_be_read_is_a_difference() throws IOException {
    String right = Json.of(decide(policy)).text();
    write(
        record("policy:by-all", Json.parse(right.replaceFirst("\"autonomy\"", "\"autonomie\""))),
        record("policy:by-all", Json.empty()),
        record("policy:other", Json.of("text")),
        record(
            "policy:by-all",
            Json.parse(right.replaceFirst("\"now\":\"([^\"]*)Z\"", "\"now\":\"$1+00:00\""))));

    Replay.Report report = Replay.of(policy).over(log);

    assertThat(report.different()).isEqualTo(4);
    assertThat(report.differences())
        .extracting(Replay.Difference::why)
        .containsOnly(Replay.Why.UNREADABLE);
    assertThat(report.differences()).allSatisfy(each -> assertThat(each.now()).isEmpty());
  }

  @Test
  void invariant_9_a_situation_that_was_tampered_with_shows_itself() throws IOException {
    Decided decided = decide(policy);
    String body = Json.of(decided).text();
    String other = decided.situation().autonomy() == Autonomy.HEAL ? "\"OBSERVE\"" : "\"HEAL\"";
    Json tampered = Json.parse(body.replaceFirst("(\"autonomy\":)\"[A-Z]+\"", "$1" + other));
    write(record("policy:by-all", tampered));

    Replay.Report report = Replay.of(policy).over(log);

    assertThat(report.differences())
        .extracting(Replay.Difference::why)
        .containsExactly(Replay.Why.DECIDES_OTHERWISE);
  }

  @Test
  void a_log_that_is_not_right_is_not_replayed() throws IOException {
    write(record("policy:by-all", Json.of(decide(policy))), Sample.record(1));
    Head head = log.verify().head();
    Path file = LogFiles.named(folder, 0);
    String text = Files.readString(file);

    Files.writeString(file, text.replaceFirst("2026", "2025"), StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Replay.of(policy).over(log))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nothing is replayed")
        .hasMessageContaining("line");

    Files.writeString(file, text.substring(0, text.indexOf('\n') + 1), StandardCharsets.UTF_8);
    assertThat(Replay.of(policy).over(log).equal()).isEqualTo(1);
    assertThatThrownBy(() -> Replay.of(policy).over(log, head))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ends after 1 records");
  }

  @Test
  void invariant_9_what_was_decided_at_one_place_is_decided_again() throws IOException {
    Decided first = decide(policy);
    Incident elsewhere =
        new Incident(
            first.incident().asset(),
            new Position("shop", "7423:1:0/16B3748"),
            first.incident().findings());
    Decided there = Decided.by(policy, elsewhere, first.situation());
    write(
        record("policy:by-all", Json.of(first)),
        record("policy:by-all", Json.of(there)),
        record("pipeline", Json.of(there)));

    List<Replay.Again> found = Replay.of(policy).at(log, Head.EMPTY, "0/16B3748");

    assertThat(found).hasSize(2);
    assertThat(found.get(0).same()).isTrue();
    assertThat(found.get(0).recorded()).isEqualTo(Json.of(there.decision()));
    assertThat(found.get(1).now()).as("the host's own").isEmpty();
    assertThat(Replay.of(policy).at(log, Head.EMPTY, "7423:1:0/16B3748")).isEqualTo(found);
    assertThat(Replay.of(policy).at(log, Head.EMPTY, "0/16B3749")).isEmpty();
    assertThat(Replay.of(policy).at(log, Head.EMPTY, first.incident().position().text()))
        .isNotEmpty();
  }

  @Test
  void a_place_is_not_replayed_where_a_decision_cannot_be_read() throws IOException {
    write(record("policy:by-all", Json.empty()));

    assertThatThrownBy(() -> Replay.of(policy).at(log, Head.EMPTY, "0/1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nobody knows its place");
  }

  @Test
  void a_decision_in_the_form_of_another_version_is_not_said_to_be_equal() throws IOException {
    Decided decided = decide(policy);
    String place = decided.incident().position().text();
    String newer =
        Json.of(decided).text().replaceFirst("\"autonomy\"", "\"aNewMember\":1,\"autonomy\"");
    write(record("policy:by-all", Json.parse(newer)));

    assertThatThrownBy(() -> Replay.of(policy).at(log, Head.EMPTY, place))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the version that wrote the log");
  }
}
