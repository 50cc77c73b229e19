package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Evidence;
import dev.weirkeeper.Relation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the stream knows of one relation, at the place where it stands. */
final class Table {
  /** A version whose columns could not be told, and the message that it comes from. */
  record Unresolved(WireRelation wire, Relation relation) {}

  final int oid;
  final Publishes publishes;

  /** The version under which the log writes rows now. */
  Relation current;

  /** By column of {@link #current}, whether it is part of the key. */
  boolean[] key;

  int[] keyIndexes;

  /** Whether the log has described the relation since the stream was opened. */
  boolean announced;

  /**
   * What a message said of the relation.
   *
   * @param sealed whether it is certain that the event trigger wrote it
   */
  record Hint(Shape shape, boolean sealed) {}

  /** Hints of the event trigger that nothing has confirmed yet, oldest first. */
  final List<Hint> hints = new ArrayList<>();

  /** The version before the transaction that is being read, if that changed it. */
  @Nullable Relation before;

  Evidence evidence = Evidence.CATALOG;
  boolean dropped;

  /** Whether a load of the relation is asked for or under way. */
  boolean loading;

  /**
   * Ids of columns that were generated when somebody looked. Should one become a plain column, rows
   * have values in it already that no log told.
   */
  final Set<String> generated = new HashSet<>();

  /** Ids of columns that the relation has and that the log leaves out. */
  Set<String> leftOut = Set.of();

  /** Whether it was found out of its publication, so that running transactions may be unseen. */
  boolean unpublished;

  final List<Unresolved> unresolved = new ArrayList<>();

  /** Whether a hint came in the transaction that is being read. */
  boolean hinted;

  /** The last transaction that changed rows of the relation. */
  int writtenIn;

  /** Notes which columns a look at the relation found generated. */
  void lookedAt(Shape shape) {
    shape.generated().ifPresent(nums -> nums.forEach(num -> generated.add(String.valueOf(num))));
  }

  Table(int oid, Publishes publishes, Relation current) {
    this.oid = oid;
    this.publishes = publishes;
    this.current = current;
    this.keyIndexes = current.keyIndexes();
    this.key = flags();
  }

  void become(Relation relation, Evidence by) {
    if (before == null) {
      before = current;
    }
    current = relation;
    evidence = by;
    keyIndexes = relation.keyIndexes();
    key = flags();
  }

  private boolean[] flags() {
    boolean[] flags = new boolean[current.columns().size()];
    for (int index : keyIndexes) {
      flags[index] = true;
    }
    return flags;
  }
}
