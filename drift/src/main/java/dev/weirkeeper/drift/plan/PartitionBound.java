package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the bound of a partition says of its rows, as the condition of a check: a server that has
 * validated it attaches the partition without reading it (measured on 12 to 18). Only bounds over
 * one column are written so.
 */
final class PartitionBound {
  private static final String LEAST = "MINVALUE";
  private static final String GREATEST = "MAXVALUE";
  private static final String NULL = "NULL";

  private static final String NAME = "(?:[a-z_][a-z0-9_$]*|\"(?:[^\"]|\"\")+\")";

  /** One value as the server writes it; no other expression looks like it. */
  private static final String VALUE =
      "(?:E?'(?:[^']|'')*'|-?[0-9.]+(?:e[+-]?[0-9]+)?|true|false|NULL|MINVALUE|MAXVALUE)";

  private static final Pattern KEY = Pattern.compile("(?:RANGE|LIST) \\((" + NAME + ")\\)");
  private static final Pattern RANGE =
      Pattern.compile("FOR VALUES FROM \\((" + VALUE + ")\\) TO \\((" + VALUE + ")\\)");
  private static final Pattern LIST =
      Pattern.compile("FOR VALUES IN \\((" + VALUE + "(?:, " + VALUE + ")*)\\)");
  private static final Pattern ONE = Pattern.compile(VALUE);

  private PartitionBound() {}

  /**
   * What all rows of a partition keep; empty where it cannot be written.
   *
   * @param parent the table that it becomes a partition of, which may be one itself
   */
  static Optional<String> condition(DatabaseSchema schema, ObjectName parent, String bound) {
    Optional<Table> whole = schema.table(parent);
    Optional<String> own = whole.flatMap(Table::partitionKey).flatMap(key -> condition(key, bound));
    if (own.isEmpty() || whole.orElseThrow().bound().isEmpty()) {
      return own;
    }
    Table part = whole.orElseThrow();
    return condition(schema, part.parents().get(0), part.bound().orElseThrow())
        .map(above -> above + " AND " + own.get());
  }

  private static Optional<String> condition(String key, String bound) {
    Matcher column = KEY.matcher(key);
    if (!column.matches()) {
      return Optional.empty();
    }
    Matcher range = RANGE.matcher(bound);
    if (range.matches()) {
      return Optional.of(range(column.group(1), range.group(1), range.group(2)));
    }
    Matcher list = LIST.matcher(bound);
    return list.matches() ? Optional.of(list(column.group(1), list.group(1))) : Optional.empty();
  }

  private static String range(String column, String least, String end) {
    List<String> all = new ArrayList<>(List.of(column + " IS NOT NULL"));
    if (!least.equals(LEAST)) {
      all.add(column + " >= " + least);
    }
    if (!end.equals(GREATEST)) {
      all.add(column + " < " + end);
    }
    return String.join(" AND ", all);
  }

  private static String list(String column, String values) {
    Matcher each = ONE.matcher(values);
    List<String> all = each.results().map(MatchResult::group).toList();
    List<String> rest = all.stream().filter(value -> !value.equals(NULL)).toList();
    String in = column + " IN (" + String.join(", ", rest) + ")";
    if (!all.contains(NULL)) {
      return column + " IS NOT NULL AND " + in;
    }
    return rest.isEmpty() ? column + " IS NULL" : "(" + column + " IS NULL OR " + in + ")";
  }
}
