package dev.weirkeeper.healing;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Act;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.FindingView;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Listing;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Probe;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What happened to tables and what was made of it, as tools: {@code incident_list} and {@code
 * incident_explain}. They read the {@link LogBook} and what the pipeline shows of itself; they
 * change nothing. Safe to share between threads.
 */
public final class IncidentTools implements ToolRegistry {
  public static final String LIST = "incident_list";
  public static final String EXPLAIN = "incident_explain";

  private static final int MOST_FINDINGS = 50;
  private static final int MOST_ACTS = 40;

  /**
   * Input of {@code incident_list}.
   *
   * @param open true: only those that are open; false: only those that are not; all if absent. One
   *     of which that is not known is listed either way
   * @param table name at the source, with its schema; all tables if absent
   * @param cursor {@link Listed#next} of the page before
   */
  public record ListIncidents(
      Optional<Boolean> open,
      Optional<String> table,
      Optional<String> cursor,
      Optional<Integer> limit) {
    public ListIncidents {
      requireNonNull(open, "open");
      requireNonNull(table, "table");
      Listing.require(cursor, limit);
    }
  }

  /**
   * Input of {@code incident_explain}.
   *
   * @param incident id that {@code incident_list} shows
   * @param table name the table, too, where a grant covers only that
   */
  public record ExplainIncident(Hash incident, Optional<String> table) {
    public ExplainIncident {
      requireNonNull(incident, "incident");
      requireNonNull(table, "table");
    }
  }

  /** How an incident stands. */
  public enum Standing {
    /** Rows of its table do not flow. */
    OPEN,
    SETTLED,
    /** No pipeline runs that knows its table. */
    UNKNOWN
  }

  /**
   * Incidents, the newest first.
   *
   * @param next pass it as cursor for older ones
   * @param older where the log holds incidents that cannot be shown here
   */
  public record Listed(List<Line> incidents, Optional<String> next, Optional<String> older) {
    public Listed {
      incidents = List.copyOf(incidents);
    }
  }

  /**
   * An incident in one line.
   *
   * @param kinds what happened, each kind once, at most 20
   * @param decided what was decided: heal, propose, contain, dismiss or abstain
   */
  public record Line(
      Hash incident,
      Instant at,
      String table,
      Standing standing,
      Verdict verdict,
      List<String> kinds,
      String decided,
      Outside reason,
      Hash decision) {
    public Line {
      kinds = List.copyOf(kinds);
    }
  }

  /**
   * An incident, what was made of it, and what came of that.
   *
   * @param position where the source stood
   * @param findings at most 50
   * @param by who decided
   * @param acts what was done or refused because of it, oldest first, at most 40
   * @param plan that was proposed
   * @param next what to do now
   * @param older where the log holds acts that cannot be shown here
   */
  public record Explained(
      Line incident,
      Outside position,
      List<FindingView> findings,
      int findingsInAll,
      String by,
      List<ActLine> acts,
      Optional<Proposal> plan,
      String next,
      Optional<String> older) {
    public Explained {
      findings = List.copyOf(findings);
      acts = List.copyOf(acts);
    }
  }

  /**
   * An act that followed.
   *
   * @param on what it acted on, with its system
   * @param outcome what it came to: done, failed, unknown, refused; {@code unsettled} if nobody
   *     wrote it down
   */
  public record ActLine(
      Instant at,
      String tool,
      String by,
      String on,
      String outcome,
      Optional<Outside> said,
      Hash record) {}

  /**
   * The plan that was proposed.
   *
   * @param waits whether it is the one that waits now
   */
  public record Proposal(Hash plan, int steps, Waits waits, List<String> tools) {
    public Proposal {
      tools = List.copyOf(tools);
    }
  }

  /** Whether a plan is the one that {@code plan_apply} would take. */
  public enum Waits {
    WAITS,
    /** It was carried out, or what the source has is newer. */
    NOT_ANY_MORE,
    UNKNOWN
  }

  private final String sourceSystem;
  private final LogBook book;
  private final Incidents incidents;

  /**
   * @param sourceSystem the system of the pipeline's tables
   */
  public IncidentTools(String sourceSystem, LogBook book, Mailbox mailbox) {
    this.sourceSystem = requireNonNull(sourceSystem, "sourceSystem");
    this.book = requireNonNull(book, "book");
    this.incidents = new Incidents(book, requireNonNull(mailbox, "mailbox"));
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                LIST,
                "Lists incidents, the newest first: drift, contracts that block, a target that"
                    + " refuses. Each says whether its table still waits. Use it to find out why a"
                    + " table is paused; then explain one with incident_explain.",
                ListIncidents.class,
                Listed.class,
                (input, call) -> done(list(input, call.target())))
            .targeting(input -> Listing.about(sourceSystem, input.table())),
        Tool.read(
                EXPLAIN,
                "Explains one incident: what was found, what was decided and why, which acts"
                    + " followed and what they came to, the plan, and what to do next. Take the id"
                    + " from incident_list.",
                ExplainIncident.class,
                Explained.class,
                (input, call) -> explain(input, call.target()))
            .targeting(input -> Listing.about(sourceSystem, input.table())));
  }

  private static Outcome done(Record answer) {
    return new Outcome.Done(Json.of(answer), Outcome.Verification.NOT_NEEDED);
  }

  private Listed list(ListIncidents input, Asset about) {
    Incidents.Standings standings = incidents.standings();
    LogBook.Page page =
        book.page(
            entry ->
                Listing.isAbout(entry, about)
                    && book.isLastWord(entry)
                    && isWanted(input.open(), entry, standings),
            Listing.number(input.cursor()),
            Listing.size(input.limit()));
    return new Listed(
        page.entries().stream().map(entry -> line(entry, standings)).toList(),
        page.next().map(String::valueOf),
        page.older());
  }

  private static boolean isWanted(
      Optional<Boolean> open, LogBook.Entry entry, Incidents.Standings standings) {
    if (open.isEmpty()) {
      return true;
    }
    Standing standing = standings.of(entry);
    return standing == Standing.UNKNOWN || open.get() == (standing == Standing.OPEN);
  }

  private static Line line(LogBook.Entry entry, Incidents.Standings standings) {
    Decided decided = Incidents.decided(entry);
    Incident incident = decided.incident();
    return new Line(
        incident.id(),
        entry.record().at(),
        Handles.qualified(incident.asset().name()),
        standings.of(entry),
        incident.verdict(),
        incident.findings().stream()
            .map(finding -> finding.kind())
            .distinct()
            .limit(Listing.USUAL)
            .toList(),
        decided.decision().getClass().getSimpleName().toLowerCase(Locale.ROOT),
        Outside.of(decided.decision().reason()),
        entry.receipt().record());
  }

  private Outcome explain(ExplainIncident input, Asset about) {
    Optional<LogBook.Entry> found =
        incidents.of(input.incident()).filter(entry -> Listing.isAbout(entry, about));
    if (found.isEmpty()) {
      return new Outcome.Refused(
          "No incident "
              + input.incident().brief()
              + " is known here"
              + book.older().map(older -> "; it may be " + older).orElse("")
              + ". Take an id from "
              + LIST);
    }
    LogBook.Entry entry = found.get();
    Decided decided = Incidents.decided(entry);
    Incident incident = decided.incident();
    Incidents.Standings standings = incidents.standings();
    Optional<PipelineView.Table> table = standings.table(incident.asset());
    Standing standing = standings.of(entry);
    return done(
        new Explained(
            line(entry, standings),
            Outside.of(incident.position().toString()),
            incident.findings().stream().limit(MOST_FINDINGS).map(FindingView::of).toList(),
            incident.findings().size(),
            entry.record().actor(),
            acts(entry, decided),
            decided.situation().proposed().map(plan -> proposal(plan, table)),
            next(standing, decided, table),
            book.older()));
  }

  private List<ActLine> acts(LogBook.Entry entry, Decided decided) {
    Set<LogBook.Entry> caused = new LinkedHashSet<>();
    // What the policy wanted at once follows from its own word, the host's from the last one.
    book.named(decided.incident().id()).stream()
        .filter(word -> word.record().kind().equals(Decided.KIND))
        .forEach(word -> caused.addAll(book.following(word.receipt().record())));
    decided
        .situation()
        .proposed()
        .ifPresent(
            plan ->
                book.following(plan.id()).stream()
                    .filter(later -> later.sequence() > entry.sequence())
                    .forEach(caused::add));
    List<ActLine> lines = new ArrayList<>();
    caused.stream()
        .sorted(Comparator.comparingLong(LogBook.Entry::sequence))
        .forEach(later -> act(later).ifPresent(lines::add));
    return lines.stream().limit(MOST_ACTS).toList();
  }

  private Optional<ActLine> act(LogBook.Entry entry) {
    Optional<Act.Refused> refused = entry.body(Act.Refused.class);
    if (refused.isPresent()) {
      return Optional.of(
          act(entry, refused.get().tool(), "refused", Optional.of(refused.get().reason())));
    }
    return entry
        .body(Act.Started.class)
        .map(
            started -> {
              Optional<Outcome> outcome = outcome(entry, started.action());
              return act(
                  entry,
                  started.tool(),
                  outcome
                      .map(came -> came.getClass().getSimpleName().toLowerCase(Locale.ROOT))
                      .orElse("unsettled"),
                  outcome.flatMap(IncidentTools::said));
            });
  }

  /** What an act came to: as it was settled later, else as it was written down at once. */
  private Optional<Outcome> outcome(LogBook.Entry started, Hash action) {
    Optional<Outcome> settled =
        book.named(action).stream()
            .filter(later -> later.sequence() > started.sequence())
            .flatMap(later -> later.body(Act.Settled.class).stream())
            .map(Act.Settled::outcome)
            .reduce((earlier, later) -> later);
    return settled.or(
        () ->
            book.following(started.receipt().record()).stream()
                .flatMap(later -> later.body(Act.Finished.class).stream())
                .map(Act.Finished::outcome)
                .findFirst());
  }

  private static Optional<String> said(Outcome outcome) {
    if (outcome instanceof Outcome.Refused refused) {
      return Optional.of(refused.reason());
    } else if (outcome instanceof Outcome.Failed failed) {
      return Optional.of(failed.error());
    } else if (outcome instanceof Outcome.Unknown unknown) {
      return Optional.of(unknown.error());
    }
    return Optional.empty();
  }

  private static ActLine act(
      LogBook.Entry entry, String tool, String outcome, Optional<String> said) {
    return new ActLine(
        entry.record().at(),
        tool,
        entry.record().actor(),
        entry
            .record()
            .asset()
            .map(asset -> asset.system() + ":" + Handles.qualified(asset.name()))
            .orElse("unknown"),
        outcome,
        said.map(Outside::of),
        entry.receipt().record());
  }

  private static Proposal proposal(Plan plan, Optional<PipelineView.Table> table) {
    Waits waits =
        table
            .map(
                known ->
                    known.plan() instanceof Probe.Value<PipelineView.Waiting> waiting
                        ? waiting.value().plan().id().equals(plan.id())
                            ? Waits.WAITS
                            : Waits.NOT_ANY_MORE
                        : known.plan() instanceof Probe.Empty<PipelineView.Waiting>
                            ? Waits.NOT_ANY_MORE
                            : Waits.UNKNOWN)
            .orElse(Waits.UNKNOWN);
    return new Proposal(
        plan.id(),
        plan.steps().size(),
        waits,
        plan.steps().stream()
            .map(step -> step.action().tool())
            .distinct()
            .limit(Listing.USUAL)
            .toList());
  }

  private static String next(
      Standing standing, Decided decided, Optional<PipelineView.Table> table) {
    if (standing == Standing.UNKNOWN || table.isEmpty()) {
      return "No pipeline runs here that knows the table, so nobody knows whether it is open; the"
          + " host's operator starts it";
    }
    String shown = table.get().shown();
    TableState state = table.get().state();
    if (standing == Standing.SETTLED) {
      return decided.decision() instanceof Decision.Dismiss
          ? "Nothing: the new state is the baseline"
          : "Nothing waits for this incident; pipeline_status says how the table stands";
    } else if (state.mode() == TableState.Mode.RESYNC_NEEDED) {
      return "Changes were lost: only " + PipelineTools.RESYNC + " of " + shown + " makes it right";
    } else if (table.get().plan() instanceof Probe.Value<PipelineView.Waiting>) {
      return "A plan waits: plan_show of "
          + shown
          + " says its steps, plan_propose what they need and how to ask for it";
    } else if (table.get().plan() instanceof Probe.Unknown<PipelineView.Waiting>) {
      return "Whether there is a plan is not known; ask again, or have a person look";
    } else if (state.accepted().equals(Optional.of(state.latest()))) {
      return "The schema fits: mend what the reason says at the source or in the contract, then "
          + PipelineTools.RESUME;
    }
    return "No safe plan exists: a person changes source or target by hand, then "
        + PipelineTools.RESUME;
  }
}
