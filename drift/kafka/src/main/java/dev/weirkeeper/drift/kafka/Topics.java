package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.FeedException;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What Kafka says of the topics of a feed. Used by one thread. */
final class Topics implements AutoCloseable {
  private static final long SECONDS = 30;
  private static final ListOffsetsOptions COMMITTED =
      new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);

  /** What a topic is for. */
  enum Role {
    ROWS,
    TRANSACTIONS,
    HEARTBEATS,
    SCHEMA_CHANGES
  }

  /** Which topic is for what; all others hold rows. */
  record Roles(
      Optional<String> transactions, Optional<String> heartbeats, Optional<String> schemaChanges) {
    Roles {
      requireNonNull(transactions, "transactions");
      requireNonNull(heartbeats, "heartbeats");
      requireNonNull(schemaChanges, "schemaChanges");
    }

    Role of(String topic) {
      if (transactions.filter(topic::equals).isPresent()) {
        return Role.TRANSACTIONS;
      } else if (heartbeats.filter(topic::equals).isPresent()) {
        return Role.HEARTBEATS;
      }
      return schemaChanges.filter(topic::equals).isPresent() ? Role.SCHEMA_CHANGES : Role.ROWS;
    }
  }

  /** The offsets that a partition holds: from the first to before the last. */
  record Range(long first, long end) {}

  private final Admin admin;

  Topics(Admin admin) {
    this.admin = admin;
  }

  String cluster() throws IOException {
    return done(admin.describeCluster().clusterId(), "the id of the cluster");
  }

  /**
   * Ids and partitions of topics.
   *
   * @throws FeedException if one is not there
   */
  Map<String, TopicDescription> describe(Collection<String> names)
      throws FeedException, IOException {
    Map<String, TopicDescription> found = new TreeMap<>();
    Map<String, KafkaFuture<TopicDescription>> asked =
        admin.describeTopics(names).topicNameValues();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> each : asked.entrySet()) {
      try {
        found.put(each.getKey(), each.getValue().get(SECONDS, TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        if (e.getCause() instanceof UnknownTopicOrPartitionException) {
          throw new FeedException(
              "There is no topic "
                  + each.getKey()
                  + ". If it was deleted, its table must be loaded from a topic that is there;"
                  + " if the connector has not written yet, create the topic first",
              e);
        }
        throw failed("topic " + each.getKey(), e.getCause() == null ? e : e.getCause());
      } catch (TimeoutException e) {
        throw failed("topic " + each.getKey(), e);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
    return found;
  }

  Set<TopicPartition> partitions(Map<String, TopicDescription> topics) {
    Set<TopicPartition> partitions = new HashSet<>();
    topics.forEach(
        (name, topic) ->
            topic
                .partitions()
                .forEach(info -> partitions.add(new TopicPartition(name, info.partition()))));
    return partitions;
  }

  Map<TopicPartition, Range> ranges(Collection<TopicPartition> partitions) throws IOException {
    Map<TopicPartition, Long> first = offsets(partitions, OffsetSpec.earliest());
    Map<TopicPartition, Long> end = offsets(partitions, OffsetSpec.latest());
    Map<TopicPartition, Range> ranges = new HashMap<>();
    for (TopicPartition partition : partitions) {
      ranges.put(
          partition,
          new Range(
              requireNonNull(first.get(partition), "first"),
              requireNonNull(end.get(partition), "end")));
    }
    return ranges;
  }

  private Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, OffsetSpec spec)
      throws IOException {
    Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
    partitions.forEach(partition -> specs.put(partition, spec));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (Map.Entry<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> each :
        done(admin.listOffsets(specs, COMMITTED).all(), "the offsets of its topics").entrySet()) {
      offsets.put(each.getKey(), each.getValue().offset());
    }
    return offsets;
  }

  /** Of each topic whether it keeps the newest record of each key. */
  Map<String, Boolean> compacted(Collection<String> names) throws IOException {
    Set<ConfigResource> resources = new HashSet<>();
    names.forEach(name -> resources.add(new ConfigResource(ConfigResource.Type.TOPIC, name)));
    Map<String, Boolean> compacted = new LinkedHashMap<>();
    done(admin.describeConfigs(resources).all(), "the settings of its topics")
        .forEach(
            (resource, config) ->
                compacted.put(
                    resource.name(),
                    config.get("cleanup.policy") != null
                        && config.get("cleanup.policy").value().equals("compact")));
    return compacted;
  }

  private static <T> T done(KafkaFuture<T> answer, String what) throws IOException {
    try {
      return answer.get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw failed(what, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw failed(what, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IOException failed(String what, Throwable why) {
    return new IOException(
        "Kafka was asked for "
            + what
            + " and did not say: "
            + why.getClass().getSimpleName()
            + ". Look whether its brokers can be reached with the settings of the feed",
        why);
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("Interrupted while Kafka was asked", e);
  }

  @Override
  public void close() {
    admin.close();
  }
}
