package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.Json;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.RecordKinds;

/** Records of runs with their kinds, as lines of text. */
final class Bodies {
  private Bodies() {}

  private record Line(String kind, Json body) {}

  static String kind(Migrated body) {
    return RecordKinds.all().entrySet().stream()
        .filter(entry -> entry.getValue() == body.getClass())
        .map(entry -> entry.getKey())
        .findFirst()
        .orElseThrow();
  }

  static String line(Migrated body) {
    return Json.of(new Line(kind(body), Json.of(body))).text();
  }

  /**
   * @throws IllegalArgumentException if it is none
   */
  static Migrated read(String line) {
    Line read = Json.parse(line).as(Line.class);
    Class<? extends Record> type =
        RecordKinds.bodyOf(read.kind())
            .filter(Migrated.class::isAssignableFrom)
            .orElseThrow(() -> new IllegalArgumentException("It is no record of a migration"));
    return (Migrated) read.body().as(type);
  }
}
