package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Relation;
import dev.weirkeeper.spi.ChangeWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Turns records of topics into entries. Used by one thread. */
final class Intake {
  private static final byte[] NONE = {};

  private final Decoder keys;
  private final Decoder values;
  private final EnvelopeReader envelopes;
  private final Layouts layouts;
  private final Placeholder placeholder;
  private final Map<String, Optional<String>> tables;
  private final Topics.Roles roles;
  private final Met met;

  /** Newest version of each relation that was read; ahead of what was handed out. */
  private final Map<String, Relation> newest;

  private final ChangeWriter writer = new ChangeWriter();

  /**
   * @param known relation versions to begin with, by relation id
   */
  Intake(KafkaFeed.Options options, Map<String, Relation> known, Met met) {
    this.keys = options.decoder(options.keys());
    this.values = options.decoder(options.values());
    this.envelopes = new EnvelopeReader(options.system(), options.form());
    this.layouts = new Layouts(options.settings(), options.relations(), options.zeroes());
    this.placeholder = new Placeholder(options.settings().unavailable());
    this.tables = new HashMap<>();
    options.tables().forEach((topic, table) -> tables.put(topic, Optional.of(table)));
    this.roles = options.roles();
    this.met = met;
    this.newest = new HashMap<>(known);
  }

  /** Hears which tables and hints the topics hold. */
  interface Met {
    void table(Asset asset, String topic);

    void hint(SchemaHint hint);

    /** A snapshot of the connector begins where rows were told of before. */
    void anew(Asset asset, String where);

    /** Whether the events of a topic are read in the order of the source. */
    boolean inOrder(String topic);
  }

  /** Hears nothing: what is read again is history, and is put in order by whoever reads it. */
  static final Met HISTORY =
      new Met() {
        @Override
        public void table(Asset asset, String topic) {}

        @Override
        public void hint(SchemaHint hint) {}

        @Override
        public void anew(Asset asset, String where) {}

        @Override
        public boolean inOrder(String topic) {
          return true;
        }
      };

  /** What an entry needs of the partition that it comes from. */
  interface Place {
    Mark met();

    int again();

    void add(Entry entry, Mark.After after);
  }

  /**
   * Reads one record into its partition.
   *
   * @return whether more of the partition can be read: behind an unreadable record nothing is
   * @throws IOException if what it means cannot be found out now; nothing was added
   */
  boolean read(ConsumerRecord<byte[], byte[]> record, Place into) throws IOException {
    Topics.Role role = roles.of(record.topic());
    Event event;
    try {
      event = event(record, role);
      if (event instanceof Event.Row row) {
        return add(record, row, into);
      } else if (event instanceof Event.Truncated truncated) {
        if (truncated.origin().total().isEmpty() && !met.inOrder(record.topic())) {
          throw new UnreadableException(
              "all rows were removed at once, and without the connector's transaction topic nobody"
                  + " knows which rows of the topic's other partitions that was before; begin a feed"
                  + " with another id, whose load reads them in their order");
        }
        add(record, event, meet(into.met(), truncated.origin(), "", into.again()), into);
        return true;
      }
    } catch (UnreadableException e) {
      // A hint that says nothing is none; what else cannot be read must not be passed over.
      event =
          role == Topics.Role.SCHEMA_CHANGES
              ? new Event.Nothing()
              : new Event.Unreadable(e.reason());
    } catch (IllegalArgumentException e) {
      event = new Event.Unreadable("its table or its columns cannot be named");
    }
    add(record, event, new Mark.After(into.met(), Mark.Seen.NEW, into.again()), into);
    return !(event instanceof Event.Unreadable);
  }

  private Event event(ConsumerRecord<byte[], byte[]> record, Topics.Role role) throws IOException {
    byte[] value = record.value();
    if (value == null || role == Topics.Role.HEARTBEATS) {
      return new Event.Nothing();
    }
    Decoded decoded = values.decode(value);
    if (role == Topics.Role.TRANSACTIONS) {
      return Boundaries.read(decoded.value());
    } else if (role == Topics.Role.SCHEMA_CHANGES) {
      SchemaHint.read(decoded.value()).forEach(met::hint);
      return new Event.Nothing();
    }
    byte[] key = record.key();
    return envelopes.read(
        key == null || key.length == 0 ? Optional.empty() : Optional.of(keys.decode(key)),
        decoded,
        tables.getOrDefault(record.topic(), Optional.empty()));
  }

  private boolean add(ConsumerRecord<byte[], byte[]> record, Event.Row row, Place into) {
    met.table(row.asset(), record.topic());
    String id = Layouts.relationId(row.asset());
    Layout layout = layouts.of(row, Optional.ofNullable(newest.get(id)));
    Layout.Whole whole = layout.write(row, placeholder, writer);
    Mark before = into.met();
    requireOnce(record, row, before);
    if (row.origin().snapshot() == Event.Snapshot.FIRST && before.order().isPresent()) {
      met.anew(row.asset(), "record " + record.offset() + " of " + record.topic());
    }
    String digest = digest(row, record.key());
    Mark.After after = meet(before, row.origin(), digest, into.again());
    if (after.seen() == Mark.Seen.NEW) {
      newest.put(id, layout.relation());
    }
    into.add(
        new Entry(
            record.offset(),
            row.light(),
            Optional.of(layout.relation()),
            writer.encoded(),
            whole,
            after.seen(),
            after.mark()),
        after);
    return true;
  }

  /** A snapshot may say again what is there already, which only a key can tell. */
  private static void requireOnce(ConsumerRecord<byte[], byte[]> record, Event.Row row, Mark met) {
    boolean anew = row.origin().snapshot() == Event.Snapshot.FIRST && record.offset() > 0;
    if (row.key().isEmpty()
        && row.origin().snapshot() != Event.Snapshot.NO
        && (anew || met.order().isPresent())) {
      throw new UnreadableException(
          "a snapshot of a table without a key begins where rows were told of before, so that those"
              + " would be doubled; let the connector write the table to a new topic");
    }
  }

  /**
   * By what an event is known again among those of one place in the log: its key and operation, its
   * place in its transaction, or all that it says.
   */
  private String digest(Event.Row row, byte @Nullable [] key) {
    if (key != null && key.length > 0) {
      return Hash.of((row.op() + " " + Hash.of(key).hex()).getBytes(StandardCharsets.UTF_8))
          .brief();
    }
    return row.origin().total().isPresent()
        ? "#" + row.origin().total().getAsLong()
        : Mark.KEYLESS + Hash.of(writer.encoded()).brief();
  }

  /** Rows of a snapshot are as they are, however often they come. */
  private static Mark.After meet(Mark met, Event.Origin origin, String digest, int again) {
    return switch (origin.snapshot()) {
      case NO -> met.meet(origin.order(), digest, origin.millis(), again);
      case YES -> new Mark.After(met, Mark.Seen.NEW, 0);
      case FIRST -> new Mark.After(met.reset(), Mark.Seen.NEW, 0);
    };
  }

  private static void add(
      ConsumerRecord<byte[], byte[]> record, Event event, Mark.After after, Place into) {
    into.add(
        new Entry(
            record.offset(),
            event,
            Optional.empty(),
            NONE,
            Layout.Whole.YES,
            after.seen(),
            after.mark()),
        after);
  }
}
