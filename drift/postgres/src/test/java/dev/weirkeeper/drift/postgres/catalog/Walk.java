package dev.weirkeeper.drift.postgres.catalog;

import dev.weirkeeper.drift.postgres.catalog.WalkModel.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;

/**
 * Random DDL that keeps its own books: each step gives the statements and changes the model. A step
 * that finds nothing to work on gives none.
 */
final class Walk {
  private static final List<String> NAMES =
      List.of("a", "b", "c", "Mixed Case", "select", "quo\"te", "größe", "d", "e", "f");

  private static final List<String> TYPES =
      List.of("integer", "bigint", "varchar(20)", "text", "numeric(10,2)", "date", "boolean");

  /** One kind of DDL. */
  @FunctionalInterface
  private interface Act {
    List<String> make();
  }

  final WalkModel model = new WalkModel();
  final Random random;
  private final List<Act> acts;
  private final WalkTables tables;
  private int keys;

  Walk(Random random) {
    this.random = random;
    WalkTypes types = new WalkTypes(this);
    WalkColumns columns = new WalkColumns(this);
    WalkRules rules = new WalkRules(this);
    this.tables = new WalkTables(this);
    this.acts =
        List.of(
            tables::create,
            tables::drop,
            tables::rename,
            tables::swap,
            tables::move,
            tables::partition,
            tables::movePartition,
            columns::add,
            columns::add,
            columns::drop,
            columns::rename,
            columns::swap,
            columns::readd,
            columns::changeType,
            columns::changeNullability,
            columns::changeDefault,
            columns::comment,
            rules::addCheck,
            rules::addKey,
            rules::addReference,
            rules::drop,
            rules::rename,
            rules::createIndex,
            rules::dropIndex,
            rules::renameIndex,
            types::createEnum,
            types::addLabel,
            types::renameLabel,
            types::renameEnum,
            types::domain,
            types::changeDomain,
            types::sequence,
            types::changeSequence);
  }

  /** Something to begin with. */
  List<String> begin() {
    List<String> sql = new ArrayList<>(List.of("CREATE SCHEMA other"));
    for (int i = 0; i < 3; i++) {
      sql.addAll(tables.create());
    }
    for (int i = 0; i < 12; i++) {
      sql.addAll(step());
    }
    return sql;
  }

  List<String> step() {
    while (true) {
      List<String> sql = acts.get(random.nextInt(acts.size())).make();
      if (!sql.isEmpty()) {
        return sql;
      }
    }
  }

  int key() {
    return ++keys;
  }

  boolean chance(int of) {
    return random.nextInt(of) == 0;
  }

  <T> Optional<T> pick(List<T> all) {
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
  }

  <T> Optional<T> pick(List<T> all, Predicate<T> fit) {
    return pick(all.stream().filter(fit).toList());
  }

  /** A name that nothing in the schema has; often one that something had. */
  String free(String schema, String prefix) {
    for (int i = 0; i < 6; i++) {
      String name = prefix + NAMES.get(random.nextInt(NAMES.size()));
      if (!model.taken(schema, name)) {
        return name;
      }
    }
    return prefix + key();
  }

  String freeColumn(Table table) {
    for (int i = 0; i < 6; i++) {
      String name = "c_" + NAMES.get(random.nextInt(NAMES.size()));
      if (table.columns.stream().noneMatch(each -> each.name.equals(name))) {
        return name;
      }
    }
    return "c_" + key();
  }

  Optional<Table> table() {
    return pick(model.tables, table -> !table.fixed);
  }

  String type() {
    return TYPES.get(random.nextInt(TYPES.size()));
  }

  static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
