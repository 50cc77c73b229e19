package dev.weirkeeper.contracts.dbt;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.Listing;
import dev.weirkeeper.Masking;
import dev.weirkeeper.NamePattern;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;

/**
 * The tests of a dbt project, for agents: {@code dbt_test} runs some of them by the host's own dbt,
 * {@code dbt_results} reads what an earlier run left. Both answer with what failed, on which model,
 * and what is built from it.
 *
 * <p>The host says which dbt, project, profile and target; an agent chooses tests and nothing else.
 * dbt itself runs the project's code, so what the project may do in the warehouse is for the login
 * of its profile to say: give it one that can only read. Tests that are set to store failing rows,
 * and projects with statements before and after tests, are refused, since they write.
 *
 * <p>The target of an action is the project. One run at a time. Safe to share between threads, if
 * the data source is.
 */
public final class DbtTools implements ToolRegistry {
  public static final String TEST = "dbt_test";
  public static final String RESULTS = "dbt_results";

  /** What dbt and Python need to run at all. */
  private static final List<String> USUAL_ENVIRONMENT =
      List.of("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SystemRoot", "TEMP");

  private final Asset project;
  private final TestRuns runs;

  private DbtTools(Builder settings) {
    this.project = new Asset(settings.system, settings.name);
    this.runs = new TestRuns(settings);
  }

  /**
   * @param system the system of the target of actions: {@code dbt}
   * @param name how the host calls the project
   */
  public static Builder builder(String system, String name) {
    return new Builder(system, name);
  }

  /**
   * @param select which tests: names of models or tests, tags, paths, {@code +} for upstream and
   *     downstream; any criterion is enough; all tests if left out
   * @param exclude the same, for what not to run
   * @param limit results that the answer shows, the worst first
   */
  record Run(
      Optional<List<String>> select, Optional<List<String>> exclude, Optional<Integer> limit) {
    Run {
      select = select.map(List::copyOf);
      exclude = exclude.map(List::copyOf);
      Listing.require(Optional.empty(), limit);
      selection(select);
      selection(exclude);
    }

    private static Selection selection(Optional<List<String>> criteria) {
      return criteria.map(Selection::new).orElse(Selection.ALL);
    }

    Selection selected() {
      return selection(select);
    }

    Selection excluded() {
      return selection(exclude);
    }
  }

  /**
   * @param run id of a run that dbt_test made lately; if left out, what lies in the project's
   *     folder of artifacts
   */
  record Read(
      Optional<String> run, Optional<Show> show, Optional<String> cursor, Optional<Integer> limit) {
    Read {
      Listing.require(cursor, limit);
    }
  }

  /** Which results are listed; all are counted. */
  enum Show {
    ALL,
    /** What did not pass. */
    PROBLEMS
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                TEST,
                "Runs tests of the dbt project and says which fail, by how many rows, on which model"
                    + " and column, and what is built from it. select takes criteria such as orders,"
                    + " tag:nightly, +orders or path:models/staging; without it all tests are run."
                    + " Changes nothing: nothing is built and no failing row is stored. Then"
                    + " dbt_results with the run's id for more.",
                Run.class,
                TestReport.class,
                runs::test)
            .targeting(input -> project),
        Tool.read(
                RESULTS,
                "Shows the results of tests without running any: of a run that dbt_test made lately,"
                    + " by its id, or else of the last run that left artifacts in the project's"
                    + " folder; generatedAt says how old they are.",
                Read.class,
                TestReport.class,
                (input, call) -> runs.read(input))
            .targeting(input -> project));
  }

  static Outcome done(TestReport report) {
    return new Outcome.Done(Json.of(report), Outcome.Verification.NOT_NEEDED);
  }

  /**
   * Whether statements that the project runs before and after all tests ({@code on-run-start},
   * {@code on-run-end}) keep tests from being run.
   */
  public enum Hooks {
    /** They do: nobody has looked at what they write. */
    REFUSED,
    /** They do not: the host knows what they do, and takes it upon itself. */
    RUN
  }

  /** Says where dbt is and what may be run, and sets limits. Confined to one thread. */
  public static final class Builder {
    final String system;
    final String name;
    Optional<Path> executable = Optional.empty();
    Optional<Path> project = Optional.empty();
    Optional<Path> profiles = Optional.empty();
    Optional<Path> artifacts = Optional.empty();
    Optional<String> target = Optional.empty();
    Set<NamePattern> models = new TreeSet<>();
    Hooks hooks = Hooks.REFUSED;
    Optional<Sampler> sampler = Optional.empty();
    Duration timeLimit = Duration.ofMinutes(10);
    long artifactBytes = 512L * 1024 * 1024;
    int sampleCharacters = 32 * 1024;
    Clock clock = Clock.systemUTC();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> secrets = new HashMap<>();

    private Builder(String system, String name) {
      this.system = requireNonNull(system, "system");
      this.name = requireNonNull(name, "name");
      USUAL_ENVIRONMENT.forEach(
          variable ->
              Optional.ofNullable(System.getenv(variable))
                  .ifPresent(value -> environment.put(variable, value)));
      environment.put("DBT_SEND_ANONYMOUS_USAGE_STATS", "false");
      environment.put("PYTHONDONTWRITEBYTECODE", "1");
      environment.put("PYTHONIOENCODING", "utf-8");
      environment.put("PYTHONUNBUFFERED", "1");
    }

    /** The dbt command, of dbt-core 1.8 or later, by its whole path. */
    public Builder executable(Path dbt) {
      executable = Optional.of(absolute("executable", dbt));
      return this;
    }

    /** The folder with {@code dbt_project.yml}. */
    public Builder project(Path folder) {
      project = Optional.of(absolute("project", folder));
      return this;
    }

    /** The folder with {@code profiles.yml}. Default: the project's. */
    public Builder profiles(Path folder) {
      profiles = Optional.of(absolute("profiles", folder));
      return this;
    }

    /** Where {@code dbt_results} finds what earlier runs left. Default: target in the project. */
    public Builder artifacts(Path folder) {
      artifacts = Optional.of(absolute("artifacts", folder));
      return this;
    }

    /** The target of the profile. Default: the profile's own. */
    public Builder target(String profileTarget) {
      if (profileTarget.startsWith("-") || profileTarget.isBlank()) {
        throw new IllegalArgumentException("The name of a target does not begin with a hyphen");
      }
      target = Optional.of(profileTarget);
      return this;
    }

    /**
     * Of which models, sources, seeds and snapshots the tests may be run and seen, by {@link
     * NamePattern patterns} of their names: {@code stg_*}. Default: none.
     */
    public Builder models(String... patterns) {
      models = NamePattern.of(patterns);
      return this;
    }

    /**
     * A variable of dbt's environment, beside the few that any program needs: what the profile
     * reads by {@code env_var}. Its value is a secret: it is shown nowhere.
     */
    public Builder environment(String variable, String value) {
      secrets.put(requireNonNull(variable, "variable"), requireNonNull(value, "value"));
      return this;
    }

    /** Default: {@link Hooks#REFUSED}. */
    public Builder hooks(Hooks allowed) {
      hooks = requireNonNull(allowed, "allowed");
      return this;
    }

    /**
     * Shows a few rows that failing tests found. Default: none.
     *
     * @param source connects to the same database as the profile, as a login that may read what
     *     agents may see, and nothing more
     * @param masked the system of the tables in the rules of the masking: {@code warehouse}
     */
    public Builder samples(DataSource source, String masked, Masking masking) {
      sampler =
          Optional.of(
              new Sampler(
                  requireNonNull(source, "source"),
                  requireNonNull(masked, "masked"),
                  requireNonNull(masking, "masking")));
      return this;
    }

    /** How long one run of tests may take. Default: 10 min. */
    public Builder timeLimit(Duration most) {
      if (most.toMillis() < 1) {
        throw new IllegalArgumentException("timeLimit is at least 1 ms, not " + most);
      }
      timeLimit = most;
      return this;
    }

    /** How large an artifact may be. Default: 512 MiB. */
    public Builder artifactBytes(long most) {
      if (most < 1) {
        throw new IllegalArgumentException("artifactBytes is at least 1, not " + most);
      }
      artifactBytes = most;
      return this;
    }

    /** What deadlines are compared with. Default: the system's. */
    public Builder clock(Clock time) {
      clock = requireNonNull(time, "time");
      return this;
    }

    /**
     * @throws IllegalStateException if there is no executable, project or model
     */
    public DbtTools build() {
      if (executable.isEmpty() || project.isEmpty()) {
        throw new IllegalStateException(
            "Say where dbt is by executable(…) and where its project is by project(…)");
      }
      if (models.isEmpty()) {
        throw new IllegalStateException(
            "No test may be run; say of which models by models(…), of all by models(\"*\")");
      }
      return new DbtTools(this);
    }

    DbtCommand command() {
      Map<String, String> all = new HashMap<>(environment);
      all.putAll(secrets);
      Path folder = project.orElseThrow();
      return new DbtCommand(executable.orElseThrow(), folder, profiles.orElse(folder), target, all);
    }

    Words words() {
      return new Words(secrets.values());
    }

    private static Path absolute(String what, Path path) {
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException(
            what + " is a whole path, so that it means the same in every folder");
      }
      return path.normalize();
    }
  }
}
