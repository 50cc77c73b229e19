package dev.weirkeeper.drift.postgres.migrate;

import java.sql.SQLException;
import java.util.Set;
import java.util.regex.Pattern;

/** What an error of the server means to a runner, by its SQLSTATE. Pure. */
final class SqlStates {
  private static final Set<String> RETRIED = Set.of("55P03", "40P01");
  private static final Pattern FORM = Pattern.compile("[0-9A-Z]{5}");

  private SqlStates() {}

  /** A lock that was not given in time, or a deadlock: nothing else is worth another try. */
  static boolean isRetried(SQLException e) {
    return RETRIED.contains(of(e));
  }

  /** Whether nobody knows what became of the session: the connection or the server is gone. */
  static boolean isGone(SQLException e) {
    String state = of(e);
    return state.startsWith("08") || state.startsWith("57P0") || state.equals("none");
  }

  /** Whether the server has ended the session because the runner said nothing for too long. */
  static boolean endsSession(SQLException e) {
    return of(e).equals("25P03");
  }

  static String of(SQLException e) {
    String state = e.getSQLState();
    return state != null && FORM.matcher(state).matches() ? state : "none";
  }

  /** What to tell people; the server's own words may hold values. */
  static String told(SQLException e) {
    if (isGone(e)) {
      return "the connection or the server was gone (SQLSTATE " + of(e) + "); run it again";
    }
    return switch (of(e)) {
      case "23505" -> "two rows have the same key (SQLSTATE 23505); find and mend them first";
      case "23502" -> "a row has NULL there (SQLSTATE 23502); fill it first";
      case "23503" -> "a row refers to none (SQLSTATE 23503); mend it first";
      case "23514" -> "a row breaks the check (SQLSTATE 23514); mend it first";
      case "42501" ->
          "the login may not do it (SQLSTATE 42501); run it as the owner of what it changes";
      case "57014" ->
          "it took longer than the limits allow, or was cancelled (SQLSTATE 57014); allow more time"
              + " if the table is large";
      case "2BP01" -> "something depends on it (SQLSTATE 2BP01); plan anew from what is there";
      case "22003", "22001", "22P02" ->
          "a value does not fit the type (SQLSTATE " + of(e) + "); count them with LossCount";
      case "25P03" -> "the runner said nothing for too long (SQLSTATE 25P03); run it again";
      default -> "the server refused it (SQLSTATE " + of(e) + "); its log says more";
    };
  }
}
