package dev.weirkeeper.drift.plan;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.schema.Item;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How a comparison knows that a thing of one schema and a thing of another are the same. */
public sealed interface Identity {

  /** Two readings of one database: ids tell, so a rename is a fact. */
  record Ids() implements Identity {}

  /**
   * Two databases: names tell. What was renamed is known only where somebody said so; it is never
   * guessed.
   */
  record Names(List<Rename> renames) implements Identity {
    public Names {
      renames = List.copyOf(renames);
      Set<Item> from = new HashSet<>();
      Set<Item> to = new HashSet<>();
      for (Rename rename : renames) {
        if (!from.add(rename.from()) || !to.add(rename.to())) {
          throw new IllegalArgumentException(
              "Two renames concern " + rename.from() + " or " + rename.to() + ": say one");
        }
      }
    }
  }

  /**
   * A rename that somebody declared. Parts are named within the relation or type that they are in,
   * each by its name in its own schema: a column of a table that is renamed too goes from the old
   * name of the table to the new one.
   *
   * <p>It is passed over where nothing has the old name any more, or nothing is to have the new
   * one: a comparison after a migration that was broken off is given the same renames again. Two
   * things that exchanged their names cannot be told from two that did not; such renames are
   * declared until they are made, and not again.
   */
  record Rename(Item from, Item to) {
    public Rename {
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      if (from.kind() != to.kind()) {
        throw new IllegalArgumentException(
            "A " + from.kind() + " cannot be renamed to a " + to.kind() + ": " + from);
      }
    }
  }

  /** Two readings of one database. */
  static Identity ids() {
    return new Ids();
  }

  /** Two databases. */
  static Identity names() {
    return new Names(List.of());
  }

  /** Two databases, and what is called otherwise in the second. */
  static Identity names(List<Rename> renames) {
    return new Names(renames);
  }
}
