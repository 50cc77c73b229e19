package dev.weirkeeper.examples.conformance;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Grants;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.contracts.dbt.DbtTools;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Has a real dbt build a small project in a real PostgreSQL, lets an agent test it through the
 * door, and compares what comes back with what is known of the project.
 */
final class DbtCheck {
  private static final Caller AGENT = new Caller("agent", Caller.Kind.AGENT);
  private static final String PASSWORD = "correct-horse-battery";

  private final Toolbox door;
  private final Path project;
  private int failed;

  private DbtCheck(Toolbox door, Path project) {
    this.door = door;
    this.project = project;
  }

  /** 0 if all is as it should be. */
  static int run(Path dbt, Path project) throws Exception {
    try (LocalPostgres postgres = LocalPostgres.start();
        JsonLinesSink sink =
            JsonLinesSink.open(Files.createTempDirectory("dbt-journal"), Clock.systemUTC())) {
      postgres.createDatabase("shop");
      build(dbt, project, postgres.port());
      postgres.execute(
          "shop",
          "CREATE ROLE reader LOGIN",
          "ALTER ROLE reader SET default_transaction_read_only = on",
          "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
      DbtTools tools =
          DbtTools.builder("dbt", "shop")
              .executable(dbt)
              .project(project)
              .models("*")
              .environment("SHOP_PORT", String.valueOf(postgres.port()))
              .environment("SHOP_PASSWORD", PASSWORD)
              .samples(
                  postgres.dataSource("shop", "reader"), "warehouse", Masking.with(new byte[16]))
              .build();
      Toolbox door =
          Toolbox.builder()
              .journal(new Journal(sink, Clock.systemUTC()))
              .clock(Clock.systemUTC())
              .memory(DoorMemory.inProcess())
              .limit(Effect.READ)
              .grants(Grants.of(Grant.to(AGENT.principal(), Effect.READ)))
              .domains(Domains.of(Domain.named("dbt").owning("dbt:*").approvedBy("ana", "ben")))
              .tools(tools)
              .build();
      DbtCheck check = new DbtCheck(door, project);
      check.all();
      return check.failed == 0 ? 0 : 1;
    }
  }

  private static void build(Path dbt, Path project, int port) throws Exception {
    for (String verb : List.of("seed", "run")) {
      ProcessBuilder builder =
          new ProcessBuilder(
              dbt.toString(),
              verb,
              "--project-dir",
              project.toString(),
              "--profiles-dir",
              project.toString(),
              "--target",
              "build");
      builder.environment().put("SHOP_PORT", String.valueOf(port));
      builder.environment().put("SHOP_PASSWORD", PASSWORD);
      builder.environment().put("DBT_SEND_ANONYMOUS_USAGE_STATS", "false");
      Path log = Files.createTempFile("dbt", ".log");
      builder.redirectErrorStream(true).redirectOutput(log.toFile());
      if (builder.start().waitFor() != 0) {
        throw new IllegalStateException("dbt " + verb + " failed: " + Files.readString(log));
      }
    }
  }

  private void all() throws IOException {
    Set<String> before = files();
    Map<?, ?> whole = report(call(DbtTools.TEST, Map.of("limit", 100), CallControl.NONE));
    Map<?, ?> run = (Map<?, ?>) at(whole, "run");
    System.out.println(
        "dbt "
            + text(at(run, "dbtVersion"))
            + ", "
            + at(run, "results")
            + ", "
            + at(run, "manifest"));
    expect(
        "all tests",
        "{error=1, fail=5, notShownHere=0, other=0, pass=4, skipped=0, tests=11, warn=1}",
        numbers(at(whole, "counts")));
    expect("nothing was written into the project", before.toString(), files().toString());

    Map<?, ?> keys = named(whole, "unique_orders_id");
    expect("failures", "1", numbers(at(keys, "failures")));
    expect("tested model", "model.shop.orders", text(at(at(keys, "tested"), "id")));
    expect("tested column", "id", text(at(at(keys, "tested"), "column")));
    Map<?, ?> below = (Map<?, ?>) at(keys, "downstream");
    expect("models downstream", "2", numbers(at(below, "models")));
    expect("exposures downstream", "1", numbers(at(below, "exposures")));
    expect(
        "sampled keys",
        "[[{is=outside, text=4}, {is=outside, text=2}]]",
        String.valueOf(at(at(at(keys, "samples"), "value"), "rows")));
    expect("masked samples", "false", String.valueOf(whole.toString().contains("@example.org")));
    expect("no password", "false", String.valueOf(whole.toString().contains(PASSWORD)));
    expect(
        "an error's own words",
        "true",
        String.valueOf(named(whole, "broken_column").toString().contains("no_such_column")));

    Map<?, ?> nightly =
        report(call(DbtTools.TEST, Map.of("select", List.of("tag:nightly")), CallControl.NONE));
    expect("one tag", "1", numbers(at(at(nightly, "counts"), "tests")));
    Map<?, ?> again =
        report(call(DbtTools.RESULTS, Map.of("run", at(run, "id"), "limit", 3), CallControl.NONE));
    expect("a page of the first run", "3", String.valueOf(((List<?>) at(again, "tests")).size()));

    expectStart(
        "no test selected",
        "Refused",
        call(DbtTools.TEST, Map.of("select", List.of("nosuch")), CallControl.NONE));
    for (String hostile : List.of("--full-refresh", "orders --vars {}", "state:modified")) {
      expectStart(
          "hostile selection",
          "IllegalArgument",
          call(DbtTools.TEST, Map.of("select", List.of(hostile)), CallControl.NONE));
    }
    cancelled();
    broken();
  }

  private void cancelled() {
    AtomicLong heard = new AtomicLong();
    Object outcome =
        call(
            DbtTools.TEST,
            Map.of(),
            new CallControl(
                () -> heard.get() > 0 ? Optional.of("given up") : Optional.empty(),
                (done, total, what) -> heard.incrementAndGet()));
    expect("progress was heard", "true", String.valueOf(heard.get() > 0));
    expect(
        "a cancelled run leaves no process",
        "0",
        String.valueOf(ProcessHandle.current().descendants().filter(DbtCheck::isDbt).count()));
    System.out.println("        (cancelled: " + outcome.getClass().getSimpleName() + ")");
  }

  private static boolean isDbt(ProcessHandle process) {
    return process.info().commandLine().orElse("").contains("weirkeeper-dbt");
  }

  private void broken() throws IOException {
    Path model = project.resolve("models/broken.sql");
    Files.writeString(model, "select * from {{ ref('nowhere') }}");
    try {
      Map<?, ?> report = report(call(DbtTools.TEST, Map.of(), CallControl.NONE));
      expect(
          "a project that does not compile",
          "PROJECT",
          String.valueOf(at(at(report, "problem"), "kind")));
    } finally {
      Files.delete(model);
    }
  }

  /** What came of it; for an input that is not valid, the exception. */
  private Object call(String tool, Map<String, Object> input, CallControl control) {
    try {
      return door.perform(AGENT, door.action(tool, Json.of(input)), List.of(), control);
    } catch (IllegalArgumentException e) {
      return e;
    }
  }

  private static Map<?, ?> report(Object outcome) {
    if (outcome instanceof Outcome.Done done) {
      return (Map<?, ?>) plain(done.result());
    }
    throw new IllegalStateException("Not done: " + outcome);
  }

  /** Maps, lists and texts; numbers as their texts. */
  private static Object plain(Json json) {
    return switch (json.text().charAt(0)) {
      case '{' -> {
        Map<String, Object> members = new TreeMap<>();
        Map<?, ?> read = json.as(Map.class);
        read.forEach((name, value) -> members.put((String) name, plain(Json.of(value))));
        yield members;
      }
      case '[' -> {
        List<?> read = json.as(List.class);
        yield read.stream().map(element -> plain(Json.of(element))).toList();
      }
      case '"' -> json.as(String.class);
      default -> json.text();
    };
  }

  private static Map<?, ?> named(Map<?, ?> report, String part) {
    return ((List<?>) at(report, "tests"))
        .stream()
            .map(test -> (Map<?, ?>) test)
            .filter(test -> text(at(test, "id")).contains(part))
            .findFirst()
            .orElseThrow();
  }

  private static Object at(Object from, String member) {
    return Optional.ofNullable(((Map<?, ?>) from).get(member)).orElseThrow();
  }

  private static String text(Object outside) {
    return outside instanceof Map<?, ?> marked ? String.valueOf(at(marked, "text")) : "";
  }

  private static String numbers(Object value) {
    return value instanceof Map<?, ?> map
        ? map.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .sorted()
            .collect(Collectors.joining(", ", "{", "}"))
        : String.valueOf(value);
  }

  private Set<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(project)) {
      List<String> names = new ArrayList<>();
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        names.add(project.relativize(file) + " " + Files.getLastModifiedTime(file));
      }
      return new TreeSet<>(names);
    }
  }

  private void expectStart(String what, String start, Object outcome) {
    String is = outcome.getClass().getSimpleName();
    expect(what, start, is.substring(0, Math.min(start.length(), is.length())));
  }

  private void expect(String what, String expected, String found) {
    if (found.equals(expected)) {
      System.out.println("passed  " + what);
    } else {
      failed++;
      System.out.println("FAILED  " + what + ": expected " + expected + ", found " + found);
    }
  }
}
