package dev.weirkeeper.healing.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An attack of attacks.sql.
 *
 * @param needs the optional script without which it is not stopped
 */
record Attack(String name, Optional<String> needs, List<String> statements) {
  private static final Pattern CHANGE = Pattern.compile("\\{change\\(([^,]*), (.*)\\)}");

  static List<Attack> all() throws IOException {
    String text;
    try (InputStream in = Attack.class.getResourceAsStream("attacks.sql")) {
      text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
    List<Attack> attacks = new ArrayList<>();
    for (String part : text.split("(?m)^--! ")) {
      if (attacks.isEmpty() && part.startsWith("-- What somebody")) {
        continue;
      }
      String[] head = part.substring(0, part.indexOf('\n')).split(" \\| ");
      List<String> statements =
          part.substring(part.indexOf('\n'))
              .lines()
              .filter(line -> !line.isBlank() && !line.startsWith("--"))
              .toList();
      attacks.add(
          new Attack(
              head[0], Arrays.stream(head).skip(1).map(String::trim).findFirst(), statements));
    }
    return attacks;
  }

  /** The statements with the scene's OIDs, and a name of its own for each act. */
  List<String> against(String database, Map<String, Long> oids, String key) {
    return statements.stream()
        .map(
            statement -> {
              Matcher change = CHANGE.matcher(statement);
              String sql =
                  change.replaceAll(
                      match ->
                          Matcher.quoteReplacement(
                              "wk.change({key}, "
                                  + match.group(1)
                                  + ", {orders}, "
                                  + match.group(2)
                                  + ", {seen})"));
              sql =
                  sql.replace("{key}", "'" + key + "'")
                      .replace("{database}", '"' + database + '"')
                      .replace("{seen}", "wk.fingerprint('gold', 'orders')");
              for (Map.Entry<String, Long> oid : oids.entrySet()) {
                sql = sql.replace("{" + oid.getKey() + "}", oid.getValue().toString());
              }
              return sql;
            })
        .toList();
  }
}
