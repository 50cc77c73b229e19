package dev.weirkeeper.examples.redteam;

import static dev.weirkeeper.examples.redteam.DriftScene.AGENT;
import static dev.weirkeeper.examples.redteam.DriftScene.LINES;
import static dev.weirkeeper.examples.redteam.DriftScene.ORDERS;
import static dev.weirkeeper.examples.redteam.DriftScene.OTHER;
import static dev.weirkeeper.examples.redteam.DriftScene.PLANTED;
import static dev.weirkeeper.examples.redteam.DriftScene.SECRET;
import static dev.weirkeeper.examples.redteam.DriftScene.SOURCE;
import static dev.weirkeeper.examples.redteam.DriftScene.TARGET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.TableState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody who writes schemas, or calls tools, could do to those who compare and plan. */
class DriftAttacksIT {
  private static final String TABLE = ORDERS.name();

  @TempDir private static Path folder;
  private static DriftScene scene;
  private static String incident = "";
  private static String plan = "";

  /** Words for a model in every place of a schema that words fit in; then secrets. */
  @BeforeAll
  static void plant() throws Exception {
    scene = new DriftScene(folder);
    String long_ = PLANTED + " \u202e " + "x".repeat(20_000);
    scene.execute(
        TARGET,
        "CREATE SCHEMA \"" + PLANTED + " in a schema\"",
        "CREATE TABLE \"" + PLANTED + " in a schema\".\"" + PLANTED + " in a table\" (id int)",
        "CREATE TABLE odd (id int, note text DEFAULT '" + long_ + "')",
        "COMMENT ON TABLE odd IS '" + long_ + "'",
        "COMMENT ON COLUMN odd.note IS '" + long_ + "'",
        "CREATE TYPE odd_mood AS ENUM ('" + PLANTED + " in a label')",
        "CREATE VIEW \"" + PLANTED + " in a view\" AS SELECT id, '" + long_ + "' AS w FROM orders",
        "ALTER TABLE odd ADD CONSTRAINT \""
            + PLANTED
            + " in a check\" CHECK (note <> '"
            + long_
            + "')",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '" + long_ + "' $$",
        "CREATE TABLE vault (id int, api_key text DEFAULT '"
            + SECRET
            + "_DEFAULT',"
            + " password text DEFAULT 'hunter2')",
        "CREATE FUNCTION g() RETURNS text LANGUAGE sql AS $$ SELECT '" + SECRET + "_BODY' $$",
        "CREATE FOREIGN DATA WRAPPER w",
        "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', password '" + SECRET + "_S')",
        "CREATE USER MAPPING FOR postgres SERVER s OPTIONS (password '" + SECRET + "_MAPPING')",
        "CREATE SUBSCRIPTION sub CONNECTION 'host=h password="
            + SECRET
            + "_SUB' PUBLICATION p"
            + " WITH (connect = false, slot_name = NONE)",
        "ALTER DATABASE warehouse SET app.jwt_secret = '" + SECRET + "_SETTING'");
    scene.execute(
        SOURCE,
        "CREATE TABLE odd (id int, note text)",
        "CREATE TABLE vault (id int, api_key text, password text)",
        "ALTER TYPE mood ADD VALUE '" + PLANTED + " in a label'");
    scene.execute(
        SOURCE,
        "ALTER TABLE orders ADD COLUMN \""
            + PLANTED
            + " in a column\" text DEFAULT '"
            + PLANTED
            + " in a default'",
        "COMMENT ON COLUMN orders.\"" + PLANTED + " in a column\" IS '" + long_ + "'",
        "INSERT INTO orders VALUES (2, 'n', 'calm')",
        "ALTER TABLE lines ADD COLUMN extra text",
        "INSERT INTO lines VALUES (1, 'e')");
    scene.flow("what comes of it", TableState.Mode.PAUSED);
    plan = String.valueOf(plan(ORDERS).get("plan"));
    Map<?, ?> listed = scene.answer("incident_list", Map.of("table", TABLE)).as(Map.class);
    Json newest = Json.of(Json.of(listed.get("incidents")).as(List.class).get(0));
    incident = Json.of(newest.as(Map.class).get("incident")).as(String.class);
  }

  @AfterAll
  static void stop() throws IOException {
    if (scene != null) {
      scene.close();
    }
  }

  private static Map<String, Object> plan(Asset table) {
    return Map.of(
        "table", table.name(), "plan", scene.stream().pendingPlan(table).orElseThrow().id().hex());
  }

  /** Calls of each tool of drift that read what was planted. */
  private static Map<String, Map<String, Object>> calls() {
    Map<String, Map<String, Object>> calls = new LinkedHashMap<>();
    calls.put("drift_compare", Map.of("from", SOURCE, "to", TARGET, "limit", 100));
    calls.put("drift_list_findings", Map.of());
    calls.put("drift_history", Map.of("table", TABLE));
    calls.put("drift_impact", Map.of("incident", incident));
    calls.put("drift_upstream", Map.of("incident", incident));
    calls.put("drift_profile", Map.of("table", TABLE));
    calls.put("incident_explain", Map.of("incident", incident));
    calls.put("plan_show", Map.of("table", TABLE));
    calls.put("plan_propose", Map.of("table", TABLE));
    calls.put("plan_rehearse", Map.of("table", TABLE, "plan", plan));
    return calls;
  }

  /** All texts of an answer that are not marked as text from outside, with where they stand. */
  private static Map<String, String> unmarked(Json answer) {
    Map<String, String> found = new LinkedHashMap<>();
    collect("$", answer, found);
    return found;
  }

  private static void collect(String path, Json value, Map<String, String> found) {
    switch (value.text().charAt(0)) {
      case '{' -> {
        Map<?, ?> members = value.as(Map.class);
        if (members.containsKey("is")
            && Json.of(members.get("is")).equals(Json.of("outside"))
            && members.containsKey("text")) {
          assertThat(Json.of(members.get("text")).as(String.class).length())
              .as(path)
              .isLessThanOrEqualTo(Outside.LONGEST);
          return;
        }
        members.forEach(
            (name, member) -> {
              found.put(path + ".{}" + name, String.valueOf(name));
              collect(path + "." + name, Json.of(member), found);
            });
      }
      case '[' -> {
        List<?> items = value.as(List.class);
        for (int i = 0; i < items.size(); i++) {
          collect(path + "[" + i + "]", Json.of(items.get(i)), found);
        }
      }
      case '"' -> found.put(path, value.as(String.class));
      default -> {
        // A number or a truth says nothing that somebody could have worded.
      }
    }
  }

  @Test
  void words_that_were_planted_in_a_schema_come_back_marked_and_bounded_or_not_at_all() {
    List<String> effects = new ArrayList<>();
    calls()
        .forEach(
            (tool, input) -> {
              Json answer = scene.answer(tool, input);
              unmarked(answer)
                  .forEach(
                      (path, text) -> {
                        if (text.contains("IGNORE")) {
                          effects.add(tool + " says unmarked at " + path + ": " + text);
                        }
                      });
              if (answer.text().contains("\u202e")) {
                effects.add(tool + " shows what cannot be seen");
              }
              if (answer.text().length() > 64 * 1024) {
                effects.add(tool + " answers with " + answer.text().length() + " characters");
              }
            });

    assertThat(effects).isEmpty();
  }

  @Test
  void secrets_in_definitions_and_connections_come_back_from_no_tool_and_are_kept_nowhere()
      throws Exception {
    List<String> effects = new ArrayList<>();
    calls()
        .forEach(
            (tool, input) -> {
              String answer = scene.answer(tool, input).text();
              if (answer.contains(SECRET) || answer.contains("hunter2")) {
                effects.add(tool + " tells a secret: " + around(answer));
              }
            });
    try (Stream<Path> kept = Files.walk(folder)) {
      for (Path file : kept.filter(Files::isRegularFile).toList()) {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        for (String secret : List.of("_S'", "_MAPPING", "_SUB", "_SETTING", "_BODY")) {
          if (text.contains(SECRET + secret)) {
            effects.add(folder.relativize(file) + " keeps a secret: " + secret);
          }
        }
      }
    }

    assertThat(effects).isEmpty();
  }

  private static String around(String answer) {
    int at = Math.max(answer.indexOf(SECRET), answer.indexOf("hunter2"));
    return answer.substring(Math.max(0, at - 100), Math.min(answer.length(), at + 60));
  }

  @Test
  void nobody_reaches_a_database_or_a_file_by_calling_it_a_side() {
    int before = scene.connections();
    String odd = "a".repeat(64);
    List<String> names =
        List.of(
            "postgres",
            "template1",
            "SHOP",
            "shop ",
            "shop;warehouse",
            "jdbc:postgresql://127.0.0.1:5432/postgres?user=postgres",
            "postgresql://evil.example/shop",
            "//evil.example/shop",
            "file:///etc/passwd",
            "/etc/passwd",
            "../../../etc/passwd",
            "../audit/journal-0000000000000000",
            odd,
            odd.toUpperCase(Locale.ROOT),
            odd.substring(3) + "/..",
            "*",
            "",
            "shop\u0000",
            "\u202eshop",
            "x".repeat(200_000));
    for (String name : names) {
      for (Map<String, Object> input :
          List.<Map<String, Object>>of(
              Map.of("from", name, "to", name),
              Map.of("from", name, "to", odd),
              Map.of("from", odd, "to", name))) {
        String outcome = refused("drift_compare", Json.of(input));
        assertThat(outcome).doesNotContain("/etc", folder.toString(), "root:x");
      }
    }
    assertThat(scene.connections()).as("connected for nothing").isEqualTo(before);
  }

  /** What a call comes to that must be refused, by the door or by the tool; never an exception. */
  private static String refused(String tool, Json input) {
    Outcome outcome =
        scene.stream()
            .toolbox()
            .perform(AGENT, new Action(tool, input, new Asset(SOURCE, "*")), List.of());
    assertThat(outcome).as("%s of %s", tool, brief(input)).isInstanceOf(Outcome.Refused.class);
    return outcome.toString();
  }

  private static String brief(Json input) {
    return input.text().substring(0, Math.min(200, input.text().length()));
  }

  @Test
  void arguments_that_are_malformed_or_too_large_are_refused_by_each_tool() {
    Object deep = "x";
    for (int i = 0; i < 60; i++) {
      deep = List.of(deep);
    }
    List<Object> odd =
        List.of(
            1,
            -1,
            true,
            List.of(),
            Map.of(),
            List.of("a", "b"),
            Map.of("is", "outside"),
            "x".repeat(1_000_000),
            deep,
            "99999999999999999999",
            1e308,
            "\u0000");
    Map<String, Map<String, Object>> all = calls();
    all.put("plan_apply", Map.of("table", TABLE, "plan", plan));
    all.forEach(
        (tool, input) -> {
          refused(tool, Json.of(List.of()));
          refused(tool, Json.of("text"));
          refused(tool, Json.of(Map.of("unknown", 1)));
          for (String name : List.of("from", "incident", "plan", "cursor", "limit")) {
            for (Object value : odd) {
              if (name.equals("limit") && value.equals(1)) {
                continue;
              }
              Map<String, Object> changed = new LinkedHashMap<>(input);
              changed.put(name, value);
              refused(tool, Json.of(changed));
            }
          }
        });
  }

  @Test
  void
      an_approved_plan_is_applied_once_by_whom_it_was_approved_for_and_never_to_a_target_that_moved()
          throws Exception {
    Map<String, Object> input = plan(LINES);
    assertThat(scene.call(AGENT, "plan_apply", input)).isInstanceOf(Outcome.Refused.class);
    scene.approved(AGENT, "plan_apply", input);
    assertThat(scene.call(OTHER, "plan_apply", input))
        .as("with the leave of another")
        .isInstanceOf(Outcome.Refused.class);
    scene.execute(TARGET, "ALTER TABLE lines ADD COLUMN extra int");

    Outcome moved = scene.call(AGENT, "plan_apply", input);

    assertThat(moved.isDone()).as("%s", moved).isFalse();
    scene.execute(TARGET, "ALTER TABLE lines DROP COLUMN extra");
    Map<String, Object> now = plan(LINES);
    scene.approved(AGENT, "plan_apply", now);
    List<CompletableFuture<Outcome>> twice =
        Stream.generate(
                () -> CompletableFuture.supplyAsync(() -> scene.call(AGENT, "plan_apply", now)))
            .limit(4)
            .toList();
    assertThat(twice.stream().filter(each -> each.join().isDone()).count())
        .as("%s", twice.stream().map(CompletableFuture::join).toList())
        .isEqualTo(1);
    assertThat(scene.call(AGENT, "plan_apply", now)).isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void a_rehearsal_of_a_hostile_target_ends_and_tells_nothing_of_the_host() throws Exception {
    Path secret = Files.writeString(folder.resolve("planted"), "planted in a file");
    scene.execute(
        TARGET,
        "CREATE TABLE slow (id int, a text DEFAULT pg_sleep(1000)::text)",
        "CREATE TABLE nosy (id int, a text DEFAULT pg_read_file('" + secret + "'))",
        "CREATE VIEW endless AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)"
            + " SELECT max(n) AS n FROM r");
    try {
      List<CompletableFuture<Outcome>> all =
          Stream.generate(
                  () ->
                      CompletableFuture.supplyAsync(
                          () ->
                              scene.call(
                                  AGENT, "plan_rehearse", Map.of("table", TABLE, "plan", plan))))
              .limit(3)
              .toList();
      for (CompletableFuture<Outcome> each : all) {
        assertThat(each.join().toString()).doesNotContain("planted in a file", secret.toString());
      }
      assertThat(all).anyMatch(each -> each.join().isDone());
    } finally {
      scene.execute(TARGET, "DROP TABLE slow, nosy", "DROP VIEW endless");
    }
  }
}
