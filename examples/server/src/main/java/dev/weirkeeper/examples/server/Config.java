package dev.weirkeeper.examples.server;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Domain;
import dev.weirkeeper.DriftHistory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Masking;
import dev.weirkeeper.PipelineEvent;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.dbt.DbtTools;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.gate.GateTools;
import dev.weirkeeper.contracts.sql.JdbcValidator;
import dev.weirkeeper.contracts.sql.Limit;
import dev.weirkeeper.contracts.sql.SqlJudge;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.drift.taxonomy.Consumers;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.spi.JournalListener;
import dev.weirkeeper.spi.ToolRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What one pipeline is, as a person wrote it down. All authority of the server is in here: nothing
 * of it can be changed from outside while it runs.
 *
 * @param folder where log, door, spill files, control socket and the masking key are kept
 * @param governance grants of agents and of operators together, domains, budgets
 * @param operators those of the grants that are for persons of this machine
 * @param defaults what was not said, with what counts instead
 */
record Config(
    String name,
    Path folder,
    Source source,
    Target target,
    List<Contracted> contracts,
    Contracts judges,
    Validation validation,
    Optional<Dbt> dbt,
    Map<Asset, Tolerance> tolerances,
    Consumers consumers,
    GovernedStream.Governance governance,
    List<Grant> operators,
    Reads reads,
    Profiling profiling,
    Optional<String> stdio,
    Optional<Http> http,
    Logins logins,
    List<String> defaults) {

  /** The database that is read. */
  record Source(
      String system,
      String url,
      List<String> tables,
      List<String> insertOnly,
      Duration heartbeat,
      long walBudget) {}

  /** The database that is written. */
  record Target(String system, String url, long spoolBudget) {}

  /**
   * A contract, with the document that it came from.
   *
   * @param report accounts for the whole document, which may have contracts of other tables, too
   */
  record Contracted(Path file, Contract contract, ImportReport report) {}

  /**
   * Tables of the target that may be validated as data sets, as the login that reads.
   *
   * @param timeout of each query
   * @param limit what one validation may cost
   */
  record Validation(Duration timeout, Limit limit, List<Dataset> datasets) {
    /** Nothing may be validated. */
    static Validation none() {
      return new Validation(Duration.ZERO, Limit.NONE, List.of());
    }
  }

  /** A data set: callers know its name, the host its table. */
  record Dataset(String name, Contracted contracted) {}

  /**
   * A dbt project whose tests may be run.
   *
   * @param environment what its profile reads; secrets, never shown
   * @param samples whether rows of failing tests are shown, masked
   */
  record Dbt(
      String name,
      Path executable,
      Path project,
      Optional<Path> profiles,
      Optional<String> target,
      List<String> models,
      Map<String, String> environment,
      DbtTools.Hooks hooks,
      Duration timeLimit,
      Reads.Scope samples) {
    /** Shows no variable: they are secrets. */
    @Override
    public String toString() {
      return "dbt project " + name + " in " + project;
    }
  }

  /**
   * What agents may see of rows in the target.
   *
   * @param key file of the key for pseudonyms
   */
  record Reads(Scope scope, List<Masking.Rule> rules, Path key) {
    /** Where tools for reading look. */
    enum Scope {
      /** There are no such tools. */
      NONE,
      /** Tables of the target, masked. */
      TARGET
    }
  }

  /**
   * Tables whose values are sampled now and then and compared with how they were.
   *
   * @param tables of the source, as the target has them; none: there is no such tool
   * @param every how often
   * @param rows of a sample at most
   */
  record Profiling(List<String> tables, Duration every, int rows) {
    static final Profiling NONE = new Profiling(List.of(), Duration.ofHours(1), 10_000);

    Profiling {
      tables = List.copyOf(tables);
    }
  }

  /**
   * The HTTP endpoint.
   *
   * @param hosts values of the Host header that are answered; empty: the names of this machine and
   *     of the audience
   * @param origins values of the Origin header that are answered; empty: those of this machine
   */
  record Http(
      String host, int port, String path, List<String> hosts, List<String> origins, Access access) {
    /** The port that is asked for; the system chooses one if it is 0. */
    static final int ANY_PORT = 0;
  }

  /** Who may call over HTTP. */
  sealed interface Access {
    /**
     * Whoever has a token.
     *
     * @param scopes what a token's scope lets it use, within what its principal was granted
     */
    record Tokens(URI issuer, URI audience, URI jwks, Map<String, Effect> scopes)
        implements Access {}

    /** Whoever reaches a loopback address of this machine, as one principal. */
    record Loopback(String principal) implements Access {}
  }

  /** Principals under which clients of stdio and of a loopback address call. */
  Set<String> fixedPrincipals() {
    Set<String> principals = new java.util.TreeSet<>();
    stdio.ifPresent(principals::add);
    http.map(Http::access)
        .filter(Access.Loopback.class::isInstance)
        .map(access -> ((Access.Loopback) access).principal())
        .ifPresent(principals::add);
    return principals;
  }

  /**
   * The stream that this configures.
   *
   * @param additions tools that the host adds to those of the file
   */
  GovernedStream.Settings settings(
      Optional<Masking> masking,
      DriftHistory history,
      Consumer<PipelineEvent> listener,
      List<JournalListener> listeners,
      List<GovernedStream.Addition> additions) {
    List<GovernedStream.Addition> all = new ArrayList<>(additions);
    all.add(0, new SchemaTools(this));
    return new GovernedStream.Settings(
        source.system(),
        source.url(),
        target.url(),
        source.tables(),
        folder,
        judges,
        tolerances,
        listener,
        GovernedStream.Seams.UNTOUCHED,
        governance,
        new GovernedStream.Details(
            target.system(),
            source.insertOnly(),
            source.heartbeat(),
            source.walBudget(),
            target.spoolBudget(),
            masking,
            logins,
            listeners,
            tools(masking),
            history,
            consumers,
            all));
  }

  /** What drift a table bears: what is said of it, else by its owner. */
  Tolerance tolerance(Asset table) {
    return Optional.ofNullable(tolerances.get(table))
        .or(() -> governance.domains().ownerOf(table).map(Domain::tolerance))
        .orElse(Tolerance.STANDARD);
  }

  /** Whether columns that come by drift are hidden in some table. */
  boolean hidesNewColumns() {
    return source.tables().stream()
        .map(table -> tolerance(new Asset(source.system(), table)))
        .anyMatch(drift -> drift.newColumns().isPresent());
  }

  /** Tools beside those that every stream has. */
  private List<ToolRegistry> tools(Optional<Masking> masking) {
    List<ToolRegistry> tools = new ArrayList<>();
    if (!contracts.isEmpty() || !validation.datasets().isEmpty()) {
      tools.add(gateTools());
    }
    dbt.ifPresent(project -> tools.add(dbtTools(project, masking)));
    return tools;
  }

  /** Judges tables of the target as the login that reads; connects when it is asked. */
  JdbcValidator validator() {
    return JdbcValidator.postgresql(
        logins.target(PostgresBoundary.Login.READ, target.url()),
        new SqlJudge(RuleKinds.standard(), ValueTests::of, validation.limit()),
        validation.timeout());
  }

  private GateTools gateTools() {
    GateTools.Builder tools = GateTools.builder(target.system());
    contracts.forEach(each -> tools.imported(each.contract().asset(), each.report()));
    JdbcValidator validator = validator();
    for (Dataset dataset : validation.datasets()) {
      Contract contract = dataset.contracted().contract();
      DatasetRef table = new DatasetRef(new Asset(target.system(), contract.asset()), "");
      tools
          .validating(
              dataset.name(),
              contract,
              table,
              validator,
              control -> validator.explain(contract, table, Options.DEFAULT, control))
          .imported(dataset.name(), dataset.contracted().report());
    }
    return tools.build();
  }

  private DbtTools dbtTools(Dbt project, Optional<Masking> masking) {
    DbtTools.Builder tools =
        DbtTools.builder("dbt", project.name())
            .executable(project.executable())
            .project(project.project())
            .models(project.models().toArray(String[]::new))
            .hooks(project.hooks())
            .timeLimit(project.timeLimit());
    project.profiles().ifPresent(tools::profiles);
    project.target().ifPresent(tools::target);
    project.environment().forEach(tools::environment);
    if (project.samples() == Reads.Scope.TARGET && masking.isPresent()) {
      tools.samples(
          logins.target(PostgresBoundary.Login.READ, target.url()), target.system(), masking.get());
    }
    return tools.build();
  }
}
