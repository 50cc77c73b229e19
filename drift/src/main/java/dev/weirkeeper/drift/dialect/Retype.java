package dev.weirkeeper.drift.dialect;

import dev.weirkeeper.Type;
import dev.weirkeeper.drift.taxonomy.Loss;
import dev.weirkeeper.drift.taxonomy.TargetAnswer;
import dev.weirkeeper.drift.taxonomy.TypeComparison;
import dev.weirkeeper.drift.taxonomy.TypeDifference;
import dev.weirkeeper.drift.taxonomy.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of the type of a mirror's column.
 *
 * @param why what stands in the way; empty unless refused
 */
record Retype(Course course, Way way, String why) {

  /** What is done. */
  enum Course {
    NONE,
    /** The mirror is wider and stays so. */
    KEPT,
    /** The type is the same there and the values are not. */
    REREAD,
    ALTER,
    STAGED,
    REFUSED
  }

  /** Empty if the types are the same at the source. */
  static Optional<Retype> of(MirrorDraft draft, MirrorColumn old, MirrorColumn now) {
    List<String> rows = new ArrayList<>();
    List<TargetAnswer> answers = new ArrayList<>();
    // One enum with two lists of labels is one type, whose labels are compared.
    if (!old.expression().toString().equals(now.expression().toString())) {
      for (TypeDifference difference : TypeComparison.between(old.expression(), now.expression())) {
        rows.add(difference.row());
        answers.add(draft.matrix().ask(difference, draft.dialect().id(), draft.traits()));
      }
    }
    if (rows.isEmpty()) {
      labels(old.labels(), now.labels())
          .ifPresent(
              row -> {
                rows.add(row);
                answers.add(draft.ask(row));
              });
    }
    return rows.isEmpty() ? Optional.empty() : Optional.of(of(draft, old, now, rows, answers));
  }

  /** The row that speaks of two lists of labels; the worst, where several do. */
  private static Optional<String> labels(List<Type.Label> before, List<Type.Label> after) {
    List<String> was = before.stream().map(Type.Label::name).toList();
    List<String> is = after.stream().map(Type.Label::name).toList();
    if (was.equals(is) || was.isEmpty() || is.isEmpty()) {
      return Optional.empty();
    }
    List<String> ids = after.stream().map(Type.Label::id).toList();
    boolean renamed =
        before.stream()
            .anyMatch(
                label ->
                    ids.contains(label.id())
                        && !label.id().isEmpty()
                        && !is.get(ids.indexOf(label.id())).equals(label.name()));
    if (renamed) {
      return Optional.of("enum-rename");
    }
    if (!is.containsAll(was)) {
      return Optional.of("enum-remove");
    }
    return Optional.of(is.subList(0, was.size()).equals(was) ? "enum-append" : "enum-reorder");
  }

  private static Retype of(
      MirrorDraft draft,
      MirrorColumn old,
      MirrorColumn now,
      List<String> rows,
      List<TargetAnswer> answers) {
    Loss loss = Loss.PRESERVING;
    Way way = Way.NOTHING_TO_DO;
    String worst = rows.get(0);
    TargetAnswer answer = answers.get(0);
    for (int i = 0; i < rows.size(); i++) {
      Loss here = draft.matrix().loss(rows.get(i));
      if (here.compareTo(loss) > 0) {
        loss = here;
        worst = rows.get(i);
        answer = answers.get(i);
      }
      way = way.worst(answers.get(i).way());
    }
    if (now.type().isEmpty()) {
      return refused(way, draft.uncarried(now));
    }
    boolean same = now.type().equals(old.type());
    return switch (loss) {
      case PRESERVING, RERENDERING -> preserving(draft, old, same, way, worst, answer);
      case FITTING -> new Retype(same ? Course.NONE : Course.KEPT, way, "");
      case SEMANTIC, ROUNDING, REPLACING ->
          same && way == Way.NOTHING_TO_DO
              ? new Retype(Course.REREAD, way, "")
              : worst.equals("enum-rename") || worst.equals("enum-reorder")
                  ? relabelled(draft, way, worst, answer)
                  : refused(
                      way,
                      draft.matrix().change(worst)
                          + ": stored values became others at the source and no row event says so."
                          + " A person decides what the mirror is to hold, then it is loaded"
                          + " again");
    };
  }

  private static Retype preserving(
      MirrorDraft draft, MirrorColumn old, boolean same, Way way, String row, TargetAnswer answer) {
    if (same) {
      return new Retype(Course.NONE, way, "");
    }
    return switch (way) {
      case NOTHING_TO_DO -> new Retype(Course.KEPT, way, "");
      case METADATA_ONLY, INDEX_REBUILD, REWRITE, ALTER_ONLY ->
          old.type().isEmpty()
              ? refused(way, draft.uncarried(old))
              : new Retype(Course.ALTER, way, "");
      case IF_VALUES_FIT -> new Retype(Course.ALTER, way, "");
      case REFUSED, UNKNOWN ->
          draft.dialect() == Dialect.DUCKDB || draft.dialect() == Dialect.MYSQL
              ? refused(way, draft.inPlace(row, answer))
              : new Retype(Course.STAGED, way, "");
    };
  }

  /** A reordered enum keeps its values; a renamed label does not. */
  private static Retype relabelled(MirrorDraft draft, Way way, String row, TargetAnswer answer) {
    if (row.equals("enum-reorder") && way == Way.REWRITE) {
      return new Retype(Course.ALTER, way, "");
    }
    return refused(
        way,
        row.equals("enum-rename")
            ? "stored values read another text now and no row event says so: the column has to be"
                + " loaded again with the new labels"
            : draft.inPlace(row, answer));
  }

  private static Retype refused(Way way, String why) {
    return new Retype(Course.REFUSED, way, why);
  }
}
