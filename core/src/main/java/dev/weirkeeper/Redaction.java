package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Keeps secrets out of what is shown, logged and written down. Looks at names and at values:
 * credentials in addresses and connection strings, members and settings that are named like
 * secrets, tokens that tell what they are by their shape, private keys, authorization headers; also
 * within JSON texts within texts.
 *
 * <p>Takes time in proportion to the length of the text, whatever it holds. In doubt it blanks too
 * much. Blanking twice is blanking once. What looks like any other word cannot be found: mark such
 * inputs with {@link Secret}.
 */
public final class Redaction {
  /** What stands where a secret was. */
  public static final String MARK = "[redacted]";

  private static final Pattern SQL_STATE = Pattern.compile("[0-9A-Z]{5}");
  private static final int LONGEST_CHAIN = 12;

  private Redaction() {}

  /** A text without its secrets; the text itself if none are found. */
  public static String redacted(String text) {
    return SecretText.redacted(requireNonNull(text, "text"));
  }

  /** A value without what its members' names and texts give away as secrets. */
  public static Json redacted(Json value) {
    return SecretJson.redacted(value);
  }

  /**
   * A value without what its schema marks as {@code writeOnly}, at whatever depth, and without what
   * {@link #redacted(Json)} finds in the rest. Where a schema offers alternatives, what any of them
   * marks is blanked, unless the value has another {@code const} than it.
   *
   * @param schema JSON Schema of the value, as {@link Json#schemaOf} writes it
   */
  public static Json redacted(Json schema, Json value) {
    return SecretJson.redacted(schema, value);
  }

  /**
   * What was thrown, without any message: drivers quote values and addresses in theirs. Class names
   * and SQLSTATEs along causes, following and suppressed exceptions, the first twelve of them.
   */
  public static String described(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Link> open = new ArrayDeque<>();
    open.add(new Link("", requireNonNull(thrown, "thrown")));
    while (!open.isEmpty() && seen.size() < LONGEST_CHAIN) {
      Link link = open.removeFirst();
      Throwable at = link.thrown;
      if (!seen.add(at)) {
        continue;
      }
      text.append(link.how).append(at.getClass().getName());
      if (at instanceof SQLException sql) {
        String state = String.valueOf(sql.getSQLState());
        text.append(SQL_STATE.matcher(state).matches() ? " (SQLSTATE " + state + ")" : "");
        if (sql.getNextException() != null) {
          open.addLast(new Link(", followed by ", sql.getNextException()));
        }
      }
      for (Throwable suppressed : at.getSuppressed()) {
        open.addLast(new Link(", suppressing ", suppressed));
      }
      if (at.getCause() != null) {
        open.addFirst(new Link(", caused by ", at.getCause()));
      }
    }
    return text.toString();
  }

  private record Link(String how, Throwable thrown) {}
}
