package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares the tables of one connector among hosts that are members of one consumer group. The topics
 * fall into lanes; each lane is read by one host at a time, whole tables each, since the loads,
 * spools and schema steps of a table are one host's business. So as many hosts can work as there
 * are lanes, and a table with several partitions is still read by one of them.
 *
 * <p>Membership only: the group's consumer fetches nothing. The host lends it a thread, which calls
 * {@link #run}, and one thread for the pipeline of each lane. Offsets that are committed to the
 * group mirror what is durable at the target; nothing is ever read from them.
 */
public final class LaneGroup implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LaneGroup.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration MIRROR = Duration.ofSeconds(5);

  private final String group;
  private final Duration handover;
  private final Map<Integer, Lane> lanes = new TreeMap<>();
  private final Map<Integer, Set<String>> topics = new TreeMap<>();
  private final int count;
  private final Consumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, OffsetAndMetadata> unmirrored = new HashMap<>();
  private long mirrorAt = System.nanoTime();
  private volatile boolean stopping;

  private LaneGroup(KafkaFeed.Options options, String group, int count, Duration handover) {
    this.group = group;
    this.count = count;
    this.handover = handover;
    for (String topic : new TreeSet<>(options.topics())) {
      topics.computeIfAbsent(Assignment.lane(topic, count), lane -> new TreeSet<>()).add(topic);
    }
    if (topics.size() < count) {
      LOG.warn(
          "Group {} shares {} lanes, and {} of them hold topics: no more hosts than that can work",
          group,
          count,
          topics.size());
    }
    topics.forEach((lane, its) -> lanes.put(lane, new Lane(lane, options.lane(lane, its))));
    Map<String, Object> settings = new HashMap<>(options.client());
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // Nothing is fetched, so where it would begin does not matter; it must begin somewhere.
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, List.of(Assignment.Assignor.class));
    settings.put(Assignment.LANES, count);
    this.consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.subscribe(options.topics(), new Rebalances());
  }

  /**
   * Joins a group.
   *
   * @param feed what to read; its {@code group} is not used
   * @param group name of the consumer group
   * @param lanes the same number on all hosts, and for ever: another number puts tables into other
   *     lanes, which then begin anew
   * @param handover how long a lane that is taken away may need to end its write; after that its
   *     new host goes on and the old one's write becomes a conflict
   */
  public static LaneGroup join(KafkaFeed feed, String group, int lanes, Duration handover) {
    if (lanes < 1) {
      throw new IllegalArgumentException("A group shares at least one lane, got: " + lanes);
    }
    return new LaneGroup(
        feed.options(),
        requireNonNull(group, "group"),
        lanes,
        requireNonNull(handover, "handover"));
  }

  /** The lanes that hold topics, whoever reads them. */
  public List<Lane> lanes() {
    return List.copyOf(lanes.values());
  }

  /**
   * Keeps the membership alive until {@link #stop}, on the calling thread.
   *
   * @throws IOException if the group cannot be reached or refuses this host
   */
  public void run() throws IOException {
    while (!stopping) {
      poll(POLL);
    }
  }

  /** One step of {@link #run}. */
  void poll(Duration atMost) throws IOException {
    try {
      consumer.poll(atMost);
      mirror();
    } catch (WakeupException e) {
      // Asked to stop.
    } catch (KafkaException | IllegalStateException e) {
      lanes.values().forEach(lane -> lane.take(Duration.ZERO));
      throw new IOException(
          "Group "
              + group
              + " could not be kept: "
              + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage())
              + ". Its lanes were given up here; join it again",
          e);
    }
  }

  /** Asks {@link #run} to return. From any thread. */
  public void stop() {
    stopping = true;
    consumer.wakeup();
  }

  private void mirror() {
    for (Lane lane : lanes.values()) {
      lane.durable().forEach((id, offset) -> unmirrored.put(id, new OffsetAndMetadata(offset)));
    }
    if (unmirrored.isEmpty() || System.nanoTime() < mirrorAt) {
      return;
    }
    mirrorAt = System.nanoTime() + MIRROR.toNanos();
    unmirrored.keySet().retainAll(consumer.assignment());
    try {
      consumer.commitSync(Map.copyOf(unmirrored), Duration.ofSeconds(5));
    } catch (KafkaException e) {
      LOG.warn(
          "Group {} could not be told how far its lanes came: {}",
          group,
          e.getClass().getSimpleName());
    }
    unmirrored.clear();
  }

  /** Leaves the group; lanes that are open are dropped. The thread of {@link #run} has ended. */
  @Override
  public void close() {
    stopping = true;
    lanes.values().forEach(lane -> lane.take(handover));
    lanes.values().forEach(Lane::close);
    consumer.close();
  }

  private final class Rebalances implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      consumer.pause(consumer.assignment());
      String member = consumer.groupMetadata().memberId();
      String claim =
          consumer.groupMetadata().generationId()
              + "-"
              + Hash.of(member.getBytes(StandardCharsets.UTF_8)).brief();
      for (Lane lane : of(partitions)) {
        if (!lane.isOwned()) {
          lane.give(claim);
          LOG.debug("Group {} gave lane {} to this host", group, lane.number());
        }
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      of(partitions).forEach(lane -> lane.take(handover));
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      LOG.warn("Group {} gave lanes of this host to others while it was silent", group);
      of(partitions).forEach(lane -> lane.take(Duration.ZERO));
    }

    private List<Lane> of(Collection<TopicPartition> partitions) {
      Set<Integer> numbers = new TreeSet<>();
      partitions.forEach(id -> numbers.add(Assignment.lane(id.topic(), count)));
      List<Lane> found = new ArrayList<>();
      numbers.forEach(
          number -> {
            Lane lane = lanes.get(number);
            if (lane != null) {
              found.add(lane);
            }
          });
      return found;
    }
  }
}
