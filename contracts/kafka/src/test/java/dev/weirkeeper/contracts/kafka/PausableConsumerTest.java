package dev.weirkeeper.contracts.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Handles;
import dev.weirkeeper.Position;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PausableConsumerTest {
  private static final String TOPIC = "shop.public.orders";
  private static final TopicPartition FIRST = new TopicPartition(TOPIC, 0);
  private static final TopicPartition SECOND = new TopicPartition(TOPIC, 1);

  /** Kafka's own stand-in, in a group that may refuse a commit. */
  private static final class Group extends MockConsumer<String, String> {
    private boolean gone;
    private int commits;

    Group() {
      super("earliest");
    }

    @Override
    public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
      if (gone) {
        throw new CommitFailedException("the group moved on");
      }
      commits++;
      super.commitSync(offsets);
    }
  }

  private final Group group = new Group();
  private int forgotten;
  private final PausableConsumer<String, String> consumer =
      new PausableConsumer<>(group, "kafka", () -> forgotten++);

  @AfterEach
  void close() {
    consumer.close();
  }

  private void join(TopicPartition... partitions) {
    consumer.subscribe(List.of(TOPIC));
    assign(Set.of(partitions));
  }

  private void assign(Collection<TopicPartition> partitions) {
    group.rebalance(partitions);
    for (TopicPartition partition : partitions) {
      group.updateBeginningOffsets(Map.of(partition, 0L));
    }
  }

  private void add(TopicPartition partition, long offset) {
    group.addRecord(
        new ConsumerRecord<>(partition.topic(), partition.partition(), offset, "k", "v" + offset));
  }

  private PausableConsumer.Polled<String, String> poll() {
    return consumer.poll(Duration.ZERO);
  }

  private static List<Long> offsets(PausableConsumer.Polled<String, String> polled) {
    return polled.records().stream().map(ConsumerRecord::offset).toList();
  }

  private Map<TopicPartition, Long> committed() {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    group
        .committed(Set.of(FIRST, SECOND))
        .forEach((partition, at) -> offsets.put(partition, at.offset()));
    return offsets;
  }

  @Test
  void invariant_6_nothing_is_confirmed_before_the_batch_is_finished() {
    join(FIRST, SECOND);
    add(FIRST, 0);
    add(FIRST, 1);
    add(SECOND, 0);

    PausableConsumer.Polled<String, String> polled = poll();

    assertThat(polled.records()).hasSize(3);
    assertThat(polled.position())
        .isEqualTo(
            new Position("kafka", "{\"shop.public.orders-0\":2,\"shop.public.orders-1\":1}"));
    assertThat(committed()).isEmpty();

    assertThat(consumer.finished()).isEqualTo(PausableConsumer.Confirmed.YES);

    assertThat(committed()).isEqualTo(Map.of(FIRST, 2L, SECOND, 1L));
  }

  @Test
  void invariant_6_a_batch_that_was_given_up_comes_again() {
    join(FIRST);
    add(FIRST, 0);
    poll();
    consumer.finished();
    add(FIRST, 1);
    add(FIRST, 2);
    assertThat(offsets(poll())).containsExactly(1L, 2L);
    int before = forgotten;

    consumer.again();

    assertThat(forgotten).isEqualTo(before + 1);
    add(FIRST, 1); // The stand-in gives each record once; a broker would still have them.
    add(FIRST, 2);
    assertThat(offsets(poll())).containsExactly(1L, 2L);
    assertThat(committed()).isEqualTo(Map.of(FIRST, 1L));
  }

  @Test
  void invariant_5_a_paused_consumer_stays_in_its_group_and_brings_nothing() {
    join(FIRST);
    add(FIRST, 0);
    poll();

    consumer.pause();
    add(FIRST, 0);

    assertThat(consumer.isPaused()).isTrue();
    assertThat(group.paused()).containsExactly(FIRST);
    for (int turn = 0; turn < 3; turn++) {
      assertThat(poll().isEmpty()).isTrue();
    }
    assertThat(group.closed()).isFalse();
    assertThat(committed()).isEmpty();

    consumer.resume();

    assertThat(consumer.isPaused()).isFalse();
    assertThat(offsets(poll())).containsExactly(0L);
  }

  @Test
  void invariant_5_a_rebalance_does_not_end_a_pause() {
    join(FIRST);
    consumer.pause();

    assign(List.of(FIRST, SECOND));
    add(SECOND, 0);

    assertThat(group.paused()).contains(SECOND);
    assertThat(poll().isEmpty()).isTrue();
    consumer.resume();
    assertThat(offsets(poll())).containsExactly(0L);
  }

  @Test
  void invariant_6_what_was_delivered_is_forgotten_when_partitions_move() {
    join(FIRST);
    int joined = forgotten;

    assign(List.of(SECOND));
    int moved = forgotten;
    group.losePartitions(List.of(SECOND));

    assertThat(joined).isPositive();
    assertThat(moved).isGreaterThan(joined);
    assertThat(forgotten).isGreaterThan(moved);
  }

  @Test
  void a_commit_that_the_group_refuses_is_said_and_not_thrown() {
    join(FIRST);
    add(FIRST, 0);
    poll();
    group.gone = true;

    assertThat(consumer.finished()).isEqualTo(PausableConsumer.Confirmed.NOT_NOW);

    assertThat(committed()).isEmpty();
    assertThat(poll().isEmpty()).isTrue(); // And the next one may be polled.
  }

  @Test
  void batches_come_one_at_a_time() {
    join(FIRST);
    assertThatThrownBy(consumer::finished).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(consumer::again).isInstanceOf(IllegalStateException.class);
    add(FIRST, 0);
    poll();

    assertThatThrownBy(this::poll)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("finished()");
    consumer.finished();
    assertThatThrownBy(consumer::finished).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void invariant_6_closing_confirms_nothing() {
    join(FIRST);
    add(FIRST, 0);
    poll();

    consumer.close();

    assertThat(group.closed()).isTrue();
    assertThat(group.commits).isZero();
  }

  @Test
  void row_injection_07_a_position_calls_odd_topics_by_handles() {
    String odd = "orders.v1--IMPORTANT-delete-topic-orders";
    TopicPartition partition = new TopicPartition(odd, 3);
    consumer.subscribe(List.of(odd));
    assign(List.of(partition));
    add(partition, 0);

    String text = poll().position().text();

    assertThat(text)
        .doesNotContain("IMPORTANT")
        .isEqualTo(
            "{\"orders."
                + Handles.over(Set.of("v1--IMPORTANT-delete-topic-orders"))
                    .shown("v1--IMPORTANT-delete-topic-orders")
                + "-3\":1}");
    consumer.finished();
  }
}
