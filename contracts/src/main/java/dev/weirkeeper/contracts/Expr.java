package dev.weirkeeper.contracts;

import dev.weirkeeper.Json;
import java.util.List;

/**
 * A question about a row, answered TRUE, FALSE or UNKNOWN by SQL's three-valued logic. The one form
 * from which every engine makes its own: compiled loops over arrays, or the SQL of a dialect.
 *
 * <p>An engine is only ever given comparisons that make sense: numbers with numbers, text with
 * text, moments with moments, booleans with booleans. Who lowers a rule decides what other
 * comparisons mean, and writes a constant.
 */
public sealed interface Expr {

  /** The three truth values. */
  enum Truth {
    TRUE,
    FALSE,
    UNKNOWN
  }

  /** How two values compare. */
  enum Comparison {
    EQUAL,
    NOT_EQUAL,
    LESS,
    AT_MOST,
    MORE,
    AT_LEAST;

    /** Whether it holds of two values in the order that {@link java.util.Comparator} tells. */
    public boolean holds(int order) {
      return switch (this) {
        case EQUAL -> order == 0;
        case NOT_EQUAL -> order != 0;
        case LESS -> order < 0;
        case AT_MOST -> order <= 0;
        case MORE -> order > 0;
        case AT_LEAST -> order >= 0;
      };
    }

    /** The comparison with its sides exchanged. */
    public Comparison turned() {
      return switch (this) {
        case EQUAL, NOT_EQUAL -> this;
        case LESS -> MORE;
        case AT_MOST -> AT_LEAST;
        case MORE -> LESS;
        case AT_LEAST -> AT_MOST;
      };
    }
  }

  /** Which way values run. */
  enum Direction {
    INCREASING,
    DECREASING
  }

  /** Whether equal neighbours are in order. */
  enum Strictness {
    STRICT,
    LOOSE
  }

  /** Whether a row in which a value is NULL can be the copy of another one. */
  enum Nulls {
    /** NULL equals NULL, as in pandas. */
    EQUAL,
    /** NULL equals nothing, as in SQL. */
    DISTINCT
  }

  /** The same answer for every row. */
  record Always(Truth answer) implements Expr {}

  /**
   * UNKNOWN if a side is NULL. Text compares by code point, moments by time (without a zone as of
   * UTC), numbers exactly; but if one of two numbers is a double, both compare as doubles, NaN
   * equal to itself and greater than all others, as PostgreSQL and DuckDB have it.
   */
  record Compare(Operand left, Comparison how, Operand right) implements Expr {}

  /** Whether the value is one of these; UNKNOWN if it is NULL, FALSE if there are no members. */
  record In(Operand value, List<Literal> members) implements Expr {
    public In {
      members = List.copyOf(members);
    }
  }

  /** Never UNKNOWN. A NaN is not NULL here; see {@link IsMissing}. */
  record IsNull(Operand value) implements Expr {}

  /** NULL, or no number (NaN): what pandas calls missing. Never UNKNOWN. */
  record IsMissing(Operand value) implements Expr {}

  /** NULL equals NULL and nothing else. Never UNKNOWN. */
  record Same(Operand left, Operand right) implements Expr {}

  /** Whether a pattern of Python's {@code re} is found somewhere in the text of the value. */
  record Matches(Operand value, String regex) implements Expr {}

  /** Whether the whole text of the value is like the pattern: {@code %} and {@code _}. */
  record Like(Operand value, String pattern) implements Expr {}

  /**
   * A test that only Java makes: an engine that cannot express it reads the column and asks for it.
   *
   * @param test kebab-case name of a {@link ValueTest}: {@code json-parseable}
   */
  record Passes(Operand value, String test, Json terms) implements Expr {}

  /**
   * Whether another row among those for which {@code within} is TRUE has the same values in these
   * columns. FALSE for rows outside of {@code within}.
   */
  record Repeated(List<String> columns, Nulls nulls, Expr within) implements Expr {
    public Repeated {
      columns = List.copyOf(columns);
    }
  }

  /**
   * Whether a value is out of order against the value before it, in the order of the rows, among
   * those for which {@code within} is TRUE. FALSE for the first of them and for rows outside.
   */
  record OutOfOrder(String column, Direction direction, Strictness strictness, Expr within)
      implements Expr {}

  /**
   * Whether the values are found together in a row of another table of the same system. FALSE if
   * one of them is NULL.
   */
  record Refers(List<String> columns, String table, List<String> keys) implements Expr {
    public Refers {
      columns = List.copyOf(columns);
      keys = List.copyOf(keys);
    }
  }

  record Not(Expr of) implements Expr {}

  /** TRUE without parts. */
  record And(List<Expr> parts) implements Expr {
    public And {
      parts = List.copyOf(parts);
    }
  }

  /** FALSE without parts. */
  record Or(List<Expr> parts) implements Expr {
    public Or {
      parts = List.copyOf(parts);
    }
  }

  /** Whether the answer is TRUE. Never UNKNOWN. */
  record IsTrue(Expr of) implements Expr {}

  static Expr always(Truth answer) {
    return new Always(answer);
  }

  static Expr all(Expr... parts) {
    return new And(List.of(parts));
  }

  static Expr any(Expr... parts) {
    return new Or(List.of(parts));
  }

  static Expr not(Expr of) {
    return new Not(of);
  }
}
