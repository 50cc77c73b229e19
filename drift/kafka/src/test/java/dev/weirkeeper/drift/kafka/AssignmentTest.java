package dev.weirkeeper.drift.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AssignmentTest {
  @Test
  void each_lane_has_one_member_and_whoever_has_one_keeps_it_if_its_share_allows() {
    long seed = 20261130;
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      String at = "seed " + seed + ", round " + round;
      List<Integer> lanes = new ArrayList<>();
      int count = 1 + random.nextInt(12);
      for (int i = 0; i < count; i++) {
        lanes.add(i);
      }
      List<String> members = new ArrayList<>();
      int hosts = 1 + random.nextInt(5);
      for (int i = 0; i < hosts; i++) {
        members.add("host-" + i);
      }
      Map<Integer, String> owners = new HashMap<>();
      for (int lane : lanes) {
        if (random.nextInt(3) > 0) {
          owners.put(lane, "host-" + random.nextInt(6));
        }
      }

      Map<Integer, String> shared = Assignment.share(lanes, members, owners);

      assertThat(shared.keySet()).as(at).containsExactlyElementsOf(lanes);
      Map<String, Integer> load = new TreeMap<>();
      members.forEach(member -> load.put(member, 0));
      shared.values().forEach(member -> load.merge(member, 1, Integer::sum));
      assertThat(load.keySet()).as(at).containsExactlyElementsOf(members);
      int least = load.values().stream().mapToInt(Integer::intValue).min().orElseThrow();
      int most = load.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
      assertThat(most - least).as(at).isLessThanOrEqualTo(1);
      assertThat(Assignment.share(lanes, members, shared)).as(at).isEqualTo(shared);
    }
  }

  @Test
  void a_lane_without_members_is_nobodys() {
    assertThat(Assignment.share(List.of(0, 1), List.of(), Map.of(0, "gone"))).isEmpty();
  }

  @Test
  void a_topic_has_the_same_lane_on_every_host() {
    assertThat(Assignment.lane("shop.public.orders", 4))
        .isEqualTo(Assignment.lane("shop.public.orders", 4))
        .isBetween(0, 3);
  }
}
