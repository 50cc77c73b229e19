package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.postgres.migrate.MigrationResult.Ending;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes the rows of a table in many small transactions. A batch is a range of the table's blocks,
 * in the place of the limit that the statement has: no key is needed, each block is read once and
 * not all that is filled already, and how many blocks make a batch follows from how many rows the
 * last one wrote. Which rows are still to do, the statement's own condition says, so a run after a
 * crash begins anew and finds done what is done. Rows that writers move behind the point where it
 * stands are met in the next pass; there is one until none is left. Nothing is written to a table
 * that took the name of the one that was looked at.
 */
final class Backfill {
  /** Up to where a range of blocks takes the place of the limit. */
  private static final Pattern LIMITED =
      Pattern.compile("\\A(UPDATE .* WHERE \\(.*\\)) LIMIT [0-9]+\\)\\)\\z", Pattern.DOTALL);

  private static final long FIRST_BLOCKS = 128;
  private static final long MOST_BLOCKS = 1L << 16;
  private static final int GROWTH = 4;
  private static final int PASSES = 20;

  private final Run run;
  private final Session session;
  private final Attempts attempts;
  private final int number;
  private final Migration.Step step;
  private final String table;
  private final String oid;
  private final Attempts.Guard guard;
  private long rows;

  /**
   * @param oid of the table
   */
  Backfill(
      Run run,
      Session session,
      Attempts attempts,
      int number,
      Migration.Step step,
      String oid,
      Attempts.Guard guard) {
    this.run = run;
    this.session = session;
    this.attempts = attempts;
    this.number = number;
    this.step = step;
    this.table = Relations.quoted(step.on());
    this.oid = oid;
    this.guard = guard;
  }

  long all() throws SQLException, Halt {
    String statement = statement();
    for (int pass = 0; pass < PASSES; pass++) {
      long wrote = pass(statement);
      rows += wrote;
      guard.requireStill();
      Optional<Boolean> done = run.isDone(session, number, step);
      if (done.orElse(wrote == 0)) {
        return rows;
      }
      if (wrote == 0) {
        throw new Halt(
            Ending.FAILED,
            "Rows are left that the backfill of step "
                + number
                + " does not reach. They do not become what the step wants; look at them and plan"
                + " anew");
      }
    }
    throw new Halt(
        Ending.BLOCKED,
        "After "
            + PASSES
            + " passes writers still bring rows that the backfill of step "
            + number
            + " has to fill. Let them write the new form first, then run it again");
  }

  private String statement() throws Halt {
    if (step.statements().size() == 1) {
      Matcher limited = LIMITED.matcher(step.statements().get(0));
      if (limited.matches()) {
        return limited.group(1);
      }
    }
    throw new Halt(
        Ending.REFUSED,
        "Step "
            + number
            + " is to run in batches and is not one UPDATE of the form that"
            + " Migration.Commit.BATCHES describes");
  }

  private long pass(String statement) throws SQLException, Halt {
    long end = run.patience.ask(number, this::blocks);
    long wrote = 0;
    long size = FIRST_BLOCKS;
    for (long block = 0; block < end; ) {
      run.requireNotCancelled();
      catchUp();
      long next = Math.min(end, block + size);
      long written = batch(statement, block, next);
      wrote += written;
      run.tell(number, Progress.Phase.BATCH, 1, rows + wrote, (double) next / end);
      size = sized(size, written);
      block = next;
      if (!run.runner.limits.batchPause().isZero()) {
        run.patience.await(run.runner.limits.batchPause());
      }
    }
    return wrote;
  }

  private long sized(long blocks, long written) {
    long wanted = blocks * run.runner.limits.batchRows() / Math.max(1, written);
    return Math.max(1, Math.min(Math.min(MOST_BLOCKS, blocks * GROWTH), wanted));
  }

  /** Of the largest table that holds rows of it, for partitions have blocks of their own. */
  private long blocks() throws SQLException {
    return session.number(
        "SELECT coalesce(pg_catalog.max(pg_catalog.pg_relation_size(t.relid)), 0)"
            + " / pg_catalog.current_setting('block_size')::bigint + 1"
            + " FROM (SELECT ?::text::regclass AS relid UNION ALL"
            + " SELECT relid FROM pg_catalog.pg_partition_tree(?::text::regclass)) t",
        table,
        table);
  }

  private void catchUp() throws SQLException, Halt {
    for (int attempt = 1; attempts.mustCatchUp(); attempt++) {
      if (attempt >= run.runner.limits.attempts()) {
        throw new Halt(
            Ending.BLOCKED,
            "A replica or a slot is too far behind for more rows of step "
                + number
                + ". Let it catch up, then run it again: what is filled stays so");
      }
      run.patience.pause(number, attempt);
    }
  }

  private long batch(String statement, long from, long to) throws SQLException, Halt {
    // The name is looked up under the lock of the statement, after which nobody can change it.
    String sql =
        statement
            + " AND ctid >= '("
            + from
            + ",0)'::tid AND ctid < '("
            + to
            + ",0)'::tid AND pg_catalog.to_regclass("
            + Relations.literal(table)
            + ") = "
            + oid
            + "::oid))";
    for (int attempt = 1; attempt <= run.runner.limits.attempts(); attempt++) {
      try {
        return session.execute(sql, session.limits.work());
      } catch (SQLException e) {
        attempts.stopUnlessRetried(number, e, guard);
        run.patience.pause(number, attempt);
      }
    }
    throw attempts.spent(number);
  }
}
