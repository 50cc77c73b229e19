package dev.weirkeeper.drift.kafka;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Which lane a topic belongs to, and which member of the group gets which lane. Pure. */
final class Assignment {
  static final String LANES = "weirkeeper.lanes";

  private Assignment() {}

  /** The lane of a topic: the same on every host. */
  static int lane(String topic, int lanes) {
    int hash = 0;
    for (byte each : topic.getBytes(StandardCharsets.UTF_8)) {
      hash = 31 * hash + each;
    }
    return Math.floorMod(hash ^ (hash >>> 16), lanes);
  }

  /**
   * Gives each lane to a member: whoever has it keeps it while its share allows.
   *
   * @param owners who has a lane now
   * @return a member for each lane; empty without members
   */
  static Map<Integer, String> share(
      Collection<Integer> lanes, Collection<String> members, Map<Integer, String> owners) {
    Map<Integer, String> shared = new TreeMap<>();
    if (members.isEmpty()) {
      return shared;
    }
    TreeSet<String> all = new TreeSet<>(members);
    TreeSet<Integer> open = new TreeSet<>(lanes);
    Map<String, Integer> load = new TreeMap<>();
    all.forEach(member -> load.put(member, 0));
    int least = open.size() / all.size();
    int more = open.size() % all.size();
    for (Integer lane : new TreeSet<>(open)) {
      String owner = owners.get(lane);
      if (owner == null || !all.contains(owner)) {
        continue;
      }
      int has = load.get(owner);
      if (has < least || has == least && more > 0) {
        more -= has == least ? 1 : 0;
        load.put(owner, has + 1);
        shared.put(lane, owner);
        open.remove(lane);
      }
    }
    for (Integer lane : open) {
      String least1 =
          load.entrySet().stream()
              .min(
                  Map.Entry.<String, Integer>comparingByValue()
                      .thenComparing(Map.Entry.comparingByKey()))
              .orElseThrow()
              .getKey();
      load.merge(least1, 1, Integer::sum);
      shared.put(lane, least1);
    }
    return shared;
  }

  /**
   * Kafka's side of it: all partitions of a lane's topics go to one member. Cooperative: a lane
   * that is to move is first taken from whoever has it, and given in the round after.
   */
  public static final class Assignor implements ConsumerPartitionAssignor, Configurable {
    private int lanes = 1;

    @Override
    public String name() {
      return "weirkeeper-lanes";
    }

    @Override
    public List<RebalanceProtocol> supportedProtocols() {
      return List.of(RebalanceProtocol.COOPERATIVE);
    }

    @Override
    public void configure(Map<String, ?> settings) {
      lanes = Integer.parseInt(String.valueOf(settings.get(LANES)));
    }

    @Override
    public ByteBuffer subscriptionUserData(Set<String> topics) {
      return ByteBuffer.allocate(4).putInt(lanes).flip();
    }

    @Override
    public GroupAssignment assign(Cluster cluster, GroupSubscription group) {
      Map<Integer, List<TopicPartition>> parts = new TreeMap<>();
      Set<String> topics = new TreeSet<>();
      group
          .groupSubscription()
          .forEach(
              (member, subscription) -> {
                requireSameLanes(subscription);
                topics.addAll(subscription.topics());
              });
      for (String topic : topics) {
        List<PartitionInfo> infos = cluster.partitionsForTopic(topic);
        for (PartitionInfo info : infos == null ? List.<PartitionInfo>of() : infos) {
          parts
              .computeIfAbsent(lane(topic, lanes), lane -> new ArrayList<>())
              .add(new TopicPartition(topic, info.partition()));
        }
      }
      Map<Integer, String> owners = owners(group);
      Map<Integer, String> shared =
          share(parts.keySet(), group.groupSubscription().keySet(), owners);
      Map<String, Assigned> assigned = new HashMap<>();
      group.groupSubscription().keySet().forEach(member -> assigned.put(member, new Assigned()));
      shared.forEach(
          (lane, member) -> {
            String owner = owners.get(lane);
            if (owner == null || owner.equals(member)) {
              assigned.get(member).partitions.addAll(parts.get(lane));
            }
          });
      Map<String, ConsumerPartitionAssignor.Assignment> answer = new HashMap<>();
      assigned.forEach(
          (member, its) ->
              answer.put(member, new ConsumerPartitionAssignor.Assignment(its.partitions)));
      return new GroupAssignment(answer);
    }

    private static final class Assigned {
      final List<TopicPartition> partitions = new ArrayList<>();
    }

    private void requireSameLanes(Subscription subscription) {
      ByteBuffer data = subscription.userData();
      int theirs = data == null || data.remaining() < 4 ? -1 : data.duplicate().getInt();
      if (theirs != lanes) {
        throw new IllegalStateException(
            "A member of the group shares "
                + theirs
                + " lanes and this one "
                + lanes
                + ": topics would belong to two lanes. Let all hosts have the same number");
      }
    }

    /** Who has each lane, as the members say; of two who say so the one of the newer round. */
    private Map<Integer, String> owners(GroupSubscription group) {
      Map<Integer, String> owners = new HashMap<>();
      Map<Integer, Integer> rounds = new HashMap<>();
      for (Map.Entry<String, Subscription> each :
          new TreeMap<>(group.groupSubscription()).entrySet()) {
        int round = each.getValue().generationId().orElse(-1);
        Set<Integer> its = new HashSet<>();
        each.getValue()
            .ownedPartitions()
            .forEach(partition -> its.add(lane(partition.topic(), lanes)));
        for (Integer lane : its) {
          if (!owners.containsKey(lane) || rounds.get(lane) < round) {
            owners.put(lane, each.getKey());
            rounds.put(lane, round);
          }
        }
      }
      return owners;
    }
  }
}
