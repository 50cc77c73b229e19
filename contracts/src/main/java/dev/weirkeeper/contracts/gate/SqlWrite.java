package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.engine.FrameSource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One batch in one transaction: it is loaded, checked, routed and, with its record in the ledger,
 * committed.
 */
final class SqlWrite implements GateWrite {
  private final SqlGateTarget target;
  private final GateDialect dialect;
  private final GateConnection session;
  private final Connection connection;
  private final GatePlan plan;
  private final SqlBatch batch;
  private final Optional<SqlReplay> replay;
  private final SqlLoad load;
  private final @Nullable Staged staged;
  private final Consumer<GateStep> steps;

  private long version;
  private boolean answered;
  private @Nullable GateTally routed;

  /** What is there only if rows are staged. */
  private record Staged(SqlChecks checks, SqlFate fate, SqlPublishing publishing) {
    static Staged of(SqlBatch batch) throws SQLException {
      SqlFate fate = new SqlFate(batch);
      return new Staged(new SqlChecks(batch), fate, new SqlPublishing(batch, fate));
    }
  }

  SqlWrite(
      SqlGateTarget target,
      GateDialect dialect,
      GateConnection session,
      GatePlan plan,
      List<TargetColumn> columnsOfTarget,
      SqlQuarantine quarantine,
      long version,
      Consumer<GateStep> steps)
      throws SQLException, GateRefusedException {
    this.target = target;
    this.dialect = dialect;
    this.session = session;
    connection = session.sql();
    this.plan = plan;
    this.version = version;
    this.steps = steps;
    batch = SqlBatch.of(target.asset(), dialect, session, plan, quarantine);
    requireFit(columnsOfTarget);
    replay =
        plan.replay().isPresent()
            ? Optional.of(new SqlReplay(batch, columnsOfTarget))
            : Optional.empty();
    load = new SqlLoad(batch, replay);
    staged = batch.isStaged() ? Staged.of(batch) : null;
    steps.accept(GateStep.BEGUN);
  }

  private void requireFit(List<TargetColumn> there) throws GateRefusedException {
    Set<TargetColumn> known = new HashSet<>(there);
    for (Typing typing : plan.typings()) {
      if (!known.contains(typing.column())) {
        throw new GateRefusedException(
            "Column \""
                + typing.column().name()
                + "\" of "
                + target.asset()
                + " is not what it was when the batch was judged; judge it again");
      }
    }
    List<String> columns = batch.columns();
    for (String key : plan.mode().keys()) {
      if (!columns.contains(key)) {
        throw new GateRefusedException(
            "The input has no column \"" + key + "\", which is a key of " + target.asset());
      }
    }
  }

  @Override
  public Optional<String> version() {
    return Optional.of(Long.toString(version));
  }

  @Override
  public FrameSource replayed() {
    return replay.orElseThrow(
        () -> new IllegalStateException("The plan of this write is no replay"));
  }

  @Override
  public void accept(LabelledFrame rows)
      throws IOException, GateConflictException, GateRefusedException {
    try {
      load.accept(rows);
    } catch (SQLException e) {
      throw failure(e);
    }
    steps.accept(GateStep.LOADED);
  }

  @Override
  public List<Long> check(CallControl control)
      throws IOException, GateConflictException, GateRefusedException {
    try {
      boolean first = load.finish();
      if (staged == null) {
        steps.accept(GateStep.CHECKED);
        return List.of();
      }
      if (first) {
        dialect.analyze(connection, batch.stage());
      }
      List<Long> counts = staged.checks().run(control);
      answered = true;
      steps.accept(GateStep.CHECKED);
      return counts;
    } catch (SQLException e) {
      throw failure(e);
    } catch (IllegalArgumentException e) {
      throw new GateRefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public GateTally route(Set<Integer> checks)
      throws IOException, GateConflictException, GateRefusedException {
    try {
      load.finish();
      if (staged != null && !answered) {
        throw new IllegalStateException("Ask check() first");
      }
      GateTally tally =
          staged == null
              ? GateTally.of(load.in() - load.bad(), load.bad(), 0)
              : staged.fate().decide(checks, load.in());
      routed = tally;
      return tally;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  @Override
  public GateReport commit(GateReport draft)
      throws IOException, GateConflictException, GateRefusedException {
    GateTally tally = routed;
    if (tally == null || !tally.equals(draft.tally())) {
      throw new IllegalStateException("The report is not about the rows that were routed");
    }
    Hash id = draft.batch().orElseThrow();
    try {
      session.settle();
      dialect.hold(connection, target.asset().toString());
      Optional<GateReport> before = SqlGateTarget.stored(connection, id);
      if (before.isPresent()) {
        return before.get();
      }
      requireVersion();
      long kept =
          staged == null
              ? SqlPublishing.keepLoaded(batch, id, load.bad())
              : staged.publishing().keepBad(id, load.bad());
      steps.accept(GateStep.QUARANTINED);
      long published = staged == null ? load.in() - load.bad() : staged.publishing().publishGood();
      steps.accept(GateStep.PUBLISHED);
      GateTally stored = GateTally.of(published, kept, tally.dropped());
      if (!stored.equals(tally) || stored.in() != load.in()) {
        throw new GateRefusedException(
            "Of "
                + load.in()
                + " rows, "
                + published
                + " were published and "
                + kept
                + " quarantined, not "
                + tally.published()
                + " and "
                + tally.quarantined()
                + ": a trigger or a rule of "
                + target.asset()
                + " drops rows; nothing is published");
      }
      batch.quarantine().requireRoom(connection);
      GateReport report =
          draft.between(
              Optional.of(Long.toString(version)), Optional.of(Long.toString(version + 1)));
      write(report, id);
      steps.accept(GateStep.LEDGERED);
      dropScratch();
      return committed(report, id);
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private GateReport committed(GateReport report, Hash id) throws IOException, SQLException {
    try {
      connection.commit();
    } catch (SQLException e) {
      if (dialect.problem(e) == GateDialect.Problem.SERVER) {
        Optional<GateReport> settled = target.settled(id);
        if (settled.isPresent()) {
          return settled.get();
        }
      }
      throw e;
    }
    steps.accept(GateStep.COMMITTED);
    return report;
  }

  private void requireVersion() throws SQLException, GateConflictException {
    long now = target.current(connection);
    if (now != version && batch.isStaged()) {
      version = now;
      throw new GateConflictException(GateConflictException.Again.CHECKS);
    }
    version = now;
  }

  private void write(GateReport report, Hash id) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE weirkeeper_gate.target SET version = version + 1 WHERE asset = ?")) {
      update.setString(1, target.asset().toString());
      update.executeUpdate();
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO weirkeeper_gate.ledger (batch, asset, contract, input, parent, status,"
                + " n_in, n_published, n_quarantined, n_dropped, version_before, version_after,"
                + " report, written_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)")) {
      GateTally tally = report.tally();
      insert.setString(1, id.hex());
      insert.setString(2, target.asset().toString());
      insert.setString(3, report.contract().digest().hex());
      insert.setString(4, report.input().orElseThrow().hex());
      insert.setString(5, report.parent().map(Hash::hex).orElse(null));
      insert.setString(6, report.status().name());
      insert.setLong(7, tally.in());
      insert.setLong(8, tally.published());
      insert.setLong(9, tally.quarantined());
      insert.setLong(10, tally.dropped());
      insert.setLong(11, version);
      insert.setLong(12, version + 1);
      insert.setString(13, Json.of(report).text());
      insert.setString(14, report.at().toString());
      insert.executeUpdate();
    }
  }

  private void dropScratch() throws SQLException {
    if (batch.isStaged()) {
      drop(batch.stage());
      drop(batch.broken());
      drop(batch.fate());
    }
    if (load.bad() > 0) {
      drop(batch.bad());
    }
    if (replay.isPresent()) {
      drop(batch.replaying());
    }
  }

  private void drop(String scratch) throws SQLException {
    batch.execute("DROP TABLE " + scratch);
  }

  private IOException failure(SQLException e) throws GateConflictException, GateRefusedException {
    return switch (dialect.problem(e)) {
      case CONFLICT -> throw new GateConflictException(GateConflictException.Again.WRITE);
      case REFUSED ->
          throw new GateRefusedException(
              "The database refuses the batch for "
                  + target.asset()
                  + " (SQLSTATE "
                  + e.getSQLState()
                  + "): look at the constraints and triggers of the table and of its quarantine,"
                  + " and at the rights of the gate's login; nothing is published",
              SqlGateTarget.redacted(e));
      case SERVER ->
          SqlGateTarget.withheld("The write to " + target.asset() + " failed on the way", e);
    };
  }

  @Override
  public void close() throws IOException {
    try {
      session.close();
    } catch (SQLException e) {
      throw SqlGateTarget.withheld("Cannot end the write to " + target.asset(), e);
    }
  }
}
