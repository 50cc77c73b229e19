package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was decided and why, as tools: {@code decision_list} and {@code decision_explain}. They read
 * the {@link LogBook} and nothing else. Safe to share between threads.
 */
public final class DecisionTools implements ToolRegistry {
  public static final String LIST = "decision_list";
  public static final String EXPLAIN = "decision_explain";

  private static final int MOST_FINDINGS = 50;
  private static final int MOST_NODES = 40;

  /**
   * Input of {@code decision_list}.
   *
   * @param table name at the source, with its schema; all tables if absent
   * @param cursor {@link Decisions#next} of the page before
   */
  public record ListDecisions(
      Optional<String> table, Optional<String> cursor, Optional<Integer> limit) {
    public ListDecisions {
      requireNonNull(table, "table");
      Listing.require(cursor, limit);
    }
  }

  /**
   * Input of {@code decision_explain}.
   *
   * @param decision id that {@code decision_list} shows
   * @param table name the table, too, where a grant covers only that
   */
  public record ExplainDecision(Hash decision, Optional<String> table) {
    public ExplainDecision {
      requireNonNull(decision, "decision");
      requireNonNull(table, "table");
    }
  }

  /**
   * Decisions, the newest first.
   *
   * @param next pass it as cursor for older ones
   * @param older where the log holds decisions that cannot be shown here
   */
  public record Decisions(List<Line> decisions, Optional<String> next, Optional<String> older) {
    public Decisions {
      decisions = List.copyOf(decisions);
    }
  }

  /**
   * A decision in one line.
   *
   * @param by who decided: a policy, or the pipeline where a policy went beyond its limits
   * @param decided heal, propose, contain, dismiss or abstain
   */
  public record Line(
      Hash decision,
      Instant at,
      String by,
      String table,
      Hash incident,
      Verdict verdict,
      int findings,
      String decided,
      Outside reason,
      Optional<Hash> plan) {}

  /**
   * A decision with all that it was made from: the same again gives the same decision.
   *
   * @param findings what was observed, at most 50
   * @param exceeding ids of the findings that are beyond the tolerance
   * @param limits each limit that it was beyond, in words
   * @param recent what the newest acts on the table came to, as the policy saw it
   * @param budgetsLeft acts that were left in the hour, by budget
   * @param graph the records that led to it and that followed from it
   * @param breaker how its drift budget stood before, where it has one
   */
  public record Explained(
      Line decision,
      List<FindingView> findings,
      Tolerance tolerance,
      List<Hash> exceeding,
      Autonomy autonomy,
      Map<String, Long> budgetsLeft,
      List<Outside> recent,
      List<Hash> otherOpenIncidents,
      String policy,
      Graph graph,
      String next,
      List<String> limits,
      Optional<DriftBreaker> breaker) {
    public Explained {
      limits = List.copyOf(limits);
      findings = List.copyOf(findings);
      exceeding = List.copyOf(exceeding);
      budgetsLeft = Map.copyOf(budgetsLeft);
      recent = List.copyOf(recent);
      otherOpenIncidents = List.copyOf(otherOpenIncidents);
    }
  }

  /**
   * Records and what follows from what.
   *
   * @param unseen causes that this view does not hold: plans, or records that are too old
   * @param cut said where there are more
   */
  public record Graph(
      List<Node> records, List<Edge> follows, List<Hash> unseen, Optional<String> cut) {
    public Graph {
      records = List.copyOf(records);
      follows = List.copyOf(follows);
      unseen = List.copyOf(unseen);
    }
  }

  /**
   * A record of the log.
   *
   * @param kind as in {@code act.finished}
   * @param what the tool or decision it is about, and what it came to
   * @param said why, in words that the log holds
   */
  public record Node(
      Hash record,
      long sequence,
      Instant at,
      String kind,
      String by,
      Optional<String> on,
      String what,
      Optional<Outside> said) {}

  /** One record follows from another. */
  public record Edge(Hash cause, Hash record) {}

  private final String sourceSystem;
  private final LogBook book;

  /**
   * @param sourceSystem the system of the assets that are decided about
   */
  public DecisionTools(String sourceSystem, LogBook book) {
    this.sourceSystem = requireNonNull(sourceSystem, "sourceSystem");
    this.book = requireNonNull(book, "book");
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                LIST,
                "Lists what was decided about drift and incidents, the newest first: heal, propose,"
                    + " contain, dismiss or abstain, with the reason. Use it to see what happened;"
                    + " then explain one with decision_explain.",
                ListDecisions.class,
                Decisions.class,
                (input, call) -> done(list(input, call.target())))
            .targeting(input -> Listing.about(sourceSystem, input.table())),
        Tool.read(
                EXPLAIN,
                "Explains one decision: what was observed, the tolerance, autonomy, budgets and"
                    + " policy that it was made from, and the records that led to it and followed"
                    + " from it. Take the id from decision_list or incident_explain.",
                ExplainDecision.class,
                Explained.class,
                (input, call) -> explain(input, call.target()))
            .targeting(input -> Listing.about(sourceSystem, input.table())));
  }

  private static Outcome done(Record answer) {
    return new Outcome.Done(Json.of(answer), Outcome.Verification.NOT_NEEDED);
  }

  private Decisions list(ListDecisions input, Asset about) {
    LogBook.Page page =
        book.page(
            entry -> entry.record().kind().equals(Decided.KIND) && Listing.isAbout(entry, about),
            Listing.number(input.cursor()),
            Listing.size(input.limit()));
    return new Decisions(
        page.entries().stream().map(DecisionTools::line).toList(),
        page.next().map(String::valueOf),
        page.older());
  }

  private static Line line(LogBook.Entry entry) {
    Decided decided = entry.body(Decided.class).orElseThrow();
    Incident incident = decided.incident();
    return new Line(
        entry.receipt().record(),
        entry.record().at(),
        entry.record().actor(),
        Handles.qualified(incident.asset().name()),
        incident.id(),
        incident.verdict(),
        incident.findings().size(),
        named(decided.decision()),
        Outside.of(decided.decision().reason()),
        decided.situation().proposed().map(Plan::id));
  }

  private static String named(Decision decision) {
    return decision.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  private Outcome explain(ExplainDecision input, Asset about) {
    Optional<LogBook.Entry> found =
        book.named(input.decision()).stream()
            .filter(entry -> entry.receipt().record().equals(input.decision()))
            .filter(entry -> entry.record().kind().equals(Decided.KIND))
            .filter(entry -> Listing.isAbout(entry, about))
            .findFirst();
    if (found.isEmpty()) {
      return new Outcome.Refused(
          "No decision "
              + input.decision().brief()
              + " is known here"
              + book.older().map(older -> "; it may be " + older).orElse("")
              + ". Take an id from "
              + LIST);
    }
    Decided decided = found.get().body(Decided.class).orElseThrow();
    Situation situation = decided.situation();
    List<Finding> findings = decided.incident().findings();
    return done(
        new Explained(
            line(found.get()),
            findings.stream().limit(MOST_FINDINGS).map(FindingView::of).toList(),
            situation.tolerance(),
            situation.tolerance().exceededBy(decided.incident()).stream()
                .limit(MOST_FINDINGS)
                .map(Finding::id)
                .toList(),
            situation.autonomy(),
            situation.budgets(),
            situation.recent().stream().limit(Listing.USUAL).map(Outside::of).toList(),
            situation.open().stream().limit(Listing.USUAL).toList(),
            situation.policy(),
            graph(found.get()),
            next(decided),
            situation.exceededBy(decided.incident()).stream().map(Excess::why).toList(),
            situation.breaker()));
  }

  private static String next(Decided decided) {
    return decided.decision() instanceof Decision.Dismiss
        ? "Nothing waits: the new state is the baseline"
        : "incident_explain of "
            + decided.incident().id()
            + " says how it stands now and what to do";
  }

  /** Walks causes and consequences, the nearest first. */
  private Graph graph(LogBook.Entry middle) {
    Map<Hash, LogBook.Entry> seen = new LinkedHashMap<>();
    Set<Hash> unseen = new LinkedHashSet<>();
    Set<Edge> edges = new LinkedHashSet<>();
    Deque<LogBook.Entry> next = new ArrayDeque<>(List.of(middle));
    boolean cut = false;
    while (!next.isEmpty()) {
      LogBook.Entry entry = next.poll();
      Hash record = entry.receipt().record();
      if (seen.containsKey(record)) {
        continue;
      }
      if (seen.size() == MOST_NODES) {
        cut = true;
        break;
      }
      seen.put(record, entry);
      for (Hash cause : entry.record().causes()) {
        Optional<LogBook.Entry> known =
            book.named(cause).stream()
                .filter(other -> other.receipt().record().equals(cause))
                .findFirst();
        known.ifPresentOrElse(next::add, () -> unseen.add(cause));
        edges.add(new Edge(cause, record));
      }
      followers(entry).forEach(next::add);
    }
    edges.removeIf(edge -> !seen.containsKey(edge.record()));
    return new Graph(
        seen.values().stream()
            .sorted((a, b) -> Long.compare(a.sequence(), b.sequence()))
            .map(DecisionTools::node)
            .toList(),
        List.copyOf(edges),
        List.copyOf(unseen),
        cut
            ? Optional.of("more than " + MOST_NODES + " records hang together; these are nearest")
            : book.older());
  }

  /** What follows from a record; a plan that was applied later follows from its decision, too. */
  private List<LogBook.Entry> followers(LogBook.Entry entry) {
    List<LogBook.Entry> all = new ArrayList<>(book.following(entry.receipt().record()));
    entry
        .body(Decided.class)
        .flatMap(decided -> decided.situation().proposed())
        .ifPresent(
            plan ->
                book.following(plan.id()).stream()
                    .filter(later -> later.sequence() > entry.sequence())
                    .forEach(all::add));
    return all;
  }

  private static Node node(LogBook.Entry entry) {
    AuditRecord record = entry.record();
    String what = record.kind();
    Optional<String> said = Optional.empty();
    Optional<Record> body = RecordKinds.read(record);
    if (body.isPresent() && body.get() instanceof Decided decided) {
      what = named(decided.decision());
      said = Optional.of(decided.decision().reason());
    } else if (body.isPresent() && body.get() instanceof Act.Started started) {
      what = started.tool();
    } else if (body.isPresent() && body.get() instanceof Act.Finished finished) {
      what = finished.tool() + ": " + named(finished.outcome());
      said = Optional.of(SchemaStep.describe(finished.outcome()));
    } else if (body.isPresent() && body.get() instanceof Act.Settled settled) {
      what = settled.tool() + ": " + named(settled.outcome());
      said = Optional.of(settled.how());
    } else if (body.isPresent() && body.get() instanceof Act.Refused refused) {
      what = "refused";
      said = Optional.of(refused.reason());
    } else if (body.isPresent() && body.get() instanceof Approval.Request request) {
      what = "approval of " + request.tool();
      said = Optional.of(request.reason());
    } else if (body.isPresent() && body.get() instanceof Approval.Vote vote) {
      what = vote.word().name().toLowerCase(Locale.ROOT);
    } else if (body.isPresent() && body.get() instanceof Freeze.Frozen frozen) {
      what = "frozen: " + frozen.what();
      said = Optional.of(frozen.why());
    }
    return new Node(
        entry.receipt().record(),
        entry.sequence(),
        record.at(),
        record.kind(),
        record.actor(),
        record.asset().map(asset -> asset.system() + ":" + Handles.qualified(asset.name())),
        what,
        said.map(Outside::of));
  }

  private static String named(Outcome outcome) {
    return outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
