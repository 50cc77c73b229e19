package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Reading;
import dev.weirkeeper.RowIdentity;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Knows changes again that a source delivers once more, by their place in its log. Keeps the newest
 * place of each stream and table, and forgets those that were quiet longest: at worst a change is
 * judged twice.
 *
 * <p>Several rows may be logged as one and share a place. They are told apart by their content, and
 * only in a table with a key, where two equal rows cannot both be new.
 */
final class Delivered {
  private static final int KEPT = 10_000;

  /** The newest change of a stream and table. */
  record Newest(Reading.Place place, Set<Hash> rows) {}

  private final Map<String, Newest> settled =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Newest> eldest) {
          return size() > KEPT;
        }
      };

  /** What one batch adds, on top of what is settled and of the batches that are not done yet. */
  final class Batch {
    private final Map<String, Newest> open;
    private final Map<String, Newest> moved = new HashMap<>();

    private Batch(Map<String, Newest> open) {
      this.open = open;
    }

    boolean isAgain(Reading.Change change) {
      if (change.place().isEmpty()) {
        return false;
      }
      Reading.Place place = change.place().get();
      String key = change.stream() + "/" + change.relation().asset();
      Newest newest = newest(key);
      int order = newest == null ? 1 : place.compareInLog(newest.place());
      if (newest != null && order < 0) {
        if (place.committedMillis() <= newest.place().committedMillis()) {
          return true;
        }
        order = 1; // Later and yet lower: the log began anew, and nothing of it was delivered.
      }
      Hash row = Hash.of(change.encoded());
      if (order > 0) {
        moved.put(key, new Newest(place, Set.of(row)));
        return false;
      }
      if (newest == null || !(change.relation().identity() instanceof RowIdentity.Key)) {
        return false;
      }
      if (newest.rows().contains(row)) {
        return true;
      }
      Set<Hash> rows = new HashSet<>(newest.rows());
      rows.add(row);
      moved.put(key, new Newest(place, rows));
      return false;
    }

    private @org.jspecify.annotations.Nullable Newest newest(String key) {
      Newest here = moved.get(key);
      if (here == null) {
        here = open.get(key);
      }
      return here == null ? settled.get(key) : here;
    }

    Map<String, Newest> moved() {
      return moved;
    }
  }

  Batch batch(Map<String, Newest> open) {
    return new Batch(open);
  }

  void settle(Map<String, Newest> moved) {
    settled.putAll(moved);
  }

  void forget() {
    settled.clear();
  }
}
