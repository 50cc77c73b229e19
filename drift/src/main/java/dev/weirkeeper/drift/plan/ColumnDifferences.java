package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.TypeChange;
import dev.weirkeeper.drift.plan.SchemaChange.Altered;
import dev.weirkeeper.drift.plan.SchemaChange.Property;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds what differs between two versions of a column. */
final class ColumnDifferences {
  private final Names names;
  private final Map<String, String> renamed;
  private final List<SchemaChange> changes;

  ColumnDifferences(Names names, Map<String, String> renamed, List<SchemaChange> changes) {
    this.names = names;
    this.renamed = renamed;
    this.changes = changes;
  }

  void compare(Table a, TableColumn old, Table b, TableColumn now) {
    Item former = Item.column(a.name(), old.name());
    Item subject = Item.column(b.name(), now.name());
    boolean composite = b.kind() == Table.Kind.COMPOSITE;
    if (!names.same(old.type(), now.type(), Map.of())) {
      String kind = composite ? "composite.changed" : typeKind(old.type(), now.type());
      changes.add(
          new Altered(
              kind,
              Optional.empty(),
              former,
              subject,
              Property.TYPE,
              Optional.of(old.type()),
              Optional.of(now.type())));
    }
    if (composite) {
      comments(former, subject, old, now);
      return;
    }
    boolean relaxed = old.nullability() == Nullability.REQUIRED;
    alter(
        relaxed ? "column.nullability-relaxed" : "column.nullability-tightened",
        former,
        subject,
        Property.NULLABILITY,
        old.nullability().name(),
        now.nullability().name());
    defaults(former, subject, old, now);
    alter(
        "column.collation",
        former,
        subject,
        Property.COLLATION,
        old.collation().map(ObjectName::toString),
        now.collation().map(ObjectName::toString));
    alter("column.storage", former, subject, Property.STORAGE, storage(old), storage(now));
    alter(
        "column.storage",
        former,
        subject,
        Property.COMPRESSION,
        old.compression(),
        now.compression());
    alter(
        "column.storage",
        former,
        subject,
        Property.STATISTICS,
        old.statistics().map(String::valueOf),
        now.statistics().map(String::valueOf));
    alter(
        "column.storage",
        former,
        subject,
        Property.OPTIONS,
        options(old.options()),
        options(now.options()));
    alter(
        "column.fdw-options",
        former,
        subject,
        Property.FOREIGN_OPTIONS,
        options(old.foreignOptions()),
        options(now.foreignOptions()));
    alter(
        "table.inheritance",
        former,
        subject,
        Property.ORIGIN,
        old.origin().name(),
        now.origin().name());
    comments(former, subject, old, now);
  }

  private static String options(List<String> options) {
    return options.stream().sorted().collect(Collectors.joining(", "));
  }

  /** What somebody said; the storage that goes with the type is none of it. */
  private static Optional<String> storage(TableColumn column) {
    return Optional.of(column.storage()).filter(each -> !each.equals(column.typeStorage()));
  }

  private void comments(Item former, Item subject, TableColumn old, TableColumn now) {
    alter(
        "column.comment-changed", former, subject, Property.COMMENT, old.comment(), now.comment());
  }

  private void defaults(Item former, Item subject, TableColumn old, TableColumn now) {
    boolean wasGenerated = generated(old);
    boolean isGenerated = generated(now);
    if (old.filling() != now.filling()) {
      String kind =
          isGenerated
              ? "column.generated-added"
              : wasGenerated ? "column.generated-dropped" : "column.identity";
      alter(kind, former, subject, Property.FILLING, old.filling().name(), now.filling().name());
    }
    if (same(old.defaultValue(), now.defaultValue())) {
      return;
    }
    if (wasGenerated && isGenerated) {
      alter(
          "column.generated-expression",
          former,
          subject,
          Property.GENERATED_AS,
          old.defaultValue(),
          now.defaultValue());
    } else {
      Optional<String> before = wasGenerated ? Optional.empty() : old.defaultValue();
      Optional<String> after = isGenerated ? Optional.empty() : now.defaultValue();
      boolean varies = after.filter(Volatility::mayDiffer).isPresent();
      if (before.isEmpty() && after.isEmpty()) {
        return;
      }
      changes.add(
          new Altered(
              varies ? "column.default-volatile" : "column.default-changed",
              Optional.empty(),
              former,
              subject,
              Property.DEFAULT,
              before,
              after));
    }
  }

  static boolean generated(TableColumn column) {
    return column.filling() == TableColumn.Filling.GENERATED_STORED
        || column.filling() == TableColumn.Filling.GENERATED_VIRTUAL;
  }

  private boolean same(Optional<String> before, Optional<String> after) {
    return before.isPresent() == after.isPresent()
        && (before.isEmpty() || names.same(before.get(), after.get(), renamed));
  }

  static String typeKind(String before, String after) {
    TypeText old = TypeText.of(before);
    TypeText now = TypeText.of(after);
    TypeChange change = old.to(now);
    return switch (change) {
      case SAME, WIDENED, RERENDERED ->
          old.base().equals(now.base())
              ? old.isText() ? "column.length" : "column.precision"
              : "column.type-widened";
      case REINTERPRETED ->
          old.base().startsWith("timestamp") && now.base().startsWith("timestamp")
              ? "column.timezone"
              : "column.type-reinterpreted";
      case NARROWED, ROUNDED ->
          old.base().equals(now.base())
              ? old.isText() ? "column.length" : "column.precision"
              : "column.type-narrowed";
      case REPLACED -> "column.type-family-changed";
    };
  }

  private void alter(
      String kind, Item former, Item subject, Property property, String before, String after) {
    alter(kind, former, subject, property, Optional.of(before), Optional.of(after));
  }

  private void alter(
      String kind,
      Item former,
      Item subject,
      Property property,
      Optional<String> before,
      Optional<String> after) {
    Differences.compare(changes, kind, former, subject, property, before, after);
  }
}
