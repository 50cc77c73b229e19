package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Relation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Looks at the newest records of topics for what their tables look like now. */
final class Peek {
  private static final long FIRST_LOOK = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Peek() {}

  /** Keeps nothing but the newest record of each table, by the source's time. */
  private record Newest(Map<Asset, Entry> found) implements Intake.Place {
    @Override
    public Mark met() {
      return Mark.at(0);
    }

    @Override
    public int again() {
      return 0;
    }

    @Override
    public void add(Entry entry, Mark.After after) {
      entry
          .relation()
          .ifPresent(
              relation ->
                  found.merge(
                      relation.asset(),
                      entry,
                      (last, next) -> millis(next) >= millis(last) ? next : last));
    }
  }

  private static long millis(Entry entry) {
    return entry.origin().orElseThrow().millis();
  }

  /**
   * @param versions what is known already: columns keep their identity
   */
  static List<Relation> relations(
      KafkaFeed.Options options, Topics topics, Collection<TopicPartition> all, Versions versions)
      throws IOException {
    List<TopicPartition> rows = new ArrayList<>(all);
    rows.removeIf(id -> options.roles().of(id.topic()) != Topics.Role.ROWS);
    Map<TopicPartition, Topics.Range> ranges = topics.ranges(rows);
    Map<Asset, Entry> found = new LinkedHashMap<>();
    Intake intake = new Intake(options, versions.all(), Intake.HISTORY);
    try (Consumer<byte[], byte[]> consumer = Clients.consumer(options.client(), Optional.empty())) {
      for (TopicPartition id : rows) {
        Topics.Range range = requireNonNull(ranges.get(id), "range");
        look(consumer, id, range, intake, new Newest(found));
      }
    } catch (KafkaException e) {
      throw new IOException(
          "The topics could not be looked at: "
              + e.getClass().getSimpleName()
              + ". Look whether the brokers can be reached",
          e);
    }
    return found.values().stream().map(entry -> entry.relation().orElseThrow()).toList();
  }

  /** Looks at the last records, and at more of them until one says something. */
  private static void look(
      Consumer<byte[], byte[]> consumer,
      TopicPartition id,
      Topics.Range range,
      Intake intake,
      Newest into)
      throws IOException {
    long end = range.end();
    for (long width = FIRST_LOOK; end > range.first(); width *= 10) {
      long from = Math.max(range.first(), end - width);
      consumer.assign(Set.of(id));
      consumer.seek(id, from);
      int before = into.found().size();
      boolean any = false;
      long until = System.nanoTime() + PATIENCE.toNanos();
      while (consumer.position(id) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (record.offset() < end) {
            intake.read(record, into);
            any |= record.value() != null;
          }
        }
        if (System.nanoTime() > until) {
          throw new IOException(
              "The newest records of "
                  + id
                  + " did not come within "
                  + PATIENCE
                  + ". Look whether its broker answers");
        }
      }
      if (any || into.found().size() > before) {
        return;
      }
      end = from;
    }
  }
}
