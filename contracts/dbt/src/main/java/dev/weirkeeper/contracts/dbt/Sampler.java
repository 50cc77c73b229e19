package dev.weirkeeper.contracts.dbt;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Cell;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import net.sf.jsqlparser.JSQLParserException;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.schema.Column;
import net.sf.jsqlparser.schema.Table;
import net.sf.jsqlparser.statement.Statements;
import net.sf.jsqlparser.statement.select.AllColumns;
import net.sf.jsqlparser.statement.select.PlainSelect;
import net.sf.jsqlparser.statement.select.Select;
import net.sf.jsqlparser.statement.select.SelectItem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a few of the rows that a failing test found, by running once more the SQL that dbt has just
 * run: only if a parser takes it for one SELECT, in a transaction that is read-only and rolled
 * back, under a limit of rows and time, and masked. A column that is computed or renamed is masked
 * as the most hidden column that the query names. Safe to share between threads.
 */
final class Sampler {
  private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);

  private static final int ROWS = 5;
  private static final int MOST_COLUMNS = 30;
  private static final int LONGEST_VALUE = 64 * 1024;
  private static final int SHORTEST_PARTIAL = 8;
  private static final int END = 4;
  private static final Duration LONGEST_QUERY = Duration.ofSeconds(10);

  /** What a SELECT that only reads has no need of, outside texts and quoted names. */
  private static final Pattern WRITING =
      Pattern.compile(
          "(?i)\\b(?:into|insert|update|delete|merge|create|alter|drop|truncate|grant|call|copy|lock"
              + "|nextval|setval|for\\s+(?:share|key|no))\\b");

  private static final Pattern TEXT = Pattern.compile("'(?:[^']|'')*'");

  private static final Pattern NAME =
      Pattern.compile("\"((?:[^\"]|\"\")+)\"|`([^`]+)`|([\\p{L}_][\\p{L}\\p{N}_$]*)");

  /** New names for columns, behind which masks would not find the old ones. */
  private static final Pattern RENAMED =
      Pattern.compile(
          "(?is)\\bwith\\b.*\\w\\s*\\([^()]*\\)\\s+as\\s*\\(|\\bas\\s+\\w+\\s*\\("
              + "|\\b(?:from|join)\\s+[\\w.]+\\s+\\w+\\s*\\("
              + "|\\)\\s+(?!(?:where|and|or|not|in|over|filter|within|union|except|intersect|select"
              + "|from|join|left|right|full|inner|cross|on|using|group|order|having|as|then|else|when"
              + "|between|limit|exists|any|all|some)\\b)\\w+\\s*\\(");

  private final DataSource source;
  private final String system;
  private final Masking masking;

  Sampler(DataSource source, String system, Masking masking) {
    this.source = source;
    this.system = system;
    this.masking = masking;
  }

  /**
   * A query that may be run, with the names in it, and whether its columns are those of a table.
   */
  private record Query(String sql, Set<String> names, Origin origin) {}

  private enum Origin {
    COLUMNS_OF_A_TABLE,
    COMPUTED
  }

  /**
   * @param compiled the SQL that dbt ran
   * @param relations tables that it reads, with their schemas
   * @param characters how many all values may have together
   */
  Probe<TestReport.Samples> sample(
      Optional<String> compiled, List<String> relations, Duration patience, int characters) {
    if (compiled.isEmpty() || relations.isEmpty()) {
      return new Probe.Unknown<>("the artifacts do not say which SQL was run on which tables");
    }
    Optional<Query> query = query(compiled.get());
    if (query.isEmpty()) {
      return new Probe.Unknown<>(
          "the SQL of the test is not one plain SELECT whose columns masks can follow");
    }
    Duration time = patience.compareTo(LONGEST_QUERY) < 0 ? patience : LONGEST_QUERY;
    if (time.toSeconds() < 1) {
      return new Probe.Unknown<>("no time was left");
    }
    try (Connection connection = source.getConnection()) {
      return read(connection, query.get(), relations, time, characters);
    } catch (SQLException e) {
      LOG.debug("Failing rows could not be read: SQLSTATE {}", e.getSQLState());
      return new Probe.Unknown<>(
          "the database did not answer the query of the test in time or refused it");
    }
  }

  private Probe<TestReport.Samples> read(
      Connection connection, Query query, List<String> relations, Duration time, int characters)
      throws SQLException {
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout((int) time.toSeconds());
      statement.setMaxRows(ROWS + 1);
      statement.setFetchSize(ROWS + 1);
      statement.setMaxFieldSize(LONGEST_VALUE);
      try (ResultSet found = statement.executeQuery(query.sql())) {
        return shown(found, query, relations, characters);
      }
    } finally {
      connection.rollback();
    }
  }

  private Probe<TestReport.Samples> shown(
      ResultSet found, Query query, List<String> relations, int characters) throws SQLException {
    ResultSetMetaData columns = found.getMetaData();
    int width = Math.min(columns.getColumnCount(), MOST_COLUMNS);
    List<Outside> names = new ArrayList<>();
    List<Mask> masks = new ArrayList<>();
    for (int i = 1; i <= width; i++) {
      names.add(Outside.of(columns.getColumnLabel(i), Lineage.LONGEST_NAME));
      masks.add(mask(columns.getColumnLabel(i), query, relations));
    }
    List<List<Cell>> rows = new ArrayList<>();
    TestReport.End end = TestReport.End.RESULT;
    int size = 0;
    while (found.next()) {
      List<Cell> row = new ArrayList<>();
      for (int i = 1; i <= width; i++) {
        Cell cell = cell(found, i, masks.get(i - 1));
        size += cell instanceof Outside text ? text.text().length() : 0;
        row.add(cell);
      }
      if (rows.size() == ROWS || size > characters) {
        end = rows.size() == ROWS ? TestReport.End.LIMIT : TestReport.End.SIZE;
        break;
      }
      rows.add(row);
    }
    return rows.isEmpty() && end == TestReport.End.RESULT
        ? new Probe.Empty<>()
        : new Probe.Value<>(new TestReport.Samples(names, rows, end));
  }

  private Mask mask(String label, Query query, List<String> relations) {
    Set<String> names = new HashSet<>(Set.of(label));
    if (query.origin() == Origin.COMPUTED) {
      names.addAll(query.names());
    }
    Mask most = Mask.NONE;
    for (String relation : relations) {
      for (String name : names) {
        Mask mask = masking.of(new Asset(system, relation), name);
        most = mask.compareTo(most) > 0 ? mask : most;
      }
    }
    return most;
  }

  private Cell cell(ResultSet row, int index, Mask mask) throws SQLException {
    if (mask == Mask.REDACT) {
      return new Cell.Masked(Mask.REDACT, Optional.empty());
    }
    String text = mask == Mask.NULL ? null : row.getString(index);
    if (text == null) {
      return new Cell.Null();
    }
    return switch (mask) {
      case PARTIAL ->
          new Cell.Masked(
              Mask.PARTIAL,
              Optional.of(text)
                  .filter(whole -> whole.length() >= SHORTEST_PARTIAL)
                  .map(whole -> Outside.of(whole.substring(whole.length() - END)).text()));
      case HASH ->
          new Cell.Masked(
              Mask.HASH,
              Optional.of(masking.pseudonym(Hash.of(text.getBytes(StandardCharsets.UTF_8)))));
      default -> Outside.of(text);
    };
  }

  /** The query as the parser understood it, so that nothing is run which it has not seen. */
  private static Optional<Query> query(String sql) {
    Select select;
    try {
      Statements statements = CCJSqlParserUtil.parseStatements(sql);
      if (statements == null
          || statements.size() != 1
          || !(statements.get(0) instanceof Select one)) {
        return Optional.empty();
      }
      select = one;
    } catch (JSQLParserException e) {
      return Optional.empty();
    }
    String text = select.toString();
    String bare = TEXT.matcher(text).replaceAll("''");
    String unquoted = bare.replaceAll("\"(?:[^\"]|\"\")*\"|`[^`]*`", "x");
    if (WRITING.matcher(unquoted).find()
        || unquoted.indexOf(';') >= 0
        || RENAMED.matcher(unquoted).find()) {
      return Optional.empty();
    }
    Set<String> names = new HashSet<>();
    Matcher name = NAME.matcher(bare);
    while (name.find()) {
      for (int group = 1; group <= 3; group++) {
        Optional.ofNullable(name.group(group)).ifPresent(found -> add(names, found));
      }
    }
    return Optional.of(new Query(text, names, origin(select)));
  }

  /** Unquoted names may be written in any case, masks are not. */
  private static void add(Set<String> names, String found) {
    names.add(found);
    names.add(found.toLowerCase(Locale.ROOT));
    names.add(found.toUpperCase(Locale.ROOT));
  }

  private static Origin origin(Select select) {
    return select instanceof PlainSelect plain
            && (plain.getWithItemsList() == null || plain.getWithItemsList().isEmpty())
            && plain.getFromItem() instanceof Table
            && (plain.getJoins() == null || plain.getJoins().isEmpty())
            && plain.getSelectItems().stream().allMatch(Sampler::isColumn)
        ? Origin.COLUMNS_OF_A_TABLE
        : Origin.COMPUTED;
  }

  private static boolean isColumn(SelectItem<?> item) {
    return item.getAlias() == null
        && (item.getExpression() instanceof Column || item.getExpression() instanceof AllColumns);
  }
}
