package dev.weirkeeper.examples.kafkascreen;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Position;
import dev.weirkeeper.Reading;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Type;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.kafka.DebeziumReader;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.contracts.stream.Screen;
import dev.weirkeeper.contracts.stream.Screening;
import dev.weirkeeper.drift.SchemaDrift;
import dev.weirkeeper.spi.RecordReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What a screen costs per record. Both loops decode each record, for a host without a screen does
 * that too; a third one screens records that are decoded already. Rounds alternate in one run, so
 * the ratio holds where the times do not.
 *
 * <p>The journal is a real one, synced twice a batch, which can cost more than all else. It is
 * written below the folder that is named, or else where temporary files are; a folder in memory
 * leaves the disk out.
 */
public final class Overhead {
  private static final int ROUNDS = 9;
  private static final int BATCHES = 100;
  private static final int RECORDS = 500;
  private static final Position POSITION = new Position("kafka", "{\"t-0\":0}");

  /** Whether records describe themselves. */
  private enum Shape {
    WITH_SCHEMA,
    WITHOUT_SCHEMA
  }

  private Overhead() {}

  public static void main(String[] args) throws Exception {
    Path folder =
        args.length == 0
            ? Files.createTempDirectory("overhead")
            : Files.createTempDirectory(Path.of(args[0]), "overhead");
    Clock clock = Clock.systemUTC();
    try (JsonLinesSink log = JsonLinesSink.open(folder, clock)) {
      for (Shape shape : Shape.values()) {
        measure(shape, new Journal(log, clock), clock, System.out);
      }
    }
  }

  private static void measure(Shape shape, Journal journal, Clock clock, PrintStream out) {
    DebeziumReader plain = reader();
    double[] without = new double[ROUNDS];
    double[] with = new double[ROUNDS];
    double[] alone = new double[ROUNDS];
    try (Screen<ConsumerRecord<byte[], byte[]>> whole = screen(reader(), journal, clock);
        Screen<Reading> decoded = screen(reading -> reading, journal, clock)) {
      long at = 0;
      for (int round = 0; round < ROUNDS; round++) {
        List<List<ConsumerRecord<byte[], byte[]>>> batches = batches(shape, at);
        at += (long) BATCHES * RECORDS;

        long started = System.nanoTime();
        List<List<Reading>> readings = new ArrayList<>();
        for (List<ConsumerRecord<byte[], byte[]>> batch : batches) {
          List<Reading> of = new ArrayList<>(batch.size());
          batch.forEach(message -> of.add(plain.read(message)));
          readings.add(of);
        }
        without[round] = perRecord(started);

        started = System.nanoTime();
        for (List<ConsumerRecord<byte[], byte[]>> batch : batches) {
          finish(whole.check(batch, POSITION));
        }
        with[round] = perRecord(started);

        started = System.nanoTime();
        for (List<Reading> batch : readings) {
          finish(decoded.check(batch, POSITION));
        }
        alone[round] = perRecord(started);
      }
    }
    out.printf(
        "%s: decode %.0f ns, decode + screen %.0f ns, screen alone %.0f ns a record; with/without"
            + " %.2f (medians of %d rounds, batches of %d)%n",
        shape,
        median(without),
        median(with),
        median(alone),
        median(with) / median(without),
        ROUNDS,
        RECORDS);
  }

  private static double perRecord(long started) {
    return (double) (System.nanoTime() - started) / BATCHES / RECORDS;
  }

  /** A screen that lets nothing pass is quick and says nothing of its cost. */
  private static void finish(Screening<?> verdict) {
    if (verdict.accepted().size() != RECORDS) {
      throw new IllegalStateException("Accepted " + verdict.accepted().size() + " of " + RECORDS);
    }
    verdict.done();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static DebeziumReader reader() {
    return DebeziumReader.of(DebeziumReader.Form.ENVELOPES, "shop")
        .relation(
            Relation.of(
                new Asset("shop", "public.orders"),
                "orders",
                new RowIdentity.Key(List.of("id")),
                List.of(
                    Column.of("id", "id", Type.of("int8")),
                    Column.of("note", "note", Type.of("text")))))
        .build();
  }

  private static <R> Screen<R> screen(RecordReader<R> reader, Journal journal, Clock clock) {
    return Screen.<R>named("overhead")
        .reading(reader)
        .journal(journal, clock)
        .contracts(
            Contracts.of(
                Contract.of(
                    "orders",
                    "1",
                    "public.orders",
                    Rule.notNull("id"),
                    Rule.between("id", 0, 1_000_000_000),
                    Rule.matches("note", "^n"))))
        .drift(new SchemaDrift(), Tolerance.STANDARD)
        .build();
  }

  private static List<List<ConsumerRecord<byte[], byte[]>>> batches(Shape shape, long from) {
    List<List<ConsumerRecord<byte[], byte[]>>> batches = new ArrayList<>();
    long at = from;
    for (int i = 0; i < BATCHES; i++) {
      List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
      for (int n = 0; n < RECORDS; n++) {
        batch.add(
            new ConsumerRecord<>(
                "t", 0, at, bytes("{\"id\":" + at + "}"), bytes(envelope(shape, at))));
        at++;
      }
      batches.add(batch);
    }
    return batches;
  }

  private static String envelope(Shape shape, long id) {
    String payload =
        "{\"op\":\"c\",\"before\":null,\"after\":{\"id\":"
            + id
            + ",\"note\":\"n"
            + id
            + "\"},\"source\":{\"schema\":\"public\",\"table\":\"orders\",\"ts_ms\":1,\"sequence\":\"[\\\"1\\\",\\\""
            + id
            + "\\\"]\"}}";
    if (shape == Shape.WITHOUT_SCHEMA) {
      return payload;
    }
    return "{\"schema\":{\"type\":\"struct\",\"fields\":[{\"field\":\"after\",\"type\":\"struct\",\"fields\":["
        + "{\"field\":\"id\",\"type\":\"int64\",\"optional\":false},"
        + "{\"field\":\"note\",\"type\":\"string\",\"optional\":true}"
        + "]}]},\"payload\":"
        + payload
        + "}";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
