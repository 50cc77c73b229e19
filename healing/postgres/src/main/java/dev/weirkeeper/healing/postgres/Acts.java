package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.spi.Tool;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries changes out, each in one transaction that also holds the act's own row, so that a lost
 * answer can be settled: the row is there if and only if the change is.
 */
final class Acts {
  private static final Logger LOG = LoggerFactory.getLogger(Acts.class);

  /** lock_not_available and deadlock_detected: another try may do, and nothing has happened. */
  private static final Set<String> TRANSIENT = Set.of("55P03", "40P01");

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** What an act came to, as the tools answer it. */
  record Changed(String table, How how, Hash state) {
    enum How {
      CARRIED_OUT,
      /** This very action was carried out before. */
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

  /** Limits that the host sets. */
  record Limits(Duration lock, Duration statement, int retries) {}

  private final String system;
  private final DataSource source;
  private final Limits limits;
  private final Clock clock;

  Acts(String system, DataSource source, Limits limits, Clock clock) {
    this.system = system;
    this.source = source;
    this.limits = limits;
    this.clock = clock;
  }

  <C extends TableChange> Outcome perform(Rendering<C> rendering, C change, Tool.Call call) {
    try {
      return tryUntilClear(rendering, change, call);
    } catch (Refusal e) {
      return new Outcome.Refused(e.reason());
    }
  }

  private <C extends TableChange> Outcome tryUntilClear(
      Rendering<C> rendering, C change, Tool.Call call) throws Refusal {
    TableName table = addressed(change, call);
    Set<String> types = rendering.types(change, table);
    Duration pause = FIRST_PAUSE;
    for (int left = limits.retries(); ; left--) {
      try {
        return once(rendering, change, table, types, call);
      } catch (UnclearCommit e) {
        return settle(rendering, change, table, types, call.actionId());
      } catch (SQLException e) {
        boolean again =
            TRANSIENT.contains(state(e))
                && left > 0
                && clock.instant().plus(pause).isBefore(call.deadline());
        if (!again) {
          return failed(change, e);
        }
        LOG.debug("{} waits for a lock and tries again", change.tool());
      }
      try {
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Outcome.Failed("The caller was interrupted between two tries; nothing changed");
      }
      pause = pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
  }

  private <C extends TableChange> Outcome once(
      Rendering<C> rendering, C change, TableName table, Set<String> types, Tool.Call call)
      throws SQLException, UnclearCommit, Refusal {
    try (Session session = open(Session.Mode.ACT, call)) {
      requireInstalled(session);
      session.claim(table);
      TableImage before = Catalog.read(session.connection(), table, types);
      if (session.acted(call.actionId().hex()) && rendering.problem(change, before).isEmpty()) {
        return done(change, Changed.How.FOUND_DONE, before);
      }
      // Asks before it locks, so that a table is not held up to be told no.
      rendering.statements(change, before);
      lock(session, rendering.lock(), table);

      TableImage locked = Catalog.read(session.connection(), table, types);
      for (String sql : rendering.statements(change, locked)) {
        session.execute(sql);
      }
      TableImage after = Catalog.read(session.connection(), table, types);
      Optional<String> problem = rendering.problem(change, after);
      if (problem.isPresent() || !sameTable(locked, after)) {
        return new Outcome.Failed(
            change.tool()
                + " on "
                + table.shown()
                + " was rolled back, because afterwards "
                + problem.orElse("another table had its name")
                + "; look for triggers and for other schema changes on it");
      }
      session.recordAct(call.actionId().hex(), change.tool(), change.table());
      try {
        session.commit();
      } catch (SQLException e) {
        throw new UnclearCommit(e);
      }
      return done(change, Changed.How.CARRIED_OUT, after);
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
    try (Session session =
        Session.open(source, Session.Mode.ACT, limits.lock(), limits.statement())) {
      session.claim(table);
      if (!session.acted(actionId.hex())) {
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
              + state(e)
              + "); once it answers, ask for the same action again: it is never done twice");
    } catch (Refusal e) {
      return new Outcome.Unknown(lost + ", and it cannot be read back: " + e.reason());
    }
  }

  <C extends TableChange> String fingerprint(Rendering<C> rendering, C change, Tool.Call call)
      throws SQLException {
    try {
      return look(rendering, change, call).fingerprint().hex();
    } catch (Refusal e) {
      // The handler refuses it too, and says why.
      return "not a change that can be made";
    }
  }

  <C extends TableChange> Optional<String> problem(Rendering<C> rendering, C change, Tool.Call call)
      throws SQLException {
    try {
      return rendering.problem(change, look(rendering, change, call));
    } catch (Refusal e) {
      return Optional.of(e.reason());
    }
  }

  private <C extends TableChange> TableImage look(Rendering<C> rendering, C change, Tool.Call call)
      throws SQLException, Refusal {
    TableName table = addressed(change, call);
    Set<String> types = rendering.types(change, table);
    try (Session session = open(Session.Mode.READ, call)) {
      return Catalog.read(session.connection(), table, types);
    }
  }

  /** Limits and grants go by the target of the action: it must be the table of the input. */
  private TableName addressed(TableChange change, Tool.Call call) throws Refusal {
    if (!call.target().equals(new Asset(system, change.table()))) {
      throw new Refusal(
          "The action's target is not the table of its input at "
              + system
              + "; address the action to the table that it names");
    }
    return TableName.parse(change.table());
  }

  private Session open(Session.Mode mode, Tool.Call call) throws SQLException, Refusal {
    Instant now = clock.instant();
    if (!now.isBefore(call.deadline())) {
      throw new Refusal("The deadline of the call is over; nothing was done");
    }
    Duration left = Duration.between(now, call.deadline());
    return Session.open(source, mode, least(limits.lock(), left), least(limits.statement(), left));
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static void requireInstalled(Session session) throws SQLException, Refusal {
    if (!session.installed()) {
      throw new Refusal(
          "The target has no table weirkeeper.act; call PostgresTableTools.install once with a"
              + " login that may create it, then try again");
    }
  }

  private static void lock(Session session, Rendering.Lock lock, TableName table)
      throws SQLException, Refusal {
    if (lock != Rendering.Lock.NONE) {
      session.execute("LOCK TABLE " + table.sql() + " IN " + lock.sql + " MODE");
    }
  }

  private static boolean sameTable(TableImage locked, TableImage after) {
    return locked.stored().isEmpty()
        || after.stored().filter(table -> table.oid() == locked.stored().get().oid()).isPresent();
  }

  private static Outcome done(TableChange change, Changed.How how, TableImage now) {
    return new Outcome.Done(
        Json.of(new Changed(change.table(), how, now.fingerprint())),
        Outcome.Verification.VERIFIED);
  }

  private static Outcome failed(TableChange change, SQLException e) {
    String state = state(e);
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
      case "42501" -> " (the login lacks a right; the owner of the table has to grant it)";
      case "0A000", "2BP01" -> " (a view, rule or generated column depends on the column)";
      case "08001", "08006" -> " (the target cannot be reached)";
      default -> "";
    };
  }

  /** Never the message: it may quote values. */
  private static String state(SQLException e) {
    return e.getSQLState() == null ? "unknown" : e.getSQLState();
  }
}
