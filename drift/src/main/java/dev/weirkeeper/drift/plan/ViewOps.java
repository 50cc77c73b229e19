package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.View;
import java.util.ArrayList;
import java.util.List;

/** Plans what happens to views: they hold nothing of their own and are made again where needed. */
final class ViewOps {
  private static final String KIND = "view.changed";

  private final Draft draft;

  ViewOps(Draft draft) {
    this.draft = draft;
  }

  void all() {
    for (View view : draft.matching.views.added()) {
      create(view);
    }
    for (View view : draft.matching.views.removed()) {
      drop(view, draft.former.of(view.name()));
    }
    for (Pair<View> pair : draft.matching.views.both()) {
      if (draft.upheaval.replaced.contains(item(pair.to()))) {
        if (drop(pair.from(), pair.to().name())) {
          create(pair.to());
        }
      } else {
        draft.guarded(KIND, item(pair.to()), () -> change(pair.from(), pair.to()));
      }
    }
  }

  private static Item item(View view) {
    return Item.of(Item.Kind.VIEW, view.name());
  }

  private static String sort(View view) {
    return view.kind() == View.Kind.MATERIALIZED ? "MATERIALIZED VIEW " : "VIEW ";
  }

  private void create(View view) {
    draft
        .add(
            Op.Act.CREATE,
            item(view),
            Ranks.VIEW,
            KIND,
            () ->
                draft
                    .step(KIND, view.name())
                    .sql(
                        "CREATE "
                            + sort(view)
                            + Sql.name(view.name())
                            + (view.options().isEmpty()
                                ? ""
                                : " WITH (" + Sql.options(view.options()) + ")")
                            + " AS "
                            + Deparse.readable(query(view)))
                    .undo("DROP " + sort(view) + Sql.name(view.name()))
                    .fresh()
                    .probe(Probes.relation(view.name()))
                    .verify("The view is there"))
        .names(view.name());
    comments(view, Comments.Made.NOW, List.of());
  }

  private static String query(View view) {
    String query = view.definition().strip();
    return query.endsWith(";") ? query.substring(0, query.length() - 1) : query;
  }

  private boolean drop(View view, ObjectName name) {
    Item item = Item.of(Item.Kind.VIEW, name);
    if (draft.refusedByUser(KIND, item)) {
      return false;
    }
    boolean gone = draft.upheaval.dropped.contains(item);
    if (gone && draft.refusedDestruction(KIND, item, "Dropping a view")) {
      return false;
    }
    draft
        .add(
            Op.Act.DROP,
            item,
            Ranks.DROP_VIEW,
            KIND,
            () ->
                draft
                    .step(KIND, name)
                    .sql("DROP " + sort(view) + Sql.name(name))
                    .undo("CREATE " + sort(view) + Sql.name(name) + " AS " + query(view))
                    .exclusive(name)
                    .hazard(Hazard.BLOCKED_BY_DEPENDENT)
                    .probe(Probes.not(Probes.relation(name)))
                    .requires("Who reads the view waits, and its grants are given again")
                    .verify("The view is not there"))
        .names(name);
    return true;
  }

  private void change(View a, View b) {
    List<String> gone = new ArrayList<>(Sql.optionNames(a.options()));
    gone.removeAll(Sql.optionNames(b.options()));
    List<String> set = b.options().stream().filter(each -> !a.options().contains(each)).toList();
    List<String> sql = new ArrayList<>();
    String alter = "ALTER " + sort(b) + Sql.name(b.name()) + " ";
    if (!set.isEmpty()) {
      sql.add(alter + "SET (" + Sql.options(set) + ")");
    }
    if (!gone.isEmpty()) {
      sql.add(alter + "RESET (" + Sql.options(gone) + ")");
    }
    draft.add(
        Op.Act.ALTER,
        item(b),
        Ranks.SETTING,
        KIND,
        () -> draft.step(KIND, b.name()).sql(sql.toArray(String[]::new)).exclusive(b.name()));
    if (!a.comment().equals(b.comment()) || !a.columns().equals(b.columns())) {
      comments(b, Comments.Made.BEFORE, a.columns());
    }
  }

  private void comments(View view, Comments.Made made, List<View.Column> before) {
    if (made == Comments.Made.NOW || before.equals(view.columns())) {
      for (View.Column column : view.columns()) {
        column(view, column, made);
      }
    } else {
      view.columns().stream()
          .filter(column -> !before.contains(column))
          .forEach(column -> column(view, column, made));
    }
    Comments.on(
        draft,
        Comments.named(sort(view).strip(), view.name()),
        item(view),
        KIND,
        view.comment(),
        made);
  }

  private void column(View view, View.Column column, Comments.Made made) {
    Comments.on(
        draft,
        () -> "COLUMN " + Sql.name(view.name()) + "." + Sql.name(column.name()),
        item(view),
        KIND,
        column.comment(),
        made);
  }
}
