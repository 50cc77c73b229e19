package dev.weirkeeper.drift.kafka;

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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Loads a table by reading its topics again, from their beginning to where the stream stands: new
 * and changed rows as they are, removed ones removed. Partition after partition, so that how far it
 * has come is one offset each.
 */
final class TableLoad implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KafkaFeed.Options options;
  private final Asset asset;
  private final Map<String, Boolean> compacted;

  /** Where to go on, and where to end, of what is left. */
  private final Map<TopicPartition, Long> next;

  private final Map<TopicPartition, Long> bounds;
  private final long estimate;
  private final Intake intake;
  private final Consumer<byte[], byte[]> consumer;
  private Slot slot;
  private long rows;

  /** Entries of the partition that is being read. */
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

  /** Tells nobody: what a load sees of tables and hints is history. */
  private static final Intake.Met NOBODY =
      new Intake.Met() {
        @Override
        public void table(Asset asset, String topic) {}

        @Override
        public void hint(SchemaHint hint) {}
      };

  private TableLoad(
      KafkaFeed.Options options,
      Load from,
      Map<String, Boolean> compacted,
      Map<TopicPartition, Long> next,
      Map<TopicPartition, Long> bounds) {
    this.options = options;
    this.asset = from.asset();
    this.compacted = compacted;
    this.next = next;
    this.bounds = bounds;
    this.rows = from.rows();
    this.estimate = bounds.values().stream().mapToLong(Long::longValue).sum();
    this.intake = new Intake(options, Map.of(), NOBODY);
    this.consumer = Clients.consumer(options.client(), Optional.empty());
    this.slot = new Slot();
  }

  /**
   * @param its topics that hold the table
   */
  static TableLoad begin(
      KafkaFeed.Options options,
      Topics topics,
      Set<String> described,
      Set<String> its,
      Load from,
      Map<TopicPartition, Mark> marks)
      throws IOException {
    Map<TopicPartition, Long> bounds = new TreeMap<>(Vector.BY_NAME);
    marks.forEach(
        (id, mark) -> {
          if (its.contains(id.topic()) && described.contains(id.topic())) {
            bounds.put(id, mark.next());
          }
        });
    Map<TopicPartition, Long> next =
        new LinkedHashMap<>(from.after().map(TableLoad::offsets).orElse(Map.of()));
    Map<String, Boolean> compacted = topics.compacted(its);
    Map<TopicPartition, Topics.Range> ranges = topics.ranges(bounds.keySet());
    for (TopicPartition id : bounds.keySet()) {
      long first = ranges.get(id).first();
      Long progress = next.putIfAbsent(id, first);
      if (isIncomplete(options, compacted, id, first, progress)) {
        // The stream goes on; who asks for the first chunk hears of it.
        next.put(id, -1L);
      }
    }
    return new TableLoad(options, from, compacted, next, bounds);
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

  /**
   * The next chunk.
   *
   * @throws UnreadableException if it cannot come to its end
   */
  Loads.Part next() throws IOException {
    requireComplete();
    ChangeBuffer buffer =
        new ChangeBuffer(options.memoryBytes(), options.fileBytes(), options.folder());
    boolean done = false;
    try {
      Loads.Part part = read(buffer);
      done = true;
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
      if (!done) {
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

  private Loads.Part read(ChangeBuffer buffer) throws IOException {
    String name = asset + "@" + Json.of(texts()).text();
    long room = options.chunkRows();
    for (TopicPartition id : bounds.keySet()) {
      while (next.get(id) < bounds.get(id)) {
        if (room <= 0) {
          return part(name, buffer, Progress.GOES_ON);
        }
        Entry entry = slot.entries.poll();
        if (entry == null) {
          poll(id);
          continue;
        }
        next.put(id, entry.offset() + 1);
        if (entry.event() instanceof Event.Unreadable unreadable) {
          throw new UnreadableException(
              "record " + entry.offset() + " of " + id + " cannot be read: " + unreadable.reason());
        }
        if (entry.event() instanceof Event.Truncated truncated && truncated.asset().equals(asset)) {
          return restart(name, entry, buffer);
        }
        if (add(entry, id, buffer)) {
          room = isKeyless(entry) ? Long.MAX_VALUE : room - 1;
        }
      }
      slot = new Slot();
    }
    return part(name, buffer, Progress.FINISHED);
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

  private void poll(TopicPartition id) throws IOException {
    if (!consumer.assignment().equals(Set.of(id))) {
      consumer.assign(Set.of(id));
      consumer.seek(id, next.get(id));
    }
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (slot.entries.isEmpty()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < bounds.get(id) && !intake.read(record, slot)) {
          break;
        }
      }
      if (slot.entries.isEmpty() && consumer.position(id) >= bounds.get(id)) {
        // Markers and compacted records at the end.
        next.put(id, bounds.get(id));
        return;
      }
      if (System.nanoTime() > until) {
        throw new IOException(
            "The load of "
                + asset
                + " waited for "
                + id
                + " in vain; look whether its broker answers. It goes on where it stands when the"
                + " pipeline runs again");
      }
    }
  }

  /** Adds a row of the table as it is. */
  private boolean add(Entry entry, TopicPartition id, ChangeBuffer buffer) throws IOException {
    if (!(entry.event() instanceof Event.Row row) || !row.asset().equals(asset) || entry.again()) {
      return false;
    }
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
        switch (row.op()) {
          case INSERT, READ -> RowBatch.Op.READ;
          case UPDATE ->
              entry.whole() == Layout.Whole.YES && !rekeys ? RowBatch.Op.READ : RowBatch.Op.UPDATE;
          case DELETE -> RowBatch.Op.DELETE;
        };
    buffer.add(entry.relation().orElseThrow(), op, entry.encoded(), 1, entry.encoded().length - 1);
    if (op != RowBatch.Op.DELETE) {
      rows++;
    }
    return true;
  }

  private Map<String, Long> texts() {
    Map<String, Long> texts = new TreeMap<>();
    next.forEach((id, offset) -> texts.put(id.toString(), offset));
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
