package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import dev.weirkeeper.spi.HealingPolicy;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.Planner;
import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Moves rows from a feed to a target, transaction by transaction: schema changes first, then rows
 * through the gate, then the position. One thread runs it; commands of other threads reach it
 * through its {@link Mailbox} and are carried out between two commits.
 *
 * <p>It owns nothing that it was given: feed, target and sink are closed by the host.
 */
public final class Pipeline {
  /** What a pipeline is made of. */
  record Parts(
      Feed feed,
      Target target,
      Judges judges,
      DriftDetector detector,
      Optional<DriftDetector> settings,
      Planner planner,
      HealingPolicy policy,
      Toolbox toolbox,
      Mailbox mailbox,
      Journal journal,
      Clock clock,
      Function<Asset, Tolerance> tolerances,
      Function<Asset, Autonomy> autonomies,
      Optional<DriftHistory> history,
      Consumer<PipelineEvent> listener,
      int batchRows,
      Duration anchorEvery,
      Duration lookEvery) {}

  private final Parts parts;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile boolean stopping;
  private volatile @Nullable PipelineSession session;

  private Pipeline(Parts parts) {
    this.parts = parts;
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads and writes until {@link #stop} is called, on the calling thread. May be called again
   * after it returned or threw; it then goes on where the target stands.
   *
   * @throws FeedException if the source cannot be read from where the target stands
   * @throws PipelineException if going on could lose or double rows
   * @throws JournalException if the journal cannot be written
   * @throws IOException if source or target fail; what was confirmed is durable
   */
  public void run() throws FeedException, IOException {
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException("The pipeline is running already");
    }
    try (PipelineSession started = PipelineSession.open(parts)) {
      session = started;
      started.announce();
      while (!stopping) {
        started.round();
      }
      started.finish();
    } finally {
      stopping = false;
      running.set(false);
    }
  }

  /**
   * Asks {@link #run} to return after the commit that is under way. From any thread. Asked before
   * {@code run} is called, the next run returns at once.
   */
  public void stop() {
    stopping = true;
  }

  /** The tables and how they are routed, as of the last change. From any thread. */
  public Map<Asset, TableState> tables() {
    PipelineSession current = session;
    return current == null ? Map.of() : current.tables().published();
  }

  /**
   * The plan that waits for an asset, if one does. Answered by the pipeline's thread's last word.
   */
  public Optional<Plan> pendingPlan(Asset asset) {
    PipelineSession current = session;
    return current == null
        ? Optional.empty()
        : current
            .tables()
            .of(asset)
            .flatMap(state -> current.schema().pending(state, current.position()));
  }

  /** What it looks like now; empty before its first run. From any thread. */
  public Optional<PipelineView> view() {
    return Optional.ofNullable(session).map(PipelineSession::view);
  }

  /** Health of the feed, as it last said. From any thread. */
  public Map<String, Probe<String>> health() {
    PipelineSession current = session;
    return current == null ? Map.of() : current.health();
  }

  /** Collects what a pipeline needs. Each default is the safe one. */
  public static final class Builder {
    private @Nullable Feed feed;
    private @Nullable Target target;
    private @Nullable Judges judges;
    private @Nullable DriftDetector detector;
    private @Nullable DriftDetector settings;
    private @Nullable Planner planner;
    private @Nullable HealingPolicy policy;
    private @Nullable Toolbox toolbox;
    private @Nullable Mailbox mailbox;
    private @Nullable Journal journal;
    private Clock clock = Clock.systemUTC();
    private final Map<Asset, Tolerance> tolerances = new HashMap<>();
    private final Map<Asset, Autonomy> autonomies = new HashMap<>();
    private Autonomy autonomy = Autonomy.PROPOSE;
    private @Nullable DriftHistory history;
    private Consumer<PipelineEvent> listener = event -> {};
    private int batchRows = 10_000;
    private Duration anchorEvery = Duration.ofSeconds(1);
    private Duration lookEvery = Duration.ofSeconds(10);

    private Builder() {}

    public Builder feed(Feed source) {
      feed = source;
      return this;
    }

    public Builder target(Target sink) {
      target = sink;
      return this;
    }

    /** The contracts in force. */
    public Builder judges(Judges contracts) {
      judges = contracts;
      return this;
    }

    public Builder detector(DriftDetector drift) {
      detector = drift;
      return this;
    }

    /**
     * Watches what lies around the tables at the source: whether they are still published, who may
     * read them, partitions, constraints. Without it only what the stream itself tells is seen.
     */
    public Builder settings(DriftDetector drift) {
      settings = requireNonNull(drift, "drift");
      return this;
    }

    /** How often that is looked at; it is one query of the source each time. */
    public Builder lookEvery(Duration interval) {
      lookEvery = requireNonNull(interval, "interval");
      return this;
    }

    public Builder planner(Planner plans) {
      planner = plans;
      return this;
    }

    public Builder policy(HealingPolicy healing) {
      policy = healing;
      return this;
    }

    public Builder toolbox(Toolbox door) {
      toolbox = door;
      return this;
    }

    /** Where other threads leave commands; the one that the pipeline's tools use. */
    public Builder mailbox(Mailbox commands) {
      mailbox = commands;
      return this;
    }

    public Builder journal(Journal log) {
      journal = log;
      return this;
    }

    public Builder clock(Clock time) {
      clock = requireNonNull(time, "time");
      return this;
    }

    /**
     * How much drift an asset bears. Where nothing is said, what its {@link Domain} says, else
     * {@link Tolerance#STANDARD}.
     */
    public Builder tolerance(Asset asset, Tolerance tolerance) {
      tolerances.put(asset, tolerance);
      return this;
    }

    /**
     * How far policies may go on assets of which neither {@link #autonomy(Asset, Autonomy)} nor a
     * {@link Domain} says anything. Default: {@link Autonomy#PROPOSE}.
     */
    public Builder autonomy(Autonomy everywhere) {
      autonomy = requireNonNull(everywhere, "everywhere");
      return this;
    }

    public Builder autonomy(Asset asset, Autonomy there) {
      autonomies.put(asset, there);
      return this;
    }

    /**
     * What the log says of earlier drift; the journal's listener. Needed where a tolerance has a
     * drift rate or masks new columns.
     */
    public Builder driftHistory(DriftHistory past) {
      history = requireNonNull(past, "past");
      return this;
    }

    /** Hears of everything that happens, on the pipeline's thread: be quick, and never throw. */
    public Builder listener(Consumer<PipelineEvent> ear) {
      listener = requireNonNull(ear, "ear");
      return this;
    }

    /** Rows after which transactions are committed together; a transaction is never split. */
    public Builder batchRows(int rows) {
      if (rows < 1) {
        throw new IllegalArgumentException("A batch has at least one row, got " + rows);
      }
      batchRows = rows;
      return this;
    }

    /** How often ranges of the target's ledger are anchored in the journal. */
    public Builder anchorEvery(Duration interval) {
      anchorEvery = requireNonNull(interval, "interval");
      return this;
    }

    public Pipeline build() {
      Map<Asset, Tolerance> tolerated = Map.copyOf(tolerances);
      Map<Asset, Autonomy> granted = Map.copyOf(autonomies);
      Autonomy everywhere = autonomy;
      Domains owners = need(toolbox, "toolbox").domains();
      if (Stream.concat(tolerated.values().stream(), owners.tolerances())
          .anyMatch(Tolerance::looksBack)) {
        need(history, "driftHistory");
      }
      return new Pipeline(
          new Parts(
              need(feed, "feed"),
              need(target, "target"),
              need(judges, "judges"),
              need(detector, "detector"),
              Optional.ofNullable(settings),
              need(planner, "planner"),
              need(policy, "policy"),
              need(toolbox, "toolbox"),
              need(mailbox, "mailbox"),
              need(journal, "journal"),
              clock,
              asset -> said(tolerated, owners, asset, Domain::tolerance).orElse(Tolerance.STANDARD),
              asset -> said(granted, owners, asset, Domain::autonomy).orElse(everywhere),
              Optional.ofNullable(history),
              listener,
              batchRows,
              anchorEvery,
              lookEvery));
    }

    /** What is said of an asset itself, else by the domain that owns it. */
    private static <T> Optional<T> said(
        Map<Asset, T> itself, Domains owners, Asset asset, Function<Domain, T> domain) {
      return Optional.ofNullable(itself.get(asset)).or(() -> owners.ownerOf(asset).map(domain));
    }

    private static <T> T need(@Nullable T part, String name) {
      if (part == null) {
        throw new IllegalStateException("A pipeline needs a " + name + ": call " + name + "(…)");
      }
      return part;
    }
  }
}
