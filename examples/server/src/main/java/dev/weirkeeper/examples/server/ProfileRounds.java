package dev.weirkeeper.examples.server;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.PipelineCommand;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.Probe;
import dev.weirkeeper.TableState;
import dev.weirkeeper.drift.profile.ProfileDrift;
import dev.weirkeeper.drift.profile.ProfileWindow;
import dev.weirkeeper.drift.profile.store.ProfileWatch;
import dev.weirkeeper.spi.Tool;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the values of some tables again and again. What changed its meaning is reported to the
 * pipeline, which makes an incident of it like of any drift: noted where the table's tolerance
 * bears it, else decided on by the policy.
 *
 * <p>A finding stays until somebody accepts it, so it is reported once, and again only with
 * something new beside it. Only tables whose rows flow are looked at.
 */
final class ProfileRounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProfileRounds.class);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Profiles profiles;
  private final ProfileWatch watch;
  private final GovernedStream.Parts parts;
  private final Clock clock;
  private final Map<Asset, Set<String>> told = new HashMap<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  /**
   * @param every how long to wait before each round
   */
  ProfileRounds(Profiles profiles, GovernedStream.Parts parts, Duration every, Clock clock) {
    this.profiles = profiles;
    this.watch = profiles.watch();
    this.parts = parts;
    this.clock = clock;
    this.thread = new Thread(() -> run(every), "profiles");
  }

  /** What the host asks its own reader with. */
  private record Sampling(Asset target, Instant deadline, CountDownLatch end) implements Tool.Call {
    @Override
    public Hash actionId() {
      return Hash.of(Json.of(target));
    }

    @Override
    public Optional<String> state() {
      return Optional.empty();
    }

    @Override
    public Optional<String> stop() {
      return end.getCount() == 0 ? Optional.of("the server stops") : Optional.empty();
    }
  }

  ProfileRounds start() {
    thread.start();
    return this;
  }

  private void run(Duration every) {
    try {
      while (!stop.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
        round();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks once at each table whose rows flow. For one thread at a time. */
  void round() {
    Optional<PipelineView> view = parts.mailbox().view();
    for (Asset table : profiles.tables()) {
      view.flatMap(seen -> seen.table(table))
          .filter(seen -> seen.state().mode() == TableState.Mode.LIVE)
          .flatMap(seen -> sample(table))
          .ifPresent(window -> compare(table, window));
    }
  }

  /** Empty, with a line in the program's log, where the table cannot be read; or has no rows. */
  Optional<ProfileWindow> sample(Asset table) {
    Probe<ProfileWindow> sample =
        profiles.sampler().sample(table, new Sampling(table, clock.instant().plus(PATIENCE), stop));
    if (sample instanceof Probe.Unknown<ProfileWindow> unknown) {
      LOG.warn("The values of {} were not sampled: {}", table, unknown.why());
    }
    return sample instanceof Probe.Value<ProfileWindow> window
        ? Optional.of(window.value())
        : Optional.empty();
  }

  private void compare(Asset table, ProfileWindow window) {
    Probe<List<Finding>> found;
    try {
      found = watch.see(table, window);
    } catch (IOException e) {
      LOG.warn("A sample of {} cannot be kept: {}", table, e.getMessage());
      return;
    }
    if (found instanceof Probe.Unknown<List<Finding>> unknown) {
      LOG.warn("The values of {} were not compared: {}", table, unknown.why());
    } else if (found instanceof Probe.Value<List<Finding>> findings) {
      tell(table, findings.value());
    }
  }

  private void tell(Asset table, List<Finding> findings) {
    Set<String> now = topics(findings);
    if (told.computeIfAbsent(table, this::lastTold).containsAll(now)) {
      told.put(table, now);
      return;
    }
    Outcome outcome =
        parts
            .mailbox()
            .send(
                new PipelineCommand.Report(table, findings),
                clock.instant().plus(PATIENCE),
                new CallControl(this::ending, CallControl.NONE.progress()));
    if (outcome.isDone()) {
      told.put(table, now);
    } else {
      LOG.warn("What was found of {} is told at the next round: {}", table, outcome);
    }
  }

  /** What the log has of it: a restart tells nothing again. */
  private Set<String> lastTold(Asset table) {
    return parts
        .book()
        .page(entry -> !profiled(entry, table).isEmpty(), Optional.empty(), 1)
        .entries()
        .stream()
        .map(entry -> topics(profiled(entry, table)))
        .findFirst()
        .orElseGet(Set::of);
  }

  private static List<Finding> profiled(LogBook.Entry entry, Asset table) {
    return entry.body(Decided.class).stream()
        .map(Decided::incident)
        .filter(incident -> incident.asset().equals(table))
        .flatMap(incident -> incident.findings().stream())
        .filter(finding -> finding.source().equals(ProfileDrift.ID))
        .toList();
  }

  private static Set<String> topics(List<Finding> findings) {
    return findings.stream().map(Finding::topic).collect(Collectors.toSet());
  }

  private Optional<String> ending() {
    return stop.getCount() == 0 ? Optional.of("the server stops") : Optional.empty();
  }

  /** Ends after the table that is looked at. */
  @Override
  public void close() {
    stop.countDown();
    Threads.awaitEnd(thread);
  }
}
