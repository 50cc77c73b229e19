package dev.weirkeeper.contracts.stream;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Listing;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.Probe;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.RuleText;
import dev.weirkeeper.spi.Target;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The contracts in force, as tools: {@code contract_list} and {@code contract_explain}. Nothing
 * here changes one: contracts are passed by the host by hand. Safe to share between threads.
 */
public final class ContractTools implements ToolRegistry {
  public static final String LIST = "contract_list";
  public static final String EXPLAIN = "contract_explain";

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Open entries of the quarantine that one answer counts. */
  private static final int MOST_COUNTED = 1_000;

  private static final int MOST_RULES = 200;
  private static final int LONGEST_TERMS = 512;
  private static final int LONGEST_WORDS = 1_000;

  /** Input of {@code contract_list}. */
  public record ListContracts(Optional<String> cursor, Optional<Integer> limit) {
    public ListContracts {
      Listing.require(cursor, limit);
    }
  }

  /**
   * Input of {@code contract_explain}.
   *
   * @param table name at the source, with its schema
   */
  public record ExplainContract(String table) {
    public ExplainContract {
      requireNonNull(table, "table");
    }
  }

  /**
   * Contracts, sorted by table.
   *
   * @param digest of all contracts in force; part of the identity of each batch
   * @param next pass it as cursor for more
   */
  public record Listed(List<Line> contracts, Hash digest, Optional<String> next, String advice) {
    public Listed {
      contracts = List.copyOf(contracts);
    }
  }

  /** A contract in one line. */
  public record Line(String table, String id, String version, Hash digest, int rules) {}

  /**
   * The contract of a table.
   *
   * @param contract absent where none is in force: rows pass unjudged
   * @param violations what lies in quarantine by rule
   */
  public record Explained(
      String table, Optional<InForce> contract, Probe<Violations> violations, String next) {}

  /**
   * A contract that is in force.
   *
   * @param rules at most 200
   */
  public record InForce(
      String id, String version, Hash digest, List<RuleView> rules, int rulesInAll) {
    public InForce {
      rules = List.copyOf(rules);
    }
  }

  /**
   * A rule.
   *
   * @param words what it asks for, in a sentence that holds names and values of the contract
   * @param stream what a stream of rows sees of it
   * @param terms its parameters as the host wrote them, as JSON
   * @param onUnknown the verdict on a row for which it cannot be answered
   * @param onEmpty the verdict on a transaction without rows of the table
   */
  public record RuleView(
      String id,
      String kind,
      List<String> columns,
      Outside words,
      String stream,
      Outside terms,
      Rule.Severity severity,
      Rule.Answer onUnknown,
      Rule.Answer onEmpty) {
    public RuleView {
      columns = List.copyOf(columns);
    }
  }

  /**
   * Open entries of the quarantine by the rules that they broke.
   *
   * @param counted how many entries were looked at, the oldest first
   * @param extent whether these are all
   */
  public record Violations(List<Broken> rules, int counted, Extent extent) {
    public Violations {
      rules = List.copyOf(rules);
    }
  }

  /** Whether all entries were counted. */
  public enum Extent {
    ALL,
    /** There are more: the numbers are at least so large. */
    AT_LEAST
  }

  /** How many entries broke a rule. */
  public record Broken(Outside rule, long entries) {}

  private final String sourceSystem;
  private final Contracts contracts;
  private final Mailbox mailbox;
  private final Clock clock;

  /**
   * @param sourceSystem the system of the tables that the contracts are for
   */
  public ContractTools(String sourceSystem, Contracts contracts, Mailbox mailbox, Clock clock) {
    this.sourceSystem = requireNonNull(sourceSystem, "sourceSystem");
    this.contracts = requireNonNull(contracts, "contracts");
    this.mailbox = requireNonNull(mailbox, "mailbox");
    this.clock = requireNonNull(clock, "clock");
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                LIST,
                "Lists the contracts in force, one line a table. Rows of a table without a contract"
                    + " pass unjudged. Then contract_explain of a table.",
                ListContracts.class,
                Listed.class,
                (input, call) -> done(list(input)))
            .targeting(input -> Listing.about(sourceSystem, Optional.empty())),
        Tool.read(
                EXPLAIN,
                "Explains the contract of a table: each rule in words with its kind, terms and"
                    + " severity, and how many rows in quarantine broke it. Use it to see why rows"
                    + " were kept back; then quarantine_list.",
                ExplainContract.class,
                Explained.class,
                (input, call) -> explain(call))
            .targeting(input -> new Asset(sourceSystem, input.table())));
  }

  private static Outcome done(Record answer) {
    return new Outcome.Done(Json.of(answer), Outcome.Verification.NOT_NEEDED);
  }

  private Listed list(ListContracts input) {
    List<Contract> all = contracts.all();
    return new Listed(
        Listing.page(all, input.cursor(), input.limit()).stream()
            .map(
                contract ->
                    new Line(
                        Handles.qualified(contract.asset()),
                        contract.id(),
                        contract.version(),
                        contract.digest(),
                        contract.rules().size()))
            .toList(),
        contracts.digest(),
        Listing.next(all, input.cursor(), input.limit()),
        all.isEmpty()
            ? "No contract is in force: all rows pass unjudged"
            : "contract_explain of a table says what its rules ask for");
  }

  private Outcome explain(Tool.Call call) {
    Optional<Contract> contract =
        contracts.all().stream()
            .filter(
                known -> Listing.isCalled(new Asset(sourceSystem, known.asset()), call.target()))
            .findFirst();
    Optional<PipelineView> view = mailbox.view();
    if (contract.isEmpty() && view.isPresent() && view.get().called(call.target()).isEmpty()) {
      return new Outcome.Refused(
          "Neither the pipeline nor a contract knows a table of that name; take one that "
              + LIST
              + " or pipeline_status shows");
    }
    return done(
        new Explained(
            Handles.qualified(contract.map(Contract::asset).orElse(call.target().name())),
            contract.map(ContractTools::inForce),
            violations(call),
            contract.isEmpty()
                ? "No contract is in force for a table of that name: its rows pass unjudged"
                : "quarantine_list shows what was kept back; the host changes contracts, no tool does"));
  }

  private static InForce inForce(Contract contract) {
    return new InForce(
        contract.id(),
        contract.version(),
        contract.digest(),
        contract.rules().stream().limit(MOST_RULES).map(ContractTools::rule).toList(),
        contract.rules().size());
  }

  private static RuleView rule(Rule rule) {
    return new RuleView(
        rule.id(),
        rule.kind(),
        rule.columns(),
        Outside.of(RuleText.of(rule).text(), LONGEST_WORDS),
        StreamScope.of(rule),
        Outside.of(rule.terms().text(), LONGEST_TERMS),
        rule.severity(),
        rule.onUnknown(),
        rule.onEmpty());
  }

  private Probe<Violations> violations(Tool.Call call) {
    Optional<PipelineView.Table> table = mailbox.view().flatMap(view -> view.called(call.target()));
    if (table.isEmpty()) {
      return new Probe.Unknown<>("no pipeline runs here that knows the table");
    }
    Instant patience = clock.instant().plus(PATIENCE);
    return mailbox.ask(
        backlog -> counted(backlog.quarantined(table.get().asset(), 0, MOST_COUNTED + 1)),
        call.deadline().isBefore(patience) ? call.deadline() : patience,
        new CallControl(call::stop, call::progress));
  }

  private static Violations counted(List<Target.Quarantined> open) {
    Map<String, Long> broken = new TreeMap<>();
    open.stream()
        .limit(MOST_COUNTED)
        .forEach(entry -> entry.rules().forEach(rule -> broken.merge(rule, 1L, Long::sum)));
    return new Violations(
        broken.entrySet().stream()
            .limit(Listing.MOST)
            .map(entry -> new Broken(Outside.of(entry.getKey()), entry.getValue()))
            .toList(),
        Math.min(open.size(), MOST_COUNTED),
        open.size() > MOST_COUNTED ? Extent.AT_LEAST : Extent.ALL);
  }
}
