package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.internal.Printable;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
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

  /** A text that goes by a name, which may give it away as a secret as a whole. */
  public static String redacted(String name, String text) {
    return SecretNames.isSecret(name) ? MARK : redacted(text);
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

  /** Words that come from elsewhere, fit to be written down: cut to a length in code points. */
  static String worded(String text, int length) {
    return Printable.text(said(text), length);
  }

  /** What a tool or a person says that a call came to, fit to be written down. */
  static Outcome redacted(Outcome outcome) {
    if (outcome instanceof Outcome.Done done) {
      return new Outcome.Done(redacted(done.result()), done.verification());
    } else if (outcome instanceof Outcome.Partial partial) {
      return new Outcome.Partial(redacted(partial.done()), redacted(partial.notDone()));
    } else if (outcome instanceof Outcome.Refused refused) {
      return new Outcome.Refused(said(refused.reason()));
    } else if (outcome instanceof Outcome.Failed failed) {
      return new Outcome.Failed(said(failed.error()));
    } else if (outcome instanceof Outcome.Unknown unknown) {
      return new Outcome.Unknown(said(unknown.error()));
    } else if (outcome instanceof Outcome.Pending pending
        && !Printable.whole(pending.handle()).equals(pending.handle())) {
      return new Outcome.Unknown(
          "It goes on elsewhere, under a handle that cannot be written down");
    }
    return outcome;
  }

  /** Text that can be written down whatever it holds. */
  private static String said(String text) {
    return redacted(Printable.whole(text));
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
      text.append(link.how).append(named(at));
      if (at instanceof SQLException sql && sql.getNextException() != null) {
        open.addLast(new Link(", followed by ", sql.getNextException()));
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

  /**
   * A stand-in for what was thrown, to be the cause of an exception that others see: it keeps class
   * names, SQLSTATEs and stack traces along causes, and no message.
   */
  public static Exception withheld(Throwable thrown) {
    List<Throwable> chain = new ArrayList<>();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable at = thrown;
        at != null && seen.add(at) && chain.size() < LONGEST_CHAIN;
        at = at.getCause()) {
      chain.add(at);
    }
    Exception standIn = new Withheld(chain.get(chain.size() - 1));
    for (int i = chain.size() - 2; i >= 0; i--) {
      Exception cause = standIn;
      standIn = new Withheld(chain.get(i));
      standIn.initCause(cause);
    }
    return standIn;
  }

  private static String named(Throwable thrown) {
    String name = thrown.getClass().getName();
    return thrown instanceof SQLException sql
            && SQL_STATE.matcher(String.valueOf(sql.getSQLState())).matches()
        ? name + " (SQLSTATE " + sql.getSQLState() + ")"
        : name;
  }

  /** An exception whose message may hold anything. */
  private static final class Withheld extends Exception {
    private static final long serialVersionUID = 1L;

    Withheld(Throwable thrown) {
      super(named(thrown) + ", whose message is withheld: it may hold secrets or row values");
      setStackTrace(thrown.getStackTrace());
    }
  }

  private record Link(String how, Throwable thrown) {}
}
