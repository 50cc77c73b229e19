package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.FeedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Polls topics into partitions. Confined to one thread. */
final class Reader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reader.class);
  private static final Duration WATCH = Duration.ofSeconds(10);
  private static final Duration MIRROR = Duration.ofSeconds(5);
  private static final Duration RETRY = Duration.ofMillis(500);

  private final KafkaFeed.Options options;
  private final Topics topics;
  private final Vector base;
  private final Intake intake;
  private final Consumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, Partition> partitions = new LinkedHashMap<>();

  /** Those that hold rows, by name. */
  private final List<Partition> rows = new ArrayList<>();

  private final Siblings siblings;
  private final Tables tables;
  private final Assembler assembler;

  private @Nullable Instant waitingSince;
  private Instant retryAt = Instant.MIN;
  private @Nullable IOException waitingFor;
  private Instant watched;
  private Instant mirrored = Instant.MIN;
  private @Nullable Map<TopicPartition, Long> unmirrored;

  private Reader(
      KafkaFeed.Options options,
      Topics topics,
      Vector base,
      Intake intake,
      Tables tables,
      Consumer<byte[], byte[]> consumer) {
    this.options = options;
    this.topics = topics;
    this.base = base;
    this.intake = intake;
    this.tables = tables;
    this.consumer = consumer;
    this.watched = options.clock().instant();
    this.siblings = new Siblings(base.marks());
    base.marks().forEach((id, mark) -> add(new Partition(id, mark)));
    this.assembler = assembler();
  }

  static Reader open(
      KafkaFeed.Options options, Topics topics, Vector base, Intake intake, Tables tables) {
    Consumer<byte[], byte[]> consumer = Clients.consumer(options.client(), options.group());
    consumer.assign(base.marks().keySet());
    base.marks().forEach((id, mark) -> consumer.seek(id, mark.next()));
    return new Reader(options, topics, base, intake, tables, consumer);
  }

  private void add(Partition partition) {
    partitions.put(partition.id(), partition);
    if (options.roles().of(partition.id().topic()) == Topics.Role.ROWS) {
      rows.add(partition);
      rows.sort(Comparator.comparing(each -> each.id().toString()));
    }
  }

  private Assembler assembler() {
    Optional<Partition> boundaries =
        partitions.values().stream()
            .filter(
                partition -> options.roles().of(partition.id().topic()) == Topics.Role.TRANSACTIONS)
            .findFirst();
    return boundaries.isPresent()
        ? new WholeAssembler(boundaries.get(), rows, tables, new RowEnds(), base.open())
        : new RunAssembler(rows, this::ended, this::due);
  }

  /** Puts together what was read. */
  Assembler assembled() {
    return assembler;
  }

  private final class RowEnds implements WholeAssembler.Ends {
    @Override
    public Map<TopicPartition, Long> now() throws IOException {
      return ends(rows.stream().map(Partition::id).toList());
    }

    @Override
    public boolean reached(Map<TopicPartition, Long> ends) {
      return Reader.this.reached(ends);
    }

    @Override
    public boolean due(Partition partition) {
      return Reader.this.due(partition);
    }
  }

  private Map<TopicPartition, Long> ends(Collection<TopicPartition> of) throws IOException {
    Map<TopicPartition, Long> ends = new HashMap<>();
    topics.ranges(of).forEach((id, range) -> ends.put(id, range.end()));
    return ends;
  }

  private boolean reached(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  /** A partition that was added waits until what its keys had in the others was handed out. */
  private boolean due(Partition partition) {
    return siblings.due(
        partition.id(),
        ends ->
            reached(ends)
                && ends.keySet().stream()
                    .map(partitions::get)
                    .allMatch(each -> each == null || each.isEmpty()));
  }

  /** Whether a partition was read up to its end, as far as the last answer of its broker tells. */
  private boolean ended(Partition partition) {
    OptionalLong lag = consumer.currentLag(partition.id());
    return partition.isBlocked() || waitingSince != null || lag.isPresent() && lag.getAsLong() == 0;
  }

  /** How far each partition was handed out. */
  Map<TopicPartition, Mark> marks() {
    Map<TopicPartition, Mark> marks = new LinkedHashMap<>();
    partitions.forEach(
        (id, partition) -> {
          partition.isEmpty();
          marks.put(id, partition.mark());
        });
    return marks;
  }

  /**
   * Reads what there is, waiting for it at most so long.
   *
   * @throws IOException if records are lost, or if Kafka or the registry cannot be reached
   */
  void poll(Duration atMost) throws IOException {
    watch();
    if (waitingSince != null && options.clock().instant().isBefore(retryAt)) {
      // The registry is asked again in a while; other partitions cannot be told apart from its.
      consumer.pause(consumer.assignment());
      fetch(atMost);
      return;
    }
    resume();
    ConsumerRecords<byte[], byte[]> records = fetch(atMost);
    requireRoom();
    for (TopicPartition id : records.partitions()) {
      take(id, records.records(id));
    }
  }

  private void resume() {
    // What was read beyond what is needed next waits in memory, so half of that may be for it.
    boolean crowded = weight() > options.memoryBytes() / 2;
    List<TopicPartition> held = new ArrayList<>();
    partitions.forEach(
        (id, partition) -> {
          if (partition.isBlocked() || crowded && !assembler.needs(partition)) {
            held.add(id);
          }
        });
    List<TopicPartition> flowing = new ArrayList<>(consumer.paused());
    flowing.removeAll(held);
    consumer.resume(flowing);
    consumer.pause(held);
  }

  private ConsumerRecords<byte[], byte[]> fetch(Duration atMost) throws IOException {
    try {
      return consumer.poll(atMost);
    } catch (OffsetOutOfRangeException e) {
      throw new IOException(
          "Records of "
              + e.offsetOutOfRangePartitions().keySet()
              + " are gone before they were read: the topic keeps less than it took to read them."
              + " Nothing was passed over. Begin a feed with another id, so that its tables are"
              + " loaded again, and let the topic keep more",
          e);
    } catch (KafkaException e) {
      throw new IOException(
          "Kafka could not be read: "
              + e.getClass().getSimpleName()
              + ". What was confirmed is durable; run the pipeline again once the brokers answer",
          e);
    }
  }

  private void take(TopicPartition id, List<ConsumerRecord<byte[], byte[]>> records)
      throws IOException {
    Partition partition = partitions.get(id);
    if (partition == null) {
      return;
    }
    if (siblings.begins(id)) {
      // Only now: whoever wrote here wrote all of its older records of these keys before.
      siblings.begun(id, ends(siblings.of(id, partitions.keySet())));
    }
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        if (!intake.read(record, partition)) {
          return;
        }
        waitingSince = null;
      } catch (IOException e) {
        consumer.seek(id, record.offset());
        waitFor(e);
        return;
      }
    }
  }

  private void waitFor(IOException why) throws IOException {
    Instant now = options.clock().instant();
    if (waitingSince == null) {
      waitingSince = now;
      LOG.warn("Feed {} waits for its schema registry: {}", options.id(), why.getMessage());
    } else if (!now.isBefore(waitingSince.plus(options.patience()))) {
      throw new IOException(
          "The schema registry could not be asked for "
              + options.patience()
              + "; nothing is lost, Kafka keeps what was not read. Run the pipeline again once it"
              + " answers: "
              + why.getMessage(),
          why);
    }
    waitingFor = why;
    retryAt = now.plus(RETRY);
  }

  private long weight() {
    return partitions.values().stream().mapToLong(Partition::weight).sum();
  }

  private void requireRoom() throws IOException {
    if (weight() > options.memoryBytes()) {
      throw new IOException(
          "More than "
              + options.memoryBytes()
              + " bytes wait for the end of their transactions; nothing of them was applied. Raise"
              + " the bound of memory with spill(…), or look why the transaction topic is behind");
    }
  }

  /** Looks now and then whether the topics are still those that were opened, and all of them. */
  private void watch() throws IOException {
    Instant now = options.clock().instant();
    if (now.isBefore(watched.plus(WATCH))) {
      return;
    }
    watched = now;
    try {
      Map<String, TopicDescription> described = topics.describe(base.topics().keySet());
      for (Map.Entry<String, TopicDescription> each : described.entrySet()) {
        if (!each.getValue().topicId().toString().equals(base.topics().get(each.getKey()))) {
          throw new IOException(
              "Topic "
                  + each.getKey()
                  + " was deleted and made again while it was read: what it held is lost. Begin a"
                  + " feed with another id, so that its tables are loaded again");
        }
      }
      Opening.checkBoundaries(options, described);
      for (TopicPartition id : topics.partitions(described)) {
        if (!partitions.containsKey(id)) {
          begin(id);
        }
      }
    } catch (FeedException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Begins to read a partition that was added. */
  private void begin(TopicPartition id) {
    LOG.warn("Feed {} reads {}, which was added to its topic", options.id(), id);
    siblings.added(id);
    tables.partition(id);
    add(new Partition(id, Mark.at(0)));
    consumer.assign(partitions.keySet());
    consumer.seek(id, 0);
  }

  /** Partitions whose next record cannot be read and that were not held yet. */
  List<Partition> unreadable() {
    return partitions.values().stream()
        .filter(
            partition ->
                partition.held().isEmpty()
                    && partition
                        .first()
                        .filter(entry -> entry.event() instanceof Event.Unreadable)
                        .isPresent())
        .toList();
  }

  void hold(Partition partition) {
    Entry entry = partition.first().orElseThrow();
    String reason = ((Event.Unreadable) entry.event()).reason();
    LOG.warn(
        "Feed {} holds {} at record {}: {}", options.id(), partition.id(), entry.offset(), reason);
    partition.hold("record " + entry.offset() + " cannot be read: " + reason);
  }

  /** Commits offsets to the group, if there is one: for tools that show lag. */
  void mirror(Map<TopicPartition, Long> next) {
    if (options.group().isEmpty()) {
      return;
    }
    unmirrored = next;
    Instant now = options.clock().instant();
    if (!now.isBefore(mirrored.plus(MIRROR))) {
      mirrored = now;
      commit(next);
    }
  }

  private void commit(Map<TopicPartition, Long> next) {
    Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    next.forEach((id, offset) -> committed.put(id, new OffsetAndMetadata(offset)));
    unmirrored = null;
    try {
      consumer.commitSync(committed, Duration.ofSeconds(5));
    } catch (KafkaException e) {
      // Only a mirror: the target's position is what counts.
      LOG.warn(
          "Feed {} could not tell group {} how far it came: {}",
          options.id(),
          options.group().orElseThrow(),
          e.getClass().getSimpleName());
    }
  }

  void health(Map<String, Probe<String>> health) {
    long lag = 0;
    boolean known = true;
    for (TopicPartition id : partitions.keySet()) {
      OptionalLong of = consumer.currentLag(id);
      known &= of.isPresent();
      lag += of.orElse(0);
    }
    health.put(
        "lag records",
        known
            ? new Probe.Value<>(Long.toString(lag))
            : new Probe.Unknown<>("not every partition was asked yet"));
    health.put(
        "came again",
        new Probe.Value<>(
            Long.toString(partitions.values().stream().mapToLong(Partition::cameAgain).sum())));
    partitions.forEach(
        (id, partition) ->
            partition.held().ifPresent(why -> health.put("held." + id, new Probe.Value<>(why))));
    IOException waiting = waitingFor;
    if (waitingSince != null && waiting != null) {
      health.put("registry", new Probe.Unknown<>(String.valueOf(waiting.getMessage())));
    }
  }

  @Override
  public void close() {
    Map<TopicPartition, Long> last = unmirrored;
    if (last != null) {
      commit(last);
    }
    consumer.close();
  }
}
