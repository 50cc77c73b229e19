package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans what happens to indexes, but for what constraints do with theirs. */
final class IndexOps {
  private static final String WITH = " WITH (";

  private final Draft draft;

  IndexOps(Draft draft) {
    this.draft = draft;
  }

  static boolean partitioned(Matching matching, Index index) {
    return matching.tables.both().stream()
        .anyMatch(
            pair ->
                pair.to().name().equals(index.table())
                    && pair.to().kind() == Table.Kind.PARTITIONED);
  }

  /** Whether an index of its own becomes the one that a constraint keeps, just as it is. */
  static boolean becomesKey(Matching matching, Index a, Index b) {
    return a.constraint().isEmpty()
        && b.constraint().isPresent()
        && a.uniqueness() == Index.Uniqueness.UNIQUE
        && a.validity() == Constraint.Validity.VALID
        && a.parent().isEmpty()
        && matching.tables.both().stream()
            .filter(pair -> pair.to().name().equals(b.table()))
            .filter(pair -> pair.to().kind() == Table.Kind.TABLE)
            .anyMatch(
                pair ->
                    matching.names.same(
                        a.body(), b.body(), matching.renamedColumns(pair.from(), pair.to())));
  }

  void all() {
    for (Index index : draft.matching.indexes.added()) {
      if (index.constraint().isEmpty()) {
        create(index);
      }
      draft.guarded("index.changed", item(index), () -> settings(index, Optional.empty()));
      attach(index);
    }
    for (Index index : draft.matching.indexes.removed()) {
      if (index.constraint().isEmpty() && !leaves(index)) {
        drop(index, draft.former.index(index));
      }
    }
    for (Pair<Index> pair : draft.matching.indexes.both()) {
      draft.guarded("index.changed", item(pair.to()), () -> change(pair.from(), pair.to()));
    }
  }

  private static Item item(Index index) {
    return index
        .constraint()
        .map(name -> new Item(Item.Kind.CONSTRAINT, index.table(), name))
        .orElseGet(() -> Item.of(Item.Kind.INDEX, index.name()));
  }

  /** Whether the index goes with its table, or with the index that it is a part of. */
  private boolean leaves(Index index) {
    Item table = Item.of(Item.Kind.TABLE, draft.former.of(index.table()));
    Item view = Item.of(Item.Kind.VIEW, table.name());
    return draft.upheaval.dropped.contains(table)
        || draft.upheaval.dropped.contains(view)
        || index.parent().filter(this::dropped).isPresent() && !moved(index);
  }

  private boolean dropped(ObjectName parent) {
    return draft.matching.indexes.removed().stream().anyMatch(each -> each.name().equals(parent))
        || draft.matching.indexes.both().stream()
            .filter(pair -> pair.from().name().equals(parent))
            .anyMatch(pair -> draft.upheaval.replaced.contains(item(pair.to())));
  }

  private boolean moved(Index index) {
    return draft.matching.tables.both().stream()
        .filter(pair -> pair.from().name().equals(index.table()))
        .anyMatch(pair -> !TableOps.sameParents(pair, draft.matching));
  }

  private boolean fresh(Index index) {
    return draft.fresh(index.table())
        || draft.matching.views.added().stream()
            .anyMatch(view -> view.name().equals(index.table()));
  }

  private boolean isPartitioned(Index index) {
    return draft
        .to
        .table(index.table())
        .filter(table -> table.kind() == Table.Kind.PARTITIONED)
        .isPresent();
  }

  private void create(Index index) {
    boolean online = draft.online() && !fresh(index) && !isPartitioned(index);
    String kind = "index.added";
    draft
        .add(
            Op.Act.CREATE,
            item(index),
            Ranks.INDEX,
            kind,
            () -> {
              if (online) {
                return concurrently(index, index.name().name(), kind);
              }
              StepDraft step =
                  draft
                      .step(kind, index.table())
                      .sql(create(index, index.name().name(), false))
                      .undo("DROP INDEX " + Sql.name(index.name()))
                      .probe(Probes.validIndex(index.name()))
                      .work(isPartitioned(index) ? Work.CATALOG_ONLY : Work.INDEX_BUILD)
                      .verify("The index is there and valid");
              if (index.uniqueness() == Index.Uniqueness.UNIQUE) {
                step.requires("No two rows have the same key");
              }
              return step.lock(index.table(), LockMode.SHARE);
            })
        .needs(Item.of(Item.Kind.TABLE, index.table()), Item.of(Item.Kind.VIEW, index.table()))
        .names(index.name());
  }

  /** An index that is built while others write, under any name. */
  StepDraft concurrently(Index index, String name, String kind) {
    ObjectName qualified = new ObjectName(index.name().schema(), name);
    StepDraft step =
        draft
            .step(kind, index.table())
            .sql(create(index, name, true))
            .undo("DROP INDEX CONCURRENTLY " + Sql.name(qualified))
            .probe(Probes.validIndex(qualified))
            .work(Work.INDEX_BUILD)
            .alone()
            .hazard(Hazard.PARTIAL_FAILURE_STATE)
            .lock(index.table(), LockMode.SHARE_UPDATE_EXCLUSIVE)
            .verify("The index is there and valid; one that is not is dropped and built again");
    return index.uniqueness() == Index.Uniqueness.UNIQUE
        ? step.requires("No two rows have the same key")
        : step;
  }

  /** A new index beside the old one, which it follows when it is built. */
  private List<StepDraft> replace(Index b) {
    String kind = "index.changed";
    String temporary = Leftovers.name("idx", b.name().toString(), b.body());
    List<StepDraft> steps = new ArrayList<>();
    steps.add(concurrently(b, temporary, kind));
    steps.add(
        draft
            .step(kind, b.table())
            .sql("DROP INDEX CONCURRENTLY " + Sql.name(b.name()))
            .hazard(Hazard.INDEX_DROPPED)
            .alone()
            .lock(b.table(), LockMode.SHARE_UPDATE_EXCLUSIVE)
            .verify("The old index is not there"));
    steps.add(
        draft
            .step(kind, b.table())
            .sql(
                "ALTER INDEX "
                    + Sql.name(new ObjectName(b.name().schema(), temporary))
                    + " RENAME TO "
                    + Sql.name(b.name().name()))
            .lock(b.name(), LockMode.SHARE_UPDATE_EXCLUSIVE)
            .verify("The new index has the name of the old one"));
    return steps;
  }

  /** Whether the columns stay as they are, so that both indexes can be there at once. */
  private boolean replacesOnline(Index b) {
    return draft.online()
        && b.parent().isEmpty()
        && !isPartitioned(b)
        && draft.to.table(b.table()).isPresent()
        && b.columns().stream()
            .map(column -> Item.column(b.table(), column))
            .noneMatch(
                item ->
                    draft.upheaval.retyped.contains(item) || draft.upheaval.replaced.contains(item))
        && draft.matching.indexes.both().stream()
            .filter(pair -> pair.to().equals(b))
            .allMatch(
                pair ->
                    pair.from().columns().stream()
                        .map(column -> draft.former.item(Item.column(pair.from().table(), column)))
                        .noneMatch(
                            item ->
                                draft.upheaval.dropped.contains(item)
                                    || draft.upheaval.retyped.contains(item)
                                    || draft.upheaval.replaced.contains(item)));
  }

  String create(Index index, String name, boolean concurrently) {
    return "CREATE "
        + (index.uniqueness() == Index.Uniqueness.UNIQUE ? "UNIQUE " : "")
        + "INDEX "
        + (concurrently ? "CONCURRENTLY " : "")
        + Sql.name(name)
        + " ON "
        + (isPartitioned(index) ? "ONLY " : "")
        + Sql.name(index.table())
        + " "
        + Deparse.readable(tail(index));
  }

  /** What the server wrote behind the table's name. */
  static String tail(Index index) {
    String definition = index.definition();
    String body = index.body();
    for (int at = definition.indexOf("USING ");
        at >= 0;
        at = definition.indexOf("USING ", at + 1)) {
      String tail = definition.substring(at);
      if (tail.equals(body)) {
        return tail;
      }
      int with = tail.indexOf(WITH);
      if (with >= 0
          && with <= body.length()
          && tail.startsWith(body.substring(0, with))
          && tail.endsWith(body.substring(with))) {
        return tail;
      }
    }
    throw new IllegalStateException(
        "The body of index " + index.name() + " is no part of its definition");
  }

  private void drop(Index index, ObjectName name) {
    String kind = "index.removed";
    Item item = Item.of(Item.Kind.INDEX, name);
    ObjectName table = draft.former.of(index.table());
    if (draft.refusedByUser(kind, item)) {
      return;
    }
    boolean online = draft.online() && index.parent().isEmpty() && !ofPartitioned(index);
    draft
        .add(
            Op.Act.DROP,
            item,
            Ranks.DROP_INDEX,
            kind,
            () -> {
              StepDraft step =
                  draft
                      .step(kind, table)
                      .sql("DROP INDEX " + (online ? "CONCURRENTLY " : "") + Sql.name(name))
                      .hazard(Hazard.INDEX_DROPPED)
                      .probe(Probes.not(Probes.relation(name)))
                      .verify("The index is not there");
              return online
                  ? step.alone().lock(table, LockMode.SHARE_UPDATE_EXCLUSIVE)
                  : step.undo(create(index, name.name(), false)).exclusive(table);
            })
        .names(name);
  }

  private boolean ofPartitioned(Index index) {
    return draft
        .from
        .table(index.table())
        .filter(table -> table.kind() == Table.Kind.PARTITIONED)
        .isPresent();
  }

  private void change(Index a, Index b) {
    Item item = item(b);
    boolean replaced = draft.upheaval.replaced.contains(item);
    if (a.constraint().isEmpty() && b.constraint().isPresent()) {
      if (!becomesKey(draft.matching, a, b)) {
        drop(a, b.name());
      }
      settings(b, Optional.empty());
      return;
    }
    if (a.constraint().isPresent() && b.constraint().isEmpty()) {
      create(b);
      settings(b, Optional.empty());
      attach(b);
      return;
    }
    if (replaced && b.constraint().isEmpty()) {
      if (draft.refusedByUser("index.changed", item)) {
        return;
      }
      if (replacesOnline(b)) {
        Draft.Added added =
            draft.addAll(Op.Act.CREATE, item, Ranks.INDEX, "index.changed", () -> replace(b));
        b.columns().forEach(column -> added.needs(Item.column(b.table(), column)));
      } else {
        if (!leaves(a)) {
          drop(a, b.name());
        }
        create(b);
      }
      settings(b, Optional.empty());
      attach(b);
      return;
    }
    settings(b, replaced ? Optional.empty() : Optional.of(a));
    boolean parentAnew = b.parent().filter(this::made).isPresent();
    if (replaced || parentAnew || !a.parent().map(draft.former::of).equals(b.parent())) {
      attach(b);
    }
  }

  private boolean made(ObjectName parent) {
    return draft.matching.indexes.added().stream().anyMatch(each -> each.name().equals(parent))
        || draft.matching.indexes.both().stream()
            .filter(pair -> pair.to().name().equals(parent))
            .anyMatch(pair -> draft.upheaval.replaced.contains(item(pair.to())));
  }

  private void settings(Index index, Optional<Index> before) {
    List<String> sql = new ArrayList<>();
    String alter = "ALTER INDEX " + Sql.name(index.name()) + " ";
    before.ifPresent(
        old -> {
          List<String> gone = new ArrayList<>(Sql.optionNames(old.options()));
          gone.removeAll(Sql.optionNames(index.options()));
          List<String> set =
              index.options().stream().filter(each -> !old.options().contains(each)).toList();
          if (!set.isEmpty()) {
            sql.add(alter + "SET (" + Sql.options(set) + ")");
          }
          if (!gone.isEmpty()) {
            sql.add(alter + "RESET (" + Sql.options(gone) + ")");
          }
        });
    if (before.isEmpty() && index.constraint().isPresent() && !index.options().isEmpty()) {
      sql.add(alter + "SET (" + Sql.options(index.options()) + ")");
    }
    Optional<String> space = before.flatMap(Index::tablespace);
    boolean moves = !space.equals(index.tablespace());
    if (moves) {
      sql.add(alter + "SET TABLESPACE " + Sql.name(index.tablespace().orElse("pg_default")));
    }
    draft.add(
        Op.Act.ALTER,
        item(index),
        Ranks.SETTING,
        "index.changed",
        () -> {
          StepDraft step =
              draft.step("index.changed", index.table()).sql(sql.toArray(String[]::new));
          return moves
              ? step.exclusive(index.name()).work(Work.REWRITE)
              : step.lock(index.name(), LockMode.ACCESS_EXCLUSIVE);
        });
    if (!before.map(Index::comment).orElse(Optional.empty()).equals(index.comment())) {
      Comments.on(
          draft,
          Comments.named("INDEX", index.name()),
          item(index),
          "index.changed",
          index.comment(),
          Comments.Made.BEFORE);
    }
  }

  /** An index that is attached already is left alone by the server. */
  private void attach(Index index) {
    if (index.parent().isEmpty()) {
      return;
    }
    ObjectName parent = index.parent().get();
    Draft.Added added =
        draft.add(
            Op.Act.ALTER,
            item(index),
            Ranks.ATTACH_INDEX,
            "index.changed",
            () ->
                draft
                    .step("index.changed", index.table())
                    .sql(
                        "ALTER INDEX "
                            + Sql.name(parent)
                            + " ATTACH PARTITION "
                            + Sql.name(index.name()))
                    .exclusive(index.name())
                    .lock(index.table(), LockMode.ACCESS_SHARE)
                    .verify("The index is a part of the one above"));
    added.needs(Item.of(Item.Kind.TABLE, index.table()));
    draft.to.indexes().stream()
        .filter(each -> each.name().equals(parent))
        .forEach(each -> added.needs(item(each), Item.of(Item.Kind.TABLE, each.table())));
  }
}
