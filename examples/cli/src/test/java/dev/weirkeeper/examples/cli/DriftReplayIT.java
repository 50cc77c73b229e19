package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Json;
import dev.weirkeeper.TableState;
import dev.weirkeeper.audit.JsonLinesLog;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drift replay} over the log of a pipeline that ran. */
class DriftReplayIT {
  private static final Asset ORDERS = new Asset(GovernedStream.SOURCE, "public.orders");

  @TempDir private static Path ran;
  private static AuditRecord decision;
  private static String lsn = "";

  @TempDir private Path folder;
  private final Screen screen = new Screen();

  /** A column comes, and the playbook decides on it. */
  @BeforeAll
  static void run() throws Exception {
    try (LocalPostgres server = LocalPostgres.start(Map.of("fsync", "off"))) {
      server.createDatabase(GovernedStream.SOURCE);
      server.createDatabase(GovernedStream.TARGET);
      server.execute(
          GovernedStream.SOURCE,
          "CREATE TABLE orders (id int PRIMARY KEY)",
          "INSERT INTO orders VALUES (1)");
      try (Connection administrator = server.connect(GovernedStream.TARGET)) {
        Warehouse.prepare(administrator);
      }
      try (GovernedStream stream =
          GovernedStream.start(
              new GovernedStream.Settings(
                  GovernedStream.SOURCE,
                  server.url(GovernedStream.SOURCE),
                  server.url(GovernedStream.TARGET),
                  List.of(ORDERS.name()),
                  ran,
                  Contracts.none(),
                  Map.of(),
                  event -> {}))) {
        stream.await("the load", tables -> flows(tables, 1));
        server.execute(
            GovernedStream.SOURCE,
            "ALTER TABLE orders ADD COLUMN note text",
            "INSERT INTO orders VALUES (2, 'n')");
        stream.await("the column", tables -> flows(tables, 2));
      }
    }
    decision =
        records(ran).stream()
            .filter(record -> record.kind().equals(Decided.KIND))
            .filter(record -> record.body().text().contains("column.added"))
            .findFirst()
            .orElseThrow();
    String position = decision.body().as(Decided.class).incident().position().text();
    lsn = position.substring(position.lastIndexOf(':') + 1);
  }

  private static boolean flows(Map<Asset, TableState> tables, int columns) {
    return Optional.ofNullable(tables.get(ORDERS))
        .filter(table -> table.mode() == TableState.Mode.LIVE)
        .flatMap(TableState::accepted)
        .filter(accepted -> accepted.columns().size() == columns)
        .isPresent();
  }

  private static List<AuditRecord> records(Path folder) throws IOException {
    List<AuditRecord> all = new ArrayList<>();
    try (JsonLinesLog.Entries entries = JsonLinesLog.in(folder.resolve("audit")).entries()) {
      for (Optional<JsonLinesLog.Entry> at = entries.next(); at.isPresent(); at = entries.next()) {
        all.add(at.get().record());
      }
    }
    return all;
  }

  /** A copy of the log, which tests may harm. */
  @BeforeEach
  void copy() throws IOException {
    Path audit = Files.createDirectories(folder.resolve("audit"));
    try (var files = Files.list(ran.resolve("audit"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
        Files.copy(file, audit.resolve(file.getFileName()));
      }
    }
  }

  private int replay(String place, Object... more) {
    List<Object> words = new ArrayList<>(List.of("--folder", folder, "drift", "replay"));
    words.addAll(List.of("--at", place));
    words.addAll(List.of(more));
    return screen.run(words.toArray());
  }

  /** A log of its own whose only record is this. */
  private void write(AuditRecord record) throws IOException {
    Path other = folder.resolve("other");
    try (JsonLinesSink sink = JsonLinesSink.open(other.resolve("audit"), Clock.systemUTC())) {
      sink.append(record);
    }
    folder = other;
  }

  private static AuditRecord like(String actor, String body) {
    return new AuditRecord(
        Decided.KIND,
        decision.at(),
        actor,
        decision.asset(),
        Json.parse(body),
        List.of(),
        Map.of());
  }

  @Test
  void invariant_9_a_decision_of_a_run_is_made_again_byte_for_byte() {
    assertThat(replay(lsn)).as(screen.err()).isZero();
    assertThat(screen.out()).contains("equal", "shop:public.orders", "policy:playbook-");

    screen.clear();
    assertThat(replay("0/" + "0".repeat(9 - lsn.length() + 1) + lsn.substring(2), "--json"))
        .as("with leading zeros: %s", screen.err())
        .isZero();
    assertThat(Json.parse(screen.out()).text())
        .contains("\"equal\":true", "\"result\":\"EQUAL\"", "\"seq\":");
  }

  @Test
  void a_place_without_a_decision_is_said_to_be_one_and_others_are_named() {
    assertThat(replay("FFFFFFFF/1")).isEqualTo(1);
    assertThat(screen.err()).contains("Nothing was decided at FFFFFFFF/1").contains(lsn);
    assertThat(screen.out()).isEmpty();
    assertThat(replay(" ")).isEqualTo(2);
  }

  @Test
  void a_byte_that_was_changed_is_found_and_nothing_is_replayed() throws Exception {
    Path file = folder.resolve("audit/journal-0000000000000000.jsonl");
    String text = Files.readString(file);
    int at = text.indexOf("column.added");
    Files.writeString(file, text.substring(0, at) + "K" + text.substring(at + 1));

    assertThat(replay(lsn)).isEqualTo(4);
    assertThat(screen.err()).contains("The journal is not right", "line ");
    assertThat(screen.out()).isEmpty();
  }

  @Test
  void an_end_that_was_cut_off_is_found_by_a_head_that_was_noted() throws Exception {
    Path head = folder.resolve("head");
    assertThat(screen.run("--folder", folder, "journal", "verify", "--note-head", head)).isZero();
    Path file = folder.resolve("audit/journal-0000000000000000.jsonl");
    List<String> lines = Files.readAllLines(file);
    Files.write(file, lines.subList(0, lines.size() - 1));

    assertThat(replay(lsn)).isZero();
    assertThat(replay(lsn, "--head", head)).isEqualTo(4);
  }

  @Test
  void what_the_policy_would_not_say_is_shown_with_both_decisions() throws Exception {
    String other =
        decision.body().text().replaceFirst("\"autonomy\":\"HEAL\"", "\"autonomy\":\"OBSERVE\"");
    write(like(decision.actor(), other));

    assertThat(replay(lsn, "--json")).isEqualTo(1);
    assertThat(screen.out())
        .contains("\"result\":\"DIFFERENT\"", "\"recordedDecision\":", "\"nowDecision\":");
    assertThat(screen.err()).contains("decides otherwise");
  }

  @Test
  void a_log_of_another_version_is_said_to_be_one() throws Exception {
    write(like("policy:playbook-000000000000", decision.body().text()));
    assertThat(replay(lsn)).isEqualTo(1);
    assertThat(screen.err()).contains("another version", "playbook-000000000000");

    write(
        like(
            decision.actor(),
            decision.body().text().replaceFirst("\"autonomy\"", "\"aNewMember\":1,\"autonomy\"")));
    screen.clear();
    assertThat(replay(lsn)).isEqualTo(1);
    assertThat(screen.err()).contains("the version that wrote the log");
  }

  @Test
  void a_folder_without_a_log_is_named() {
    assertThat(screen.run("--folder", folder.resolve("none"), "drift", "replay", "--at", lsn))
        .isEqualTo(1);
    assertThat(screen.err()).contains("There is no folder");
  }
}
