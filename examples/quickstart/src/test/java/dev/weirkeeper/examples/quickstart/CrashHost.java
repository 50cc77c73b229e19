package dev.weirkeeper.examples.quickstart;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Plan;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.contracts.gx.GxSuiteReader;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.healing.PipelineTools;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postgresql.replication.LogSequenceNumber;

/**
 * A host that is there to be killed: runs a stream and takes orders on standard input, one a line:
 * {@code pause}, {@code resume} (applies the plan that waits, if one does) with a table, and {@code
 * finish} with a log position. Answers each with a line.
 */
final class CrashHost {
  private static final String CONTRACT =
      """
      {"name": "crash", "expectations": [
        {"type": "expect_column_values_to_be_between", "id": "amount-not-negative",
         "kwargs": {"column": "amount", "min_value": 0}}]}
      """;

  private CrashHost() {}

  public static void main(String[] arguments) throws Exception {
    List<String> tables = List.of(arguments[3].split(","));
    GovernedStream.Seams seams =
        arguments.length > 4
            ? Boundary.valueOf(arguments[4]).stoppingAt(Integer.parseInt(arguments[5]))
            : GovernedStream.Seams.UNTOUCHED;
    GovernedStream.Seams approving = approvingRenames(seams, arguments[1]);
    Tolerance bold = new Tolerance(Verdict.COMPATIBLE, Set.of(), Tolerance.Truncation.PAUSE);
    Map<Asset, Tolerance> tolerances = new HashMap<>();
    tables.forEach(table -> tolerances.put(asset(table), bold));
    Contracts contracts =
        Contracts.of(
            tables.stream()
                .map(table -> GxSuiteReader.read(CONTRACT, table).contract())
                .toArray(dev.weirkeeper.contracts.Contract[]::new));
    GovernedStream stream =
        GovernedStream.start(
            new GovernedStream.Settings(
                GovernedStream.SOURCE,
                arguments[0],
                arguments[1],
                tables,
                Path.of(arguments[2]),
                contracts,
                tolerances,
                event -> {},
                approving));
    Thread watch = new Thread(() -> report(stream), "watch");
    watch.setDaemon(true);
    watch.start();
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    stream.await("the tables", states -> states.size() == tables.size());
    say("READY");
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      String[] words = order.split(" ");
      switch (words[0]) {
        case "pause" ->
            say(
                order
                    + " "
                    + stream.call(
                        "table_pause",
                        new PipelineTools.Pause(words[1], "asked to"),
                        asset(words[1])));
        case "resume" -> say(order + " " + resume(stream, asset(words[1])));
        case "finish" -> finish(stream, tables, words[1]);
        default -> throw new IllegalArgumentException(order);
      }
    }
  }

  private static GovernedStream.Seams approvingRenames(
      GovernedStream.Seams seams, String targetUrl) {
    return new GovernedStream.Seams(
        seams.feed(),
        seams.target(),
        seams.sink(),
        tools ->
            seams
                .tools()
                .apply(
                    new RenamesApproved(
                        tools, Warehouse.as(PostgresBoundary.Login.APPROVE, targetUrl))),
        seams.policy());
  }

  private static Asset asset(String table) {
    return new Asset(GovernedStream.SOURCE, table);
  }

  private static Outcome resume(GovernedStream stream, Asset table) {
    Optional<Plan> plan = stream.pendingPlan(table);
    return plan.isPresent()
        ? stream.call("plan_apply", new PipelineTools.Apply(table.name(), plan.get().id()), table)
        : stream.call("table_resume", new PipelineTools.Resume(table.name()), table);
  }

  private static void finish(GovernedStream stream, List<String> tables, String position)
      throws Exception {
    stream.awaitPosition(LogSequenceNumber.valueOf(position));
    for (String table : tables) {
      Asset asset = asset(table);
      if (stream.pipeline().tables().get(asset).mode() == TableState.Mode.PAUSED) {
        say("resume " + table + " " + resume(stream, asset));
      }
    }
    stream.await(
        "all tables to be live",
        states -> states.values().stream().allMatch(s -> s.mode() == TableState.Mode.LIVE));
    stream.close();
    if (stream.failure().isPresent()) {
      throw stream.failure().get();
    }
    say("FINISHED");
    System.exit(0);
  }

  private static void report(GovernedStream stream) {
    try {
      stream.join();
    } catch (InterruptedException e) {
      return;
    }
    stream
        .failure()
        .ifPresent(
            failure -> {
              failure.printStackTrace(System.out);
              say("DIED " + failure);
              Runtime.getRuntime().halt(3);
            });
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
