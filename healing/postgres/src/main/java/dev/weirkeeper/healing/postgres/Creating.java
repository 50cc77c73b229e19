package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.TableChange;
import dev.weirkeeper.TableChange.NewColumn;
import dev.weirkeeper.Type;
import dev.weirkeeper.healing.postgres.TableImage.StoredColumn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Creates a mirror: nullable except for its key, without foreign keys, checks and defaults. */
final class Creating implements Rendering<TableChange.CreateTable> {
  private static final int MAX_COLUMNS = 1600;

  @Override
  public Lock lock() {
    return Lock.NONE;
  }

  @Override
  public Set<String> types(TableChange.CreateTable change, TableName table) throws Refusal {
    return Enums.needed(typesOf(change), table).keySet();
  }

  @Override
  public List<String> statements(TableChange.CreateTable change, TableImage now) throws Refusal {
    TableName table = now.name();
    if (!now.schemaExists()) {
      throw new Refusal(
          "Schema "
              + Sql.shown(table.schema())
              + " does not exist in the target; whoever owns the"
              + " database creates it and grants CREATE on it, then try again");
    }
    if (now.stored().isPresent() || now.namesake()) {
      throw new Refusal(
          "Table "
              + table.shown()
              + " would have the name of a table that is there already, at"
              + " least for readers that do not mind case; rename or remove that one by hand");
    }
    requireShape(change);
    List<String> body = new ArrayList<>();
    for (NewColumn column : change.columns()) {
      body.add(Sql.name(column.name()) + " " + SqlType.of(column.type(), table).sql());
    }
    if (!change.key().isEmpty()) {
      body.add("PRIMARY KEY (" + Sql.names(change.key()) + ")");
    }
    List<String> statements = new ArrayList<>(Enums.create(typesOf(change), now));
    statements.add("CREATE TABLE " + table.sql() + " (" + String.join(", ", body) + ")");
    for (NewColumn column : change.columns()) {
      if (column.comment().isPresent()) {
        statements.add(
            "COMMENT ON COLUMN "
                + table.sql()
                + "."
                + Sql.name(column.name())
                + " IS "
                + Sql.literal(column.comment().get()));
      }
    }
    return statements;
  }

  private static void requireShape(TableChange.CreateTable change) throws Refusal {
    if (change.columns().size() > MAX_COLUMNS) {
      throw new Refusal("PostgreSQL takes at most " + MAX_COLUMNS + " columns in a table");
    }
    List<String> names = new ArrayList<>();
    for (NewColumn column : change.columns()) {
      Names.requireFree(column.name(), names);
      names.add(column.name());
    }
    if (!names.containsAll(change.key())
        || new HashSet<>(change.key()).size() != change.key().size()) {
      throw new Refusal(
          "The key ("
              + Sql.shown(change.key())
              + ") names a column twice or one that the table"
              + " does not have");
    }
  }

  private static List<Type> typesOf(TableChange.CreateTable change) {
    return change.columns().stream().map(NewColumn::type).toList();
  }

  @Override
  public Optional<String> problem(TableChange.CreateTable change, TableImage now) throws Refusal {
    if (now.stored().isEmpty() || !now.stored().get().kind().equals("r")) {
      return Optional.of("there is no such table");
    }
    TableImage.Stored table = now.stored().get();
    if (!table.key().equals(change.key())) {
      return Optional.of("the table has another key");
    }
    if (table.columns().size() != change.columns().size()) {
      return Optional.of("the table has " + table.columns().size() + " columns");
    }
    for (int i = 0; i < change.columns().size(); i++) {
      NewColumn wanted = change.columns().get(i);
      StoredColumn found = table.columns().get(i);
      if (!found.name().equals(wanted.name())
          || !found.type().equals(SqlType.of(wanted.type(), now.name()))
          || found.required() != change.key().contains(wanted.name())
          || found.ownValues()) {
        return Optional.of("column " + (i + 1) + " of the table is another one");
      }
    }
    return Optional.empty();
  }
}
