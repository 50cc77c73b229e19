package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Json;
import dev.weirkeeper.Position;
import dev.weirkeeper.spi.FeedException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * A position in the topics of a connector: one offset for each partition, and what is needed to
 * know topics and events again. Vectors have no order among each other.
 *
 * @param cluster id of the Kafka cluster
 * @param claim whoever holds the feed, where several hosts share it; empty otherwise
 * @param chunks parts of loads that were handed out: each is a place of its own
 * @param topics id that Kafka gave each topic: another one is another topic of the same name
 * @param open transactions of the source whose BEGIN lies behind and whose END does not
 */
record Vector(
    String cluster,
    String claim,
    long chunks,
    SortedMap<String, String> topics,
    SortedMap<TopicPartition, Mark> marks,
    Set<String> open) {
  static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  Vector {
    requireNonNull(cluster, "cluster");
    requireNonNull(claim, "claim");
    topics = Collections.unmodifiableSortedMap(new TreeMap<>(topics));
    marks = sorted(marks);
    open = Set.copyOf(open);
  }

  Vector(
      String cluster,
      String claim,
      long chunks,
      Map<String, String> topics,
      Map<TopicPartition, Mark> marks,
      Set<String> open) {
    this(cluster, claim, chunks, new TreeMap<>(topics), sorted(marks), open);
  }

  private static SortedMap<TopicPartition, Mark> sorted(Map<TopicPartition, Mark> marks) {
    SortedMap<TopicPartition, Mark> sorted = new TreeMap<>(BY_NAME);
    sorted.putAll(marks);
    return Collections.unmodifiableSortedMap(sorted);
  }

  Position position(String feed) {
    Map<String, Object> parts = new LinkedHashMap<>();
    marks.forEach((partition, mark) -> parts.put(partition.toString(), object(mark)));
    Map<String, Object> text = new LinkedHashMap<>();
    text.put("cluster", cluster);
    if (!claim.isEmpty()) {
      text.put("claim", claim);
    }
    if (chunks > 0) {
      text.put("chunks", chunks);
    }
    text.put("topics", topics);
    text.put("marks", parts);
    if (!open.isEmpty()) {
      text.put("open", new TreeSet<>(open));
    }
    return new Position(feed, Json.of(text).text());
  }

  private static Map<String, Object> object(Mark mark) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("next", mark.next());
    mark.order()
        .ifPresent(
            order -> {
              object.put("log", order.log());
              object.put("place", order.place());
              object.put("first", mark.first());
              object.put("count", mark.count());
              object.put("millis", mark.millis());
            });
    if (mark.held() == Mark.Hold.YES) {
      object.put("held", true);
    }
    return object;
  }

  /**
   * @throws FeedException if no feed of this kind wrote it
   */
  static Vector of(Position position) throws FeedException {
    try {
      JsonNode text = Trees.read(position.text().getBytes(StandardCharsets.UTF_8));
      Map<String, String> topics = new LinkedHashMap<>();
      object(text, "topics")
          .properties()
          .forEach(topic -> topics.put(topic.getKey(), topic.getValue().asText()));
      Map<TopicPartition, Mark> marks = new LinkedHashMap<>();
      object(text, "marks")
          .properties()
          .forEach(mark -> marks.put(partition(mark.getKey()), mark(mark.getValue())));
      return new Vector(
          member(text, "cluster").asText(),
          text.path("claim").asText(""),
          text.has("chunks") ? number(text, "chunks") : 0,
          topics,
          marks,
          open(text.path("open")));
    } catch (UnreadableException | IllegalArgumentException e) {
      throw new FeedException(
          "The target's position is none that a Kafka feed wrote. Look at which feed this target"
              + " belongs to; nothing was read");
    }
  }

  private static Set<String> open(JsonNode text) {
    Set<String> open = new HashSet<>();
    text.forEach(transaction -> open.add(transaction.asText()));
    return open;
  }

  private static JsonNode member(JsonNode of, String name) {
    JsonNode member = of.path(name);
    if (member.isMissingNode()) {
      throw new IllegalArgumentException("no member " + name);
    }
    return member;
  }

  private static JsonNode object(JsonNode of, String name) {
    JsonNode member = member(of, name);
    if (!member.isObject()) {
      throw new IllegalArgumentException("no object " + name);
    }
    return member;
  }

  private static TopicPartition partition(String text) {
    int dash = text.lastIndexOf('-');
    if (dash < 1) {
      throw new IllegalArgumentException("no partition");
    }
    return new TopicPartition(text.substring(0, dash), Integer.parseInt(text.substring(dash + 1)));
  }

  private static Mark mark(JsonNode text) {
    Optional<SourceOrder> order =
        text.has("place")
            ? Optional.of(
                new SourceOrder(member(text, "log").asText(), member(text, "place").asText()))
            : Optional.empty();
    return new Mark(
        number(text, "next"),
        order,
        text.path("first").asText(""),
        order.isPresent() ? Math.toIntExact(number(text, "count")) : 0,
        order.isPresent() ? number(text, "millis") : Long.MIN_VALUE,
        text.path("held").asBoolean(false) ? Mark.Hold.YES : Mark.Hold.NO);
  }

  private static long number(JsonNode of, String name) {
    JsonNode member = member(of, name);
    if (!member.isIntegralNumber() || !member.canConvertToLong()) {
      throw new IllegalArgumentException("no number " + name);
    }
    return member.longValue();
  }
}
