package dev.weirkeeper;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one budget has spent, kept so that asking costs the same however much it was. Calls are
 * added in the order in which they began, and time never goes back: {@link DoorState} begins anew
 * when a person sets the clock. Guarded by whoever owns it.
 */
final class Spending {
  private static final Duration HOUR = Duration.ofHours(1);

  /**
   * What was spent within an hour.
   *
   * @param tables on which assets
   */
  record Hour(long acts, long rows, Set<Asset> tables) {}

  /** Calls that count, of the hour before the newest of them, oldest first. */
  private final Deque<DoorState.Call> hour = new ArrayDeque<>();

  private final Map<Asset, Integer> tables = new HashMap<>();
  private long rows;

  /** All calls that count and that a cool-down may still be about, oldest first. */
  private final Map<Asset, List<DoorState.Call>> byTable = new HashMap<>();

  void add(DoorState.Call call) {
    Instant since = call.began().minus(HOUR);
    while (!hour.isEmpty() && !hour.peekFirst().began().isAfter(since)) {
      leave(hour.removeFirst());
    }
    hour.addLast(call);
    tables.merge(call.spent().asset(), 1, Integer::sum);
    rows = Math.addExact(rows, call.spent().rows());
    List<DoorState.Call> ofTable =
        byTable.computeIfAbsent(call.spent().asset(), any -> new ArrayList<>());
    ofTable.add(call);
    Instant longest = call.began().minus(Budget.LONGEST);
    if (!ofTable.get(ofTable.size() / 2).began().isAfter(longest)) {
      ofTable.removeIf(old -> !old.began().isAfter(longest));
    }
  }

  /** The call was not made after all. */
  void takeBack(DoorState.Call call) {
    // It is one of the newest.
    if (hour.removeLastOccurrence(call)) {
      leave(call);
    }
    List<DoorState.Call> ofTable = byTable.getOrDefault(call.spent().asset(), List.of());
    int at = ofTable.lastIndexOf(call);
    if (at >= 0) {
      ofTable.remove(at);
    }
  }

  private void leave(DoorState.Call call) {
    tables.computeIfPresent(call.spent().asset(), (asset, n) -> n == 1 ? null : n - 1);
    rows -= call.spent().rows();
  }

  /**
   * What was spent in the hour before.
   *
   * @param now not before the newest call
   */
  Hour hourBefore(Instant now) {
    Instant since = now.minus(HOUR);
    long acts = hour.size();
    long touched = rows;
    Map<Asset, Integer> gone = new HashMap<>();
    for (DoorState.Call call : hour) {
      if (call.began().isAfter(since)) {
        break;
      }
      acts--;
      touched -= call.spent().rows();
      gone.merge(call.spent().asset(), 1, Integer::sum);
    }
    Set<Asset> left = new HashSet<>();
    tables.forEach(
        (asset, calls) -> {
          if (calls > gone.getOrDefault(asset, 0)) {
            left.add(asset);
          }
        });
    return new Hour(acts, touched, left);
  }

  /** Whether a call on an asset began after a moment. */
  boolean touchedSince(Asset asset, Instant since) {
    List<DoorState.Call> ofTable = byTable.getOrDefault(asset, List.of());
    return !ofTable.isEmpty() && ofTable.get(ofTable.size() - 1).began().isAfter(since);
  }
}
