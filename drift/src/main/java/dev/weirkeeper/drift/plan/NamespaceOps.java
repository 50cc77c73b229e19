package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Namespace;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.Optional;

/** Plans what happens to schemas. */
final class NamespaceOps {
  private final Draft draft;

  NamespaceOps(Draft draft) {
    this.draft = draft;
  }

  /**
   * @param renamer has made those that something moves into
   */
  void all(Renamer renamer) {
    for (Namespace each : draft.matching.namespaces.added()) {
      Item item = Item.namespace(each.name());
      if (!renamer.made(each)) {
        draft.add(Op.Act.CREATE, item, Ranks.NAMESPACE, "schema.added", () -> create(each));
      }
      comment(item, each.comment(), Comments.Made.NOW);
    }
    for (Namespace each : draft.matching.namespaces.removed()) {
      drop(each);
    }
    for (Pair<Namespace> pair : draft.matching.namespaces.both()) {
      if (!pair.from().comment().equals(pair.to().comment())) {
        comment(Item.namespace(pair.to().name()), pair.to().comment(), Comments.Made.BEFORE);
      }
    }
  }

  static StepDraft create(Namespace each) {
    String name = Sql.name(each.name());
    return StepDraft.of("schema.added", new ObjectName("", each.name()))
        .sql("CREATE SCHEMA " + name)
        .probe(Probes.namespace(each.name()))
        .undo("DROP SCHEMA " + name)
        .verify("The schema is there");
  }

  private void drop(Namespace each) {
    Item item = Item.namespace(each.name());
    Optional<String> left =
        draft.from.others().stream()
            .filter(other -> other.identity().startsWith(each.name() + "."))
            .filter(other -> other.of().isEmpty())
            .map(other -> other.kind() + " " + other.identity())
            .findFirst();
    if (left.isPresent()) {
      draft.refuse(
          "schema.removed",
          item,
          "the " + left.get() + " is in it and is not modelled. Drop or move it before");
      return;
    }
    if (draft.refusedDestruction("schema.removed", item, "Dropping a schema")) {
      return;
    }
    draft.add(
        Op.Act.DROP,
        item,
        Ranks.DROP_NAMESPACE,
        "schema.removed",
        () ->
            draft
                .step("schema.removed", new ObjectName("", each.name()))
                .sql("DROP SCHEMA " + Sql.name(each.name()))
                .irreversible()
                .probe(Probes.not(Probes.namespace(each.name())))
                .requires("Nothing is left in the schema")
                .verify("The schema is not there"));
  }

  private void comment(Item item, Optional<String> comment, Comments.Made made) {
    Comments.on(
        draft,
        () -> "SCHEMA " + Sql.name(item.name().name()),
        item,
        "schema.comment-changed",
        comment,
        made);
  }
}
