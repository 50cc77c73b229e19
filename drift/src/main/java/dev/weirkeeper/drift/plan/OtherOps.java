package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Opaque;

/** Says what is not planned, because it is not modelled. */
final class OtherOps {
  private final Draft draft;

  OtherOps(Draft draft) {
    this.draft = draft;
  }

  void all() {
    Pairs<Opaque> pairs =
        Pairs.by(draft.from.others(), draft.to.others(), OtherOps::key, OtherOps::key);
    pairs.added().forEach(each -> refuse(each, "is missing and is not made by a migration. Make it"));
    pairs.removed().stream()
        .filter(each -> !goesWithItsRelation(each))
        .forEach(
            each -> refuse(each, "is not wanted and is not dropped by a migration. Drop it"));
    for (Pairs.Pair<Opaque> pair : pairs.both()) {
      if (!pair.from().definition().equals(pair.to().definition())) {
        refuse(pair.to(), "differs and is not changed by a migration. Change it");
      }
    }
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
