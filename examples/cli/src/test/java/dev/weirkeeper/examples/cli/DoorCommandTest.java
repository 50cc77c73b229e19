package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Act;
import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Caller;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Freeze;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Undo;
import dev.weirkeeper.audit.JsonLinesLog;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoorCommandTest {
  private static final Asset ORDERS = new Asset("warehouse", "public.orders");
  private static final Caller HOST = new Caller("server", Caller.Kind.HOST);

  private record Input(String table) {}

  private record Result(String table) {}

  private static final Action WRITE =
      new Action("thing_write", Json.of(new Input("orders")), ORDERS);

  @TempDir Path folder;
  private final Screen screen = new Screen();
  private final Deque<Outcome> outcomes = new ArrayDeque<>();

  private interface Life {
    void live(Toolbox door);
  }

  /** A host that runs and ends. */
  private void host(Life life) throws IOException {
    try (AuditSink sink = JsonLinesSink.open(folder.resolve("audit"), Clock.systemUTC())) {
      life.live(
          Toolbox.builder()
              .journal(new Journal(sink, Clock.systemUTC()))
              .clock(Clock.systemUTC())
              .memory(DoorMemory.in(folder.resolve("door")))
              .limit(Effect.WRITE)
              .grant("server", Effect.WRITE)
              .tools(
                  () ->
                      List.of(
                          Tool.write(
                              "thing_write",
                              "For tests",
                              Input.class,
                              Result.class,
                              Repeat.ONCE,
                              Undo.NONE,
                              (input, call) -> outcomes.remove())))
              .build());
    }
  }

  private int run(Object... words) {
    List<Object> all = new ArrayList<>(List.of("--folder", folder, "door"));
    all.addAll(List.of(words));
    return screen.run(all.toArray());
  }

  private List<String> kinds() throws IOException {
    List<String> kinds = new ArrayList<>();
    try (JsonLinesLog.Entries entries = JsonLinesLog.in(folder.resolve("audit")).entries()) {
      for (Optional<JsonLinesLog.Entry> next = entries.next();
          next.isPresent();
          next = entries.next()) {
        kinds.add(next.get().record().kind() + " " + next.get().record().actor());
      }
    }
    return kinds;
  }

  @Test
  void what_two_failures_froze_goes_on_after_a_person_looked_and_the_journal_says_who()
      throws Exception {
    outcomes.add(new Outcome.Failed("first"));
    outcomes.add(new Outcome.Failed("second\u001b[2J"));
    host(
        door -> {
          door.perform(HOST, WRITE, List.of());
          door.perform(HOST, WRITE, List.of());
          assertThat(door.perform(HOST, WRITE, List.of())).isInstanceOf(Outcome.Refused.class);
        });
    String me = Person.atThisTerminal(folder).actor();

    assertThat(run("frozen")).isZero();
    assertThat(screen.out()).contains("WHAT", "thing_write").doesNotContain("\u001b");
    assertThat(run("thaw", "something else")).isEqualTo(1);
    assertThat(run("thaw", "thing_write")).isZero();

    assertThat(kinds()).contains(Freeze.Thawed.KIND + " " + me);
    outcomes.add(new Outcome.Done(Json.of(new Result("orders")), Outcome.Verification.VERIFIED));
    host(door -> assertThat(door.perform(HOST, WRITE, List.of()).isDone()).isTrue());
  }

  @Test
  void an_act_in_doubt_is_settled_by_who_looked() throws Exception {
    outcomes.add(new Outcome.Unknown("the line broke"));
    host(door -> door.perform(HOST, WRITE, List.of()));
    Screen journal = new Screen();
    assertThat(journal.run("--folder", folder, "journal", "unsettled", "--json")).isEqualTo(5);
    String act = journal.out().replaceAll("(?s).*\"action\":\"([0-9a-f]{12}).*", "$1");

    assertThat(run("settle", "ffffffffffff", "failed", "--how", "looked")).isEqualTo(1);
    assertThat(run("settle", act, "perhaps", "--how", "looked")).isEqualTo(2);
    assertThat(run("settle", act, "failed")).isEqualTo(2);
    assertThat(run("settle", act, "failed", "--how", "looked at the table")).isZero();

    assertThat(kinds()).contains(Act.Settled.KIND + " " + Person.atThisTerminal(folder).actor());
    assertThat(journal.run("--folder", folder, "journal", "unsettled")).isZero();
    assertThat(run("settle", act, "failed", "--how", "looked")).isEqualTo(1);
  }

  @Test
  void while_a_server_writes_the_journal_nothing_is_thawed_and_it_is_said_why() throws Exception {
    host(
        door -> {
          assertThat(run("frozen")).isZero();
          assertThat(run("thaw", "*")).isEqualTo(1);
        });

    assertThat(screen.out()).contains("Nothing is frozen.");
    assertThat(screen.err()).contains("Another sink writes the log", "Stop that host");
  }
}
