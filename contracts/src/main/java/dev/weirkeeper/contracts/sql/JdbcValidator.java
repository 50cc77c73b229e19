package dev.weirkeeper.contracts.sql;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.ContractValidator;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleResult;
import dev.weirkeeper.contracts.sql.SqlSource.Place;
import dev.weirkeeper.contracts.sql.SqlSource.Rows;
import dev.weirkeeper.contracts.sql.SqlSource.Stability;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/**
 * Judges tables of a database where they are. The asset's name is the table's, with its schema. All
 * of a validation is one transaction that reads; the report names the state that it saw. Rows have
 * no order of their own: a rule about order needs index columns, and goes by them.
 */
public final class JdbcValidator implements ContractValidator {
  private final Dialect dialect;
  private final Jdbi jdbi;
  private final SqlJudge judge;
  private final Duration timeout;

  private JdbcValidator(Dialect dialect, Jdbi jdbi, SqlJudge judge, Duration timeout) {
    this.dialect = dialect;
    this.jdbi = jdbi;
    this.judge = judge;
    this.timeout = timeout;
  }

  /**
   * Over PostgreSQL.
   *
   * @param source of connections of a login that may only read what may be judged
   * @param timeout of each query; zero for none
   */
  public static JdbcValidator postgresql(DataSource source, SqlJudge judge, Duration timeout) {
    return new JdbcValidator(
        Dialect.POSTGRESQL,
        Jdbi.create(requireNonNull(source, "source")),
        requireNonNull(judge, "judge"),
        requireNonNull(timeout, "timeout"));
  }

  @Override
  public String id() {
    return dialect.id();
  }

  @Override
  public ContractReport validate(
      Contract contract, DatasetRef dataset, Options options, CallControl control)
      throws IOException {
    try (SqlSession session = session()) {
      SqlSource source = source(session, dataset, options, control);
      DatasetRef judged = new DatasetRef(dataset.asset(), state(session, control));
      Cost cost = cost(session, dataset, control);
      List<RuleResult> results =
          judge.judge(
              contract, session, source, new ResultSetFrames(dialect), cost, options, control);
      return new ContractReport(contract, judged, id(), options, results);
    }
  }

  /**
   * The SQL of a validation and what it costs, before anything runs.
   *
   * @throws IOException if the table cannot be looked at
   */
  public Explanation explain(
      Contract contract, DatasetRef dataset, Options options, CallControl control)
      throws IOException {
    try (SqlSession session = session()) {
      SqlSource source = source(session, dataset, options, control);
      Cost cost = cost(session, dataset, control);
      return judge.explain(contract, source, new ResultSetFrames(dialect), cost, options);
    }
  }

  private SqlSession session() throws IOException {
    return new SqlSession(jdbi, dialect, Stability.IN_TRANSACTION, timeout);
  }

  private SqlSource source(
      SqlSession session, DatasetRef dataset, Options options, CallControl control)
      throws IOException {
    String table = dialect.table(dataset.asset().name());
    Fields fields;
    try {
      fields = session.describe("SELECT * FROM " + table, control);
    } catch (QueryException e) {
      throw new IOException(dataset.asset() + " cannot be read: " + e.getMessage(), e);
    }
    return new SqlSource(
        dialect,
        fields,
        table,
        ordered(table, fields, options.indexColumns()),
        Stability.IN_TRANSACTION);
  }

  private Optional<Rows> ordered(String table, Fields fields, List<String> by) {
    if (by.isEmpty() || by.stream().anyMatch(name -> fields.find(name).isEmpty())) {
      return Optional.empty();
    }
    String column = "wk_row";
    while (fields.find(column).isPresent()) {
      column += "_";
    }
    StringJoiner order = new StringJoiner(", ");
    for (String name : by) {
      Typed value = new Operands(dialect, fields).column(name);
      order.add(new Operands(dialect, fields).ordered(value));
    }
    String relation =
        "(SELECT "
            + Operands.ROW
            + ".*, ROW_NUMBER() OVER (ORDER BY "
            + order
            + ") - 1 AS "
            + dialect.name(column)
            + " FROM "
            + table
            + " AS "
            + Operands.ROW
            + ")";
    return Optional.of(new Rows(relation, column, Place.NOT_SHOWN));
  }

  private String state(SqlSession session, CallControl control) throws IOException {
    try {
      return session.query(
          dialect.say(Phrase.STATE),
          control,
          rows -> {
            rows.next();
            return rows.getString(1);
          });
    } catch (QueryException e) {
      throw new IOException("The state of the data has no name: " + e.getMessage(), e);
    }
  }

  /** By the statistics of PostgreSQL, which cost nothing to read. */
  private Cost cost(SqlSession session, DatasetRef dataset, CallControl control)
      throws IOException {
    String sql =
        "SELECT CAST(c.reltuples AS bigint),"
            + " (SELECT SUM(pg_relation_size(p.relid)) FROM pg_partition_tree(c.oid) AS p),"
            + " pg_relation_size(c.oid) FROM pg_class AS c WHERE c.oid = to_regclass("
            + dialect.text(dialect.table(dataset.asset().name()))
            + ")";
    try {
      return session.query(
          sql,
          control,
          rows -> {
            if (!rows.next()) {
              return new Cost(OptionalLong.empty(), OptionalLong.empty());
            }
            long tuples = rows.getLong(1);
            long bytes = Math.max(rows.getLong(2), rows.getLong(3));
            return new Cost(
                tuples < 0 ? OptionalLong.empty() : OptionalLong.of(tuples),
                OptionalLong.of(bytes));
          });
    } catch (QueryException e) {
      throw new IOException(
          "The size of " + dataset.asset() + " cannot be estimated: " + e.getMessage(), e);
    }
  }
}
