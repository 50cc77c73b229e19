package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Position;
import dev.weirkeeper.spi.FeedException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.replication.LogSequenceNumber;

/**
 * A position of the log: {@code 7423…:1:0/16B3748}. It names the server and its timeline, so that
 * the log of another one is never taken for a continuation.
 *
 * @param system the system identifier
 * @param lsn the place in the log, unsigned
 */
record PostgresPosition(String system, long timeline, long lsn) {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,20}):(\\d{1,10}):([0-9A-F]+/[0-9A-F]+)");

  static PostgresPosition parse(Position position) throws FeedException {
    Matcher matcher = FORM.matcher(position.text());
    if (!matcher.matches()) {
      throw new FeedException(
          "The stored position of feed "
              + position.feed()
              + " is not one of PostgreSQL: nothing can be read from it. Was the feed's id used"
              + " for another kind of source? Give it another id");
    }
    return new PostgresPosition(
        matcher.group(1), Long.parseLong(matcher.group(2)), lsn(matcher.group(3)));
  }

  PostgresPosition at(long newLsn) {
    return new PostgresPosition(system, timeline, newLsn);
  }

  Position of(String feed) {
    return new Position(feed, system + ":" + timeline + ":" + text(lsn));
  }

  static long lsn(String text) {
    return LogSequenceNumber.valueOf(text).asLong();
  }

  static String text(long lsn) {
    return LogSequenceNumber.valueOf(lsn).asString();
  }
}
