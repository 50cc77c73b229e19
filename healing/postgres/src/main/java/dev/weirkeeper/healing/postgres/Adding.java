package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.TableChange;
import dev.weirkeeper.healing.postgres.TableImage.StoredColumn;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Adds a nullable column, with a value for the rows that are there already. */
final class Adding implements Rendering<TableChange.AddColumn> {
  /** Words that PostgreSQL reads as the time of the statement: rows would get an invented value. */
  private static final Pattern CLOCK =
      Pattern.compile("now|today|tomorrow|yesterday", Pattern.CASE_INSENSITIVE);

  private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]{1,2000}(\\.[0-9]{0,2000})?");

  @Override
  public Lock lock() {
    return Lock.ACCESS_EXCLUSIVE;
  }

  @Override
  public Set<String> types(TableChange.AddColumn change, TableName table) throws Refusal {
    return Enums.needed(List.of(change.type()), table).keySet();
  }

  @Override
  public List<String> statements(TableChange.AddColumn change, TableImage now) throws Refusal {
    List<String> others = now.requireTable().columns().stream().map(StoredColumn::name).toList();
    Names.requireFree(change.column(), others);
    SqlType type = SqlType.of(change.type(), now.name());
    String table = now.name().sql();
    String column = Sql.name(change.column());
    List<String> statements = new ArrayList<>(Enums.create(List.of(change.type()), now));
    String add = "ALTER TABLE " + table + " ADD COLUMN " + column + " " + type.sql();
    if (change.missing().isEmpty()) {
      statements.add(add);
      return statements;
    }
    requireExact(change.missing().get(), type);
    if (type.isTime()) {
      // Else the value would depend on who runs the script.
      statements.add("SET LOCAL TimeZone = 'UTC'");
      statements.add("SET LOCAL DateStyle = 'ISO, YMD'");
      statements.add("SET LOCAL IntervalStyle = 'postgres'");
    }
    // No cast: PostgreSQL then assigns the literal to the type, which refuses text that is too
    // long, where a cast would cut it.
    statements.add(add + " DEFAULT " + Sql.literal(change.missing().get()));
    // Rows that are there keep the value; rows to come must never take it.
    statements.add("ALTER TABLE " + table + " ALTER COLUMN " + column + " DROP DEFAULT");
    return statements;
  }

  /** Refuses values that PostgreSQL would take and change. */
  private static void requireExact(String missing, SqlType type) throws Refusal {
    if (type.isTime() && CLOCK.matcher(missing).find()) {
      throw new Refusal("The value of existing rows must be a constant, not a word for a time");
    }
    if (type.isNumeric()
        && !type.args().isEmpty()
        && DECIMAL.matcher(missing).matches()
        && new BigDecimal(missing).stripTrailingZeros().scale() > type.args().get(1)) {
      throw new Refusal(
          "The value of existing rows has more digits than "
              + type.name()
              + type.args()
              + " keeps; it would be rounded");
    }
  }

  @Override
  public Optional<String> problem(TableChange.AddColumn change, TableImage now) throws Refusal {
    Optional<StoredColumn> found = now.column(change.column());
    if (found.isEmpty()) {
      return Optional.of("the column is not there");
    }
    if (!found.get().type().equals(SqlType.of(change.type(), now.name()))) {
      return Optional.of("the column has another type");
    }
    return found.get().required() || found.get().ownValues()
        ? Optional.of("the column refuses NULL or gives values of its own")
        : Optional.empty();
  }
}
