package dev.weirkeeper.contracts;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import java.util.List;
import java.util.Optional;

/** The terms of each kind of rule: what their JSON holds. */
public final class Terms {
  private Terms() {}

  /**
   * @param members absent where Great Expectations has no set at all, which every value keeps;
   *     empty is a set that no value is in
   */
  public record Members(Optional<List<Literal>> members) {
    public Members {
      members = members.map(List::copyOf);
    }

    public Members(List<Literal> members) {
      this(Optional.of(members));
    }
  }

  public record Pattern(String regex) {}

  /** Whether one of several patterns suffices. */
  public enum On {
    ANY,
    ALL
  }

  public record Patterns(List<String> regexes, On on) {
    public Patterns {
      regexes = requireSome(regexes, "pattern");
      requireNonNull(on, "on");
    }
  }

  /**
   * @param pattern of SQL's LIKE: {@code %} and {@code _}
   */
  public record LikePattern(String pattern) {}

  public record LikePatterns(List<String> patterns, On on) {
    public LikePatterns {
      patterns = requireSome(patterns, "pattern");
      requireNonNull(on, "on");
    }
  }

  /** On which sides of the mean a value may be too far away. */
  public enum Sides {
    /** Above it. */
    ONE,
    BOTH
  }

  public record ZScore(double threshold, Sides sides) {
    public ZScore {
      requireNonNull(sides, "sides");
    }
  }

  /** What an outlier is far away from, and by which measure. */
  public enum Spread {
    /** Median and interquartile range. */
    IQR,
    /** Mean and standard deviation of a sample. */
    STDEV
  }

  public record Outlier(Spread method, double multiplier) {
    public Outlier {
      requireNonNull(method, "method");
      if (!(multiplier >= 0)) {
        throw new IllegalArgumentException("The multiplier is 0 or more, not " + multiplier);
      }
    }
  }

  public record Order(Expr.Strictness strictness) {
    public Order {
      requireNonNull(strictness, "strictness");
    }
  }

  /**
   * @param format of Python's {@code strptime}
   */
  public record Format(String format) {}

  public record ValueSchema(Json schema) {
    public ValueSchema {
      requireNonNull(schema, "schema");
    }
  }

  /**
   * @param names any of them; none for any type
   */
  public record TypeNames(List<String> names) {
    public TypeNames {
      names = List.copyOf(names);
    }
  }

  /** {@code of-form}: any of these. */
  public record Forms(List<Form> forms) {
    public Forms {
      forms = requireSome(forms, "form");
    }
  }

  /** Which rows a rule about two columns leaves out. */
  public enum PairIgnore {
    BOTH,
    EITHER,
    NEITHER
  }

  public record Pair(PairIgnore ignore) {
    public Pair {
      requireNonNull(ignore, "ignore");
    }
  }

  /**
   * @param equal whether equal values are in order
   */
  public record PairOrder(PairIgnore ignore, Range.Edge equal) {
    public PairOrder {
      requireNonNull(ignore, "ignore");
      requireNonNull(equal, "equal");
    }
  }

  /** Two values that may stand together; an absent one is NULL. */
  public record Couple(Optional<Literal> a, Optional<Literal> b) {
    public Couple {
      requireNonNull(a, "a");
      requireNonNull(b, "b");
    }
  }

  /**
   * @param pairs absent where every pair is allowed
   */
  public record PairSet(PairIgnore ignore, Optional<List<Couple>> pairs) {
    public PairSet {
      requireNonNull(ignore, "ignore");
      pairs = pairs.map(List::copyOf);
    }
  }

  /** Which rows a rule about several columns leaves out. */
  public enum Ignore {
    /** Those in which all are missing. */
    ALL,
    /** Those in which one is missing. */
    ANY,
    NEVER
  }

  public record Several(Ignore ignore) {
    public Several {
      requireNonNull(ignore, "ignore");
    }
  }

  public record Total(Ignore ignore, Literal.Numeric total) {
    public Total {
      requireNonNull(ignore, "ignore");
      requireNonNull(total, "total");
    }
  }

  /**
   * @param expr must not be FALSE for any row
   */
  public record Holds(Expr expr) {
    public Holds {
      requireNonNull(expr, "expr");
    }
  }

  /**
   * @param table of the same system
   * @param keys its columns, one for each of the rule's
   */
  public record Reference(String table, List<String> keys) {
    public Reference {
      requireNonNull(table, "table");
      keys = List.copyOf(keys);
    }
  }

  public record Place(Optional<Integer> index) {}

  public record Columns(List<String> columns, Match match) {
    public Columns {
      columns = List.copyOf(columns);
    }
  }

  public enum Match {
    /** These columns and no others. */
    EXACT,
    /** At least these columns. */
    CONTAINS
  }

  public record Unsupported(String expectation, String reason, Json kwargs) {}

  private static <T> List<T> requireSome(List<T> some, String what) {
    if (some.isEmpty()) {
      throw new IllegalArgumentException("The rule needs at least one " + what);
    }
    return List.copyOf(some);
  }
}
