package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.spi.Tool;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the target carry changes out behind its boundary, each in one transaction that also holds the
 * act's own row, so that a lost answer can be settled: the row is there if and only if the change
 * is.
 */
final class Acts implements Acting {
  private static final Logger LOG = LoggerFactory.getLogger(Acts.class);

  /** What an act came to, as the tools answer it. */
  record Changed(String table, How how, Hash state) {
    enum How {
      CARRIED_OUT,
      /** Carried out before: by this very action or, where changes are proposed, by a person. */
      FOUND_DONE
    }
  }

  /** A commit was sent and its answer did not come. */
  private static final class UnclearCommit extends Exception {
    private static final long serialVersionUID = 1L;

    UnclearCommit(SQLException cause) {
      super(cause);
    }
  }

  private final Access access;

  /** Whether the login was judged and found safe. It is judged once: at its first act. */
  private volatile boolean safe;

  Acts(Access access) {
    this.access = access;
  }

  @Override
  public <C extends TableChange> Outcome perform(Rendering<C> rendering, C change, Tool.Call call) {
    try {
      return tryUntilClear(rendering, change, call);
    } catch (Refusal e) {
      return new Outcome.Refused(e.reason());
    }
  }

  private <C extends TableChange> Outcome tryUntilClear(
      Rendering<C> rendering, C change, Tool.Call call) throws Refusal {
    TableName table = TableName.parse(change.table());
    Set<String> types = rendering.types(change, table);
    Access.Tries tries = access.tries(call);
    while (true) {
      try {
        return once(rendering, change, table, types, call);
      } catch (UnclearCommit e) {
        return settle(rendering, change, table, types, call.actionId());
      } catch (SQLException e) {
        Optional<String> advice = Boundary.advice(change, e);
        if (advice.isPresent()) {
          return new Outcome.Refused(advice.get());
        }
        if (!tries.another(e)) {
          return failed(change, e);
        }
        LOG.debug("{} waits for a lock and tries again", change.tool());
      }
      try {
        TimeUnit.NANOSECONDS.sleep(tries.pause().toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Outcome.Failed("The caller was interrupted between two tries; nothing changed");
      }
    }
  }

  private <C extends TableChange> Outcome once(
      Rendering<C> rendering, C change, TableName table, Set<String> types, Tool.Call call)
      throws SQLException, UnclearCommit, Refusal {
    try (Session session = access.open(Session.Mode.ACT, call)) {
      Boundary boundary = new Boundary(session.connection());
      requireSafe(boundary);
      session.claim(table);
      TableImage before = Catalog.read(session.connection(), table, types);
      if (boundary.acted(call.actionId()) && rendering.problem(change, before).isEmpty()) {
        return done(change, Changed.How.FOUND_DONE, before);
      }
      // Asks before the table is locked, so that it is not held up to be told no.
      rendering.statements(change, before);
      String seen = call.state().isPresent() ? call.state().get() : boundary.fingerprint(table);
      requireGoing(call);

      boundary.carryOut(call.actionId(), change, before, seen);
      TableImage after = Catalog.read(session.connection(), table, types);
      Optional<String> problem = rendering.problem(change, after);
      if (problem.isPresent() || !sameTable(before, after)) {
        return new Outcome.Failed(
            change.tool()
                + " on "
                + table.shown()
                + " was rolled back, because afterwards "
                + problem.orElse("another table had its name")
                + "; look for triggers and for other schema changes on it");
      }
      requireGoing(call);
      try {
        session.commit();
      } catch (SQLException e) {
        throw new UnclearCommit(e);
      }
      return done(change, Changed.How.CARRIED_OUT, after);
    }
  }

  private void requireSafe(Boundary boundary) throws SQLException, Refusal {
    if (safe) {
      return;
    }
    for (PostgresBoundary.Danger thin : boundary.requireSafe()) {
      LOG.warn("{}; {}", thin.what(), thin.mend());
    }
    safe = true;
  }

  private static void requireGoing(Tool.Call call) throws Refusal {
    Optional<String> stop = call.stop();
    if (stop.isPresent()) {
      throw new Refusal(stop.get() + "; nothing was done");
    }
  }

  /**
   * Finds out what a commit without an answer came to, whatever the deadline. The claim is granted
   * only once that transaction is over, so that the absence of its row is a fact and not a matter
   * of time.
   */
  private <C extends TableChange> Outcome settle(
      Rendering<C> rendering, C change, TableName table, Set<String> types, Hash actionId) {
    String lost =
        "The connection was lost while "
            + change.tool()
            + " on "
            + table.shown()
            + " was committed";
    try (Session session = access.open(Session.Mode.ACT)) {
      session.claim(table);
      if (!new Boundary(session.connection()).acted(actionId)) {
        return new Outcome.Failed(lost + ", and it was rolled back; try again");
      }
      TableImage now = Catalog.read(session.connection(), table, types);
      Optional<String> problem = rendering.problem(change, now);
      return problem.isEmpty()
          ? done(change, Changed.How.CARRIED_OUT, now)
          : new Outcome.Unknown(
              lost + ", and now " + problem.get() + "; somebody else changes the table");
    } catch (SQLException e) {
      return new Outcome.Unknown(
          lost
              + ", and the target does not say what became of it (SQLSTATE "
              + Access.state(e)
              + "); once it answers, ask for the same action again: it is never done twice");
    } catch (Refusal e) {
      return new Outcome.Unknown(lost + ", and it cannot be read back: " + e.reason());
    }
  }

  @Override
  public <C extends TableChange> String fingerprint(
      Rendering<C> rendering, C change, Tool.Call call) throws SQLException {
    try (Session session = access.open(Session.Mode.READ, call)) {
      TableName table = TableName.parse(change.table());
      Boundary boundary = new Boundary(session.connection());
      requireSafe(boundary);
      return boundary.fingerprint(table);
    } catch (Refusal e) {
      // The handler refuses it too, and says why.
      return "not a change that can be made";
    }
  }

  @Override
  public <C extends TableChange> Optional<String> problem(
      Rendering<C> rendering, C change, Tool.Call call) throws SQLException {
    try (Session session = access.open(Session.Mode.READ, call)) {
      TableName table = TableName.parse(change.table());
      return rendering.problem(
          change, Catalog.read(session.connection(), table, rendering.types(change, table)));
    } catch (Refusal e) {
      return Optional.of(e.reason());
    }
  }

  private static boolean sameTable(TableImage before, TableImage after) {
    return before.stored().isEmpty()
        || after.stored().filter(table -> table.oid() == before.stored().get().oid()).isPresent();
  }

  static Outcome done(TableChange change, Changed.How how, TableImage now) {
    return new Outcome.Done(
        Json.of(new Changed(change.table(), how, now.fingerprint())),
        Outcome.Verification.VERIFIED);
  }

  private static Outcome failed(TableChange change, SQLException e) {
    String state = Access.state(e);
    return new Outcome.Failed(
        change.tool()
            + " was not done, and its transaction is rolled back: SQLSTATE "
            + state
            + advice(state));
  }

  private static String advice(String state) {
    return switch (state) {
      case "55P03" -> " (others hold the table; try again when their transactions have ended)";
      case "40P01" -> " (it met other transactions crosswise; try again)";
      case "57014" -> " (it took too long; give it more time or do it by hand)";
      case "42501" ->
          " (a right is missing, perhaps on a partition that was added since; have the"
              + " administrator run wk.check and wk.adopt)";
      case "0A000", "2BP01" -> " (a view, rule or generated column depends on the column)";
      case "08001", "08006" -> " (the target cannot be reached)";
      case "WK010" ->
          " (afterwards the table was not as it should be; look for event triggers and other"
              + " schema changes)";
      default -> "";
    };
  }
}
