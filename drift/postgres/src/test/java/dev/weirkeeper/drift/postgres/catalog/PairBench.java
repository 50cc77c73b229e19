package dev.weirkeeper.drift.postgres.catalog;

import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.MigrationPlanner;
import dev.weirkeeper.drift.plan.PlanOptions;
import dev.weirkeeper.drift.plan.Refusal;
import dev.weirkeeper.drift.plan.SchemaChange;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Takes one database after the other from what is there to what is wanted, and looks. */
final class PairBench implements AutoCloseable {
  /** Stands where a server's error would have its state. */
  private static final String PLANNER = "planner";

  private static final PlanOptions ONLINE =
      PlanOptions.online().with(PlanOptions.Destruction.ALLOW);

  private final LocalPostgres server;
  private final Workbench here;
  private final Workbench there;
  private final SchemaReader reader = SchemaReader.ofAll();

  private PairBench(LocalPostgres server) throws SQLException {
    this.server = server;
    this.here = Workbench.open(server, "here");
    this.there = Workbench.open(server, "there");
  }

  static PairBench open(int major) throws IOException, SQLException {
    return new PairBench(Majors.start(major));
  }

  /** What came of a pair. */
  enum Verdict {
    CONVERGED,
    /** Some change was not made, and it was said why. */
    REFUSED,
    /** An error, or something else than what was wanted. */
    FAILED
  }

  /**
   * @param why the first refusal, error or difference
   * @param lost tables and columns that survive without their values
   * @param undeclared what steps locked, read or wrote without saying so
   * @param statements how many were run
   * @param online what a plan for a database in use would do that linters warn of
   */
  record Outcome(
      SchemaPair pair,
      Verdict verdict,
      String why,
      List<String> lost,
      List<String> undeclared,
      int statements,
      OnlineRules.Found online) {
    private static Outcome failed(SchemaPair pair, String why) {
      return new Outcome(
          pair, Verdict.FAILED, why, List.of(), List.of(), 0, OnlineRules.Found.NOTHING);
    }
  }

  /** What is wanted, as the code under test and as the oracle see it. */
  private record Wanted(DatabaseSchema schema, CatalogOracle oracle) {}

  private enum Rows {
    PLANTED,
    NONE
  }

  /** Plans and carries out, with rows in the tables where they take some. */
  Outcome run(SchemaPair pair, PlanOptions options) throws IOException {
    Wanted wanted;
    try {
      wanted = wanted(pair);
      begin(pair, Rows.PLANTED);
    } catch (SQLException e) {
      return Outcome.failed(pair, "the record's own script: " + said(e));
    }
    try {
      return attempt(pair, wanted, options);
    } catch (SQLException e) {
      if (!StepRun.ofData(e) || !pair.seeds().isEmpty()) {
        return Outcome.failed(pair, said(e));
      }
    }
    try {
      // Rows that we made up may break a rule that is wanted; those of the record may not.
      begin(pair, Rows.NONE);
      return attempt(pair, wanted, options);
    } catch (SQLException e) {
      return Outcome.failed(pair, said(e));
    }
  }

  /** Breaks off after each step in turn, then compares and plans anew and carries that out. */
  Outcome interrupted(SchemaPair pair, PlanOptions options) throws IOException {
    try {
      Wanted wanted = wanted(pair);
      StepRun run = new StepRun(here);
      for (int done = 1; true; done++) {
        begin(pair, Rows.NONE);
        Migration first = plan(pair, read(here), wanted, options);
        if (done > first.steps().size()) {
          return new Outcome(
              pair,
              first.refusals().isEmpty() ? Verdict.CONVERGED : Verdict.REFUSED,
              first.refusals().isEmpty() ? "" : said(first.refusals().get(0)),
              List.of(),
              run.undeclared(),
              run.statements(),
              OnlineRules.Found.NOTHING);
        }
        run.perform(first.steps().subList(0, done));
        Migration rest = plan(pair, read(here), wanted, options);
        run.perform(rest.steps());
        List<CatalogOracle.Difference> left =
            CatalogOracle.read(here.connection()).differences(wanted.oracle());
        if (first.refusals().isEmpty() && !left.isEmpty()) {
          return Outcome.failed(pair, "broken off after " + done + " steps: " + left.get(0));
        }
      }
    } catch (SQLException e) {
      return Outcome.failed(pair, said(e));
    }
  }

  private Outcome attempt(SchemaPair pair, Wanted wanted, PlanOptions options) throws SQLException {
    SeedRows before = SeedRows.read(here.connection());
    DatabaseSchema from = read(here);
    Migration migration = plan(pair, from, wanted, options);
    OnlineRules.Found online = OnlineRules.in(plan(pair, from, wanted, ONLINE));
    StepRun run = new StepRun(here);
    run.perform(migration.steps());
    List<String> lost = before.lost(SeedRows.read(here.connection()), here.connection());
    Verdict verdict = Verdict.CONVERGED;
    String why = "";
    if (!migration.refusals().isEmpty()) {
      verdict = Verdict.REFUSED;
      why = said(migration.refusals().get(0));
    } else {
      List<CatalogOracle.Difference> left =
          CatalogOracle.read(here.connection()).differences(wanted.oracle());
      List<SchemaChange> again =
          SchemaComparison.between(read(here), wanted.schema(), Identity.names(pair.renames()))
              .changes();
      if (!left.isEmpty()) {
        why = (run.statements() == 0 ? "unseen: " : "") + left.get(0) + " (" + left.size() + ")";
      } else if (!again.isEmpty()) {
        why = "a second comparison finds " + again.get(0);
      }
      verdict = why.isEmpty() ? Verdict.CONVERGED : Verdict.FAILED;
    }
    return new Outcome(pair, verdict, why, lost, run.undeclared(), run.statements(), online);
  }

  private Wanted wanted(SchemaPair pair) throws SQLException, IOException {
    there.clear();
    there.script(pair.after());
    return new Wanted(read(there), CatalogOracle.read(there.connection()));
  }

  private void begin(SchemaPair pair, Rows rows) throws SQLException, IOException {
    here.clear();
    here.script(pair.before());
    if (rows == Rows.PLANTED) {
      for (String seed : pair.seeds()) {
        here.execute(seed);
      }
      if (pair.seeds().isEmpty()) {
        SeedRows.plant(here.connection());
      }
    }
  }

  /** In a transaction, since nobody else changes the catalog and no second look is needed. */
  private DatabaseSchema read(Workbench bench) throws SQLException {
    Connection connection = bench.connection();
    connection.setAutoCommit(false);
    try {
      return reader.read(connection).schema();
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private static Migration plan(
      SchemaPair pair, DatabaseSchema from, Wanted wanted, PlanOptions options)
      throws SQLException {
    try {
      return MigrationPlanner.plan(
          SchemaComparison.between(from, wanted.schema(), Identity.names(pair.renames())), options);
    } catch (RuntimeException e) {
      throw new SQLException("No plan is made: " + e, PLANNER, e);
    }
  }

  private static String said(SQLException e) {
    return e.getSQLState() + " " + e.getMessage().replaceAll("\\s+", " ");
  }

  private static String said(Refusal refusal) {
    return refusal.kind() + " " + refusal.subject() + ": " + refusal.why();
  }

  @Override
  public void close() throws SQLException, IOException {
    here.close();
    there.close();
    server.close();
  }
}
