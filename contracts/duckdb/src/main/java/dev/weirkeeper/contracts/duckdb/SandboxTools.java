package dev.weirkeeper.contracts.duckdb;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Cell;
import dev.weirkeeper.Json;
import dev.weirkeeper.NamePattern;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Secret;
import dev.weirkeeper.spi.TableReader;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Free SQL for agents, away from production: {@code sandbox_query} copies masked rows of the named
 * tables into an empty DuckDB, shuts it off from files, network and settings, runs one SELECT and
 * forgets everything. It does so in a process of its own, see {@code docs/adr/0010}.
 *
 * <p>The host says which tables may be copied. The target of an action is the system with the name
 * {@code sandbox}. Close it to end the process. Safe to share between threads; queries run one
 * after the other.
 */
public final class SandboxTools implements ToolRegistry, AutoCloseable {
  private static final String TARGET = "sandbox";
  private static final int MOST_TABLES = 8;
  private static final int SHOWN = 50;
  private static final int MOST_SHOWN = 1_000;
  private static final int LONGEST_MESSAGE = 1_000;

  /** Types of which DuckDB reads the same text as the same value. */
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("bool", "BOOLEAN"),
          Map.entry("int2", "SMALLINT"),
          Map.entry("int4", "INTEGER"),
          Map.entry("int8", "BIGINT"),
          Map.entry("float4", "FLOAT"),
          Map.entry("float8", "DOUBLE"),
          Map.entry("numeric", "DECIMAL"),
          Map.entry("date", "DATE"),
          Map.entry("time", "TIME"),
          Map.entry("timestamp", "TIMESTAMP"),
          Map.entry("timestamptz", "TIMESTAMPTZ"),
          Map.entry("uuid", "UUID"));

  private final String system;
  private final TableReader reader;
  private final Set<NamePattern> allowed;
  private final int copiedRows;
  private final long copiedCharacters;
  private final int memory;
  private final Duration timeLimit;
  private final int answerCharacters;
  private final Clock clock;
  private final Sandbox sandbox;

  private SandboxTools(Builder settings) {
    this.system = settings.system;
    this.reader = settings.reader;
    this.allowed = settings.tables;
    this.copiedRows = settings.copiedRows;
    this.copiedCharacters = settings.copiedCharacters;
    this.memory = settings.memory;
    this.timeLimit = settings.timeLimit;
    this.answerCharacters = settings.answerCharacters;
    this.clock = settings.clock;
    this.sandbox =
        new Sandbox(
            settings.memory,
            settings.classPath.isEmpty() ? Sandbox.ownClassPath() : settings.classPath);
  }

  /**
   * @param system the system of the assets that the reader reads
   * @param reader hands out masked rows
   */
  public static Builder builder(String system, TableReader reader) {
    return new Builder(system, reader);
  }

  /**
   * @param tables as catalog_list_tables calls them; in SQL they have the same names, and names
   *     with {@code ~} need double quotes
   * @param sql one SELECT of DuckDB's dialect; may hold what is in a row, so the log does without
   *     it
   */
  record Input(List<String> tables, @Secret String sql, Optional<Integer> limit) {
    Input {
      tables = List.copyOf(tables);
      if (tables.size() > MOST_TABLES || tables.stream().distinct().count() < tables.size()) {
        throw new IllegalArgumentException(
            "tables are at most " + MOST_TABLES + ", each named once");
      }
      limit
          .filter(wanted -> wanted < 1 || wanted > MOST_SHOWN)
          .ifPresent(
              wanted -> {
                throw new IllegalArgumentException(
                    "limit is 1 to " + MOST_SHOWN + ", not " + wanted);
              });
    }

    int rows() {
      return limit.orElse(SHOWN);
    }
  }

  /**
   * What came of a query.
   *
   * @param copied what the query could see
   * @param failure what DuckDB said, if it did not run the query
   */
  record Answer(List<Copied> copied, Optional<Result> result, Optional<Outside> failure) {}

  /**
   * @param extent PART if the table has more rows than were copied: do not take totals for those of
   *     the table
   */
  record Copied(String table, int rows, TableReader.Extent extent) {}

  record Result(List<Outside> columns, List<List<Cell>> rows, Reply.End end) {}

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                "sandbox_query",
                "Runs one SELECT in DuckDB's dialect over copies of the named tables. Masked values are"
                    + " masked in the copies too, redacted columns are left out, and of large tables"
                    + " only the first rows are copied, as the answer says. Nothing else can be"
                    + " reached.",
                Input.class,
                Answer.class,
                this::query)
            .targeting(input -> new Asset(system, TARGET)));
  }

  private Outcome query(Input input, Tool.Call call) throws InterruptedException {
    if (!differ(input.tables().stream())) {
      return new Outcome.Refused(
          "Two tables differ only in case, which is one name for DuckDB; query them one by one");
    }
    List<Copied> copied = new ArrayList<>();
    List<Question.Table> tables = new ArrayList<>();
    long characters = copiedCharacters;
    for (String table : input.tables()) {
      int dot = table.indexOf('.');
      if (dot < 0 || allowed.stream().noneMatch(pattern -> pattern.matches(table))) {
        return new Outcome.Refused(
            "One of the tables is none that the host lets be copied; take names that"
                + " catalog_list_tables shows, or ask the host");
      }
      Probe<TableReader.Rows> read =
          reader.read(new Asset(system, table), copiedRows, Math.max(1, characters), call);
      if (!(read instanceof Probe.Value<TableReader.Rows> found)) {
        return new Outcome.Refused(
            "The copy of a table could not be made: "
                + (read instanceof Probe.Unknown<TableReader.Rows> unknown
                    ? unknown.why()
                    : "there is none"));
      }
      TableReader.Rows rows = found.value();
      if (!differ(rows.fields().stream().map(TableReader.Field::name))) {
        return new Outcome.Refused(
            "Two columns of a table differ only in case, which is one name for DuckDB; such a table"
                + " cannot be queried here");
      }
      characters -= size(rows);
      copied.add(new Copied(table, rows.values().size(), rows.extent()));
      tables.add(
          new Question.Table(
              table.substring(0, dot),
              table.substring(dot + 1),
              rows.fields().stream()
                  .map(
                      field ->
                          new Question.Column(
                              field.name(), TYPES.getOrDefault(field.type(), "VARCHAR")))
                  .toList(),
              rows.values()));
    }
    return answered(input, tables, copied, call);
  }

  /** DuckDB would quietly give one of two names that it holds for the same another one. */
  private static boolean differ(Stream<String> names) {
    Set<String> folded = new HashSet<>();
    return names.allMatch(name -> folded.add(name.toLowerCase(Locale.ROOT)));
  }

  private static long size(TableReader.Rows rows) {
    return rows.values().stream()
        .flatMap(List::stream)
        .mapToLong(value -> value.map(String::length).orElse(0))
        .sum();
  }

  private Outcome answered(
      Input input, List<Question.Table> tables, List<Copied> copied, Tool.Call call)
      throws InterruptedException {
    Instant now = clock.instant();
    if (!now.isBefore(call.deadline())) {
      return new Outcome.Refused("The deadline of the call is over; nothing was run");
    }
    Duration left = Duration.between(now, call.deadline());
    Question question =
        new Question(
            input.sql(),
            tables,
            memory,
            (int) (timeLimit.compareTo(left) < 0 ? timeLimit : left).toMillis(),
            input.rows(),
            Outside.USUAL,
            answerCharacters);
    Reply reply = sandbox.ask(question, left, call::stop);
    return switch (reply.kind()) {
      case ROWS -> done(new Answer(copied, Optional.of(result(reply, input)), Optional.empty()));
      case ERROR ->
          done(
              new Answer(
                  copied,
                  Optional.empty(),
                  Optional.of(Outside.of(reply.message(), LONGEST_MESSAGE))));
      case NOT_ONE_SELECT ->
          new Outcome.Refused("The query is not exactly one SELECT; the sandbox runs nothing else");
      case NOT_LOADED ->
          new Outcome.Failed(
              "The copied rows could not be loaded; query the tables one by one to see which");
      case TOO_LONG ->
          new Outcome.Failed(
              "The query was ended after its time; ask for less, or filter before joining");
      case TOO_MUCH_MEMORY ->
          new Outcome.Failed(
              "The query needed more memory than the sandbox has, or broke it; ask for less");
    };
  }

  private static Outcome done(Answer answer) {
    return new Outcome.Done(Json.of(answer), Outcome.Verification.NOT_NEEDED);
  }

  private static Result result(Reply reply, Input input) {
    List<List<Cell>> rows = new ArrayList<>();
    for (List<Optional<Reply.Value>> row :
        reply.rows().subList(0, Math.min(input.rows(), reply.rows().size()))) {
      rows.add(row.stream().map(SandboxTools::cell).toList());
    }
    return new Result(reply.columns().stream().map(Outside::of).toList(), rows, reply.end());
  }

  private static Cell cell(Optional<Reply.Value> value) {
    return value.isEmpty()
        ? new Cell.Null()
        : Outside.of(value.get().text(), Outside.USUAL, value.get().length());
  }

  /** Ends the process in which queries run; another query would start one again. */
  @Override
  public void close() {
    sandbox.close();
  }

  /** Says what may be copied, and sets limits. Confined to one thread. */
  public static final class Builder {
    private final String system;
    private final TableReader reader;
    private Set<NamePattern> tables = Set.of();
    private List<Path> classPath = List.of();
    private int copiedRows = 10_000;
    private long copiedCharacters = 16 * 1024 * 1024;
    private int memory = 256;
    private Duration timeLimit = Duration.ofSeconds(10);
    private int answerCharacters = 64 * 1024;
    private Clock clock = Clock.systemUTC();

    private Builder(String system, TableReader reader) {
      this.system = requireNonNull(system, "system");
      this.reader = requireNonNull(reader, "reader");
    }

    /**
     * Which tables may be copied, by {@link NamePattern patterns} of their names: {@code gold.*}.
     * Default: none.
     */
    public Builder tables(String... patterns) {
      tables = NamePattern.of(patterns);
      return this;
    }

    /** How many rows of a table are copied. Default: 10,000. */
    public Builder copiedRows(int most) {
      copiedRows = (int) positive("copiedRows", most);
      return this;
    }

    /** How many characters of all tables together are copied. Default: 16 Mi. */
    public Builder copiedCharacters(long most) {
      copiedCharacters = positive("copiedCharacters", most);
      return this;
    }

    /**
     * MiB that DuckDB's buffers take. The whole process takes at most about 700 MiB more, where the
     * operating system has {@code ulimit}. Default: 256.
     */
    public Builder memory(int mebibytes) {
      memory = (int) positive("memory", mebibytes);
      return this;
    }

    /** How long a query may run. Default: 10 s. */
    public Builder timeLimit(Duration most) {
      positive("timeLimit", most.toMillis());
      timeLimit = most;
      return this;
    }

    /** How many characters of values an answer holds. Default: 65,536. */
    public Builder answerCharacters(int most) {
      answerCharacters = (int) positive("answerCharacters", most);
      return this;
    }

    /**
     * Where the jars of weirkeeper-contracts-duckdb and duckdb_jdbc lie. Needed only where they are
     * packed into another archive.
     */
    public Builder classPath(List<Path> jars) {
      classPath = List.copyOf(jars);
      return this;
    }

    /** What deadlines are compared with. Default: the system's. */
    public Builder clock(Clock time) {
      clock = requireNonNull(time, "time");
      return this;
    }

    /**
     * Starts the process once and has it answer.
     *
     * @throws IllegalStateException if no table may be copied, or the process does not answer
     */
    public SandboxTools build() {
      if (tables.isEmpty()) {
        throw new IllegalStateException(
            "No table may be copied into the sandbox; say which by tables(…)");
      }
      SandboxTools built = new SandboxTools(this);
      if (!built.sandbox.starts()) {
        built.close();
        throw new IllegalStateException(
            "The process of the sandbox does not start or has too little memory: look at the class"
                + " path, at the folder for temporary files and at the limits of this host's user");
      }
      return built;
    }

    private static long positive(String what, long value) {
      if (value < 1) {
        throw new IllegalArgumentException(what + " is at least 1, not " + value);
      }
      return value;
    }
  }
}
