package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Finding;
import dev.weirkeeper.FindingView;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Listing;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What was seen to change, as tools: {@code drift_list_findings}, {@code drift_history} and {@code
 * drift_blind_spots}. They read the {@link LogBook} and what the pipeline shows of itself. Safe to
 * share between threads.
 */
public final class DriftTools implements ToolRegistry {
  public static final String FINDINGS = "drift_list_findings";
  public static final String HISTORY = "drift_history";
  public static final String BLIND_SPOTS = "drift_blind_spots";

  /** Findings of an incident, and of an answer. */
  private static final int MOST_OF_ONE = 20;

  private static final int MOST_IN_ALL = 100;
  private static final int MOST_COLUMNS = 200;

  /** What a feed calls its facts about what it cannot see. */
  private static final String UNSEEN = "blind-spots";

  private static final String PUBLISHED = "publication";
  private static final String IGNORED_ROWS = "ignored-rows";
  private static final String IGNORED_HINTS = "ignored-hints";

  /**
   * Input of {@code drift_list_findings}.
   *
   * @param table name at the source, with its schema; all tables if absent
   * @param cursor {@link Findings#next} of the page before
   * @param limit incidents of an answer
   */
  public record ListFindings(
      Optional<String> table, Optional<String> cursor, Optional<Integer> limit) {
    public ListFindings {
      requireNonNull(table, "table");
      Listing.require(cursor, limit);
    }
  }

  /**
   * Input of {@code drift_history}.
   *
   * @param table name at the source, with its schema
   */
  public record AskHistory(String table, Optional<String> cursor, Optional<Integer> limit) {
    public AskHistory {
      requireNonNull(table, "table");
      Listing.require(cursor, limit);
    }
  }

  /** Input of {@code drift_blind_spots}. */
  public record AskBlindSpots() {}

  /**
   * Findings by incident, the newest first.
   *
   * @param next pass it as cursor for older ones
   * @param older where the log holds findings that cannot be shown here
   */
  public record Findings(List<Seen> incidents, Optional<String> next, Optional<String> older) {
    public Findings {
      incidents = List.copyOf(incidents);
    }
  }

  /**
   * What was seen of one table at one moment.
   *
   * @param findings at most 20
   * @param decided what was made of it: heal, propose, contain, dismiss or abstain
   */
  public record Seen(
      Hash incident,
      Instant at,
      String table,
      Verdict verdict,
      List<FindingView> findings,
      int findingsInAll,
      String decided) {
    public Seen {
      findings = List.copyOf(findings);
    }
  }

  /**
   * How the schema of a table came to be what it is.
   *
   * @param follows what the target follows; Empty: it has no such table; Unknown without a pipeline
   * @param newest what the source has
   * @param changes the newest first
   * @param older where the log holds changes that cannot be shown here
   */
  public record History(
      String table,
      Probe<Version> follows,
      Probe<Version> newest,
      List<Change> changes,
      Optional<String> next,
      Optional<String> older) {
    public History {
      changes = List.copyOf(changes);
    }
  }

  /**
   * A version of the table.
   *
   * @param columns at most 200
   */
  public record Version(Hash version, List<ColumnView> columns, int columnsInAll) {
    public Version {
      columns = List.copyOf(columns);
    }
  }

  /**
   * A column.
   *
   * @param id what stays the same when it is renamed
   * @param name its name, or a handle
   */
  public record ColumnView(String id, String name, Outside type, Nullability nullability) {}

  /**
   * A step from one version to another.
   *
   * @param from absent where the target had no such table
   * @param kinds what changed, each kind once, at most 20
   */
  public record Change(
      Instant at,
      Optional<Hash> from,
      Optional<Hash> to,
      List<String> kinds,
      Verdict verdict,
      String decided,
      Hash incident) {
    public Change {
      kinds = List.copyOf(kinds);
    }
  }

  /**
   * What this configuration cannot see.
   *
   * @param spots each with what it means
   * @param shownByDdlOnly kinds of drift that row events never show: they are seen where the log
   *     carries DDL, or by a look at the catalog
   */
  public record BlindSpots(List<Spot> spots, List<String> shownByDdlOnly) {
    public BlindSpots {
      spots = List.copyOf(spots);
      shownByDdlOnly = List.copyOf(shownByDdlOnly);
    }
  }

  /** Something that may be unseen. */
  public record Spot(String about, Sight sight, Optional<Outside> said, String advice) {}

  /** Whether something is seen. */
  public enum Sight {
    CLEAR,
    BLIND,
    /** Nobody knows: take it for blind. */
    UNKNOWN
  }

  private final String sourceSystem;
  private final LogBook book;
  private final Mailbox mailbox;

  /**
   * @param sourceSystem the system of the pipeline's tables
   */
  public DriftTools(String sourceSystem, LogBook book, Mailbox mailbox) {
    this.sourceSystem = requireNonNull(sourceSystem, "sourceSystem");
    this.book = requireNonNull(book, "book");
    this.mailbox = requireNonNull(mailbox, "mailbox");
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                FINDINGS,
                "Lists what changed at the source, by incident, the newest first: each finding with"
                    + " its kind, verdict, flags and detail. Use it to see drift; then"
                    + " incident_explain for what was made of it.",
                ListFindings.class,
                Findings.class,
                (input, call) -> done(findings(input, call.target())))
            .targeting(input -> Listing.about(sourceSystem, input.table())),
        Tool.read(
                HISTORY,
                "Says how the schema of a table came to be: the version that the target follows,"
                    + " the newest at the source with its columns, and what changed between"
                    + " versions.",
                AskHistory.class,
                History.class,
                (input, call) -> history(input, call.target()))
            .targeting(input -> new Asset(sourceSystem, input.table())),
        Tool.read(
                BLIND_SPOTS,
                "Says what this configuration cannot see: changes that the log does not carry,"
                    + " tables that are not published, rows that are ignored. Ask before you"
                    + " conclude that nothing changed.",
                AskBlindSpots.class,
                BlindSpots.class,
                (input, call) -> done(blindSpots()))
            .targeting(input -> Listing.about(sourceSystem, Optional.empty())));
  }

  private static Outcome done(Record answer) {
    return new Outcome.Done(Json.of(answer), Outcome.Verification.NOT_NEEDED);
  }

  private LogBook.Page page(Asset about, Optional<String> cursor, Optional<Integer> limit) {
    return book.page(
        entry -> Listing.isAbout(entry, about) && book.isLastWord(entry),
        Listing.number(cursor),
        Listing.size(limit));
  }

  private static Decided decided(LogBook.Entry entry) {
    return entry
        .body(Decided.class)
        .orElseThrow(() -> new IllegalArgumentException("A decision is expected here"));
  }

  private static String named(Decided decided) {
    return decided.decision().getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  private Findings findings(ListFindings input, Asset about) {
    LogBook.Page page = page(about, input.cursor(), input.limit());
    List<Seen> seen = new ArrayList<>();
    int shown = 0;
    for (LogBook.Entry entry : page.entries()) {
      if (shown >= MOST_IN_ALL) {
        // The page goes on where this answer became full.
        return new Findings(
            seen, Optional.of(Long.toString(entry.sequence() + 1)), Optional.empty());
      }
      Decided decided = decided(entry);
      Incident incident = decided.incident();
      List<FindingView> some =
          incident.findings().stream().limit(MOST_OF_ONE).map(FindingView::of).toList();
      shown += some.size();
      seen.add(
          new Seen(
              incident.id(),
              entry.record().at(),
              Handles.qualified(incident.asset().name()),
              incident.verdict(),
              some,
              incident.findings().size(),
              named(decided)));
    }
    return new Findings(seen, page.next().map(String::valueOf), page.older());
  }

  private Outcome history(AskHistory input, Asset about) {
    Optional<PipelineView> view = mailbox.view();
    Optional<PipelineView.Table> table = view.flatMap(seen -> seen.called(about));
    LogBook.Page page = page(about, input.cursor(), input.limit());
    if (table.isEmpty() && page.entries().isEmpty() && input.cursor().isEmpty()) {
      return new Outcome.Refused(
          "Nothing is known here of a table of that name"
              + page.older().map(older -> "; it may be " + older).orElse("")
              + (view.isEmpty() ? ". No pipeline runs here" : ""));
    }
    return done(
        new History(
            table.map(PipelineView.Table::shown).orElse(Handles.qualified(about.name())),
            version(table, table.flatMap(known -> known.state().accepted())),
            version(table, table.map(PipelineView.Table::state).map(TableState::latest)),
            page.entries().stream().map(DriftTools::change).toList(),
            page.next().map(String::valueOf),
            page.older()));
  }

  private static Probe<Version> version(
      Optional<PipelineView.Table> table, Optional<Relation> relation) {
    if (table.isEmpty()) {
      return new Probe.Unknown<>("no pipeline runs here that knows the table");
    }
    return relation
        .<Probe<Version>>map(
            known ->
                new Probe.Value<>(
                    new Version(known.version(), columns(known), known.columns().size())))
        .orElseGet(Probe.Empty::new);
  }

  private static List<ColumnView> columns(Relation relation) {
    Handles handles = Handles.over(relation.columns().stream().map(Column::name).toList());
    return relation.columns().stream()
        .limit(MOST_COLUMNS)
        .map(
            column ->
                new ColumnView(
                    column.id(),
                    handles.shown(column.name()),
                    Outside.of(column.type().toString()),
                    column.nullability()))
        .toList();
  }

  private static Change change(LogBook.Entry entry) {
    Decided decided = decided(entry);
    List<Finding> findings = decided.incident().findings();
    return new Change(
        entry.record().at(),
        findings.stream().flatMap(finding -> finding.from().stream()).findFirst(),
        findings.stream().flatMap(finding -> finding.to().stream()).findFirst(),
        findings.stream().map(Finding::kind).distinct().limit(MOST_OF_ONE).toList(),
        decided.incident().verdict(),
        named(decided),
        decided.incident().id());
  }

  private BlindSpots blindSpots() {
    Map<String, Probe<String>> health = mailbox.view().map(PipelineView::health).orElse(Map.of());
    return new BlindSpots(
        List.of(
            spot(
                UNSEEN,
                health,
                said -> Sight.BLIND,
                "What is named here changes without a trace in the log: compare with"
                    + " catalog_describe_table, and ask the host's operator to install the DDL"
                    + " trigger"),
            spot(
                PUBLISHED,
                health,
                said -> said.equals("ok") ? Sight.CLEAR : Sight.BLIND,
                "Rows of tables that are not published do not come: a person adds them to the"
                    + " publication, then they need a resync"),
            spot(
                IGNORED_ROWS,
                health,
                said -> said.equals("0") ? Sight.CLEAR : Sight.BLIND,
                "Rows of tables that the host does not watch came and were passed over"),
            spot(
                IGNORED_HINTS,
                health,
                said -> said.equals("0") ? Sight.CLEAR : Sight.BLIND,
                "Messages in the log that said to be DDL were not confirmed by the catalog: they"
                    + " may be forged")),
        Visibility.postgres().unseenInRows());
  }

  /** What a fact that has a value means. */
  @FunctionalInterface
  private interface Reading {
    Sight of(String said);
  }

  private static Spot spot(
      String fact, Map<String, Probe<String>> health, Reading reading, String advice) {
    Probe<String> said =
        health.getOrDefault(
            fact, new Probe.Unknown<>("no pipeline runs here whose feed has said so yet"));
    if (said instanceof Probe.Value<String> value) {
      return new Spot(
          fact, reading.of(value.value()), Optional.of(Outside.of(value.value())), advice);
    } else if (said instanceof Probe.Unknown<String> unknown) {
      return new Spot(fact, Sight.UNKNOWN, Optional.of(Outside.of(unknown.why())), advice);
    }
    return new Spot(fact, Sight.CLEAR, Optional.empty(), advice);
  }
}
