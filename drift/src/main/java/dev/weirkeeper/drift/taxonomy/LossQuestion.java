package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Type;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Scalar;
import java.util.Optional;

/**
 * The exact question to put to a PostgreSQL source before a change that may lose values: how many
 * values would not fit, and how many would be rounded. One aggregate over the table; no value of a
 * row comes out of it.
 *
 * @param schema the schema of the table, as the catalog has it, not quoted
 * @param table its name, not quoted
 * @param column the column, not quoted
 */
public record LossQuestion(String schema, String table, String column, Type from, Type to) {
  public LossQuestion {
    requireNonNull(schema, "schema");
    requireNonNull(table, "table");
    requireNonNull(column, "column");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    for (String name : new String[] {schema, table, column}) {
      if (name.isEmpty() || name.indexOf('\0') >= 0) {
        throw new IllegalArgumentException(
            "A name in PostgreSQL has a character and holds no NUL; there can be no such table");
      }
    }
  }

  /**
   * Whether there is a question for these types: a change that keeps every value has none, and one
   * that only an expression makes cannot be counted.
   */
  public static boolean answers(Type from, Type to) {
    return predicates(from, to).isPresent();
  }

  private static Optional<LossPredicates> predicates(Type from, Type to) {
    if (!(TypeExpr.of(from) instanceof Scalar before && TypeExpr.of(to) instanceof Scalar after)) {
      return Optional.empty();
    }
    return from.isEnum() && to.isEnum()
        ? LossPredicates.ofLabels(from.labels(), to.labels())
        : LossPredicates.of(before, after);
  }

  /**
   * The question as SQL for PostgreSQL 12 to 18: one row of four {@code bigint} columns, which are
   * the components of {@link LossAnswer} in their order. Reads the whole table. Where decimals
   * become floats it relies on {@code extra_float_digits} of 1 or more, which is the default.
   *
   * @throws IllegalStateException if nothing can be counted, see {@link #answers}
   */
  public String sql() {
    LossPredicates lost =
        predicates(from, to)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "No count says what a change from "
                            + from
                            + " to "
                            + to
                            + " loses; ask LossQuestion.answers first"));
    return "SELECT count(*), count(v),"
        + " count(*) FILTER (WHERE o), count(*) FILTER (WHERE NOT o AND r)"
        + " FROM (SELECT v, o, CASE WHEN v IS NULL OR o THEN false ELSE "
        + lost.rounds()
        + " END AS r FROM (SELECT v, CASE WHEN v IS NULL THEN false ELSE "
        + lost.overflows()
        + " END AS o FROM (SELECT "
        + quoted(column)
        + " AS v FROM "
        + quoted(schema)
        + "."
        + quoted(table)
        + " OFFSET 0) a OFFSET 0) b OFFSET 0) c";
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
