package dev.weirkeeper.drift.kafka;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What was read of a partition and is not handed out yet. Entries are taken in any order; what was
 * taken counts as read from the first one on that was not. Used by one thread.
 */
final class Partition implements Intake.Place {
  private final TopicPartition id;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Set<Long> taken = new HashSet<>();
  private Mark mark;
  private Mark met;
  private int again;
  private long weight;
  private long cameAgain;
  private boolean blocked;
  private @Nullable String held;

  Partition(TopicPartition id, Mark mark) {
    this.id = id;
    this.mark = mark;
    this.met = mark;
  }

  TopicPartition id() {
    return id;
  }

  /** How far its entries were handed out. */
  Mark mark() {
    return mark;
  }

  /** How far it was read. */
  @Override
  public Mark met() {
    return met;
  }

  @Override
  public int again() {
    return again;
  }

  long weight() {
    return weight;
  }

  /** Whether it was read up to a record that cannot be read. */
  boolean isBlocked() {
    return blocked;
  }

  /** Events that the connector had sent before. */
  long cameAgain() {
    return cameAgain;
  }

  /** Why it does not go on. */
  Optional<String> held() {
    return Optional.ofNullable(held);
  }

  void hold(String why) {
    held = why;
    mark = mark.holding();
  }

  @Override
  public void add(Entry entry, Mark.After after) {
    met = after.mark();
    again = after.again();
    entries.add(entry);
    weight += entry.weight();
    cameAgain += entry.again() ? 1 : 0;
    blocked |= entry.event() instanceof Event.Unreadable;
  }

  /** Passes over what is nothing but a place. */
  boolean isEmpty() {
    advance();
    return entries.isEmpty();
  }

  /** The first entry that is something and was not taken. */
  Optional<Entry> first() {
    advance();
    return Optional.ofNullable(entries.peek());
  }

  /** The last entry that is something and was not taken. */
  Optional<Entry> last() {
    for (Iterator<Entry> back = entries.descendingIterator(); back.hasNext(); ) {
      Entry entry = back.next();
      if (!taken.contains(entry.offset()) && !isNothing(entry)) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  /** Entries that were not taken, in their order. */
  Iterable<Entry> waiting() {
    advance();
    return () ->
        new Iterator<>() {
          private final Iterator<Entry> all = entries.iterator();
          private @Nullable Entry next = step();

          private @Nullable Entry step() {
            while (all.hasNext()) {
              Entry entry = all.next();
              if (!taken.contains(entry.offset()) && !isNothing(entry)) {
                return entry;
              }
            }
            return null;
          }

          @Override
          public boolean hasNext() {
            return next != null;
          }

          @Override
          public Entry next() {
            Entry entry = next;
            if (entry == null) {
              throw new java.util.NoSuchElementException();
            }
            next = step();
            return entry;
          }
        };
  }

  void take(Entry entry) {
    taken.add(entry.offset());
    if (!entry.again()) {
      Mark after = entry.after();
      mark =
          new Mark(
              mark.next(),
              after.order(),
              after.first(),
              after.count(),
              after.millis(),
              Mark.Hold.NO);
    }
    advance();
  }

  private void advance() {
    for (Entry head = entries.peek();
        head != null && (taken.remove(head.offset()) || isNothing(head));
        head = entries.peek()) {
      entries.remove();
      weight -= head.weight();
      mark = mark.upTo(head.offset() + 1);
    }
  }

  private static boolean isNothing(Entry entry) {
    return entry.event() instanceof Event.Nothing;
  }
}
