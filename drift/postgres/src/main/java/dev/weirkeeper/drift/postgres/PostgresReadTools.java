package dev.weirkeeper.drift.postgres;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.TableReader;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What agents may ask of a PostgreSQL database: which tables there are, what they look like, a few
 * rows, how many, and what their values are like. Input is typed and names what exists, never SQL;
 * answers are small, masked and marked as text from outside. For free SQL see the sandbox of the
 * DuckDB module, which works on rows that {@link #reader} hands out.
 *
 * <p>Each call is one read-only transaction under time-outs, in a session that inherits nothing,
 * and runs no code but PostgreSQL's own: views, foreign tables, tables with row security, columns
 * that are computed at each read and types that an extension or a user wrote are not read. Enums,
 * domains and arrays over PostgreSQL's own types are.
 *
 * <p>The target of an action is the table that its input names; for a list {@code schema.*} or,
 * over all schemas, {@code *}. Needs PostgreSQL 12 or later. Safe to share between threads, if the
 * data source is.
 */
public final class PostgresReadTools implements ToolRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresReadTools.class);

  /** Of a value that others compute with. */
  private static final int LONGEST_COPIED = 10_000;

  private final String system;
  private final DataSource source;
  private final Masking masking;
  private final Duration lockTimeout;
  private final Duration statementTimeout;
  private final long answerCharacters;
  private final Clock clock;

  private PostgresReadTools(Builder settings) {
    this.system = settings.system;
    this.source = settings.source;
    this.masking = settings.masking;
    this.lockTimeout = settings.lockTimeout;
    this.statementTimeout = settings.statementTimeout;
    this.answerCharacters = settings.answerCharacters;
    this.clock = settings.clock;
  }

  /**
   * @param system the system of the assets that may be read: {@code shop}
   * @param source connects as a login that may read what agents may see, and nothing more
   */
  public static Builder builder(String system, DataSource source, Masking masking) {
    return new Builder(system, source, masking);
  }

  /**
   * The same tools with no database behind them, for those who explain what there would be: each
   * call of them fails.
   */
  public static ToolRegistry shown(String system) {
    return new PostgresReadTools(builder(system, new NoDatabase(), Masking.with(new byte[32])));
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                "catalog_list_tables",
                "Lists tables with their estimated number of rows, a page at a time. Names that are no"
                    + " plain identifiers go by handles such as name~3a7bd3e2360a; pass them on as they"
                    + " are.",
                Answers.ListTables.class,
                Answers.Tables.class,
                this::list)
            .targeting(input -> asset(input.schema().map(schema -> schema + ".*").orElse("*"))),
        Tool.read(
                "catalog_describe_table",
                "Describes a table: columns with type, nullability, place in the key, mask and comment,"
                    + " and the estimated number of rows.",
                Answers.DescribeTable.class,
                Answers.Description.class,
                (input, call) -> onTable(input.table(), call, (session, table) -> described(table)))
            .targeting(input -> asset(input.table())),
        Tool.read(
                "data_sample",
                "Shows the first rows of a table as they lie, 10 unless asked for up to 100. Masked"
                    + " values stay hidden and long ones are cut.",
                Answers.SampleRows.class,
                Answers.Sample.class,
                (input, call) ->
                    onTable(
                        input.table(),
                        call,
                        (session, table) ->
                            reads(session, table, call)
                                .sample(
                                    few(table.chosen(input.columns())),
                                    input.rows(),
                                    answerCharacters)))
            .targeting(input -> asset(input.table())),
        Tool.read(
                "data_count",
                "Counts the rows of a table that meet all filters. Exact, or Unknown if it would take"
                    + " too long. Masked columns cannot be filtered by.",
                Answers.CountRows.class,
                Answers.Count.class,
                (input, call) ->
                    onTable(
                        input.table(),
                        call,
                        (session, table) ->
                            new Answers.Count(
                                reads(session, table, call)
                                    .count(input.filters().orElse(List.of())),
                                table.estimatedRows())))
            .targeting(input -> asset(input.table())),
        Tool.read(
                "data_profile",
                "Says of each column how many values are NULL or distinct, the least, the largest and"
                    + " the most frequent ones, over a bounded sample of rows. Of masked columns only"
                    + " the numbers.",
                Answers.ProfileTable.class,
                Answers.Profile.class,
                (input, call) ->
                    onTable(
                        input.table(),
                        call,
                        (session, table) ->
                            reads(session, table, call)
                                .profile(few(table.chosen(input.columns())), input.size())))
            .targeting(input -> asset(input.table())));
  }

  private Asset asset(String name) {
    return new Asset(system, name);
  }

  /**
   * Masked rows of the same tables under the same rules, for code that works on them elsewhere. A
   * redacted column is left out, so that nobody takes it for an empty one.
   */
  public TableReader reader() {
    return this::rows;
  }

  private Outcome list(Answers.ListTables input, Tool.Call call) {
    return answer(
        call,
        session -> {
          String after = input.cursor().orElse("");
          List<ReadCatalog.Listed> rest =
              catalog(session).tables(input.schema()).stream()
                  .filter(table -> table.shown().compareTo(after) > 0)
                  .toList();
          List<ReadCatalog.Listed> page = rest.subList(0, Math.min(input.size(), rest.size()));
          return new Answers.Tables(
              page,
              page.size() == rest.size()
                  ? Optional.empty()
                  : Optional.of(page.get(page.size() - 1).shown()));
        });
  }

  private static Answers.Description described(ReadTable table) {
    return new Answers.Description(
        table.shown(),
        original(table.schema() + "." + table.name(), table.shown()),
        table.kind(),
        table.estimatedRows(),
        table.comment().map(Outside::of),
        table.columns().stream()
            .map(
                column ->
                    new Answers.ColumnDescription(
                        column.shown(),
                        original(column.name(), column.shown()),
                        column.type(),
                        column.nullability(),
                        Optional.of(column.place()).filter(place -> place > 0),
                        column.access(),
                        column.mask(),
                        column.comment().map(Outside::of)))
            .toList());
  }

  private static Optional<Outside> original(String name, String shown) {
    return name.equals(shown) ? Optional.empty() : Optional.of(Outside.of(name));
  }

  private static List<ReadColumn> few(List<ReadColumn> columns) throws RefusedRead {
    if (columns.isEmpty()) {
      throw new RefusedRead("The table has no column whose values may be read");
    }
    return columns.subList(0, Math.min(Answers.mostColumns(), columns.size()));
  }

  private Probe<TableReader.Rows> rows(Asset asset, int rows, long characters, Tool.Call call) {
    if (!asset.system().equals(system)) {
      return new Probe.Unknown<>("only tables of " + system + " are read here");
    }
    try (ReadSession session = open(call)) {
      ReadTable table = catalog(session).table(asset.name());
      return new Probe.Value<>(reads(session, table, call).rows(rows, characters, LONGEST_COPIED));
    } catch (RefusedRead e) {
      return new Probe.Unknown<>(e.reason());
    } catch (SQLException e) {
      return new Probe.Unknown<>(told(e));
    }
  }

  private TableReads reads(ReadSession session, ReadTable table, Tool.Call call) {
    return new TableReads(session, masking, table, call);
  }

  private ReadCatalog catalog(ReadSession session) {
    return new ReadCatalog(system, masking, session.catalog());
  }

  /** Reads something within one session. */
  @FunctionalInterface
  private interface Reading {
    Record read(ReadSession session) throws SQLException, RefusedRead;
  }

  /** Reads something of one table. */
  @FunctionalInterface
  private interface TableReading {
    Record read(ReadSession session, ReadTable table) throws SQLException, RefusedRead;
  }

  private Outcome onTable(String called, Tool.Call call, TableReading reading) {
    return answer(call, session -> reading.read(session, catalog(session).table(called)));
  }

  private Outcome answer(Tool.Call call, Reading reading) {
    try (ReadSession session = open(call)) {
      return new Outcome.Done(Json.of(reading.read(session)), Outcome.Verification.NOT_NEEDED);
    } catch (RefusedRead e) {
      return new Outcome.Refused(e.reason());
    } catch (SQLException e) {
      LOG.debug("A read came to SQLSTATE {}", e.getSQLState());
      return new Outcome.Failed(told(e));
    }
  }

  private ReadSession open(Tool.Call call) throws SQLException, RefusedRead {
    Instant now = clock.instant();
    if (!now.isBefore(call.deadline())) {
      throw new RefusedRead("The deadline of the call is over; nothing was read");
    }
    Duration left = Duration.between(now, call.deadline());
    return ReadSession.open(source, least(lockTimeout, left), least(statementTimeout, left));
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  /** Never the driver's message: it quotes values. */
  private static String told(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    String advice =
        switch (state.length() == 5 ? state.substring(0, 2) : "") {
          case "08", "57" ->
              state.equals("57014")
                  ? "it took longer than the host lets it; ask for fewer rows or columns"
                  : "the database cannot be reached or shuts down; try again later";
          case "22" -> "a value cannot be read as the type of its column; look at the type";
          case "28" -> "the login is not let in; the host's operator must look at it";
          case "40" -> "it met with a change; ask again";
          case "42" -> "the login may not read it, or it is not there any more; describe it again";
          case "53", "54" -> "the server has no room for it; ask for fewer rows or columns";
          case "55" -> "others hold the table; ask again later";
          default -> "the host's operator finds more in the log of the database";
        };
    return "The read failed (SQLSTATE " + state + "): " + advice;
  }

  /** Sets limits. Confined to one thread. */
  public static final class Builder {
    private final String system;
    private final DataSource source;
    private final Masking masking;
    private Duration lockTimeout = Duration.ofSeconds(1);
    private Duration statementTimeout = Duration.ofSeconds(10);
    private long answerCharacters = 64 * 1024;
    private Clock clock = Clock.systemUTC();

    private Builder(String system, DataSource source, Masking masking) {
      this.system = requireNonNull(system, "system");
      this.source = requireNonNull(source, "source");
      this.masking = requireNonNull(masking, "masking");
    }

    /** How long a query waits for a lock. Default: 1 s. */
    public Builder lockTimeout(Duration timeout) {
      lockTimeout = positive(timeout);
      return this;
    }

    /** How long one query may take. Default: 10 s. */
    public Builder statementTimeout(Duration timeout) {
      statementTimeout = positive(timeout);
      return this;
    }

    /** How many characters of values a sample holds. Default: 65,536. */
    public Builder answerCharacters(long most) {
      if (most < 1) {
        throw new IllegalArgumentException("An answer holds at least one character, not " + most);
      }
      answerCharacters = most;
      return this;
    }

    /** What deadlines are compared with. Default: the system's. */
    public Builder clock(Clock time) {
      clock = requireNonNull(time, "time");
      return this;
    }

    /**
     * Connects once and looks at the login.
     *
     * @throws IllegalStateException if the login may do more than read; the message says what and
     *     how to take it away
     * @throws SQLException if the database cannot be asked
     */
    public PostgresReadTools build() throws SQLException {
      try (ReadSession session = ReadSession.open(source, lockTimeout, statementTimeout)) {
        List<String> problems = ReadLogin.problems(session.catalog());
        if (!problems.isEmpty()) {
          throw new IllegalStateException(
              "The login that reads for agents may do more than read: "
                  + String.join("; ", problems));
        }
      } catch (RefusedRead e) {
        throw new IllegalStateException(e.reason(), e);
      }
      return new PostgresReadTools(this);
    }

    private static Duration positive(Duration timeout) {
      if (timeout.isNegative() || timeout.isZero()) {
        throw new IllegalArgumentException("A timeout must be positive, got " + timeout);
      }
      return timeout;
    }
  }
}
