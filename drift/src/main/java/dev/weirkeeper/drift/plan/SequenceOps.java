package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Sequence;
import dev.weirkeeper.drift.schema.Table;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans what happens to sequences. Those of identity columns come and go with their column. */
final class SequenceOps {
  private static final String KIND = "sequence.changed";
  private static final int UNLOGS = 15;

  private final Draft draft;

  SequenceOps(Draft draft) {
    this.draft = draft;
  }

  void all() {
    for (Sequence sequence : draft.matching.sequences.added()) {
      draft.guarded(KIND, item(sequence), () -> made(sequence));
    }
    for (Sequence sequence : draft.matching.sequences.removed()) {
      if (!identity(sequence)) {
        drop(sequence);
      }
    }
    for (Pair<Sequence> pair : draft.matching.sequences.both()) {
      draft.guarded(KIND, item(pair.to()), () -> change(pair.from(), pair.to()));
    }
  }

  private void made(Sequence sequence) {
    if (!identity(sequence)) {
      create(sequence);
      owner(sequence);
    }
    comment(sequence, Comments.Made.NOW);
  }

  static boolean identity(Sequence sequence) {
    return sequence.owner().filter(owner -> owner.bond() == Sequence.Bond.IDENTITY).isPresent();
  }

  private static Item item(Sequence sequence) {
    return Item.of(Item.Kind.SEQUENCE, sequence.name());
  }

  private void create(Sequence sequence) {
    String unlogged = unlogged(sequence) ? "UNLOGGED " : "";
    draft
        .add(
            Op.Act.CREATE,
            item(sequence),
            Ranks.SEQUENCE,
            KIND,
            () ->
                draft
                    .step(KIND, sequence.name())
                    .sql(
                        "CREATE "
                            + unlogged
                            + "SEQUENCE "
                            + Sql.name(sequence.name())
                            + " AS "
                            + sequence.type()
                            + " "
                            + settings(sequence))
                    .probe(Probes.relation(sequence.name()))
                    .undo("DROP SEQUENCE " + Sql.name(sequence.name()))
                    .verify("The sequence has its settings"))
        .names(sequence.name());
  }

  private boolean unlogged(Sequence sequence) {
    return draft.major >= UNLOGS && sequence.persistence() == Table.Persistence.UNLOGGED;
  }

  /** All settings, so that none depends on what a version has by default. */
  static String settings(Sequence sequence) {
    return "INCREMENT BY "
        + sequence.increment()
        + " MINVALUE "
        + sequence.min()
        + " MAXVALUE "
        + sequence.max()
        + " START WITH "
        + sequence.start()
        + " CACHE "
        + sequence.cache()
        + (sequence.cycle() == Sequence.Cycle.CYCLE ? " CYCLE" : " NO CYCLE");
  }

  private void owner(Sequence sequence) {
    String sql = "ALTER SEQUENCE " + Sql.name(sequence.name()) + " OWNED BY ";
    Optional<Sequence.Owner> owner = sequence.owner();
    draft
        .add(
            Op.Act.ALTER,
            item(sequence),
            Ranks.OWNER,
            KIND,
            () -> {
              StepDraft step = draft.step(KIND, sequence.name());
              owner.ifPresent(
                  each ->
                      step.sql(sql + Sql.name(each.table()) + "." + Sql.name(each.column()))
                          .lock(each.table(), LockMode.SHARE_ROW_EXCLUSIVE)
                          .lock(sequence.name(), LockMode.SHARE_ROW_EXCLUSIVE)
                          .verify("The sequence belongs to the column"));
              return step;
            })
        .needs(
            owner
                .map(
                    each ->
                        new Item[] {
                          Item.of(Item.Kind.TABLE, each.table()),
                          Item.column(each.table(), each.column())
                        })
                .orElse(new Item[0]));
  }

  private void drop(Sequence sequence) {
    if (sequence.owner().map(this::ownerGoes).orElse(false)) {
      return;
    }
    Item item = Item.of(Item.Kind.SEQUENCE, draft.former.of(sequence.name()));
    if (draft.refusedByUser(KIND, item)
        || draft.refusedDestruction(KIND, item, "Dropping a sequence")) {
      return;
    }
    draft
        .add(
            Op.Act.DROP,
            item,
            Ranks.DROP_SEQUENCE,
            KIND,
            () ->
                draft
                    .step(KIND, item.name())
                    .sql("DROP SEQUENCE " + Sql.name(item.name()))
                    .exclusive(item.name())
                    .hazard(Hazard.DELETES_DATA)
                    .irreversible()
                    .probe(Probes.not(Probes.relation(item.name())))
                    .requires("No default uses the sequence")
                    .verify("The sequence is not there"))
        .names(item.name());
  }

  /** Whether the column that an old sequence belongs to is dropped, and the sequence with it. */
  private boolean ownerGoes(Sequence.Owner owner) {
    Item table = Item.of(Item.Kind.TABLE, draft.former.of(owner.table()));
    Item column = draft.former.item(Item.column(owner.table(), owner.column()));
    return draft.mayDestroy()
        && (draft.upheaval.dropped.contains(table)
            || draft.upheaval.dropped.contains(column)
            || draft.upheaval.replaced.contains(column));
  }

  private void change(Sequence a, Sequence b) {
    if (identity(a) != identity(b)) {
      // One ends with the identity of its column, the other one begins.
      if (identity(a)) {
        create(b);
        owner(b);
      }
      return;
    }
    Optional<Sequence.Owner> old = a.owner().map(this::renamed);
    boolean lost = a.owner().isPresent() && !old.equals(b.owner());
    boolean regained =
        b.owner().isPresent()
            && (!old.equals(b.owner()) || a.owner().map(this::ownerGoes).orElse(false));
    if (!identity(b) && (lost || regained && old.isPresent())) {
      disown(a, b);
    }
    settings(a, b);
    if (!identity(b) && regained) {
      owner(b);
    }
    if (!a.comment().equals(b.comment())) {
      comment(b, Comments.Made.BEFORE);
    }
  }

  private Sequence.Owner renamed(Sequence.Owner owner) {
    Item column = draft.former.item(Item.column(owner.table(), owner.column()));
    return new Sequence.Owner(column.name(), column.part(), owner.bond());
  }

  private void disown(Sequence a, Sequence b) {
    Sequence.Owner owner = renamed(a.owner().orElseThrow());
    draft
        .add(
            Op.Act.ALTER,
            item(b),
            Ranks.DETACH,
            KIND,
            () ->
                draft
                    .step(KIND, b.name())
                    .sql("ALTER SEQUENCE " + Sql.name(b.name()) + " OWNED BY NONE")
                    .lock(b.name(), LockMode.SHARE_ROW_EXCLUSIVE)
                    .verify("The sequence belongs to no column"))
        .rids(Item.column(owner.table(), owner.column()), Item.of(Item.Kind.TABLE, owner.table()));
  }

  private void settings(Sequence a, Sequence b) {
    List<String> sql = new ArrayList<>();
    String name = Sql.name(b.name());
    if (!a.type().equals(b.type()) || !settings(a).equals(settings(b))) {
      String alter = "ALTER SEQUENCE " + name + " AS " + b.type() + " " + settings(b);
      sql.add(narrows(a, b) ? restarted(name, alter, b) : alter);
    }
    if (draft.major >= UNLOGS && a.persistence() != b.persistence()) {
      sql.add("ALTER SEQUENCE " + name + (unlogged(b) ? " SET UNLOGGED" : " SET LOGGED"));
    }
    draft.add(
        Op.Act.ALTER,
        item(b),
        Ranks.ALTER_SEQUENCE,
        KIND,
        () ->
            draft
                .step(KIND, b.name())
                .sql(sql.toArray(String[]::new))
                .lock(b.name(), LockMode.SHARE_ROW_EXCLUSIVE)
                .verify("The sequence has its settings"));
  }

  private static boolean narrows(Sequence a, Sequence b) {
    return new BigInteger(b.min()).compareTo(new BigInteger(a.min())) > 0
        || new BigInteger(b.max()).compareTo(new BigInteger(a.max())) < 0;
  }

  /** One that has given no number yet starts within its new bounds; another one stops the step. */
  private static String restarted(String name, String alter, Sequence b) {
    return Guards.block(
        "DECLARE given boolean; reached bigint; BEGIN SELECT is_called, last_value INTO given,"
            + " reached FROM "
            + name
            + "; IF NOT given AND reached NOT BETWEEN "
            + b.min()
            + " AND "
            + b.max()
            + " THEN "
            + alter
            + " RESTART WITH "
            + b.start()
            + "; ELSE "
            + alter
            + "; END IF; END");
  }

  private void comment(Sequence sequence, Comments.Made made) {
    Comments.on(
        draft,
        Comments.named("SEQUENCE", sequence.name()),
        item(sequence),
        KIND,
        sequence.comment(),
        made);
  }
}
