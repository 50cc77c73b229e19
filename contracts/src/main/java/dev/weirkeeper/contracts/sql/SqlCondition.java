package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Fields;
import java.util.List;

/** Writes an expression about single rows as SQL, for statements that an engine does not make. */
public final class SqlCondition {
  /** What the row is called in the condition. */
  public static final String ROW = Operands.ROW;

  private SqlCondition() {}

  /**
   * @param fields the columns of the table, with the types that the system gives them
   * @throws IllegalArgumentException if the dialect cannot say it exactly, or it is about more than
   *     one row
   */
  public static String of(Dialect dialect, Fields fields, Expr expr) {
    Conditions conditions = new Conditions(dialect, fields, List.of());
    String sql;
    try {
      sql = conditions.of(expr);
    } catch (InexactException e) {
      throw new IllegalArgumentException(
          "The condition has no exact form in " + dialect.id() + ": " + e.getMessage(), e);
    }
    if (!conditions.computed().isEmpty()) {
      throw new IllegalArgumentException("A condition on a row cannot compare it with others");
    }
    return sql;
  }
}
