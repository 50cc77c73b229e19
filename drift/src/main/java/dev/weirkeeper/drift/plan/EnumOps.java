package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.EnumType;
import dev.weirkeeper.drift.schema.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Plans what happens to enum types. */
final class EnumOps {
  private final Draft draft;

  EnumOps(Draft draft) {
    this.draft = draft;
  }

  /** Labels can be added and renamed in place; whatever else needs another type. */
  static boolean needsSwap(Pairs<EnumType.Label> labels, Pair<EnumType> type) {
    List<EnumType.Label> kept =
        type.from().labels().stream().filter(label -> !labels.removed().contains(label)).toList();
    return !labels.removed().isEmpty()
        || !kept.equals(labels.both().stream().map(Pair::from).toList());
  }

  void all() {
    for (EnumType type : draft.matching.enums.added()) {
      Item item = Item.of(Item.Kind.ENUM, type.name());
      draft.add(
          Op.Act.CREATE,
          item,
          Ranks.TYPE,
          "enum.added",
          () ->
              draft
                  .step("enum.added", type.name())
                  .sql(create(type))
                  .probe(Probes.type(type.name()))
                  .undo("DROP TYPE " + Sql.name(type.name()))
                  .verify("The type has its labels in their order"));
      comment(type);
    }
    for (EnumType type : draft.matching.enums.removed()) {
      TypeDrops.drop(draft, "enum.removed", Item.of(Item.Kind.ENUM, draft.former.of(type.name())));
    }
    for (Pair<EnumType> pair : draft.matching.enums.both()) {
      draft.guarded(
          "enum.label-added", Item.of(Item.Kind.ENUM, pair.to().name()), () -> change(pair));
    }
  }

  private void change(Pair<EnumType> pair) {
    Item item = Item.of(Item.Kind.ENUM, pair.to().name());
    if (draft.upheaval.swapped.contains(item)) {
      new TypeSwap(draft)
          .swap(
              item,
              removes(pair) ? "enum.label-removed" : "enum.labels-reordered",
              create(pair.to()),
              removes(pair));
      comment(pair.to());
    } else {
      grow(pair, item);
      if (!pair.from().comment().equals(pair.to().comment())) {
        comment(pair.to());
      }
    }
  }

  private boolean removes(Pair<EnumType> pair) {
    return !draft.matching.labels(pair.from(), pair.to()).removed().isEmpty();
  }

  private static String create(EnumType type) {
    return "CREATE TYPE "
        + Sql.name(type.name())
        + " AS ENUM ("
        + type.labels().stream()
            .map(label -> Sql.literal(label.name()))
            .collect(Collectors.joining(", "))
        + ")";
  }

  /** One step per label: a new one cannot be used in the transaction that adds it. */
  private void grow(Pair<EnumType> pair, Item item) {
    Pairs<EnumType.Label> labels = draft.matching.labels(pair.from(), pair.to());
    List<EnumType.Label> there = new ArrayList<>(labels.both().stream().map(Pair::to).toList());
    List<EnumType.Label> all = pair.to().labels();
    String type = Sql.name(pair.to().name());
    draft.addAll(
        Op.Act.ALTER,
        item,
        Ranks.ALTER_TYPE,
        "enum.label-added",
        () -> {
          List<StepDraft> steps = new ArrayList<>();
          for (EnumType.Label label : labels.added()) {
            int place = all.indexOf(label);
            String where = "";
            if (place > 0) {
              where = " AFTER " + Sql.literal(all.get(place - 1).name());
            } else if (!there.isEmpty()) {
              where = " BEFORE " + Sql.literal(there.get(0).name());
            }
            there.add(Math.min(place, there.size()), label);
            steps.add(
                draft
                    .step("enum.label-added", pair.to().name())
                    .sql(
                        "ALTER TYPE "
                            + type
                            + " ADD VALUE IF NOT EXISTS "
                            + Sql.literal(label.name())
                            + where)
                    .alone()
                    .irreversible()
                    .probe(Probes.label(pair.to().name(), label.name()))
                    .requires("No row uses the label yet")
                    .verify("The type has the label at its place"));
          }
          return steps;
        });
  }

  private void comment(EnumType type) {
    Comments.on(
        draft,
        Comments.named("TYPE", type.name()),
        Item.of(Item.Kind.ENUM, type.name()),
        "enum.comment-changed",
        type.comment(),
        draft.matching.enums.added().contains(type)
                || draft.upheaval.swapped.contains(Item.of(Item.Kind.ENUM, type.name()))
            ? Comments.Made.NOW
            : Comments.Made.BEFORE);
  }
}
