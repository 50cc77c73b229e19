package dev.weirkeeper.drift.postgres;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Secret;
import java.util.Optional;

/**
 * A condition that rows must meet to be counted.
 *
 * @param column as catalog_describe_table calls it
 * @param value may hold what is in a row, so the log does without it; text that the column's type
 *     can read; none for IS_NULL and IS_NOT_NULL
 */
record Filter(String column, Op op, @Secret Optional<String> value) {
  Filter {
    requireNonNull(column, "column");
    requireNonNull(op, "op");
    if (value.isPresent() != op.takesValue()) {
      throw new IllegalArgumentException(
          op + (op.takesValue() ? " needs a value" : " takes no value"));
    }
  }

  /** How a column is compared. */
  enum Op {
    EQUAL("=", "enum_eq"),
    NOT_EQUAL("<>", "enum_ne"),
    LESS("<", "enum_lt"),
    AT_MOST("<=", "enum_le"),
    MORE(">", "enum_gt"),
    AT_LEAST(">=", "enum_ge"),
    STARTS_WITH("", ""),
    IS_NULL("", ""),
    IS_NOT_NULL("", "");

    private final String operator;
    private final String ofEnums;

    Op(String operator, String ofEnums) {
      this.operator = operator;
      this.ofEnums = ofEnums;
    }

    private boolean takesValue() {
      return this != IS_NULL && this != IS_NOT_NULL;
    }
  }

  /** The condition in SQL, with a parameter for its value. */
  String sql(ReadTable table) throws RefusedRead {
    ReadColumn asked = table.column(column);
    if (!asked.isOpen()) {
      throw new RefusedRead(
          "Column "
              + asked.shown()
              + " is "
              + (asked.access() == ReadColumn.Access.READ
                  ? "masked, and a filter would tell its values"
                  : "not read: " + asked.access())
              + "; filter by others");
    }
    ReadType type = asked.base();
    if (op == Op.IS_NULL) {
      return asked.quoted() + " IS NULL";
    }
    if (op == Op.IS_NOT_NULL) {
      return asked.quoted() + " IS NOT NULL";
    }
    boolean fits = op == Op.STARTS_WITH ? type.isText() : type.isCompared();
    if (!fits) {
      throw new RefusedRead(
          "Values of column "
              + asked.shown()
              + " are not compared by "
              + op
              + ", because of its type; IS_NULL and IS_NOT_NULL work for all");
    }
    if (op == Op.STARTS_WITH) {
      return "pg_catalog.starts_with("
          + type.text(asked.quoted())
          + ", CAST(? AS pg_catalog.text))";
    }
    String value = "CAST(? AS " + type.sql() + ")";
    String compared = type.plain(asked.quoted());
    return type.kind() == ReadType.Kind.ENUM
        ? "pg_catalog." + op.ofEnums + "(" + compared + ", " + value + ")"
        : compared + " OPERATOR(pg_catalog." + op.operator + ") " + value;
  }
}
