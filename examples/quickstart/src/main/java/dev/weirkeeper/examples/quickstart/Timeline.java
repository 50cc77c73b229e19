package dev.weirkeeper.examples.quickstart;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Decision;
import dev.weirkeeper.PipelineEvent;
import dev.weirkeeper.Plan;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Transaction;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Prints what happens as it happens, and keeps the numbers for the end. Safe to share. */
final class Timeline implements Consumer<PipelineEvent> {
  private static final String RESET = "\u001b[0m";

  enum Tone {
    PLAIN(""),
    SCENE("\u001b[1m"),
    GOOD("\u001b[32m"),
    WARN("\u001b[33m"),
    BAD("\u001b[31m"),
    DIM("\u001b[2m");

    private final String code;

    Tone(String code) {
      this.code = code;
    }
  }

  private final PrintStream out;
  private final boolean colour;
  private final long started = System.nanoTime();
  private final Map<Asset, Counts> counts = new TreeMap<>();
  private final Map<String, Integer> decisions = new TreeMap<>();
  private final List<Long> latencies = new ArrayList<>();
  private long loaded;

  Timeline(PrintStream out, boolean colour) {
    this.out = out;
    this.colour = colour;
  }

  synchronized void say(Tone tone, String text) {
    double seconds = (System.nanoTime() - started) / 1e9;
    out.printf(Locale.ROOT, "%7.2fs  %s%n", seconds, colour ? tone.code + text + RESET : text);
  }

  @Override
  public synchronized void accept(PipelineEvent event) {
    if (event instanceof PipelineEvent.Started start) {
      say(Tone.DIM, (start.resumed() ? "goes on after " : "reads from ") + start.position().text());
    } else if (event instanceof PipelineEvent.Decided decided) {
      decided(decided);
    } else if (event instanceof PipelineEvent.Acted acted) {
      boolean done = acted.outcome().isDone();
      say(
          done ? Tone.GOOD : Tone.BAD,
          "  act "
              + acted.action().tool()
              + " on "
              + acted.action().target()
              + ": "
              + acted.outcome().getClass().getSimpleName());
    } else if (event instanceof PipelineEvent.Routed routed) {
      TableState.Mode mode = routed.after().mode();
      say(
          mode == TableState.Mode.LIVE || mode == TableState.Mode.LOADING ? Tone.GOOD : Tone.WARN,
          "  " + routed.after().asset().name() + ": " + routed.before().mode() + " → " + mode);
    } else if (event instanceof PipelineEvent.Loaded load) {
      if (load.load().finished()) {
        say(
            Tone.GOOD,
            "  " + load.load().asset().name() + ": " + load.load().rows() + " rows loaded");
      }
    } else if (event instanceof PipelineEvent.Committed committed) {
      committed(committed);
    }
  }

  private void decided(PipelineEvent.Decided decided) {
    Decision decision = decided.decision();
    String name = decision.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    decisions.merge(name, 1, Integer::sum);
    List<String> kinds =
        decided.incident().findings().stream()
            .map(finding -> finding.kind() + " (" + finding.verdict() + ")")
            .toList();
    say(
        decision instanceof Decision.Contain ? Tone.WARN : Tone.PLAIN,
        "  " + decided.incident().asset().name() + ": " + String.join(", ", kinds) + " → " + name);
    if (decision instanceof Decision.Contain contain && contain.plan().isPresent()) {
      Plan plan = contain.plan().get();
      say(Tone.DIM, "    plan " + plan.id().brief() + " waits, " + plan.steps().size() + " steps");
    }
  }

  private void committed(PipelineEvent.Committed committed) {
    if (committed.origin() == Transaction.Origin.STREAM
        || committed.origin() == Transaction.Origin.SNAPSHOT) {
      committed.counts().forEach((asset, more) -> counts.merge(asset, more, Counts::plus));
    }
    if (committed.origin() == Transaction.Origin.STREAM) {
      latencies.add(Duration.between(committed.sourceCommit(), committed.durable()).toNanos());
    } else if (committed.origin() == Transaction.Origin.SNAPSHOT) {
      loaded += committed.counts().values().stream().mapToLong(Counts::in).sum();
    }
  }

  /** The table at the end. */
  synchronized void summary(Map<Asset, Counts> ledger) {
    out.println();
    out.printf(
        Locale.ROOT,
        "  %-24s %12s %12s %12s %12s%n",
        "table",
        "events in",
        "published",
        "quarantined",
        "spooled");
    Counts all = Counts.ZERO;
    for (Map.Entry<Asset, Counts> row : new TreeMap<>(ledger).entrySet()) {
      print(row.getKey().name(), row.getValue());
      all = all.plus(row.getValue());
    }
    print("all", all);
    out.println();
    out.println("  decisions: " + decisions + ", of all events " + loaded + " were loaded");
    if (!latencies.isEmpty()) {
      List<Long> sorted = latencies.stream().sorted().toList();
      out.printf(
          Locale.ROOT,
          "  source commit to target commit: p50 %.1f ms, p99 %.1f ms over %d batches%n",
          millis(sorted.get(sorted.size() / 2)),
          millis(sorted.get((int) (sorted.size() * 0.99))),
          sorted.size());
    }
  }

  private void print(String name, Counts row) {
    out.printf(
        Locale.ROOT,
        "  %-24s %12d %12d %12d %12d%n",
        name,
        row.in(),
        row.published(),
        row.quarantined(),
        row.spooled());
  }

  private static double millis(long nanos) {
    return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }
}
