package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Item;

/** Plans the end of types. */
final class TypeDrops {
  private TypeDrops() {}

  static void drop(Draft draft, String kind, Item item) {
    if (draft.refusedByUser(kind, item)
        || !Leftovers.is(item.name().name())
            && draft.refusedDestruction(kind, item, "Dropping a type")) {
      return;
    }
    String sort = item.kind() == Item.Kind.DOMAIN ? "DOMAIN " : "TYPE ";
    draft.add(
        Op.Act.DROP,
        item,
        Ranks.DROP_TYPE,
        kind,
        () ->
            draft
                .step(kind, item.name())
                .sql("DROP " + sort + Sql.name(item.name()))
                .irreversible()
                .probe(Probes.not(Probes.type(item.name())))
                .requires("Nothing uses the type")
                .verify("The type is not there"));
  }
}
