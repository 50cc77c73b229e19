package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How a pipeline and its door stand, as the tool {@code pipeline_status}. It works without a
 * pipeline, too: what nobody knows is said to be unknown. Safe to share between threads.
 */
public final class StatusTools implements ToolRegistry {
  public static final String STATUS = "pipeline_status";

  /** How long a reader waits for the pipeline's thread before it hears that nobody knows. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int MOST_UNSETTLED = 20;

  /** Facts that cannot name another table. */
  private static final Pattern FIGURE = Pattern.compile("[0-9A-F/]{1,40}|true|false|t|f");

  /**
   * Input of {@code pipeline_status}.
   *
   * @param table name at the source, with its schema; all tables if absent
   * @param cursor {@link Status#next} of the page before
   */
  public record AskStatus(
      Optional<String> table, Optional<String> cursor, Optional<Integer> limit) {
    public AskStatus {
      requireNonNull(table, "table");
      Listing.require(cursor, limit);
    }
  }

  /** Whether there is anybody to ask. */
  public enum Running {
    RUNNING,
    /** Nothing is known of tables: that says nothing of whether there are rows that wait. */
    NOT_RUNNING
  }

  /**
   * How things stand.
   *
   * @param position where the target stands
   * @param health what the feed says of itself; of one table only figures
   * @param killSwitch why all acts are stopped, if they are
   * @param frozen budgets whose acts are stopped until a person has looked, with the reason
   * @param unsettled ids of acts that may have happened and of which nobody knows, at most 20; of
   *     one table those on it and on what has its name in the target
   * @param advice what to do next
   */
  public record Status(
      Running running,
      Optional<Outside> position,
      List<TableStatus> tables,
      Optional<String> next,
      Map<String, Probe<Outside>> health,
      Optional<Outside> killSwitch,
      Map<String, Outside> frozen,
      List<Hash> unsettled,
      int unsettledInAll,
      String advice) {
    public Status {
      tables = List.copyOf(tables);
      health = Map.copyOf(health);
      frozen = Map.copyOf(frozen);
      unsettled = List.copyOf(unsettled);
    }
  }

  /** Whether the target's ledger holds each event that the pipeline committed, once. */
  public enum Conservation {
    /** The ledger adds up to what the pipeline counted: in = published + quarantined + spooled. */
    HOLDS,
    /** Should never be: a person compares the ledger with its anchors in the journal. */
    BROKEN,
    /** Adding up takes the pipeline's time: ask for one table. */
    NOT_CHECKED,
    UNKNOWN
  }

  /**
   * How a table stands.
   *
   * @param originalName where {@code table} holds a handle
   * @param counts what became of its events since the ledger began: each counts once, when it came
   * @param spooledRows rows that wait in the spool now
   * @param openIncident what incident_explain explains
   * @param waitingPlan what plan_show shows
   * @param follows version of the relation that the target follows
   * @param newest version that the source has
   * @param load the snapshot that is under way
   */
  public record TableStatus(
      String table,
      Optional<Outside> originalName,
      TableState.Mode mode,
      Optional<Outside> reason,
      Counts counts,
      Conservation conservation,
      Probe<Long> spooledRows,
      Probe<Long> spooledBytes,
      Optional<Hash> openIncident,
      Probe<Hash> waitingPlan,
      Optional<Hash> follows,
      Hash newest,
      Optional<Loading> load) {}

  /**
   * How far a snapshot has come.
   *
   * @param estimate rows in all as the source's statistics say; absent if they do not
   */
  public record Loading(long rows, Optional<Long> estimate) {}

  private final String sourceSystem;
  private final Mailbox mailbox;
  private final DoorMemory memory;
  private final KillSwitch killSwitch;
  private final Clock clock;

  /**
   * @param sourceSystem the system of the pipeline's tables
   * @param memory the door's, which knows what is frozen
   */
  public StatusTools(
      String sourceSystem, Mailbox mailbox, DoorMemory memory, KillSwitch killSwitch, Clock clock) {
    this.sourceSystem = requireNonNull(sourceSystem, "sourceSystem");
    this.mailbox = requireNonNull(mailbox, "mailbox");
    this.memory = requireNonNull(memory, "memory");
    this.killSwitch = requireNonNull(killSwitch, "killSwitch");
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                STATUS,
                "Says how the pipeline stands: of each table how its rows are routed and why, what"
                    + " became of its events, what waits in the spool, which plan and incident are"
                    + " open; the health of the feed; and whether acts are stopped or frozen. Begin"
                    + " here when something is wrong or before you act.",
                AskStatus.class,
                Status.class,
                this::status)
            .targeting(input -> Listing.about(sourceSystem, input.table())));
  }

  /** What the door remembers. */
  private record Door(Map<String, Outside> frozen, List<Hash> unsettled) {}

  private Outcome status(AskStatus input, Tool.Call call) {
    Optional<PipelineView> view = mailbox.view();
    if (input.table().isPresent()
        && view.isPresent()
        && view.get().called(call.target()).isEmpty()) {
      return new Outcome.Refused(
          "The pipeline has no table of that name; take one that catalog_list_tables or "
              + STATUS
              + " without a table shows");
    }
    List<PipelineView.Table> all =
        view.map(
                seen ->
                    input.table().isPresent()
                        ? seen.called(call.target()).stream().toList()
                        : seen.tables())
            .orElse(List.of());
    List<PipelineView.Table> page = Listing.page(all, input.cursor(), input.limit());
    Door door = door(input.table().isPresent() ? Optional.of(call.target()) : Optional.empty());
    return new Outcome.Done(
        Json.of(
            new Status(
                view.isPresent() ? Running.RUNNING : Running.NOT_RUNNING,
                view.map(seen -> Outside.of(seen.position().toString())),
                tables(page, call, input.table().isPresent() ? Check.LEDGER : Check.NONE),
                Listing.next(all, input.cursor(), input.limit()),
                view.map(seen -> health(seen, input.table().isPresent())).orElse(Map.of()),
                killSwitch.stopped().map(Outside::of),
                door.frozen(),
                door.unsettled().stream().limit(MOST_UNSETTLED).toList(),
                door.unsettled().size(),
                advice(view.isPresent(), page, door))),
        Outcome.Verification.NOT_NEEDED);
  }

  private Door door(Optional<Asset> only) {
    return memory.look(
        state -> {
          Map<String, Outside> frozen = new TreeMap<>();
          state.frozen().forEach(freeze -> frozen.put(freeze.what(), Outside.of(freeze.why())));
          return new Door(
              frozen,
              state.unsettled().stream()
                  .map(DoorState.Call::spent)
                  .filter(spent -> only.isEmpty() || isOf(only.get(), spent.asset()))
                  .map(DoorEvent.Spent::action)
                  .distinct()
                  .toList());
        });
  }

  /** What changes a table acts on its mirror, which has its name in another system. */
  private static boolean isOf(Asset called, Asset acted) {
    return Listing.isCalled(new Asset(called.system(), acted.name()), called);
  }

  private static Map<String, Probe<Outside>> health(PipelineView view, boolean figuresOnly) {
    Map<String, Probe<Outside>> facts = new TreeMap<>();
    view.health()
        .forEach(
            (name, probe) -> {
              if (probe instanceof Probe.Value<String> value) {
                if (!figuresOnly || FIGURE.matcher(value.value()).matches()) {
                  facts.put(name, new Probe.Value<>(Outside.of(value.value())));
                }
              } else if (probe instanceof Probe.Unknown<String> unknown) {
                facts.put(name, new Probe.Unknown<>(unknown.why()));
              } else {
                facts.put(name, new Probe.Empty<>());
              }
            });
    return facts;
  }

  private enum Check {
    NONE,
    LEDGER
  }

  private List<TableStatus> tables(List<PipelineView.Table> page, Tool.Call call, Check check) {
    if (page.isEmpty()) {
      return List.of();
    }
    Probe<Map<Asset, Waiting>> spooled = spooled(page, call, check);
    List<TableStatus> lines = new ArrayList<>();
    for (PipelineView.Table table : page) {
      lines.add(line(table, spooled));
    }
    return lines;
  }

  /** What lies in a table's spool, and what its ledger says. */
  private record Waiting(long rows, long bytes, Conservation conservation) {}

  private Probe<Map<Asset, Waiting>> spooled(
      List<PipelineView.Table> page, Tool.Call call, Check check) {
    Instant patience = clock.instant().plus(PATIENCE);
    return mailbox.ask(
        backlog -> {
          Map<Asset, Long> rows = backlog.spooled();
          Map<Asset, Waiting> all = new TreeMap<>();
          for (PipelineView.Table table : page) {
            long count = rows.getOrDefault(table.asset(), 0L);
            all.put(
                table.asset(),
                new Waiting(
                    count,
                    count == 0 ? 0 : backlog.spooledBytes(table.asset()),
                    check == Check.LEDGER
                        ? conservation(table.asset(), backlog.ledger())
                        : Conservation.NOT_CHECKED));
          }
          return all;
        },
        call.deadline().isBefore(patience) ? call.deadline() : patience,
        new CallControl(call::stop, call::progress));
  }

  /** On the pipeline's thread, between two commits: both are of one moment. */
  private Conservation conservation(Asset asset, Map<Asset, Counts> ledger) {
    return mailbox
        .view()
        .flatMap(now -> now.table(asset))
        .map(
            table ->
                table.counts().equals(ledger.getOrDefault(asset, Counts.ZERO))
                    ? Conservation.HOLDS
                    : Conservation.BROKEN)
        .orElse(Conservation.UNKNOWN);
  }

  private static TableStatus line(PipelineView.Table table, Probe<Map<Asset, Waiting>> spooled) {
    TableState state = table.state();
    return new TableStatus(
        table.shown(),
        table.shown().equals(table.asset().name())
            ? Optional.empty()
            : Optional.of(Outside.of(table.asset().name())),
        state.mode(),
        state.reason().map(Outside::of),
        table.counts(),
        spooled instanceof Probe.Value<Map<Asset, Waiting>> known
            ? requireNonNull(known.value().get(table.asset())).conservation()
            : Conservation.UNKNOWN,
        part(spooled, table.asset(), Part.ROWS),
        part(spooled, table.asset(), Part.BYTES),
        table.incident(),
        table.plan() instanceof Probe.Value<PipelineView.Waiting> waiting
            ? new Probe.Value<>(waiting.value().plan().id())
            : table.plan() instanceof Probe.Unknown<PipelineView.Waiting> unknown
                ? new Probe.Unknown<>(unknown.why())
                : new Probe.Empty<>(),
        state.accepted().map(Relation::version),
        state.latest().version(),
        state
            .load()
            .map(
                load ->
                    new Loading(
                        load.rows(),
                        Optional.of(load.estimate()).filter(estimate -> estimate > 0))));
  }

  private enum Part {
    ROWS,
    BYTES
  }

  private static Probe<Long> part(Probe<Map<Asset, Waiting>> spooled, Asset asset, Part part) {
    if (spooled instanceof Probe.Value<Map<Asset, Waiting>> known) {
      Waiting waiting = requireNonNull(known.value().get(asset));
      return new Probe.Value<>(part == Part.ROWS ? waiting.rows() : waiting.bytes());
    }
    return new Probe.Unknown<>(
        spooled instanceof Probe.Unknown<Map<Asset, Waiting>> unknown
            ? unknown.why()
            : "the target did not say");
  }

  private String advice(boolean running, List<PipelineView.Table> page, Door door) {
    if (!running) {
      return "No pipeline runs here, so nothing is known of its tables; the host's operator starts"
          + " it, then ask again";
    }
    if (killSwitch.stopped().isPresent()) {
      return "All acts are stopped by a person: read, and do not act";
    }
    if (!door.frozen().isEmpty() || !door.unsettled().isEmpty()) {
      return "A person has to look at what is frozen or unsettled before such acts go on";
    }
    return page.stream()
        .filter(table -> table.state().spools())
        .findFirst()
        .map(
            table ->
                "For "
                    + table.shown()
                    + (table.plan() instanceof Probe.Value<?>
                        ? " see plan_show, then plan_propose"
                        : " see incident_list"))
        .orElse("Nothing waits among these tables");
  }
}
