package dev.weirkeeper.contracts.dbt;

import dev.weirkeeper.Outside;
import dev.weirkeeper.Redaction;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Makes what dbt says fit to be shown: without the values of the environment that it was given,
 * without what looks like a secret, without addresses and values that databases quote, cut and
 * marked.
 */
final class Words {
  private static final int SHORTEST_SECRET = 4;
  private static final int LONGEST = 1_000;

  /** Lines in which databases quote the row at fault. */
  private static final Pattern QUOTING =
      Pattern.compile("(?m)^\\s*(?:DETAIL|CONTEXT|LINE \\d+|HINT|Failing row).*$\\n?");

  /** {@code invalid input syntax for type integer: "x"}, {@code server at "db.example.org"}. */
  private static final Pattern QUOTED =
      Pattern.compile("(?<=: |\\bat |\\bhost |\\bname )([\"'])[^\"'\\n]*\\1");

  private final List<String> secrets;

  /**
   * @param secrets texts that are never shown
   */
  Words(Collection<String> secrets) {
    this.secrets =
        secrets.stream()
            .filter(text -> text.length() >= SHORTEST_SECRET)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  Outside shown(String said) {
    String text = said;
    for (String secret : secrets) {
      text = text.replace(secret, Redaction.MARK);
    }
    text = QUOTING.matcher(text).replaceAll("");
    text = QUOTED.matcher(text).replaceAll("\"…\"");
    return Outside.of(Redaction.redacted(text).strip(), LONGEST);
  }
}
