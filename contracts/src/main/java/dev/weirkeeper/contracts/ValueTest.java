package dev.weirkeeper.contracts;

/**
 * A test of one value that no SQL dialect can express: parses it as JSON, as a date, by a format.
 * Pure, safe to share between threads.
 */
@FunctionalInterface
public interface ValueTest {
  /**
   * @param value what {@link Expr.Passes} is asked of, never NULL: a Long, BigDecimal, Double,
   *     Boolean, String, or a date or time of {@code java.time}
   * @throws IllegalArgumentException if the test cannot be made of such a value; quotes nothing
   */
  boolean passes(Object value);
}
