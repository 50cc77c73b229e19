package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.spi.FeedException;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Finds out where a stream begins, or why it cannot. */
final class Opening {
  private final KafkaFeed.Options options;
  private final Topics topics;

  private Opening(KafkaFeed.Options options, Topics topics) {
    this.options = options;
    this.topics = topics;
  }

  static KafkaStream open(
      KafkaFeed.Options options,
      Ownership ownership,
      Optional<Position> after,
      Map<String, Relation> known)
      throws FeedException, IOException {
    if (after.isPresent() && !after.get().feed().equals(options.id())) {
      throw new FeedException(
          "The position is one of feed "
              + after.get().feed()
              + ", this is feed "
              + options.id()
              + ". Give each feed a target, or an id, of its own");
    }
    Topics topics;
    try {
      topics = new Topics(Clients.admin(options.client()));
    } catch (KafkaException e) {
      throw new FeedException(
          "Feed " + options.id() + " has settings that Kafka's client refuses: " + e.getMessage(),
          e);
    }
    boolean made = false;
    try {
      Vector start = new Opening(options, topics).start(after);
      KafkaStream stream =
          KafkaStream.open(options, ownership, topics, start, after, new HashMap<>(known));
      made = true;
      return stream;
    } catch (KafkaException e) {
      throw new IOException(
          "Feed "
              + options.id()
              + " could not begin to read Kafka: "
              + e.getClass().getSimpleName()
              + ". Look whether its brokers can be reached with the settings of the feed",
          e);
    } finally {
      if (!made) {
        topics.close();
      }
    }
  }

  private Vector start(Optional<Position> after) throws FeedException, IOException {
    Optional<Vector> stored =
        after.isPresent() ? Optional.of(Vector.of(after.get())) : Optional.empty();
    String cluster = topics.cluster();
    if (stored.isPresent() && !stored.get().cluster().equals(cluster)) {
      throw new FeedException(
          "The target's position is of Kafka cluster "
              + stored.get().cluster()
              + ", and the brokers are of "
              + cluster
              + ". Offsets of one mean nothing in the other: begin a feed with another id");
    }
    Map<String, TopicDescription> described = topics.describe(options.all());
    Map<String, String> ids = new TreeMap<>();
    described.forEach((name, topic) -> ids.put(name, topic.topicId().toString()));
    if (stored.isPresent()) {
      sameTopics(stored.get(), ids);
    }
    checkBoundaries(options, described);
    Map<TopicPartition, Topics.Range> ranges = ranges(topics.partitions(described));
    Map<TopicPartition, Mark> marks = new HashMap<>();
    for (Map.Entry<TopicPartition, Topics.Range> each : ranges.entrySet()) {
      marks.put(each.getKey(), mark(each.getKey(), each.getValue(), stored));
    }
    return new Vector(
        cluster,
        stored.map(Vector::claim).orElse(""),
        stored.map(Vector::chunks).orElse(0L),
        ids,
        marks,
        stored.map(Vector::open).orElse(Set.of()));
  }

  /** Topics of rows are asked first: what was in them then has its BEGIN before the others' end. */
  private Map<TopicPartition, Topics.Range> ranges(Set<TopicPartition> partitions)
      throws IOException {
    Set<TopicPartition> rows = new HashSet<>(partitions);
    rows.removeIf(partition -> options.roles().of(partition.topic()) != Topics.Role.ROWS);
    Set<TopicPartition> others = new HashSet<>(partitions);
    others.removeAll(rows);
    Map<TopicPartition, Topics.Range> ranges = new HashMap<>(topics.ranges(rows));
    if (!others.isEmpty()) {
      ranges.putAll(topics.ranges(others));
    }
    return ranges;
  }

  static void checkBoundaries(KafkaFeed.Options options, Map<String, TopicDescription> described)
      throws FeedException {
    Optional<String> boundaries = options.roles().transactions();
    if (boundaries.isPresent()
        && requireNonNull(described.get(boundaries.get()), "boundaries").partitions().size() != 1) {
      throw new FeedException(
          "The transaction topic "
              + boundaries.get()
              + " has several partitions, so its records have no order. Let the connector write to"
              + " one with a single partition, or read without it");
    }
  }

  private void sameTopics(Vector stored, Map<String, String> ids) throws FeedException {
    for (Map.Entry<String, String> topic : ids.entrySet()) {
      String before = stored.topics().get(topic.getKey());
      if (before == null) {
        if (options.roles().transactions().isPresent()) {
          throw new FeedException(
              "Topic "
                  + topic.getKey()
                  + " is new to feed "
                  + options.id()
                  + ", which puts transactions together: those that are half read would never be"
                  + " whole. Read it in a feed with an id of its own, or begin this one anew");
        }
      } else if (!before.equals(topic.getValue())) {
        throw new FeedException(
            "Topic "
                + topic.getKey()
                + " was deleted and made again since it was read: what it held is lost. Begin a feed"
                + " with another id, so that its tables are loaded again");
      }
    }
  }

  private Mark mark(TopicPartition partition, Topics.Range range, Optional<Vector> stored)
      throws FeedException {
    if (stored.isEmpty() || !stored.get().topics().containsKey(partition.topic())) {
      return Mark.at(range.end());
    }
    // A partition that was added holds its records from the first on.
    Mark mark = stored.get().marks().getOrDefault(partition, Mark.at(0));
    if (mark.next() < range.first()) {
      throw new FeedException(
          "Records "
              + mark.next()
              + " to "
              + (range.first() - 1)
              + " of "
              + partition
              + " were not read and are gone: the topic keeps less than it took to come back."
              + " Begin a feed with another id, so that its tables are loaded again, and let the"
              + " topic keep more");
    } else if (mark.next() > range.end()) {
      throw new FeedException(
          partition
              + " ends at "
              + range.end()
              + " and was read up to "
              + mark.next()
              + ": Kafka lost records that it had given out. Begin a feed with another id, so that"
              + " its tables are loaded again");
    }
    return mark;
  }
}
