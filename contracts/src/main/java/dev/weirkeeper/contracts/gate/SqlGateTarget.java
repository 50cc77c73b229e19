package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Rule;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A table of a transactional database as the target of a gate: rows, quarantine and ledger become
 * visible in one transaction. What is told apart from database to database is its {@link
 * GateDialect}.
 *
 * <p>What it keeps lies in schema {@code weirkeeper_gate}: {@code target} (the version of each
 * table: how many batches gates have published in it), {@code ledger}, {@code attempt} (batches
 * that were not published), {@code waiver}, and a quarantine for each target.
 *
 * <p>A quarantined row that is mended by hand gets the status {@code FIXED}, and NULL in {@code
 * wk_untyped} if values that had no place in their columns have one now. Safe to share; each write
 * has a connection of its own.
 */
public final class SqlGateTarget implements GateTarget {
  /** The version that is the first one. */
  private static final long NEW = 0;

  private static final List<String> SCRIPT =
      List.of(
          "CREATE SCHEMA IF NOT EXISTS weirkeeper_gate",
          "CREATE TABLE IF NOT EXISTS weirkeeper_gate.target ("
              + "asset text PRIMARY KEY, version bigint NOT NULL)",
          "CREATE TABLE IF NOT EXISTS weirkeeper_gate.ledger ("
              + "batch text PRIMARY KEY, asset text NOT NULL, contract text NOT NULL,"
              + " input text NOT NULL, parent text, status text NOT NULL, n_in bigint NOT NULL,"
              + " n_published bigint NOT NULL, n_quarantined bigint NOT NULL,"
              + " n_dropped bigint NOT NULL, version_before bigint NOT NULL,"
              + " version_after bigint NOT NULL, report text NOT NULL, written_at text NOT NULL,"
              + " CHECK (n_in = n_published + n_quarantined + n_dropped))",
          "CREATE TABLE IF NOT EXISTS weirkeeper_gate.attempt ("
              + "batch text, asset text NOT NULL, status text NOT NULL, report text NOT NULL,"
              + " written_at text NOT NULL)",
          "CREATE TABLE IF NOT EXISTS weirkeeper_gate.waiver ("
              + "id text PRIMARY KEY, asset text NOT NULL, expires text NOT NULL,"
              + " waiver text NOT NULL)");

  private final GateDialect dialect;
  private final Asset asset;
  private final long quarantineLimit;
  private final Consumer<GateStep> steps;

  /**
   * @param quarantineLimit open rows that the quarantine of this target may hold; a batch that
   *     would bring more fails as a whole
   * @param steps hears how far each write has come
   */
  public SqlGateTarget(
      GateDialect dialect, Asset asset, long quarantineLimit, Consumer<GateStep> steps) {
    this.dialect = requireNonNull(dialect, "dialect");
    this.asset = requireNonNull(asset, "asset");
    this.quarantineLimit = quarantineLimit;
    this.steps = requireNonNull(steps, "steps");
  }

  /** The statements that create what all targets of a database share; a second time: nothing. */
  public static List<String> script() {
    return SCRIPT;
  }

  @Override
  public String id() {
    return dialect.id();
  }

  @Override
  public Asset asset() {
    return asset;
  }

  @Override
  public Capability capability() {
    return Capability.TRANSACTIONAL;
  }

  /** What is done with a connection. */
  private interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  private <T> T in(String doing, Work<T> work) throws IOException {
    try (GateConnection session = dialect.connect()) {
      T result = work.with(session.sql());
      session.sql().commit();
      return result;
    } catch (SQLException e) {
      throw withheld("Cannot " + doing + " of target " + asset, e);
    }
  }

  @Override
  public List<TargetColumn> columns() throws IOException {
    return in("read the columns", connection -> dialect.columns(connection, asset));
  }

  @Override
  public Optional<GateReport> find(Hash batch) throws IOException {
    return in("read the ledger", connection -> stored(connection, batch));
  }

  static Optional<GateReport> stored(Connection connection, Hash batch) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT report FROM weirkeeper_gate.ledger WHERE batch = ?")) {
      select.setString(1, batch.hex());
      try (ResultSet result = select.executeQuery()) {
        return result.next()
            ? Optional.of(Json.parse(result.getString(1)).as(GateReport.class))
            : Optional.empty();
      }
    }
  }

  /** What became of a commit that was not answered: waits for it, if it is still under way. */
  Optional<GateReport> settled(Hash batch) throws IOException {
    return in(
        "read the ledger",
        connection -> {
          dialect.hold(connection, asset.toString());
          return stored(connection, batch);
        });
  }

  @Override
  public GateWrite begin(GatePlan plan)
      throws IOException, GateRefusedException, GateConflictException {
    GateConnection session = null;
    try {
      session = dialect.connectInTurn();
      Connection connection = session.sql();
      List<TargetColumn> columns = dialect.columns(connection, asset);
      if (columns.isEmpty()) {
        throw new GateRefusedException(
            "There is no table " + asset + ", or this login may not see it");
      }
      long version = version(connection);
      SqlQuarantine quarantine = new SqlQuarantine(dialect, asset, quarantineLimit);
      if (!quarantine.fits(connection, columns)) {
        dialect.hold(connection, asset.toString());
        quarantine.evolve(connection, columns);
        connection.commit();
      }
      SqlWrite write =
          new SqlWrite(this, dialect, session, plan, columns, quarantine, version, steps);
      session = null;
      return write;
    } catch (SQLException e) {
      if (dialect.problem(e) == GateDialect.Problem.CONFLICT) {
        throw new GateConflictException(GateConflictException.Again.WRITE);
      }
      if (dialect.problem(e) == GateDialect.Problem.REFUSED) {
        throw new GateRefusedException(
            "What the gate keeps for "
                + asset
                + " cannot be written (SQLSTATE "
                + e.getSQLState()
                + "): prepare schema "
                + SqlNames.SCHEMA
                + " for this login",
            redacted(e));
      }
      throw withheld("Cannot begin a write to " + asset, e);
    } finally {
      if (session != null) {
        closing(session);
      }
    }
  }

  private static void closing(GateConnection session) throws IOException {
    try {
      session.close();
    } catch (SQLException e) {
      throw withheld("Cannot close a connection", e);
    }
  }

  /** The version of the target, which has its line from here on. */
  private long version(Connection connection) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO weirkeeper_gate.target (asset, version) VALUES (?, ?)"
                + " ON CONFLICT DO NOTHING")) {
      insert.setString(1, asset.toString());
      insert.setLong(2, NEW);
      insert.executeUpdate();
    }
    connection.commit();
    return current(connection);
  }

  long current(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT version FROM weirkeeper_gate.target WHERE asset = ?")) {
      select.setString(1, asset.toString());
      try (ResultSet result = select.executeQuery()) {
        if (!result.next()) {
          throw new SQLException("The line of the target is gone", "02000");
        }
        return result.getLong(1);
      }
    }
  }

  @Override
  public void note(GateReport report) throws IOException {
    in(
        "note an attempt",
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO weirkeeper_gate.attempt (batch, asset, status, report, written_at)"
                      + " VALUES (?,?,?,?,?)")) {
            insert.setString(1, report.batch().map(Hash::hex).orElse(null));
            insert.setString(2, asset.toString());
            insert.setString(3, report.status().name());
            insert.setString(4, Json.of(report).text());
            insert.setString(5, report.at().toString());
            return insert.executeUpdate();
          }
        });
  }

  /** Nothing: a transaction is published or is not. */
  @Override
  public List<GateReport> recover() {
    return List.of();
  }

  @Override
  public List<Waiver> waivers(Instant now) throws IOException {
    return in(
        "read the waivers",
        connection -> {
          List<Waiver> waivers = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT waiver FROM weirkeeper_gate.waiver WHERE asset = ? ORDER BY id")) {
            select.setString(1, asset.toString());
            try (ResultSet result = select.executeQuery()) {
              while (result.next()) {
                Waiver waiver = Json.parse(result.getString(1)).as(Waiver.class);
                boolean own = waiver.target().equals(asset);
                if (own && now.isBefore(waiver.expires()) && !now.isBefore(waiver.granted())) {
                  waivers.add(waiver);
                }
              }
            }
          }
          return List.copyOf(waivers);
        });
  }

  @Override
  public void keep(Waiver waiver) throws IOException {
    in(
        "keep a waiver",
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO weirkeeper_gate.waiver (id, asset, expires, waiver)"
                      + " VALUES (?,?,?,?) ON CONFLICT DO NOTHING")) {
            insert.setString(1, waiver.id().hex());
            insert.setString(2, asset.toString());
            insert.setString(3, waiver.expires().toString());
            insert.setString(4, Json.of(waiver).text());
            return insert.executeUpdate();
          }
        });
  }

  @Override
  public List<QuarantinedRow> quarantined(QuarantineFilter filter, int limit) throws IOException {
    SqlQuarantine quarantine = new SqlQuarantine(dialect, asset, quarantineLimit);
    return in(
        "read the quarantine",
        connection -> {
          if (!quarantine.exists(connection)) {
            return List.<QuarantinedRow>of();
          }
          List<QuarantinedRow> rows = new ArrayList<>();
          try (Statement statement = connection.createStatement();
              ResultSet result = statement.executeQuery(quarantine.select(filter, limit))) {
            while (result.next()) {
              rows.add(row(result));
            }
          }
          return List.copyOf(rows);
        });
  }

  @Override
  public Set<String> given(QuarantineFilter filter) throws IOException {
    SqlQuarantine quarantine = new SqlQuarantine(dialect, asset, quarantineLimit);
    return in(
        "read the quarantine",
        connection -> {
          List<TargetColumn> columns = dialect.columns(connection, asset);
          return quarantine.filled(
              connection,
              filter,
              columns.stream()
                  .filter(column -> column.absence() == TargetColumn.Absence.DEFAULTED)
                  .map(TargetColumn::name)
                  .toList());
        });
  }

  private static QuarantinedRow row(ResultSet result) throws SQLException {
    List<String> rules = new ArrayList<>();
    for (Object id : Json.parse(result.getString(4)).as(List.class)) {
      rules.add(Json.of(id).as(String.class));
    }
    return new QuarantinedRow(
        new Hash(result.getString(1)),
        result.getLong(2),
        new Hash(result.getString(3)),
        rules,
        Rule.Severity.valueOf(result.getString(5)),
        Instant.parse(result.getString(6)),
        result.getInt(7),
        QuarantinedRow.Status.valueOf(result.getString(8)),
        Optional.ofNullable(result.getString(9)).map(Hash::new));
  }

  @Override
  public void close() {
    // Connections belong to writes.
  }

  /** An error that may be shown: messages of databases hold values of rows. */
  static IOException withheld(String what, SQLException e) {
    return new IOException(what + " (SQLSTATE " + e.getSQLState() + ")", redacted(e));
  }

  static SQLException redacted(SQLException e) {
    SQLException cause =
        new SQLException(
            "The database's message is withheld: it may hold row values", e.getSQLState());
    cause.setStackTrace(e.getStackTrace());
    return cause;
  }
}
