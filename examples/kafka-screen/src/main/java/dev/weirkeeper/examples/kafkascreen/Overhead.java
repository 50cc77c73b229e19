package dev.weirkeeper.examples.kafkascreen;

import dev.weirkeeper.Journal;
import dev.weirkeeper.Position;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Contracts;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Screen;
import dev.weirkeeper.contracts.kafka.DebeziumReader;
import dev.weirkeeper.drift.SchemaDrift;
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
 * that too; the journal is a real one. Rounds alternate in one run, so the ratio holds where the
 * times do not.
 */
public final class Overhead {
  private static final int ROUNDS = 9;
  private static final int BATCHES = 100;
  private static final int RECORDS = 500;

  private Overhead() {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("overhead");
    Clock clock = Clock.systemUTC();
    try (JsonLinesSink log = JsonLinesSink.open(folder, clock)) {
      measure(new Journal(log, clock), clock, System.out);
    }
  }

  private static void measure(Journal journal, Clock clock, PrintStream out) {
    DebeziumReader plain = reader();
    double[] without = new double[ROUNDS];
    double[] with = new double[ROUNDS];
    try (Screen<ConsumerRecord<byte[], byte[]>> screen = screen(journal, clock)) {
      long at = 0;
      for (int round = 0; round < ROUNDS; round++) {
        List<List<ConsumerRecord<byte[], byte[]>>> batches = batches(at);
        at += (long) BATCHES * RECORDS;
        long started = System.nanoTime();
        for (List<ConsumerRecord<byte[], byte[]>> batch : batches) {
          batch.forEach(plain::read);
        }
        long between = System.nanoTime();
        for (List<ConsumerRecord<byte[], byte[]>> batch : batches) {
          var last = batch.get(batch.size() - 1);
          screen.check(batch, new Position("kafka", "{\"t-0\":" + last.offset() + "}")).done();
        }
        without[round] = (double) (between - started) / BATCHES / RECORDS;
        with[round] = (double) (System.nanoTime() - between) / BATCHES / RECORDS;
      }
    }
    out.printf(
        "decode %.0f ns, decode + screen %.0f ns a record, ratio %.2f (medians of %d rounds,"
            + " batches of %d)%n",
        median(without), median(with), median(with) / median(without), ROUNDS, RECORDS);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static DebeziumReader reader() {
    return DebeziumReader.of(DebeziumReader.Form.ENVELOPES, "shop").build();
  }

  private static Screen<ConsumerRecord<byte[], byte[]>> screen(Journal journal, Clock clock) {
    return Screen.<ConsumerRecord<byte[], byte[]>>named("overhead")
        .reading(reader())
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

  private static List<List<ConsumerRecord<byte[], byte[]>>> batches(long from) {
    List<List<ConsumerRecord<byte[], byte[]>>> batches = new ArrayList<>();
    long at = from;
    for (int i = 0; i < BATCHES; i++) {
      List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>();
      for (int n = 0; n < RECORDS; n++) {
        batch.add(
            new ConsumerRecord<>("t", 0, at, bytes("{\"id\":" + at + "}"), bytes(envelope(at))));
        at++;
      }
      batches.add(batch);
    }
    return batches;
  }

  private static String envelope(long id) {
    String fields =
        "{\"field\":\"id\",\"type\":\"int64\",\"optional\":false},"
            + "{\"field\":\"note\",\"type\":\"string\",\"optional\":true}";
    return "{\"schema\":{\"type\":\"struct\",\"fields\":[{\"field\":\"after\",\"type\":\"struct\",\"fields\":["
        + fields
        + "]}]},\"payload\":{\"op\":\"c\",\"before\":null,\"after\":{\"id\":"
        + id
        + ",\"note\":\"n"
        + id
        + "\"},\"source\":{\"schema\":\"public\",\"table\":\"orders\",\"ts_ms\":1,\"sequence\":\"[\\\"1\\\",\\\""
        + id
        + "\\\"]\"}}}";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
