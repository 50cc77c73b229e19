package dev.weirkeeper.contracts.kafka;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import dev.weirkeeper.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A host's Kafka consumer that confirms a batch only when it is finished, and can be held without
 * leaving its group: while paused, {@link #poll} keeps the membership alive and fetches nothing.
 *
 * <p>One batch at a time: poll, then {@link #finished}, {@link #pause} or {@link #again}.
 * Rebalances happen within poll only, so none meets a batch under way. Turn off the consumer's own
 * commits ({@code enable.auto.commit=false}), and do not use the consumer beside this. Confined to
 * one thread, like the consumer.
 */
public final class PausableConsumer<K, V> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PausableConsumer.class);

  /** Whether the source took note. */
  public enum Confirmed {
    YES,
    /** The group moved on meanwhile; the records may come again, here or at another member. */
    NOT_NOW
  }

  /**
   * What one poll brought.
   *
   * @param position where each partition of the batch stands once it is finished
   */
  public record Polled<K, V>(List<ConsumerRecord<K, V>> records, Position position) {
    public Polled {
      records = List.copyOf(records);
      requireNonNull(position, "position");
    }

    public boolean isEmpty() {
      return records.isEmpty();
    }
  }

  private final Consumer<K, V> consumer;
  private final String feed;
  private final Runnable forget;
  private final Map<TopicPartition, Long> first = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
  private boolean underWay;
  private boolean paused;

  /**
   * @param consumer closed with this
   * @param feed names the source in positions
   * @param forget called whenever records may come from another place than expected: {@code
   *     screen::forget}
   */
  public PausableConsumer(Consumer<K, V> consumer, String feed, Runnable forget) {
    this.consumer = requireNonNull(consumer, "consumer");
    this.feed = requireNonNull(feed, "feed");
    this.forget = requireNonNull(forget, "forget");
  }

  public void subscribe(Collection<String> topics) {
    consumer.subscribe(topics, new Rebalances());
  }

  /**
   * Waits for records; none while paused.
   *
   * @throws IllegalStateException if the batch before is neither finished nor given up
   */
  public Polled<K, V> poll(Duration atMost) {
    if (underWay) {
      throw new IllegalStateException(
          "The batch before is neither finished nor given up; call finished(), pause() or again()");
    }
    first.clear();
    next.clear();
    ConsumerRecords<K, V> polled = consumer.poll(atMost);
    List<ConsumerRecord<K, V>> records = new ArrayList<>(polled.count());
    for (TopicPartition partition : polled.partitions()) {
      List<ConsumerRecord<K, V>> of = polled.records(partition);
      first.put(partition, of.get(0).offset());
      records.addAll(of);
    }
    next.putAll(polled.nextOffsets());
    next.keySet().retainAll(first.keySet());
    underWay = !records.isEmpty();
    return new Polled<>(records, position());
  }

  private Position position() {
    Map<String, Long> offsets = new TreeMap<>();
    next.forEach((partition, offset) -> offsets.put(partition.toString(), offset.offset()));
    return new Position(feed, Json.of(offsets).text());
  }

  /**
   * Confirms the batch: call it after the screening is done.
   *
   * @return whether it was confirmed; if not, go on polling, and its records may come again
   */
  public Confirmed finished() {
    requireUnderWay();
    underWay = false;
    try {
      consumer.commitSync(Map.copyOf(next));
      return Confirmed.YES;
    } catch (CommitFailedException | RebalanceInProgressException e) {
      LOG.warn(
          "{}: the group changed before a batch was confirmed, its records may come again: {}",
          feed,
          e.getClass().getName());
      return Confirmed.NOT_NOW;
    }
  }

  /**
   * Holds all partitions; the batch under way is given up and comes again after {@link #resume}.
   */
  public void pause() {
    if (underWay) {
      again();
    }
    consumer.pause(consumer.assignment());
    paused = true;
  }

  /** Gives up the batch under way: the next poll brings its records again. */
  public void again() {
    requireUnderWay();
    underWay = false;
    first.forEach(consumer::seek);
    forget.run();
  }

  public void resume() {
    paused = false;
    consumer.resume(consumer.paused());
  }

  public boolean isPaused() {
    return paused;
  }

  private void requireUnderWay() {
    if (!underWay) {
      throw new IllegalStateException("No batch is under way; poll one first");
    }
  }

  /** Leaves the group; a batch under way is not confirmed. */
  @Override
  public void close() {
    consumer.close();
  }

  private final class Rebalances implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(@Nullable Collection<TopicPartition> partitions) {
      forget.run();
    }

    @Override
    public void onPartitionsLost(@Nullable Collection<TopicPartition> partitions) {
      forget.run();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      forget.run();
      if (paused) {
        consumer.pause(partitions);
      }
    }
  }
}
