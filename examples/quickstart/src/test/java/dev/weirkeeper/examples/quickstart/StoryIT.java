package dev.weirkeeper.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Act;
import dev.weirkeeper.Approval;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.RecordKinds;
import dev.weirkeeper.audit.JsonLinesLog;
import dev.weirkeeper.audit.Replay;
import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.healing.Playbook;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The story of the quickstart, and what an outsider makes of its log. */
class StoryIT {
  @TempDir Path folder;

  @Test
  void invariant_9_each_decision_of_the_story_is_made_again_byte_for_byte() throws Exception {
    try (LocalPostgres server = LocalPostgres.start(Map.of())) {
      new Story(
              server, folder, new Timeline(new PrintStream(OutputStream.nullOutputStream()), false))
          .play();
      assertThatAllTablesBelongToTheBoundary(server);
    }
    JsonLinesLog log = JsonLinesLog.in(folder.resolve("audit"));

    Replay.Report report = Replay.of(new Playbook()).over(log);

    assertThat(report.same()).as(report.differences().toString()).isTrue();
    assertThat(report.equal()).isGreaterThanOrEqualTo(6);
    assertThatAllKindsAreKnown(log);
    assertThat(log.unsettled()).isEmpty();
    assertThatTheLogShowsTheAgent(log);
  }

  private static void assertThatTheLogShowsTheAgent(JsonLinesLog log) throws Exception {
    Map<String, Integer> refused = new TreeMap<>();
    List<String> voted = new ArrayList<>();
    List<String> applied = new ArrayList<>();
    try (JsonLinesLog.Entries entries = log.entries()) {
      for (Optional<JsonLinesLog.Entry> next = entries.next();
          next.isPresent();
          next = entries.next()) {
        Record body = RecordKinds.read(next.get().record()).orElseThrow();
        if (body instanceof Act.Refused no && isAgent(no.caller())) {
          refused.merge(no.tool(), 1, Integer::sum);
        } else if (body instanceof Approval.Vote vote) {
          voted.add(vote.person() + " " + vote.word());
        } else if (body instanceof Act.Started act
            && isAgent(act.caller())
            && act.approval().isPresent()) {
          applied.add(act.tool());
        }
      }
    }
    assertThat(applied).containsExactly("plan_apply");
    assertThat(voted).containsExactly("ana APPROVE", "ben APPROVE");
    assertThat(refused).containsKeys("plan_apply", "table_pause", "table_resync");
  }

  private static boolean isAgent(Caller caller) {
    return caller.equals(new Caller(AgentScene.AGENT, Caller.Kind.AGENT));
  }

  private static void assertThatAllTablesBelongToTheBoundary(LocalPostgres server)
      throws Exception {
    try (Connection connection = server.connect(GovernedStream.TARGET);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT string_agg(DISTINCT tableowner, ','), count(*) FROM pg_tables"
                    + " WHERE schemaname = 'public'")) {
      row.next();
      assertThat(row.getString(1)).isEqualTo("wk_owner");
      assertThat(row.getInt(2)).isEqualTo(3);
    }
  }

  private static void assertThatAllKindsAreKnown(JsonLinesLog log) throws Exception {
    Set<Class<?>> decisions = new TreeSet<>((a, b) -> a.getName().compareTo(b.getName()));
    try (JsonLinesLog.Entries entries = log.entries()) {
      for (Optional<JsonLinesLog.Entry> next = entries.next();
          next.isPresent();
          next = entries.next()) {
        Optional<Record> body = RecordKinds.read(next.get().record());
        assertThat(body).as(next.get().record().kind()).isPresent();
        if (body.get() instanceof Decided decided) {
          decisions.add(decided.decision().getClass());
        }
      }
    }
    assertThat(decisions).contains(Decision.Heal.class, Decision.Contain.class);
  }
}
