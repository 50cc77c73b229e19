package dev.weirkeeper.drift.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** A partition that was added waits for what its keys had in the others. */
class SiblingsTest {
  private static final TopicPartition OLD = new TopicPartition("t", 0);
  private static final TopicPartition ADDED = new TopicPartition("t", 1);
  private static final TopicPartition ELSEWHERE = new TopicPartition("u", 0);

  @Test
  void invariant_6_a_partition_that_was_added_waits_until_the_others_came_as_far() {
    Siblings siblings =
        new Siblings(Map.of(OLD, Mark.at(7), ADDED, Mark.at(0), ELSEWHERE, Mark.at(0)));
    assertThat(siblings.begins(ADDED)).isTrue();
    assertThat(siblings.begins(OLD)).isFalse();
    assertThat(siblings.begins(ELSEWHERE)).isFalse();
    assertThat(siblings.of(ADDED, Set.of(OLD, ADDED, ELSEWHERE))).containsExactly(OLD);

    siblings.begun(ADDED, Map.of(OLD, 9L));

    assertThat(siblings.begins(ADDED)).isFalse();
    assertThat(siblings.due(ADDED, ends -> !ends.equals(Map.of(OLD, 9L)))).isFalse();
    assertThat(siblings.due(OLD, ends -> false)).as("the old one never waits").isTrue();
    assertThat(siblings.due(ADDED, ends -> true)).isTrue();
    assertThat(siblings.due(ADDED, ends -> false)).as("once and for all").isTrue();
  }

  @Test
  void a_partition_that_is_added_later_waits_too() {
    Siblings siblings = new Siblings(Map.of(OLD, Mark.at(0)));

    siblings.added(ADDED);

    assertThat(siblings.begins(ADDED)).isTrue();
    assertThat(siblings.begins(OLD)).isFalse();
  }
}
