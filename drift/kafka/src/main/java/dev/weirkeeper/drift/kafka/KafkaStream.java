package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.BufferedTransaction;
import dev.weirkeeper.spi.ChangeBuffer;
import dev.weirkeeper.spi.Feed;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** Topics from a vector on. Confined to one thread, which is the one that polls. */
final class KafkaStream implements Feed.Stream {
  private final KafkaFeed.Options options;
  private final Ownership ownership;
  private final Topics topics;
  private final Vector base;
  private final Position start;
  private final Reader reader;
  private final Assembler assembler;
  private final Versions versions;
  private final Tables tables;
  private final Loads loads;

  /** Positions that were handed out and not confirmed, in their order, behind the confirmed one. */
  private final Deque<Position> handed = new ArrayDeque<>();

  private final Map<Position, Map<TopicPartition, Long>> offsets = new HashMap<>();
  private Position last;
  private long chunks;
  private Instant moved;
  private boolean claimed;
  private boolean closed;

  private KafkaStream(
      KafkaFeed.Options options,
      Ownership ownership,
      Topics topics,
      Vector base,
      Optional<Position> after,
      Map<String, Relation> known)
      throws IOException {
    this.options = options;
    this.ownership = ownership;
    this.topics = topics;
    this.base = base;
    this.chunks = base.chunks();
    this.versions = new Versions(known);
    this.tables = new Tables(options, known.values(), base.marks().keySet());
    this.reader = Reader.open(options, topics, base, new Intake(options, known, tables), tables);
    this.assembler = reader.assembled();
    this.loads = new Loads(options, topics, tables, base.topics().keySet());
    this.moved = options.clock().instant();
    this.start = after.orElseGet(() -> vector(base.claim()).position(options.id()));
    this.last = start;
    this.handed.add(start);
  }

  static KafkaStream open(
      KafkaFeed.Options options,
      Ownership ownership,
      Topics topics,
      Vector base,
      Optional<Position> after,
      Map<String, Relation> known)
      throws IOException {
    return new KafkaStream(options, ownership, topics, base, after, known);
  }

  private Vector vector(String claim) {
    return new Vector(
        base.cluster(), claim, chunks, base.topics(), reader.marks(), assembler.open());
  }

  @Override
  public Position start() {
    return start;
  }

  @Override
  public List<Relation> relations() throws IOException {
    requireOpen();
    List<Relation> relations = new ArrayList<>();
    for (Relation relation : Peek.relations(options, topics, reader.marks().keySet(), versions)) {
      versions.describe(relation);
      tables.met(relation);
      relations.add(relation);
    }
    for (Relation given : options.relations().values()) {
      if (relations.stream().noneMatch(relation -> relation.asset().equals(given.asset()))) {
        relations.add(versions.known(given.id()).orElse(given));
        versions.describe(given);
      }
    }
    return relations;
  }

  @Override
  public Optional<Transaction> next(Duration atMost) throws IOException {
    requireOpen();
    ownership.check();
    if (!claimed && !ownership.claim().isEmpty()) {
      // The first thing that is written: whoever held the feed before cannot write any more.
      claimed = true;
      return Optional.of(nothing("claim/" + ownership.claim()));
    }
    long until = System.nanoTime() + atMost.toNanos();
    for (boolean first = true; ; first = false) {
      Optional<Transaction> next = ready();
      if (next.isPresent()) {
        return next;
      }
      long left = until - System.nanoTime();
      if (!first && left <= 0) {
        return Optional.empty();
      }
      reader.poll(Duration.ofNanos(Math.max(0, left)));
      ownership.check();
    }
  }

  private Optional<Transaction> ready() throws IOException {
    Optional<Loads.Part> part = loads.next();
    if (part.isPresent()) {
      return Optional.of(chunk(part.get()));
    }
    for (Optional<Assembler.Assembled> next = assembler.next();
        next.isPresent();
        next = assembler.next()) {
      Optional<Transaction> transaction = transaction(next.get());
      if (transaction.isPresent()) {
        return transaction;
      }
    }
    Optional<Transaction> held = held();
    return held.isPresent() ? held : idle();
  }

  private ChangeBuffer buffer() {
    return new ChangeBuffer(options.memoryBytes(), options.fileBytes(), options.folder());
  }

  private Optional<Transaction> transaction(Assembler.Assembled assembled) throws IOException {
    Building building = new Building(versions, buffer());
    boolean done = false;
    try {
      for (Entry entry : assembled.entries()) {
        building.add(entry);
        loads.meet(entry);
      }
      done = !building.isEmpty();
      return done
          ? Optional.of(
              building.done("kafka:" + assembled.name(), handOut(), options.clock().instant()))
          : Optional.empty();
    } finally {
      if (!done) {
        building.drop();
      }
    }
  }

  private Transaction nothing(String name) {
    Position position = handOut();
    return new Building(versions, ChangeBuffer.inMemory())
        .done("kafka:" + name, position, options.clock().instant());
  }

  /** Reports tables whose next record cannot be read. */
  private Optional<Transaction> held() {
    for (Partition partition : reader.unreadable()) {
      boolean reported = partition.mark().held() == Mark.Hold.YES;
      reader.hold(partition);
      if (!reported) {
        Building building = new Building(versions, ChangeBuffer.inMemory());
        for (Asset asset : tables.of(partition.id().topic())) {
          versions
              .known(Layouts.relationId(asset))
              .flatMap(versions::unreadable)
              .ifPresent(building::changed);
        }
        return Optional.of(
            building.done(
                "kafka:held/" + partition.id() + "@" + partition.mark().next(),
                handOut(),
                options.clock().instant()));
      }
    }
    return Optional.empty();
  }

  /** Hands out a position that moved without rows: heartbeats, tombstones, what came again. */
  private Optional<Transaction> idle() {
    Instant now = options.clock().instant();
    if (now.isBefore(moved.plus(options.idle()))) {
      return Optional.empty();
    }
    moved = now;
    Position here = vector(claim()).position(options.id());
    return here.equals(last) ? Optional.empty() : Optional.of(nothing("idle"));
  }

  private Transaction chunk(Loads.Part part) {
    chunks++;
    return new BufferedTransaction(
        "kafka:load/" + part.name(),
        Transaction.Origin.SNAPSHOT,
        handOut(),
        options.clock().instant(),
        List.<SchemaChange>of(),
        part.rows(),
        Optional.of(part.load()));
  }

  private String claim() {
    return claimed ? ownership.claim() : base.claim();
  }

  private Position handOut() {
    Position position = vector(claim()).position(options.id());
    Map<TopicPartition, Long> next = new HashMap<>();
    reader.marks().forEach((partition, mark) -> next.put(partition, mark.next()));
    offsets.put(position, next);
    handed.add(position);
    last = position;
    moved = options.clock().instant();
    return position;
  }

  @Override
  public boolean exhausted() {
    return false;
  }

  @Override
  public void confirm(Position durable) throws IOException {
    requireOpen();
    if (!handed.contains(durable)) {
      throw new IllegalArgumentException(
          "Position "
              + durable.feed()
              + " was not handed out by this stream: only what a target"
              + " returned can be confirmed");
    }
    while (!durable.equals(handed.peek())) {
      offsets.remove(handed.remove());
    }
    Map<TopicPartition, Long> next = offsets.get(durable);
    if (next != null) {
      ownership.durable(next);
      reader.mirror(next);
    }
  }

  @Override
  public void keepAlive() throws IOException {
    requireOpen();
    ownership.check();
  }

  @Override
  public void load(Load from) throws IOException {
    requireOpen();
    loads.begin(from, reader.marks(), versions.known(Layouts.relationId(from.asset())));
  }

  @Override
  public void stopLoad(Asset asset) {
    loads.stop(asset);
  }

  @Override
  public Map<String, Probe<String>> health() {
    Map<String, Probe<String>> health = new LinkedHashMap<>();
    health.put(
        "transactions",
        new Probe.Value<>(
            options.roles().transactions().isPresent()
                ? "whole, by the connector's transaction topic"
                : "in parts: the connector's transaction topic is not read"));
    assembler.waiting().ifPresent(what -> health.put("waiting", new Probe.Value<>(what)));
    reader.health(health);
    loads.health(health);
    tables.health(health);
    return health;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The stream of feed " + options.id() + " is closed");
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      loads.close();
    } finally {
      try {
        reader.close();
      } finally {
        topics.close();
        ownership.ended();
      }
    }
  }
}
