package dev.weirkeeper.drift.dialect;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.SchemaChange;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.taxonomy.Consumer;
import dev.weirkeeper.drift.taxonomy.TargetMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Plans how a mirror in another system follows a PostgreSQL schema: tables with the source's
 * columns, nullable but the key, without constraints, defaults and other indexes.
 *
 * <p>What a target accepts in place is what the {@link TargetMatrix} says of it; what it refuses is
 * refused here by name, before any statement. Nothing is dropped and nothing is narrowed: a column
 * that the source removed stays, and a target that is wider than its source stays wider. A change
 * that keeps each value and that the target refuses in place becomes a new column that is filled
 * and takes the name of the old one, which stays beside it for a person to drop.
 *
 * <p>Pure and immutable, so safe to share between threads.
 */
public final class MirrorPlanner {
  private final Dialect dialect;
  private final TargetMatrix matrix;
  private final Set<String> traits;

  private MirrorPlanner(Dialect dialect, TargetMatrix matrix, Set<String> traits) {
    this.dialect = requireNonNull(dialect, "dialect");
    this.matrix = requireNonNull(matrix, "matrix");
    this.traits = Set.copyOf(traits);
  }

  /**
   * @param traits what is known of the target beside its dialect, see {@link Consumer#traits}
   */
  public static MirrorPlanner of(Dialect dialect, String... traits) {
    return new MirrorPlanner(dialect, TargetMatrix.standard(), Set.of(traits));
  }

  /** The same by another table of targets. */
  public MirrorPlanner by(TargetMatrix table) {
    return new MirrorPlanner(dialect, table, traits);
  }

  /** Statements that let a mirror of the older schema become one of the newer. */
  public Migration plan(SchemaComparison comparison) {
    Mirror mirror = new Mirror(comparison);
    MirrorDraft draft = new MirrorDraft(dialect, matrix, traits, comparison, mirror);
    Set<String> left = new TreeSet<>();
    for (SchemaChange change : comparison.changes()) {
      Item.Kind kind = change.subject().kind();
      if (kind == Item.Kind.TABLE && change instanceof SchemaChange.Removed) {
        draft.remark(
            "The source removed " + change.subject() + ". Its mirror stays with its rows.");
      } else if (!MirrorDraft.FOLLOWED.contains(kind)) {
        left.add(change.kind());
      }
    }
    draft.namespaces();
    List<Table> standing = new ArrayList<>();
    for (Table table : mirror.tables()) {
      if (mirror.former(table).isPresent()) {
        standing.add(table);
      } else {
        draft.create(table);
      }
    }
    draft.follow(standing);
    if (!left.isEmpty()) {
      draft.remark("A mirror does not follow these: " + String.join(", ", left) + ".");
    }
    return draft.migration();
  }
}
