package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.Load;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.spi.ChangeBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Loads a table by reading its topics again, from their beginning to where the stream stands: new
 * and changed rows as they are, removed ones removed. How far it has come is one offset for each
 * partition; they are read side by side in the order of the source's time, since a key lies in
 * several if partitions were added, and since removing all rows is about all of them.
 *
 * <p>Rows that are older than a column with a default are handed out, and the load is not finished
 * until they have come again. One that is resumed then reads everything again to know them.
 */
final class TableLoad implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KafkaFeed.Options options;
  private final Asset asset;
  private final Map<String, Boolean> compacted;

  /** Up to where it was handed out before; only what lies behind is. */
  private final Map<TopicPartition, Long> before;

  /** Where to go on, and where to end, of each partition. */
  private final Map<TopicPartition, Long> next;

  private final Map<TopicPartition, Long> bounds;
  private final long estimate;
  private final Unfilled unfilled;
  private final Intake intake;
  private final Consumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, Slot> slots = new LinkedHashMap<>();
  private long rows;

  /** What was read of a partition and is not handed out. */
  private static final class Slot implements Intake.Place {
    private Mark met = Mark.at(0);
    private int again;
    private final Deque<Entry> entries = new ArrayDeque<>();

    @Override
    public Mark met() {
      return met;
    }

    @Override
    public int again() {
      return again;
    }

    @Override
    public void add(Entry entry, Mark.After after) {
      met = after.mark();
      again = after.again();
      entries.add(entry);
    }
  }

  private TableLoad(
      KafkaFeed.Options options,
      Load from,
      Map<String, Boolean> compacted,
      Map<TopicPartition, Long> before,
      Map<TopicPartition, Long> next,
      Map<TopicPartition, Long> bounds,
      Unfilled unfilled) {
    this.options = options;
    this.asset = from.asset();
    this.compacted = compacted;
    this.before = before;
    this.next = next;
    this.bounds = bounds;
    this.rows = from.rows();
    this.estimate = bounds.values().stream().mapToLong(Long::longValue).sum();
    this.unfilled = unfilled;
    this.intake = new Intake(options, Map.of(), Intake.HISTORY);
    this.consumer = Clients.consumer(options.client(), Optional.empty());
    consumer.assign(bounds.keySet());
    bounds.forEach(
        (id, bound) -> {
          consumer.seek(id, Math.max(0, at(id)));
          slots.put(id, new Slot());
        });
  }

  /**
   * @param its topics that hold the table
   * @param newest version of the table that is known
   */
  static TableLoad begin(
      KafkaFeed.Options options,
      Topics topics,
      Set<String> described,
      Set<String> its,
      Load from,
      Map<TopicPartition, Mark> marks,
      Optional<Relation> newest)
      throws IOException {
    Map<TopicPartition, Long> bounds = new TreeMap<>(Vector.BY_NAME);
    marks.forEach(
        (id, mark) -> {
          if (its.contains(id.topic()) && described.contains(id.topic())) {
            bounds.put(id, mark.next());
          }
        });
    Unfilled unfilled = new Unfilled(newest, options.memoryBytes());
    Map<TopicPartition, Long> before =
        new LinkedHashMap<>(from.after().map(TableLoad::offsets).orElse(Map.of()));
    Map<TopicPartition, Long> next = new LinkedHashMap<>();
    Map<String, Boolean> compacted = topics.compacted(its);
    Map<TopicPartition, Topics.Range> ranges = topics.ranges(bounds.keySet());
    for (TopicPartition id : bounds.keySet()) {
      long first = requireNonNull(ranges.get(id), "range").first();
      Long progress = before.putIfAbsent(id, first);
      next.put(id, progress == null || unfilled.asks() ? first : progress);
      if (isIncomplete(options, compacted, id, first, progress)) {
        // The stream goes on; who asks for the first chunk hears of it.
        next.put(id, -1L);
      }
    }
    return new TableLoad(options, from, compacted, before, next, bounds, unfilled);
  }

  private static boolean isIncomplete(
      KafkaFeed.Options options,
      Map<String, Boolean> compacted,
      TopicPartition id,
      long first,
      @Nullable Long progress) {
    boolean whole =
        Boolean.TRUE.equals(compacted.get(id.topic())) || options.complete().contains(id.topic());
    return !whole && first > (progress == null ? 0 : progress);
  }

  private static Map<TopicPartition, Long> offsets(String text) {
    Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
    JsonNode tree = Trees.read(text.getBytes(StandardCharsets.UTF_8));
    tree.properties()
        .forEach(
            entry -> {
              int dash = entry.getKey().lastIndexOf('-');
              offsets.put(
                  new TopicPartition(
                      entry.getKey().substring(0, dash),
                      Integer.parseInt(entry.getKey().substring(dash + 1))),
                  entry.getValue().longValue());
            });
    return offsets;
  }

  Asset asset() {
    return asset;
  }

  /** Whether everything up to where the stream stood was read. */
  boolean isRead() {
    return bounds.keySet().stream().allMatch(id -> at(id) >= bound(id));
  }

  /** Whether all rows have all their values, once everything was read. */
  boolean isComplete() {
    return unfilled.isEmpty();
  }

  /** What it waits for, once everything was read. */
  String why() {
    return unfilled.why();
  }

  /** Meets what the stream hands out while this waits. */
  void meet(Entry entry) {
    if (entry.event() instanceof Event.Truncated truncated && truncated.asset().equals(asset)) {
      unfilled.clear();
    } else if (entry.event() instanceof Event.Row row && row.asset().equals(asset)) {
      unfilled.isFilled(row, entry.relation().orElseThrow());
    }
  }

  /** The last chunk of one that waited: nothing but its end. */
  Loads.Part finish() {
    return part(
        asset + "@" + Json.of(texts()).text() + "-filled",
        ChangeBuffer.inMemory(),
        Progress.FINISHED);
  }

  /**
   * The next chunk; empty if there is nothing left to hand out and the load is not finished.
   *
   * @throws UnreadableException if it cannot come to its end
   */
  Optional<Loads.Part> next() throws IOException {
    requireComplete();
    ChangeBuffer buffer =
        new ChangeBuffer(options.memoryBytes(), options.fileBytes(), options.folder());
    Optional<Loads.Part> part = Optional.empty();
    try {
      part = read(buffer);
      return part;
    } catch (KafkaException e) {
      throw new IOException(
          "The load of "
              + asset
              + " could not read Kafka: "
              + e.getClass().getSimpleName()
              + ". It goes on where it stands when the pipeline runs again",
          e);
    } finally {
      if (part.isEmpty()) {
        buffer.close();
      }
    }
  }

  private void requireComplete() {
    next.forEach(
        (id, offset) -> {
          if (offset < 0) {
            throw new UnreadableException(
                id
                    + " does not hold its first records any more, so the table would be loaded in"
                    + " part. Let the connector take a snapshot of it and then give the host's word"
                    + " with complete(topic), or keep such topics with cleanup.policy=compact");
          }
        });
  }

  private Optional<Loads.Part> read(ChangeBuffer buffer) throws IOException {
    Map<String, Long> begun = texts();
    String name = asset + "@" + Json.of(begun).text();
    long room = options.chunkRows();
    for (Optional<TopicPartition> first = first(); first.isPresent(); first = first()) {
      TopicPartition id = first.get();
      if (room <= 0) {
        return Optional.of(part(name, buffer, Progress.GOES_ON));
      }
      Entry entry = slot(id).entries.remove();
      next.put(id, entry.offset() + 1);
      boolean known = entry.offset() < before(id);
      if (entry.event() instanceof Event.Unreadable unreadable) {
        throw new UnreadableException(
            "record " + entry.offset() + " of " + id + " cannot be read: " + unreadable.reason());
      }
      if (entry.event() instanceof Event.Truncated truncated && truncated.asset().equals(asset)) {
        unfilled.clear();
        if (!known) {
          return Optional.of(restart(name, entry, buffer));
        }
      } else if (isRow(entry)) {
        unfilled.meet((Event.Row) entry.event(), entry.relation().orElseThrow());
        if (!known) {
          add(entry, id, buffer);
          room = isKeyless(entry) ? Long.MAX_VALUE : room - 1;
        }
      }
    }
    if (unfilled.isEmpty()) {
      return Optional.of(part(name, buffer, Progress.FINISHED));
    }
    return texts().equals(begun)
        ? Optional.empty()
        : Optional.of(part(name, buffer, Progress.GOES_ON));
  }

  /** A row of the table that has not come before. */
  private boolean isRow(Entry entry) {
    return entry.event() instanceof Event.Row row && row.asset().equals(asset) && !entry.again();
  }

  /** A row without a key cannot be met twice: all of them come in one chunk. */
  private static boolean isKeyless(Entry entry) {
    return !(entry.relation().map(Relation::identity).orElseThrow() instanceof RowIdentity.Key);
  }

  /**
   * All rows were removed at once: what came before is worth nothing, and a load that begins anew
   * leaves none of it.
   */
  private Loads.Part restart(String name, Entry truncated, ChangeBuffer buffer) {
    buffer.close();
    rows = 0;
    return new Loads.Part(
        name + "-" + truncated.offset(), ChangeBuffer.inMemory(), Load.begin(asset));
  }

  private long at(TopicPartition id) {
    return requireNonNull(next.get(id), "next");
  }

  private long bound(TopicPartition id) {
    return requireNonNull(bounds.get(id), "bound");
  }

  private long before(TopicPartition id) {
    return requireNonNull(before.get(id), "before");
  }

  private Slot slot(TopicPartition id) {
    return requireNonNull(slots.get(id), "slot");
  }

  /** The partition whose entry comes first; empty once all were read. */
  private Optional<TopicPartition> first() throws IOException {
    TopicPartition first = null;
    for (TopicPartition id : bounds.keySet()) {
      if (at(id) >= bound(id)) {
        continue;
      }
      Entry head = slot(id).entries.peek();
      if (head == null) {
        fill();
        return first();
      }
      if (first == null || order(head, slot(first).entries.element()) < 0) {
        first = id;
      }
    }
    return Optional.ofNullable(first);
  }

  /** By the source's time, then by its log; what is no event goes first. */
  private static int order(Entry one, Entry other) {
    if (one.origin().isEmpty() || other.origin().isEmpty()) {
      return Boolean.compare(one.origin().isPresent(), other.origin().isPresent());
    }
    Event.Origin a = one.origin().get();
    Event.Origin b = other.origin().get();
    int byTime = Long.compare(a.millis(), b.millis());
    if (byTime != 0 || a.order().isEmpty() || b.order().isEmpty()) {
      return byTime;
    }
    return a.order().get().place().compareTo(b.order().get().place());
  }

  /** Partitions that have more and nothing of it here. */
  private Set<TopicPartition> starving() {
    Set<TopicPartition> starving = new TreeSet<>(Vector.BY_NAME);
    for (TopicPartition id : bounds.keySet()) {
      if (at(id) < bound(id) && slot(id).entries.isEmpty()) {
        starving.add(id);
      }
    }
    return starving;
  }

  /** Reads until something is here of each partition that has more. */
  private void fill() throws IOException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    Set<TopicPartition> starving = starving();
    while (!starving.isEmpty()) {
      Set<TopicPartition> others = new HashSet<>(bounds.keySet());
      others.removeAll(starving);
      consumer.pause(others);
      consumer.resume(starving);
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      for (TopicPartition id : records.partitions()) {
        take(id, records.records(id));
      }
      for (TopicPartition id : starving) {
        if (slot(id).entries.isEmpty() && consumer.position(id) >= bound(id)) {
          // Markers and compacted records at the end.
          next.put(id, bound(id));
        }
      }
      starving = starving();
      if (!starving.isEmpty() && System.nanoTime() > until) {
        throw new IOException(
            "The load of "
                + asset
                + " waited for "
                + starving
                + " in vain; look whether its broker answers. It goes on where it stands when the"
                + " pipeline runs again");
      }
    }
  }

  private void take(TopicPartition id, List<ConsumerRecord<byte[], byte[]>> records)
      throws IOException {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (record.offset() >= bound(id) || !intake.read(record, slot(id))) {
        return;
      }
    }
  }

  /** Adds a row of the table as it is. */
  private void add(Entry entry, TopicPartition id, ChangeBuffer buffer) throws IOException {
    if (entry.whole() == Layout.Whole.NO && Boolean.TRUE.equals(compacted.get(id.topic()))) {
      throw new UnreadableException(
          "record "
              + entry.offset()
              + " of "
              + id
              + " leaves a value out that did not change, and compaction may have removed the"
              + " record that had it. Let the connector take a snapshot of the table");
    }
    boolean rekeys = entry.encoded()[1] == 'B';
    RowBatch.Op op =
        switch (((Event.Row) entry.event()).op()) {
          case INSERT, READ -> RowBatch.Op.READ;
          case UPDATE ->
              entry.whole() == Layout.Whole.YES && !rekeys ? RowBatch.Op.READ : RowBatch.Op.UPDATE;
          case DELETE -> RowBatch.Op.DELETE;
        };
    buffer.add(entry.relation().orElseThrow(), op, entry.encoded(), 1, entry.encoded().length - 1);
    if (op != RowBatch.Op.DELETE) {
      rows++;
    }
  }

  private Map<String, Long> texts() {
    Map<String, Long> texts = new TreeMap<>();
    next.forEach((id, offset) -> texts.put(id.toString(), Math.max(offset, before(id))));
    return texts;
  }

  private enum Progress {
    GOES_ON,
    FINISHED
  }

  private Loads.Part part(String name, ChangeBuffer buffer, Progress progress) {
    return new Loads.Part(
        name,
        buffer,
        new Load(
            asset,
            Optional.of(Json.of(texts()).text()),
            rows,
            estimate,
            progress == Progress.FINISHED));
  }

  @Override
  public void close() {
    consumer.close();
  }
}
