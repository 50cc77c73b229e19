package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Dependency;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Plans another type in the place of one that cannot be altered: an enum that loses labels or gets
 * another order, a domain over another type. All columns of the type get the new one in one
 * transaction, each value by way of its text; one that the new type does not know stops it.
 */
final class TypeSwap {
  private final Draft draft;

  TypeSwap(Draft draft) {
    this.draft = draft;
  }

  /**
   * @param create the statement that makes the new type under the old name
   */
  void swap(Item type, String kind, String create, boolean narrows) {
    if (draft.refusedByUser(kind, type)
        || narrows && draft.refusedDestruction(kind, type, "Taking values from a type")) {
      return;
    }
    Optional<Item> stuck =
        draft.former.dependencies(draft.from).stream()
            .filter(each -> each.on().equals(type))
            .map(Dependency::dependent)
            .filter(this::cannotFollow)
            .findFirst();
    if (stuck.isPresent()) {
      draft.refuse(
          kind,
          type,
          stuck.get()
              + " is made of it and cannot follow. Replace that by a type of its own before");
      return;
    }
    String temporary = Leftovers.name("type", type.toString());
    Set<Item> needs = new HashSet<>();
    draft
        .add(
            Op.Act.ALTER,
            type,
            Ranks.ALTER_TYPE,
            kind,
            () -> {
              StepDraft step =
                  draft
                      .step(kind, type.name())
                      .sql(
                          "ALTER "
                              + sort(type)
                              + Sql.name(type.name())
                              + " RENAME TO "
                              + Sql.name(temporary),
                          create);
              columns(type, step, needs);
              return step.sql(
                      "DROP "
                          + sort(type)
                          + Sql.name(new ObjectName(type.name().schema(), temporary)))
                  .irreversible()
                  .requires("Every stored value is one of the new type")
                  .verify("The type is as planned and all its columns have it");
            })
        .needs(needs.toArray(Item[]::new));
  }

  private static String sort(Item type) {
    return type.kind() == Item.Kind.DOMAIN ? "DOMAIN " : "TYPE ";
  }

  private boolean cannotFollow(Item user) {
    if (user.kind() == Item.Kind.DOMAIN) {
      return !draft.upheaval.dropped.contains(user);
    }
    return user.kind() == Item.Kind.COLUMN
        && !draft.upheaval.dropped.contains(Item.of(Item.Kind.TABLE, user.name()))
        && draft.to.tables().stream()
            .filter(table -> table.name().equals(user.name()))
            .anyMatch(
                table ->
                    table.kind() == Table.Kind.COMPOSITE
                        || table.partitionKey().isPresent() && isKey(table, user.part()));
  }

  private static boolean isKey(Table table, String column) {
    Tokens tokens = new Tokens(table.partitionKey().orElse(""));
    while (tokens.next()) {
      if (tokens.isIdentifier() && tokens.name().equals(column)) {
        return true;
      }
    }
    return false;
  }

  private void columns(Item type, StepDraft step, Set<Item> needs) {
    Set<Item> users = new HashSet<>();
    for (Dependency each : draft.former.dependencies(draft.from)) {
      if (each.on().equals(type) && each.dependent().kind() == Item.Kind.COLUMN) {
        users.add(each.dependent());
      }
    }
    for (Pair<Table> table : draft.matching.tables.both()) {
      for (Pair<TableColumn> column : draft.matching.columns(table.from(), table.to()).both()) {
        Item item = Item.column(table.to().name(), column.to().name());
        if (users.contains(item) && draft.upheaval.retyped.contains(item)) {
          draft
              .former
              .nowNeeds(draft.to, item)
              .filter(need -> !need.equals(type))
              .forEach(needs::add);
          if (column.to().origin() != TableColumn.Origin.INHERITED
              && !Retyping.followsParent(draft, table, column)) {
            step.sql(
                    "ALTER TABLE "
                        + Sql.name(table.to().name())
                        + " "
                        + Retyping.retype(
                            column,
                            " USING "
                                + Sql.name(column.to().name())
                                + "::text::"
                                + column.to().type()))
                .exclusive(table.to().name())
                .work(Work.REWRITE);
          }
        }
      }
    }
  }
}
