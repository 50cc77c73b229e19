package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Approval;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Inputs;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Undo;
import dev.weirkeeper.spi.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerCommandsTest {
  private static final String EVIL = "evil\u001b[2J\u009b31m\u202e\nshop:public.fake";
  private static final Hash PLAN = Hash.of(Json.of("plan"));
  private static final Hash INCIDENT = Hash.of(Json.of("incident"));
  private static final String RENDERED = "ALTER ".repeat(60) + "the end";

  private volatile Runnable beforeAnswer = () -> {};

  private record Nothing(Optional<String> table) {}

  private record OfTable(String table) {}

  private record OfIncident(String incident) {}

  private record Listing(
      Optional<Boolean> open, Optional<Integer> limit, Optional<String> cursor) {}

  private record Apply(String table, Hash plan) {}

  private record Replay(String table, Optional<String> rule, int limit) {}

  private record TableRow(
      String table, String mode, Counts counts, Probe<Long> spooledRows, Outside reason) {}

  private record Status(
      String running, List<TableRow> tables, Map<String, Probe<Outside>> health) {}

  private record IncidentRow(Hash incident, String table, String verdict) {}

  private record Incidents(List<IncidentRow> incidents, Optional<String> next) {}

  private record Explained(Hash incident, Outside reason) {}

  private record Step(String tool, Outside renders) {}

  private record Shown(String table, Optional<Hash> plan, List<Step> steps) {}

  private record Applied(String table, int steps) {}

  private record Replayed(String table, long published) {}

  @TempDir Path folder;
  private final Screen screen = new Screen();
  private final List<String> called = new CopyOnWriteArrayList<>();
  private Optional<Hash> plan = Optional.of(PLAN);
  private Optional<Outcome> applied = Optional.empty();
  private boolean breaks;
  private Caller me = new Caller("nobody", Caller.Kind.HOST);
  private Optional<RunningHost> host = Optional.empty();

  @BeforeEach
  void askWhoIAm() throws IOException {
    me = Person.atThisTerminal(folder);
  }

  @AfterEach
  void stop() throws IOException {
    if (host.isPresent()) {
      host.get().close();
    }
  }

  private void start() throws IOException {
    host = Optional.of(RunningHost.in(folder, me, tools()));
  }

  private static Outcome done(Record result) {
    return new Outcome.Done(Json.of(result), Outcome.Verification.NOT_NEEDED);
  }

  private static Asset shop(String table) {
    return new Asset("shop", table);
  }

  private static <I extends Record> Tool<I, ?> read(
      String name, Class<I> input, Class<? extends Record> output, Reads<I> reads) {
    return Tool.of(
            new ToolSpec(
                name,
                "For tests",
                Json.schemaOf(input),
                Json.schemaOf(output),
                Effect.READ,
                Repeat.SAFE,
                Undo.NONE,
                Inputs.IDS),
            input,
            (in, call) -> done(reads.of(in)))
        .targeting(in -> shop("*"));
  }

  private interface Reads<I> {
    Record of(I input);
  }

  private List<Tool<?, ?>> tools() {
    return List.of(
        read(
            "pipeline_status",
            Nothing.class,
            Status.class,
            in ->
                new Status(
                    "RUNNING",
                    List.of(
                        new TableRow(
                            "public.orders",
                            "PAUSED",
                            Counts.of(3, 2, 7),
                            new Probe.Unknown<>("the target does not answer"),
                            Outside.of(EVIL)),
                        new TableRow(
                            "public.items",
                            "FLOWING",
                            Counts.of(1, 0, 0),
                            new Probe.Value<>(0L),
                            Outside.of(""))),
                    Map.of("lag", new Probe.Value<>(Outside.of("120 bytes"))))),
        read(
            "incident_list",
            Listing.class,
            Incidents.class,
            in ->
                in.cursor().isEmpty()
                    ? new Incidents(
                        List.of(
                            new IncidentRow(Hash.of(Json.of("another")), "public.items", "SAFE")),
                        Optional.of("2"))
                    : new Incidents(
                        List.of(new IncidentRow(INCIDENT, "public.orders", "BREAKING")),
                        Optional.empty())),
        read(
            "incident_explain",
            OfIncident.class,
            Explained.class,
            in -> new Explained(new Hash(in.incident()), Outside.of("a column went away"))),
        read(
            "plan_show",
            OfTable.class,
            Shown.class,
            in ->
                new Shown(
                    in.table(),
                    plan,
                    List.of(new Step("table_add_column", Outside.of(RENDERED, 1000))))),
        Tool.write(
                "plan_apply",
                "For tests",
                Apply.class,
                Applied.class,
                Repeat.SAFE,
                Undo.EXACT,
                (in, call) -> {
                  called.add("apply " + in.table() + " " + in.plan().brief());
                  call.progress(1, OptionalLong.of(2), EVIL);
                  beforeAnswer.run();
                  if (breaks) {
                    hangUp();
                  }
                  return applied.orElse(
                      new Outcome.Done(
                          Json.of(new Applied(in.table(), 1)), Outcome.Verification.VERIFIED));
                })
            .targeting(in -> shop(in.table())),
        Tool.write(
                "quarantine_replay",
                "For tests",
                Replay.class,
                Replayed.class,
                Repeat.SAFE,
                Undo.NONE,
                (in, call) -> {
                  called.add("replay " + in.table() + " " + in.limit());
                  return new Outcome.Done(
                      Json.of(new Replayed(in.table(), 3)), Outcome.Verification.VERIFIED);
                })
            .targeting(in -> shop(in.table())));
  }

  private void hangUp() {
    try {
      host.orElseThrow().hangUp();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int run(Object... words) {
    return screen.run(with(words));
  }

  private int answered(String answer, Object... words) {
    return screen.answered(answer, with(words));
  }

  private Object[] with(Object... words) {
    List<Object> all = new ArrayList<>(List.of("--folder", folder));
    all.addAll(List.of(words));
    return all.toArray();
  }

  @Test
  void status_is_a_table_and_what_others_worded_stays_within_its_cell() throws IOException {
    start();

    assertThat(run("status")).isZero();

    assertThat(screen.out())
        .contains("TABLE", "public.orders  PAUSED", "public.items", "evil\\u{1b}[2J", "120 bytes")
        .contains("unknown the target does not answer")
        .doesNotContain("\u001b", "\u009b", "\u202e", "\nshop:public.fake");
  }

  @Test
  void status_as_json_is_what_the_tool_says_in_canonical_form() throws IOException {
    start();

    assertThat(run("status", "--json")).isZero();

    assertThat(Json.parse(screen.out()).as(Status.class).tables())
        .extracting(TableRow::mode)
        .containsExactly("PAUSED", "FLOWING");
    assertThat(screen.out().lines()).hasSize(1);
  }

  @Test
  void a_persons_terminal_has_colours_unless_they_are_unwanted() throws IOException {
    start();

    answered("", "status");
    assertThat(screen.out()).contains("\u001b[33mPAUSED\u001b[0m", "\u001b[32mFLOWING");
    assertThat(screen.out().replaceAll("\u001b\\[\\d{1,2}m", "").lines())
        .allSatisfy(line -> assertThat(Table.columns(line)).isLessThanOrEqualTo(80));

    screen.clear();
    answered("", "status", "--no-color");
    assertThat(screen.out()).doesNotContain("\u001b");

    screen.clear();
    screen.at(Map.of("NO_COLOR", "1"), "", with("status"));
    assertThat(screen.out()).contains("PAUSED").doesNotContain("\u001b");
  }

  @Test
  void without_a_server_the_status_is_three_and_says_what_works() {
    assertThat(run("status")).isEqualTo(3);
    assertThat(screen.err()).contains("No server answers", "work without it");

    screen.clear();
    assertThat(run("status", "--json")).isEqualTo(3);
    assertThat(screen.out()).contains("\"exit\":3");
  }

  @Test
  void a_socket_that_a_killed_server_left_is_no_server() throws IOException {
    start();
    host.orElseThrow().close();
    host = Optional.empty();
    assertThat(folder.resolve("control.sock")).exists();

    assertThat(run("status")).isEqualTo(3);
  }

  @Test
  void a_socket_that_says_nothing_we_know_is_no_server() throws IOException {
    Files.createFile(folder.resolve("control.sock"));

    assertThat(run("status")).isEqualTo(3);
  }

  @Test
  void an_incident_is_found_by_its_beginning_on_any_page() throws IOException {
    start();

    assertThat(run("incidents", "list")).isZero();
    assertThat(run("incidents", "show", INCIDENT.brief())).isZero();
    assertThat(screen.out()).contains("a column went away", INCIDENT.hex());

    assertThat(run("incidents", "show", "ffffffffffff")).isEqualTo(1);
    assertThat(run("incidents", "show", "xyz")).isEqualTo(2);
  }

  @Test
  void a_tool_that_the_server_does_not_offer_is_refused_with_its_words() throws IOException {
    start();

    assertThat(run("plan", "propose", "public.orders")).isEqualTo(1);

    assertThat(screen.err()).contains("There is no tool 'plan_propose'");
  }

  @Test
  void a_plan_is_shown_in_full_before_a_person_is_asked_and_no_means_no() throws IOException {
    start();

    assertThat(answered("n", "plan", "apply", "public.orders")).isEqualTo(1);

    assertThat(called).isEmpty();
    assertThat(screen.asked()).singleElement().asString().contains("Carry this plan out");
    assertThat(screen.err()).contains(PLAN.hex(), RENDERED, "nothing was done");
  }

  /** Progress is told by another thread, and not at all once there is an answer. */
  private void awaitProgress() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!screen.err().contains("1 of 2") && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  @Test
  void a_plan_that_a_person_says_yes_to_is_carried_out_and_journalled_as_theirs()
      throws IOException {
    beforeAnswer = this::awaitProgress;
    start();

    assertThat(answered("y", "plan", "apply", "public.orders")).isZero();

    assertThat(called).containsExactly("apply public.orders " + PLAN.brief());
    assertThat(screen.err()).contains("1 of 2 evil").doesNotContain("\u001b[2J", "\u009b");
    Screen journal = new Screen();
    journal.run(with("journal", "tail", "--kind", "act.started"));
    assertThat(journal.out()).contains(me.actor() + " calls plan_apply");
  }

  @Test
  void a_script_says_yes_to_the_plan_that_it_names_and_to_no_other() throws IOException {
    start();

    assertThat(run("plan", "apply", "public.orders")).isEqualTo(1);
    assertThat(run("plan", "apply", "public.orders", "--yes")).isEqualTo(2);
    assertThat(run("plan", "apply", "public.orders", "--yes", "--plan", "ffffffffffff"))
        .isEqualTo(1);
    assertThat(called).isEmpty();

    assertThat(run("plan", "apply", "public.orders", "--yes", "--plan", PLAN.brief())).isZero();
    assertThat(called).hasSize(1);
  }

  @Test
  void where_no_plan_waits_nothing_is_applied() throws IOException {
    plan = Optional.empty();
    start();

    assertThat(answered("y", "plan", "apply", "public.orders")).isEqualTo(1);

    assertThat(screen.err()).contains("No plan waits");
    assertThat(called).isEmpty();
  }

  @Test
  void what_an_act_came_to_is_the_status() throws IOException {
    start();
    Object[] apply = {"plan", "apply", "public.orders", "--yes", "--plan", PLAN};

    applied = Optional.of(new Outcome.Failed("no such column" + EVIL));
    assertThat(run(apply)).isEqualTo(1);
    applied = Optional.of(new Outcome.Refused("not now"));
    assertThat(run(apply)).isEqualTo(1);
    assertThat(screen.err()).doesNotContain("\u001b", "\u009b");

    applied = Optional.of(new Outcome.Pending("job-7", Instant.now().plusSeconds(60)));
    assertThat(run(apply)).isEqualTo(6);
  }

  @Test
  void invariant_2_an_act_of_which_nobody_knows_has_a_status_of_its_own() throws IOException {
    start();
    applied = Optional.of(new Outcome.Unknown("the database went away"));

    assertThat(run("plan", "apply", "public.orders", "--yes", "--plan", PLAN)).isEqualTo(5);

    assertThat(screen.err()).contains("UNKNOWN", "may have happened");
  }

  @Test
  void invariant_2_an_act_whose_line_broke_is_unknown_and_not_tried_again() throws IOException {
    start();
    breaks = true;

    assertThat(run("plan", "apply", "public.orders", "--yes", "--plan", PLAN)).isEqualTo(5);

    assertThat(called).hasSize(1);
    assertThat(screen.err()).contains("may have happened", "journal unsettled");
  }

  @Test
  void rows_are_replayed_after_a_yes() throws IOException {
    start();

    assertThat(run("quarantine", "replay", "public.orders")).isEqualTo(1);
    assertThat(answered("", "quarantine", "replay", "public.orders")).isEqualTo(1);
    assertThat(called).isEmpty();
    assertThat(answered("yes", "quarantine", "replay", "public.orders", "--limit", "5")).isZero();

    assertThat(called).containsExactly("replay public.orders 5");
    assertThat(screen.out()).contains("3");
  }

  @Test
  void invariant_1_an_agents_plan_is_approved_by_its_id_and_then_it_may_apply_it()
      throws Exception {
    start();
    Toolbox door = host.orElseThrow().door();
    Caller agent = new Caller("claude", Caller.Kind.AGENT);
    var apply = door.action("plan_apply", Json.of(new Apply("public.orders", PLAN)));
    Outcome asked = door.request(agent, apply, "please", Duration.ofHours(1), List.of());
    assertThat(asked).isInstanceOf(Outcome.Done.class);
    Hash request = ((Outcome.Done) asked).result().as(Approval.Request.class).id();

    assertThat(run("plan", "approve", "ffffffffffff")).isEqualTo(1);
    assertThat(run("plan", "approve", PLAN.brief())).isZero();

    assertThat(screen.out()).contains(request.brief() + " is APPROVED (1 of 1)");
    assertThat(door.perform(agent, apply, List.of()).isDone()).isTrue();
    assertThat(run("plan", "deny", PLAN.brief())).isEqualTo(1);
  }

  @Test
  void the_doctor_says_what_is_well_and_what_is_not() throws IOException {
    start();
    assertThat(run("doctor")).isZero();
    assertThat(screen.out())
        .contains("intact, 0 records", "none in doubt", "nothing frozen", "test-host 1.0 answers");

    host.orElseThrow().close();
    host = Optional.empty();
    screen.clear();
    assertThat(run("doctor", "--json")).isEqualTo(3);
    assertThat(screen.out()).contains("\"state\":\"FAIL\"", "\"what\":\"server\"");

    Files.writeString(folder.resolve("audit").resolve("journal-0000000000000000.jsonl"), "{}\n");
    assertThat(run("doctor")).isEqualTo(4);
  }

  @Test
  void the_doctor_advises_nothing_that_a_server_refuses() throws IOException {
    start();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));

    run("doctor");

    assertThat(screen.out()).contains("WARN", "chmod 700").doesNotContain("750");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    screen.clear();
    run("doctor");
    assertThat(screen.out()).doesNotContain("chmod");
  }

  @Test
  void every_command_has_help_that_says_the_statuses_and_completion_knows_them_all() {
    assertThat(run("completion")).isZero();
    String script = screen.out();
    for (String command :
        List.of(
            "status",
            "incidents",
            "incidents list",
            "incidents show",
            "plan",
            "plan show",
            "plan propose",
            "plan approve",
            "plan deny",
            "plan apply",
            "quarantine",
            "quarantine list",
            "quarantine sample",
            "quarantine replay",
            "approvals",
            "approvals list",
            "approvals show",
            "approvals approve",
            "approvals deny",
            "approvals revoke",
            "journal",
            "journal verify",
            "journal tail",
            "journal explain",
            "journal unsettled",
            "door",
            "door frozen",
            "door thaw",
            "door settle",
            "doctor",
            "completion")) {
      screen.clear();
      List<Object> words = new ArrayList<>(List.of(command.split(" ")));
      words.add("--help");

      assertThat(screen.run(words.toArray())).as(command).isZero();
      assertThat(screen.out())
          .as(command)
          .contains("Usage: weirkeeper " + command, "Exit status:", "--folder", "--json");
      for (String word : command.split(" ")) {
        assertThat(script).contains(word);
      }
    }
  }

  @Test
  void what_is_no_command_says_what_was_meant() {
    assertThat(run("statsu")).isEqualTo(2);
    assertThat(run("\u001b[2Jx")).isEqualTo(2);
    assertThat(screen.err()).contains("status").doesNotContain("\u001b");
    assertThat(run()).isEqualTo(2);
  }
}
