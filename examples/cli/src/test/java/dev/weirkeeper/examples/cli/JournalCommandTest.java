package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Act;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Freeze;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.audit.Head;
import dev.weirkeeper.audit.JsonLinesLog;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.spi.AuditSink;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JournalCommandTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T08:00:00Z"), ZoneOffset.UTC);
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Caller AGENT = new Caller("claude", Caller.Kind.AGENT);
  private static final Hash ACTION = Hash.of(Json.of("action"));

  @TempDir Path folder;
  @TempDir Path elsewhere;
  private final Screen screen = new Screen();

  private record Page(long seq, Hash hash, AuditRecord record) {}

  private record Tail(List<Page> records) {}

  private record Explained(Page record, List<Page> before, List<Page> after, boolean complete) {}

  private Path audit() {
    return folder.resolve("audit");
  }

  private int run(Object... words) {
    List<Object> all = new ArrayList<>(List.of("--folder", folder, "journal"));
    all.addAll(List.of(words));
    return screen.run(all.toArray());
  }

  private interface Story {
    void tell(Journal journal);
  }

  private void write(Story story) throws IOException {
    try (AuditSink sink = JsonLinesSink.open(audit(), CLOCK)) {
      story.tell(new Journal(sink, CLOCK));
    }
  }

  private static Act.Started started(String table) {
    Json input = Json.of(Map.of("table", table));
    return new Act.Started(
        ACTION,
        "table_pause",
        Hash.of(input),
        input,
        AGENT,
        Optional.empty(),
        Hash.of(Json.of("definition")),
        Hash.of(Json.of("policy")),
        Optional.empty(),
        Optional.empty());
  }

  private static Hash start(Journal journal, List<Hash> causes) {
    return journal.write(
        Act.Started.KIND, AGENT.actor(), Optional.of(ORDERS), started("public.orders"), causes);
  }

  private static Hash finish(Journal journal, Hash start) {
    return journal.write(
        Act.Finished.KIND,
        AGENT.actor(),
        Optional.of(ORDERS),
        new Act.Finished(
            ACTION, "table_pause", new Outcome.Done(Json.empty(), Outcome.Verification.VERIFIED)),
        List.of(start));
  }

  private static Hash refuse(Journal journal, String reason) {
    return journal.write(
        Act.Refused.KIND,
        AGENT.actor(),
        Optional.empty(),
        new Act.Refused("drop_table", ACTION, AGENT, reason),
        List.of());
  }

  private static void acts(Journal journal, int acts) {
    for (int i = 0; i < acts; i++) {
      finish(journal, start(journal, List.of()));
    }
  }

  @Test
  void a_whole_log_is_intact_and_says_its_head() throws IOException {
    write(journal -> acts(journal, 3));
    Head head = JsonLinesLog.in(audit()).verify().head();

    assertThat(run("verify")).isZero();
    assertThat(screen.out()).contains("intact", "6 records", head.chain().hex());

    screen.clear();
    assertThat(run("verify", "--json")).isZero();
    assertThat(Json.parse(screen.out()))
        .isEqualTo(Json.of(Map.of("intact", true, "head", head, "tornBytes", 0)));
  }

  @Test
  void a_changed_line_is_found_and_has_a_status_of_its_own() throws IOException {
    write(journal -> acts(journal, 3));
    Path file = audit().resolve("journal-0000000000000000.jsonl");
    Files.writeString(file, Files.readString(file).replaceFirst("claude", "eve123"));

    assertThat(run("verify")).isEqualTo(4);
    assertThat(screen.out()).contains("BROKEN", "line 2");
    assertThat(screen.err()).contains("compare it with a copy");

    screen.clear();
    assertThat(run("tail")).isEqualTo(4);
    assertThat(run("explain", "0")).isEqualTo(4);
    assertThat(run("unsettled")).isEqualTo(4);
    assertThat(screen.out()).isEmpty();
  }

  @Test
  void audit_tamper_02_an_end_that_was_cut_off_is_found_against_a_head_noted_elsewhere()
      throws IOException {
    Path head = elsewhere.resolve("head.json");
    write(journal -> acts(journal, 3));
    assertThat(run("verify", "--note-head", head)).isZero();
    Path file = audit().resolve("journal-0000000000000000.jsonl");
    List<String> lines = Files.readAllLines(file);
    Files.write(file, lines.subList(0, 4));
    screen.clear();

    assertThat(run("verify")).as("the chain alone does not show it").isZero();
    assertThat(run("verify", "--head", head)).isEqualTo(4);
    assertThat(screen.out()).contains("ends after 4 records and held 6");

    String noted = Files.readString(head);
    assertThat(run("verify", "--note-head", head)).isEqualTo(4);
    assertThat(head).as("a head is never replaced by one that does not follow").hasContent(noted);
  }

  @Test
  void audit_tamper_03_a_chain_that_was_written_anew_is_found_against_a_head_noted_elsewhere()
      throws IOException {
    Path head = elsewhere.resolve("head.json");
    write(
        journal -> {
          refuse(journal, "as it was");
          acts(journal, 2);
        });
    assertThat(run("verify", "--note-head", head)).isZero();
    Files.delete(audit().resolve("journal-0000000000000000.jsonl"));
    write(
        journal -> {
          refuse(journal, "as somebody would like it");
          acts(journal, 3);
        });
    screen.clear();

    assertThat(run("verify")).as("the chain alone does not show it").isZero();
    assertThat(run("verify", "--head", head, "--json")).isEqualTo(4);
    assertThat(screen.out()).contains("\"intact\":false", "rewritten up to here");
  }

  @Test
  void a_head_is_replaced_by_one_that_follows_from_it() throws IOException {
    Path head = elsewhere.resolve("head.json");
    write(journal -> acts(journal, 1));
    assertThat(run("verify", "--note-head", head)).isZero();
    write(journal -> acts(journal, 1));

    assertThat(run("verify", "--note-head", head)).isZero();

    assertThat(Json.parse(Files.readString(head)).as(Head.class).records()).isEqualTo(4);
    assertThat(screen.err()).isEmpty();
  }

  @Test
  void a_head_beside_the_log_is_warned_of_and_what_is_no_head_is_refused() throws IOException {
    write(journal -> acts(journal, 1));

    assertThat(run("verify", "--note-head", folder.resolve("head.json"))).isZero();
    assertThat(screen.err()).contains("whoever rewrites the log can rewrite it");

    Path other = Files.writeString(elsewhere.resolve("notes.txt"), "milk, bread");
    assertThat(run("verify", "--note-head", other)).isEqualTo(1);
    assertThat(other).hasContent("milk, bread");
    assertThat(screen.err()).contains("holds no head of a log");
  }

  @Test
  void a_folder_without_a_log_is_an_error_and_not_an_empty_log() {
    assertThat(run("verify")).isEqualTo(1);
    assertThat(run("tail")).isEqualTo(1);
    assertThat(screen.err()).contains("There is no folder", "WEIRKEEPER_FOLDER");
  }

  @Test
  void the_tail_takes_the_newest_of_a_kind_and_a_table() throws IOException {
    write(
        journal -> {
          acts(journal, 2);
          refuse(journal, "no");
          journal.write(
              Freeze.Frozen.KIND,
              "door",
              Optional.empty(),
              new Freeze.Frozen("schema", "two failures"),
              List.of());
        });

    assertThat(run("tail", "-n", "1", "--kind", "act.finished")).isZero();
    assertThat(screen.out().lines())
        .singleElement()
        .satisfies(
            line ->
                assertThat(line)
                    .contains("3  ", "shop:public.orders", "table_pause came to Done (VERIFIED)"));

    screen.clear();
    assertThat(run("tail", "--kind", "act", "--json")).isZero();
    assertThat(Json.parse(screen.out()).as(Tail.class).records())
        .extracting(Page::seq)
        .containsExactly(0L, 1L, 2L, 3L, 4L);

    screen.clear();
    assertThat(run("tail", "--table", "public.orders", "-n", "100")).isZero();
    assertThat(screen.out().lines()).hasSize(4);
    assertThat(run("tail", "--table", "public.other")).isZero();
    assertThat(screen.out()).contains("No such records.");
    assertThat(run("tail", "-n", "-1")).isEqualTo(2);
  }

  @Test
  void what_others_worded_cannot_reach_the_terminal() throws IOException {
    write(
        journal -> refuse(journal, "no\u001b]0;owned\u0007\u001b[2J\u009b1m\u202e\nact.finished"));

    assertThat(run("tail")).isZero();
    assertThat(run("explain", "0")).isZero();
    assertThat(run("tail", "--json")).isZero();
    assertThat(run("explain", "0", "--json")).isZero();
    screen.answered("", "--folder", folder, "journal", "tail");

    assertThat(screen.out())
        .contains("no\\u{1b}]0;owned\\u{7}")
        .doesNotContain("\u001b]", "\u001b[2", "\u0007", "\u009b", "\u202e", "\nact.finished");
  }

  @Test
  void a_follower_sees_what_is_written_later_and_once() throws Exception {
    write(journal -> acts(journal, 1));
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    PrintWriter out =
        new PrintWriter(new StringWriter()) {
          @Override
          public void println(String line) {
            lines.add(line);
          }
        };
    Thread follower =
        new Thread(
            () ->
                Cli.run(
                    Terminal.plain(out, out, Map.of()),
                    "--folder",
                    folder.toString(),
                    "journal",
                    "tail",
                    "-f",
                    "-n",
                    "1"));
    follower.start();
    try {
      assertThat(lines.poll(10, TimeUnit.SECONDS)).startsWith("1  ");
      write(journal -> refuse(journal, "later"));
      assertThat(lines.poll(10, TimeUnit.SECONDS)).startsWith("2  ").contains("later");
      write(journal -> refuse(journal, "latest"));
      assertThat(lines.poll(10, TimeUnit.SECONDS)).startsWith("3  ").contains("latest");
    } finally {
      follower.interrupt();
      follower.join(10_000);
    }
    assertThat(follower.isAlive()).isFalse();
  }

  @Test
  void a_record_is_explained_by_what_led_to_it_and_what_followed() throws IOException {
    List<Hash> written = new ArrayList<>();
    write(
        journal -> {
          written.add(refuse(journal, "too early"));
          acts(journal, 1);
          Hash start = start(journal, List.of(written.get(0)));
          written.add(start);
          written.add(finish(journal, start));
        });

    assertThat(run("explain", written.get(1).brief(), "--json")).isZero();
    Explained explained = Json.parse(screen.out()).as(Explained.class);
    assertThat(explained.record().seq()).isEqualTo(3);
    assertThat(explained.before()).extracting(Page::hash).containsExactly(written.get(0));
    assertThat(explained.after()).extracting(Page::hash).containsExactly(written.get(2));
    assertThat(explained.complete()).isTrue();

    screen.clear();
    assertThat(run("explain", "4")).isZero();
    assertThat(screen.out())
        .contains("What led to it\n  3  ", "\n    0  ", "too early")
        .contains("What followed from it\n  nothing, so far");
  }

  @Test
  void an_id_that_a_record_names_finds_it_and_an_unknown_one_is_refused() throws IOException {
    write(journal -> acts(journal, 1));

    assertThat(run("explain", ACTION.brief())).isZero();
    assertThat(screen.out()).contains("act.started");

    assertThat(run("explain", "ffffffffffff")).isEqualTo(1);
    assertThat(run("explain", "\u001b[2J")).isEqualTo(1);
    assertThat(screen.err()).contains("No record is or names", "names no record");
    assertThat(screen.err()).doesNotContain("\u001b");
  }

  @Test
  void an_act_of_which_nobody_knows_is_listed_and_has_a_status_of_its_own() throws IOException {
    write(journal -> acts(journal, 1));
    assertThat(run("unsettled")).isZero();

    write(journal -> start(journal, List.of()));

    assertThat(run("unsettled")).isEqualTo(5);
    assertThat(screen.out()).contains(ACTION.brief(), "table_pause", "agent:claude");
  }

  @Test
  void the_folder_can_be_a_variable_and_must_be_said() throws IOException {
    write(journal -> acts(journal, 1));

    assertThat(screen.run(Map.of("WEIRKEEPER_FOLDER", folder.toString()), "journal", "verify"))
        .isZero();
    assertThat(screen.run("journal", "verify")).isEqualTo(2);
    assertThat(screen.err()).contains("Which server?");
  }
}
