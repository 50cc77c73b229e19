package dev.weirkeeper.audit;

import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records and logs for tests. */
final class Sample {
  static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T08:00:00Z"), ZoneOffset.UTC);

  private Sample() {}

  static AuditRecord record(int n) {
    return new AuditRecord(
        "test.happened",
        CLOCK.instant(),
        "host:ana",
        Optional.of(new Asset("shop", "public.orders")),
        Json.of(Map.of("n", n, "text", "caf\u00e9 \ud83d\ude00 \"quoted\"\n")),
        List.of(),
        Map.of());
  }

  /** Writes records 0 to n - 1. */
  static void write(Path folder, int n) throws IOException {
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK)) {
      for (int i = 0; i < n; i++) {
        sink.append(record(i));
      }
    }
  }

  static List<AuditRecord> records(Path folder) throws IOException {
    List<AuditRecord> records = new ArrayList<>();
    try (JsonLinesLog.Entries entries = JsonLinesLog.in(folder).entries()) {
      for (Optional<JsonLinesLog.Entry> next = entries.next();
          next.isPresent();
          next = entries.next()) {
        records.add(next.get().record());
      }
    }
    return records;
  }
}
