package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Listing;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.Undo;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.ContractValidator;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleResult;
import dev.weirkeeper.contracts.sql.Explanation;
import dev.weirkeeper.contracts.sql.LimitException;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

/**
 * Judges and writes data sets that the host offers by name, as tools: {@code contract_validate},
 * {@code contract_explain_cost}, {@code contract_dry_run}, {@code gate_write} and {@code
 * contract_import_report}. A caller chooses among names; data, contract, target and policy are the
 * host's.
 *
 * <p>What may be written was validated before: {@code gate_write} takes the id of a validation, for
 * which the gate's {@link ValidationToken} is held here. The token itself never leaves, so it
 * stands in no log. Answers hold counts and no values of rows. Safe to share between threads.
 */
public final class GateTools implements ToolRegistry {
  public static final String VALIDATE = "contract_validate";
  public static final String EXPLAIN_COST = "contract_explain_cost";
  public static final String DRY_RUN = "contract_dry_run";
  public static final String WRITE = "gate_write";
  public static final String IMPORT_REPORT = "contract_import_report";

  private static final int MOST_HELD = 1_000;
  private static final int MOST_RULES = 200;
  private static final int MOST_QUERIES = 50;
  private static final int LONGEST_REASON = 500;
  private static final int LONGEST_SQL = 2_000;

  /** Opens the rows of a data set, frozen; whoever opened it closes it. */
  @FunctionalInterface
  public interface Input {
    FrameSource open() throws IOException;
  }

  /** Says what a validation would cost, without running it. */
  @FunctionalInterface
  public interface Explainer {
    Explanation explain(CallControl control) throws IOException;
  }

  /**
   * Input of the tools about a data set.
   *
   * @param dataset a name that the host gave
   */
  public record OfDataset(String dataset) {
    public OfDataset {
      requireNonNull(dataset, "dataset");
    }
  }

  /**
   * Input of {@code gate_write}.
   *
   * @param validation id that {@code contract_validate} answered
   */
  public record Write(String dataset, String validation) {
    public Write {
      requireNonNull(dataset, "dataset");
      requireNonNull(validation, "validation");
    }
  }

  /** Input of {@code contract_import_report}. */
  public record OfImport(String contract, Optional<String> cursor, Optional<Integer> limit) {
    public OfImport {
      requireNonNull(contract, "contract");
      Listing.require(cursor, limit);
    }
  }

  /**
   * What a contract came to.
   *
   * @param passed whether all rules were kept
   * @param rules the broken ones first, at most 200
   * @param leave what {@code gate_write} takes; absent where nothing would be published, or nothing
   *     can be
   */
  public record Validated(
      String dataset,
      String state,
      String engine,
      String contract,
      Hash digest,
      boolean passed,
      List<RuleLine> rules,
      int rulesInAll,
      Optional<Leave> leave,
      String next) {
    public Validated {
      rules = List.copyOf(rules);
    }
  }

  /** Leave to write what was validated. */
  public record Leave(String validation, long rows, String expires) {}

  /**
   * A rule in a validation.
   *
   * @param outcome how it ended
   * @param considered rows that could be good or bad, where it is about rows
   * @param broken rows that break it
   */
  public record RuleLine(
      String rule,
      Rule.Severity severity,
      String outcome,
      Optional<Long> considered,
      Optional<Long> broken,
      Optional<Outside> reason) {}

  /** What a gate decided, or would. */
  public record Decided(
      String dataset,
      String target,
      GateStatus status,
      GateTally tally,
      List<RuleLine> rules,
      int rulesInAll,
      Optional<Outside> reason,
      Optional<Hash> batch,
      String next) {
    public Decided {
      rules = List.copyOf(rules);
    }
  }

  /** What a validation would run. */
  public record Costs(
      String dataset,
      Optional<Long> rows,
      Optional<Long> bytes,
      List<QueryLine> queries,
      int queriesInAll,
      Map<String, Outside> unjudged) {
    public Costs {
      queries = List.copyOf(queries);
      unjudged = Map.copyOf(unjudged);
    }
  }

  /** A query. */
  public record QueryLine(String what, Outside sql, Explanation.Kind kind) {}

  /**
   * How much of an imported document is judged.
   *
   * @param coverage from 0 to 1
   * @param lines everything that is not judged exactly as the document says, in its order
   */
  public record Imported(
      String contract,
      double coverage,
      int supported,
      int approximated,
      int unsupported,
      int remarks,
      List<ImportLine> lines,
      Optional<String> next) {
    public Imported {
      lines = List.copyOf(lines);
    }
  }

  /** A rule of a document that is judged otherwise, or not at all. */
  public record ImportLine(Outside path, Outside expectation, String account, Outside why) {}

  private record Offer(
      Asset about,
      Optional<Judged> judged,
      Optional<Explainer> explainer,
      Optional<Gate> gate,
      Optional<Input> input) {}

  private record Judged(Contract contract, DatasetRef dataset, ContractValidator validator) {}

  private record Held(String dataset, ValidationToken token, long rows) {}

  private final String system;
  private final Map<String, Offer> offers;
  private final Map<String, ImportReport> imports;
  private final Map<String, Held> held =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Held> eldest) {
          return size() > MOST_HELD;
        }
      };

  private GateTools(Builder builder) {
    system = builder.system;
    offers = Map.copyOf(builder.offers);
    imports = new TreeMap<>(builder.imports);
  }

  /**
   * @param system of assets that callers name and nobody offers
   */
  public static Builder builder(String system) {
    return new Builder(system);
  }

  /** Names what callers may ask about. */
  public static final class Builder {
    private final String system;
    private final Map<String, Offer> offers = new TreeMap<>();
    private final Map<String, ImportReport> imports = new TreeMap<>();

    private Builder(String system) {
      this.system = requireNonNull(system, "system");
    }

    /** Data that may be validated where it is. */
    public Builder validating(
        String name, Contract contract, DatasetRef dataset, ContractValidator validator) {
      return offer(
          name,
          new Offer(
              dataset.asset(),
              Optional.of(new Judged(contract, dataset, validator)),
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));
    }

    /** Data whose validation can be explained before it runs. */
    public Builder validating(
        String name,
        Contract contract,
        DatasetRef dataset,
        ContractValidator validator,
        Explainer explainer) {
      return offer(
          name,
          new Offer(
              dataset.asset(),
              Optional.of(new Judged(contract, dataset, validator)),
              Optional.of(explainer),
              Optional.empty(),
              Optional.empty()));
    }

    /** Data that may be written through a gate. */
    public Builder gated(String name, Gate gate, Input input) {
      return offer(
          name,
          new Offer(
              gate.target().asset(),
              Optional.empty(),
              Optional.empty(),
              Optional.of(gate),
              Optional.of(input)));
    }

    /** The account of a document that contracts were read from. */
    public Builder imported(String contract, ImportReport report) {
      imports.put(requireNonNull(contract, "contract"), requireNonNull(report, "report"));
      return this;
    }

    private Builder offer(String name, Offer offer) {
      if (offers.put(name, offer) != null) {
        throw new IllegalArgumentException("Two data sets are called '" + name + "'");
      }
      return this;
    }

    public GateTools build() {
      return new GateTools(this);
    }
  }

  /** Tools for which the host offers nothing are not there. */
  @Override
  public List<Tool<?, ?>> tools() {
    return all().filter(tool -> isOffered(tool.spec().name())).toList();
  }

  private boolean isOffered(String tool) {
    return switch (tool) {
      case VALIDATE -> !offers.isEmpty();
      case EXPLAIN_COST ->
          offers.values().stream().anyMatch(offer -> offer.explainer().isPresent());
      case IMPORT_REPORT -> !imports.isEmpty();
      default -> offers.values().stream().anyMatch(offer -> offer.gate().isPresent());
    };
  }

  private Stream<Tool<?, ?>> all() {
    return Stream.of(
        Tool.read(
                VALIDATE,
                "Judges a data set by its contract and says which rules are broken, with counts and"
                    + " no values. Where a gate stands before a table, it answers the id of a"
                    + " validation, which gate_write takes for a while.",
                OfDataset.class,
                Validated.class,
                this::validate)
            .targeting(input -> about(input.dataset())),
        Tool.read(
                EXPLAIN_COST,
                "Says which queries a validation would run and about how many rows and bytes they"
                    + " read, without running any.",
                OfDataset.class,
                Costs.class,
                this::explain)
            .targeting(input -> about(input.dataset())),
        Tool.read(
                DRY_RUN,
                "Says what writing a data set through its gate would come to: how many rows would be"
                    + " published and how many quarantined, and why. Publishes nothing and gives no"
                    + " leave to write.",
                OfDataset.class,
                Decided.class,
                this::dryRun)
            .targeting(input -> about(input.dataset())),
        Tool.write(
                WRITE,
                "Publishes a data set that contract_validate has judged: the same rows under the same"
                    + " contract, or nothing. Bad rows go to quarantine. Written again, it answers"
                    + " what was decided and writes nothing.",
                Write.class,
                Decided.class,
                Repeat.SAFE,
                Undo.NONE,
                this::write)
            .takingIds()
            .targeting(input -> about(input.dataset()))
            .touching((input, call) -> touched(input)),
        Tool.read(
                IMPORT_REPORT,
                "Accounts for an imported contract: which of its rules are judged, which only nearly"
                    + " and how, which not at all and why.",
                OfImport.class,
                Imported.class,
                (input, call) -> imported(input))
            .targeting(input -> Listing.about(system, Optional.empty())));
  }

  private Asset about(String dataset) {
    Offer offer = offers.get(dataset);
    return offer == null ? new Asset(system, dataset) : offer.about();
  }

  private Outcome unknown(String what) {
    return new Outcome.Refused(
        "The host offers no data set of that name to " + what + "; there are " + names());
  }

  private List<String> names() {
    return offers.keySet().stream().sorted().limit(Listing.MOST).toList();
  }

  private static Outcome done(Record answer) {
    return new Outcome.Done(Json.of(answer), Outcome.Verification.NOT_NEEDED);
  }

  private static CallControl control(Tool.Call call) {
    return new CallControl(call::stop, call::progress);
  }

  private Outcome validate(OfDataset input, Tool.Call call) throws IOException {
    Offer offer = offers.get(input.dataset());
    if (offer == null) {
      return unknown("validate");
    }
    try {
      return offer.gate().isPresent()
          ? checked(input.dataset(), offer.gate().get(), offer.input().orElseThrow(), call)
          : judged(input.dataset(), offer.judged().orElseThrow(), call);
    } catch (LimitException e) {
      return new Outcome.Refused(String.valueOf(e.getMessage()));
    } catch (CancellationException e) {
      return new Outcome.Failed("The validation was given up before it was over");
    }
  }

  private static Outcome judged(String name, Judged judged, Tool.Call call) throws IOException {
    ContractReport report =
        judged
            .validator()
            .validate(
                judged.contract(), judged.dataset(), Options.DEFAULT.sampling(0), control(call));
    List<RuleLine> lines = new ArrayList<>();
    report.results().stream().filter(result -> !result.passed()).forEach(r -> lines.add(line(r)));
    report.results().stream().filter(RuleResult::passed).forEach(r -> lines.add(line(r)));
    return done(
        new Validated(
            name,
            report.dataset().version(),
            report.engine(),
            report.contract().id(),
            report.contract().digest(),
            report.passed(),
            lines.stream().limit(MOST_RULES).toList(),
            lines.size(),
            Optional.empty(),
            "No gate stands here: nothing can be written"));
  }

  private static RuleLine line(RuleResult result) {
    Judgement judgement = result.judgement();
    Optional<Judgement.Rows> rows =
        judgement.measured() instanceof Judgement.Rows counted
            ? Optional.of(counted)
            : Optional.empty();
    return new RuleLine(
        result.rule().id(),
        result.rule().severity(),
        judgement.status().name(),
        rows.map(Judgement.Rows::considered),
        rows.map(Judgement.Rows::unexpected),
        judgement.reason().map(reason -> Outside.of(reason, LONGEST_REASON)));
  }

  private Outcome checked(String name, Gate gate, Input input, Tool.Call call) throws IOException {
    GateVerdict verdict;
    try (FrameSource rows = input.open()) {
      verdict = gate.check(rows, control(call));
    }
    GateReport report = verdict.report();
    Optional<Leave> leave = verdict.token().map(token -> hold(name, gate, token, report));
    List<RuleLine> lines = lines(report);
    return done(
        new Validated(
            name,
            report.dataset().version(),
            report.engine(),
            report.contract().id(),
            report.contract().digest(),
            report.status() == GateStatus.PASS,
            lines.stream().limit(MOST_RULES).toList(),
            lines.size(),
            leave,
            leave.isPresent()
                ? "The gate would publish it ("
                    + report.status()
                    + "): gate_write takes the validation"
                : "The gate would publish nothing: " + report.status()));
  }

  private Leave hold(String dataset, Gate gate, ValidationToken token, GateReport report) {
    String id = Hash.of(token.text().getBytes(StandardCharsets.UTF_8)).hex();
    synchronized (held) {
      held.put(id, new Held(dataset, token, report.tally().in()));
    }
    return new Leave(id, report.tally().in(), gate.clock.instant().plus(gate.tokenLife).toString());
  }

  private Optional<Held> held(Write input) {
    synchronized (held) {
      return Optional.ofNullable(held.get(input.validation()))
          .filter(found -> found.dataset().equals(input.dataset()));
    }
  }

  private Probe<Long> touched(Write input) {
    return held(input)
        .<Probe<Long>>map(found -> new Probe.Value<>(found.rows()))
        .orElseGet(() -> new Probe.Unknown<>("no validation of that id is held for the data set"));
  }

  private Outcome explain(OfDataset input, Tool.Call call) throws IOException {
    Offer offer = offers.get(input.dataset());
    if (offer == null || offer.explainer().isEmpty()) {
      return unknown("explain");
    }
    Explanation found = offer.explainer().get().explain(control(call));
    Map<String, Outside> unjudged = new TreeMap<>();
    found.unjudged().forEach((rule, why) -> unjudged.put(rule, Outside.of(why, LONGEST_REASON)));
    return done(
        new Costs(
            input.dataset(),
            boxed(found.rows()),
            boxed(found.bytes()),
            found.queries().stream()
                .limit(MOST_QUERIES)
                .map(
                    query ->
                        new QueryLine(
                            query.what(), Outside.of(query.sql(), LONGEST_SQL), query.kind()))
                .toList(),
            found.queries().size(),
            unjudged));
  }

  private static Optional<Long> boxed(OptionalLong value) {
    return value.isPresent() ? Optional.of(value.getAsLong()) : Optional.empty();
  }

  private Outcome dryRun(OfDataset input, Tool.Call call) throws IOException {
    Offer offer = offers.get(input.dataset());
    if (offer == null || offer.gate().isEmpty()) {
      return unknown("write");
    }
    try (FrameSource rows = offer.input().orElseThrow().open()) {
      GateReport report = offer.gate().get().dryRun(rows, control(call));
      return done(view(input.dataset(), report, "contract_validate gives leave to write"));
    } catch (CancellationException e) {
      return new Outcome.Failed("The dry run was given up before it was over");
    }
  }

  private Outcome write(Write input, Tool.Call call) throws IOException {
    Offer offer = offers.get(input.dataset());
    if (offer == null || offer.gate().isEmpty()) {
      return unknown("write");
    }
    Optional<Held> found = held(input);
    if (found.isEmpty()) {
      return new Outcome.Refused(
          "No validation of that id is held for the data set; contract_validate gives one");
    }
    try (FrameSource rows = offer.input().orElseThrow().open()) {
      GateReport report = offer.gate().get().write(rows, found.get().token(), control(call));
      return switch (report.status()) {
        case PASS, PASS_WITH_WARNINGS, QUARANTINED ->
            published(input.dataset(), offer.gate().get(), report);
        case BLOCKED ->
            new Outcome.Refused(report.reason().orElse("The gate blocks it; see contract_dry_run"));
        case ERROR ->
            new Outcome.Failed(report.reason().orElse("The gate could not judge or store it"));
      };
    } catch (CancellationException e) {
      return new Outcome.Failed("The write was given up; nothing was published");
    } catch (IOException e) {
      return new Outcome.Unknown(
          "Whether it was published is not known; the same write again settles it");
    }
  }

  /** Read back from the ledger, which is written with the rows. */
  private static Outcome published(String dataset, Gate gate, GateReport report)
      throws IOException {
    if (gate.target().find(report.batch().orElseThrow()).isEmpty()) {
      return new Outcome.Unknown(
          "The ledger of the target does not show the batch; the same write again settles it");
    }
    return new Outcome.Done(
        Json.of(view(dataset, report, "quarantined rows stay until they are replayed")),
        Outcome.Verification.VERIFIED);
  }

  private static Decided view(String dataset, GateReport report, String next) {
    List<RuleLine> lines = lines(report);
    return new Decided(
        dataset,
        report.target().toString(),
        report.status(),
        report.tally(),
        lines.stream().limit(MOST_RULES).toList(),
        lines.size(),
        report.reason().map(reason -> Outside.of(reason, LONGEST_REASON)),
        report.batch(),
        next);
  }

  private static List<RuleLine> lines(GateReport report) {
    List<RuleLine> lines = new ArrayList<>();
    for (RuleTally rule : report.rules()) {
      if (rule.outcome() != RuleTally.Outcome.KEPT) {
        lines.add(line(rule));
      }
    }
    for (RuleTally rule : report.rules()) {
      if (rule.outcome() == RuleTally.Outcome.KEPT) {
        lines.add(line(rule));
      }
    }
    return lines;
  }

  private static RuleLine line(RuleTally rule) {
    return new RuleLine(
        rule.rule(),
        rule.severity(),
        rule.outcome().name(),
        Optional.empty(),
        Optional.of(rule.broken()),
        rule.reason().map(reason -> Outside.of(reason, LONGEST_REASON)));
  }

  private Outcome imported(OfImport input) {
    ImportReport report = imports.get(input.contract());
    if (report == null) {
      return new Outcome.Refused(
          "No account of a contract of that name; there are "
              + imports.keySet().stream().limit(Listing.MOST).toList());
    }
    List<ImportLine> all = new ArrayList<>();
    report
        .unsupported()
        .forEach(u -> all.add(line(u.path(), u.expectation(), "unsupported", u.reason())));
    report
        .approximated()
        .forEach(a -> all.add(line(a.path(), a.expectation(), "approximated", a.how())));
    report.remarks().forEach(r -> all.add(line(r.path(), r.expectation(), "remark", r.reason())));
    return done(
        new Imported(
            input.contract(),
            report.coverage(),
            report.supported().size(),
            report.approximated().size(),
            report.unsupported().size(),
            report.remarks().size(),
            Listing.page(all, input.cursor(), input.limit()),
            Listing.next(all, input.cursor(), input.limit())));
  }

  private static ImportLine line(String path, String expectation, String account, String why) {
    return new ImportLine(
        Outside.of(path), Outside.of(expectation), account, Outside.of(why, LONGEST_REASON));
  }
}
