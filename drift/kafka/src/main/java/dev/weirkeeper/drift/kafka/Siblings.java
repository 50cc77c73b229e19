package dev.weirkeeper.drift.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;

/**
 * Partitions that were added to a topic. Keys move into them, so that older records of theirs may
 * lie unread in the others: an added one waits until those were handed out. Used by one thread.
 */
final class Siblings {
  /** Of which nothing was read yet. */
  private final Set<TopicPartition> fresh = new HashSet<>();

  /** Where the others ended when the first record of one was read. */
  private final Map<TopicPartition, Map<TopicPartition, Long>> ends = new HashMap<>();

  /**
   * @param marks where each partition is read on: one that stands at its beginning while another of
   *     its topic does not may be new
   */
  Siblings(Map<TopicPartition, Mark> marks) {
    marks.forEach(
        (id, mark) -> {
          if (mark.next() == 0
              && of(id, marks.keySet()).stream()
                  .map(marks::get)
                  .anyMatch(other -> other != null && other.next() > 0)) {
            fresh.add(id);
          }
        });
  }

  /** The other partitions of a topic that are no new ones themselves. */
  List<TopicPartition> of(TopicPartition id, Collection<TopicPartition> all) {
    return all.stream()
        .filter(other -> other.topic().equals(id.topic()) && !other.equals(id))
        .filter(other -> !fresh.contains(other) && !ends.containsKey(other))
        .toList();
  }

  void added(TopicPartition id) {
    fresh.add(id);
  }

  /** Whether a partition is new and nothing of it was read. */
  boolean begins(TopicPartition id) {
    return fresh.contains(id);
  }

  /** Notes where the others ended when something of it was read. */
  void begun(TopicPartition id, Map<TopicPartition, Long> of) {
    fresh.remove(id);
    ends.put(id, Map.copyOf(of));
  }

  /** Whether a partition need not wait for others, or no longer. */
  boolean due(TopicPartition id, Predicate<Map<TopicPartition, Long>> passed) {
    boolean due = Optional.ofNullable(ends.get(id)).map(passed::test).orElse(true);
    if (due) {
      ends.remove(id);
    }
    return due;
  }
}
