package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.spi.Tool;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import javax.sql.DataSource;

/** The way to the target, and how long anything there may take. */
final class Access {
  /** lock_not_available and deadlock_detected: another try may do, and nothing has happened. */
  private static final Set<String> TRANSIENT = Set.of("55P03", "40P01");

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** Limits that the host sets. */
  record Limits(Duration lock, Duration statement, int retries) {}

  private final DataSource source;
  private final Limits limits;
  private final Clock clock;

  Access(DataSource source, Limits limits, Clock clock) {
    this.source = source;
    this.limits = limits;
    this.clock = clock;
  }

  /** A session that ends before the call does. */
  Session open(Session.Mode mode, Tool.Call call) throws SQLException, Refusal {
    Instant now = clock.instant();
    if (!now.isBefore(call.deadline())) {
      throw new Refusal("The deadline of the call is over; nothing was done");
    }
    Duration left = Duration.between(now, call.deadline());
    return Session.open(source, mode, least(limits.lock(), left), least(limits.statement(), left));
  }

  /** A session that has its time whatever the deadline. */
  Session open(Session.Mode mode) throws SQLException {
    return Session.open(source, mode, limits.lock(), limits.statement());
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  Tries tries(Tool.Call call) {
    return new Tries(call);
  }

  /** How often something is tried that meets others at the table. Confined to one thread. */
  final class Tries {
    private final Tool.Call call;
    private int left = limits.retries();
    private Duration pause = FIRST_PAUSE;

    private Tries(Tool.Call call) {
      this.call = call;
    }

    boolean another(SQLException after) {
      return TRANSIENT.contains(state(after))
          && left > 0
          && clock.instant().plus(pause).isBefore(call.deadline());
    }

    /** How long to let others through before the next try. */
    Duration pause() {
      Duration now = pause;
      left--;
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
      return now;
    }
  }

  /** Never the message: it may quote values. */
  static String state(SQLException e) {
    return e.getSQLState() == null ? "unknown" : e.getSQLState();
  }
}
