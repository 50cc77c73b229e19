package dev.weirkeeper.drift.plan;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Item;
import java.util.Comparator;
import java.util.List;

/**
 * What differs between two schemas: pure, and in one order whatever order the schemas are in. Only
 * what the catalog writes is compared, so that two spellings of one thing are none; the order of
 * columns is none either.
 */
public final class SchemaComparison {
  private static final Comparator<SchemaChange> ORDER =
      Comparator.comparing(SchemaChange::subject)
          .thenComparing(SchemaChange::kind)
          .thenComparing(change -> change.getClass().getSimpleName())
          .thenComparing(
              change ->
                  change instanceof SchemaChange.Altered altered ? altered.property().name() : "");

  private final DatabaseSchema from;
  private final DatabaseSchema to;
  private final Matching matching;
  private final List<SchemaChange> changes;

  private SchemaComparison(DatabaseSchema from, DatabaseSchema to, Identity identity) {
    this.from = requireNonNull(from, "from");
    this.to = requireNonNull(to, "to");
    this.matching = new Matching(from, to, requireNonNull(identity, "identity"));
    this.changes = new Differences(matching, from, to).all().stream().sorted(ORDER).toList();
  }

  /** Compares two schemas. */
  public static SchemaComparison between(
      DatabaseSchema from, DatabaseSchema to, Identity identity) {
    return new SchemaComparison(from, to, identity);
  }

  /** All differences; none for two schemas with one fingerprint. */
  public List<SchemaChange> changes() {
    return changes;
  }

  /** Changes of one kind of the taxonomy. */
  public List<SchemaChange> changes(String kind) {
    return changes.stream().filter(change -> change.kind().equals(kind)).toList();
  }

  /** Changes that concern a thing or a part of it. */
  public List<SchemaChange> changes(Item subject) {
    return changes.stream()
        .filter(
            change ->
                change.subject().equals(subject)
                    || subject.part().isEmpty() && change.subject().name().equals(subject.name()))
        .toList();
  }

  public DatabaseSchema from() {
    return from;
  }

  public DatabaseSchema to() {
    return to;
  }

  Matching matching() {
    return matching;
  }
}
