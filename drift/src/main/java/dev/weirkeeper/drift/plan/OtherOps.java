package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Opaque;
import java.util.Locale;

/** Says what is not planned, because it is not modelled. */
final class OtherOps {
  private final Draft draft;

  OtherOps(Draft draft) {
    this.draft = draft;
  }

  void all() {
    Pairs<Opaque> pairs =
        Pairs.by(draft.from.others(), draft.to.others(), OtherOps::key, OtherOps::key);
    for (Opaque each : pairs.added()) {
      refuse(each, "is missing and is not made by a migration. Make it");
      draft.missing(Differences.item(each));
    }
    pairs.removed().stream()
        .filter(each -> !goesWithItsRelation(each))
        .filter(each -> !draft.shadows.uses(Shadows.name(each)))
        .forEach(this::remove);
    for (Pairs.Pair<Opaque> pair : pairs.both()) {
      Item item = Differences.item(pair.to());
      if (draft.upheaval.replaced.contains(item)) {
        rebuild(pair.from(), item);
      }
      if (!pair.from().definition().equals(pair.to().definition())) {
        refuse(pair.to(), "differs and is not changed by a migration. Change it");
      }
    }
  }

  private void remove(Opaque each) {
    if (Shadows.isPart(each)) {
      clear(each);
    } else {
      refuse(each, "is not wanted and is not dropped by a migration. Drop it");
    }
  }

  /** What keeps a second column up that nobody wants any more. */
  private void clear(Opaque each) {
    Item item = Differences.item(each);
    String kind = Differences.otherKind(each);
    ObjectName on = each.of().map(draft.former::of).orElseGet(() -> function(each));
    draft.add(
        Op.Act.DROP,
        item,
        Ranks.DROP_VIEW,
        kind,
        () ->
            each.of().isPresent()
                ? draft
                    .step(kind, on)
                    .sql("DROP TRIGGER " + Sql.name(Shadows.name(each)) + " ON " + Sql.name(on))
                    .exclusive(on)
                : draft.step(kind, on).sql("DROP FUNCTION " + Sql.name(on) + "()"));
  }

  private static ObjectName function(Opaque each) {
    String name = Shadows.name(each);
    return new ObjectName(
        each.identity().substring(0, each.identity().lastIndexOf(name) - 1), name);
  }

  /** What the server can write as one statement, and what can be dropped without knowing more. */
  static boolean canBeMade(DatabaseSchema schema, Item item) {
    return schema.others().stream()
        .filter(each -> Differences.item(each).equals(item))
        .anyMatch(each -> each.make().isPresent());
  }

  /** A trigger or rule on a column whose type changes: gone before, the same again afterwards. */
  private void rebuild(Opaque each, Item item) {
    ObjectName relation = each.of().orElseThrow();
    ObjectName now = draft.former.of(relation);
    String name = each.identity().substring(relation.toString().length() + 1);
    String kind = Differences.otherKind(each);
    draft.add(
        Op.Act.DROP,
        item,
        Ranks.DROP_VIEW,
        kind,
        () ->
            draft
                .step(kind, now)
                .sql(
                    "DROP "
                        + each.kind().toUpperCase(Locale.ROOT)
                        + " "
                        + Sql.name(name)
                        + " ON "
                        + Sql.name(now))
                .undo(each.make().orElseThrow())
                .exclusive(now)
                .hazard(Hazard.UNPROTECTED_WINDOW)
                .verify("The " + each.kind() + " is not there"));
    draft.add(
        Op.Act.CREATE,
        item,
        Ranks.SETTING,
        kind,
        () ->
            draft
                .step(kind, now)
                .sql(each.make().orElseThrow())
                .lock(
                    now,
                    each.kind().equals("trigger")
                        ? LockMode.SHARE_ROW_EXCLUSIVE
                        : LockMode.ACCESS_EXCLUSIVE)
                .verify("The " + each.kind() + " is there again"));
  }

  private static String key(Opaque each) {
    return each.kind() + "\u0000" + each.identity();
  }

  private boolean goesWithItsRelation(Opaque each) {
    return each.of()
        .map(draft.former::of)
        .filter(
            relation ->
                draft.upheaval.dropped.contains(Item.of(Item.Kind.TABLE, relation))
                    || draft.upheaval.dropped.contains(Item.of(Item.Kind.VIEW, relation)))
        .isPresent();
  }

  private void refuse(Opaque each, String why) {
    draft.refuse(
        Differences.otherKind(each),
        Differences.item(each),
        "the " + each.kind() + " " + why + " by hand");
  }
}
