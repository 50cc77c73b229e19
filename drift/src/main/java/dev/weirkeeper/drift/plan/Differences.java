package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.plan.SchemaChange.Added;
import dev.weirkeeper.drift.plan.SchemaChange.Altered;
import dev.weirkeeper.drift.plan.SchemaChange.Property;
import dev.weirkeeper.drift.plan.SchemaChange.Removed;
import dev.weirkeeper.drift.plan.SchemaChange.Renamed;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.DomainType;
import dev.weirkeeper.drift.schema.EnumType;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Namespace;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Opaque;
import dev.weirkeeper.drift.schema.Sequence;
import dev.weirkeeper.drift.schema.View;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the changes between two schemas whose things are paired. Used once. */
final class Differences {
  private final Matching matching;
  private final DatabaseSchema from;
  private final DatabaseSchema to;
  private final List<SchemaChange> changes = new ArrayList<>();

  Differences(Matching matching, DatabaseSchema from, DatabaseSchema to) {
    this.matching = matching;
    this.from = from;
    this.to = to;
  }

  List<SchemaChange> all() {
    namespaces();
    enums();
    domains();
    sequences();
    new TableDifferences(matching, changes).all();
    indexes();
    views();
    others();
    return changes;
  }

  static void compare(
      List<SchemaChange> changes,
      String kind,
      Item former,
      Item subject,
      Property property,
      Optional<String> before,
      Optional<String> after) {
    if (!before.equals(after)) {
      changes.add(new Altered(kind, Optional.empty(), former, subject, property, before, after));
    }
  }

  private void compare(
      String kind, Item former, Item subject, Property property, String before, String after) {
    compare(changes, kind, former, subject, property, Optional.of(before), Optional.of(after));
  }

  private void renamed(String kind, Item former, Item subject) {
    if (!former.equals(subject)) {
      changes.add(new Renamed(kind, former, subject));
    }
  }

  private void added(String kind, String circumstance, Item subject) {
    changes.add(new Added(kind, perhaps(circumstance), subject));
  }

  private void removed(String kind, String circumstance, Item subject) {
    changes.add(new Removed(kind, perhaps(circumstance), subject));
  }

  private static Optional<String> perhaps(String circumstance) {
    return circumstance.isEmpty() ? Optional.empty() : Optional.of(circumstance);
  }

  private void namespaces() {
    Pairs<Namespace> pairs = matching.namespaces;
    pairs.added().forEach(each -> added("schema.added", "", Item.namespace(each.name())));
    pairs.removed().forEach(each -> removed("schema.removed", "", Item.namespace(each.name())));
    for (Pair<Namespace> pair : pairs.both()) {
      Item former = Item.namespace(pair.from().name());
      Item subject = Item.namespace(pair.to().name());
      renamed("schema.renamed", former, subject);
      compare(
          changes,
          "schema.comment-changed",
          former,
          subject,
          Property.COMMENT,
          pair.from().comment(),
          pair.to().comment());
    }
  }

  private void enums() {
    Pairs<EnumType> pairs = matching.enums;
    pairs.added().forEach(e -> added("enum.added", "", Item.of(Item.Kind.ENUM, e.name())));
    pairs.removed().forEach(e -> removed("enum.removed", "", Item.of(Item.Kind.ENUM, e.name())));
    for (Pair<EnumType> pair : pairs.both()) {
      Item former = Item.of(Item.Kind.ENUM, pair.from().name());
      Item subject = Item.of(Item.Kind.ENUM, pair.to().name());
      renamed("enum.renamed", former, subject);
      compare(
          changes,
          "enum.comment-changed",
          former,
          subject,
          Property.COMMENT,
          pair.from().comment(),
          pair.to().comment());
      labels(pair, former, subject);
    }
  }

  private void labels(Pair<EnumType> type, Item former, Item subject) {
    Pairs<EnumType.Label> labels = matching.labels(type.from(), type.to());
    int appended = appended(labels, type.to().labels());
    for (int i = 0; i < labels.added().size(); i++) {
      boolean last = i >= labels.added().size() - appended;
      added("enum.label-added", last ? "" : "inserted", label(subject, labels.added().get(i)));
    }
    labels.removed().forEach(l -> removed("enum.label-removed", "", label(former, l)));
    labels
        .both()
        .forEach(
            pair -> {
              if (!pair.from().name().equals(pair.to().name())) {
                changes.add(
                    new Renamed(
                        "enum.label-renamed",
                        label(former, pair.from()),
                        label(subject, pair.to())));
              }
            });
    Set<EnumType.Label> removed = new HashSet<>(labels.removed());
    List<String> before =
        type.from().labels().stream()
            .filter(label -> !removed.contains(label))
            .map(EnumType.Label::name)
            .toList();
    List<String> kept = labels.both().stream().map(pair -> pair.from().name()).toList();
    if (!before.equals(kept)) {
      compare(
          "enum.labels-reordered",
          former,
          subject,
          Property.LABELS,
          String.join(", ", before),
          String.join(", ", kept));
    }
  }

  /** How many of the added labels, which are in their order, are behind all others. */
  private static int appended(Pairs<EnumType.Label> labels, List<EnumType.Label> all) {
    int others = all.size();
    Set<EnumType.Label> added = new HashSet<>(labels.added());
    while (others > 0 && added.contains(all.get(others - 1))) {
      others--;
    }
    return all.size() - others;
  }

  private static Item label(Item type, EnumType.Label label) {
    return new Item(Item.Kind.LABEL, type.name(), label.name());
  }

  private void domains() {
    String kind = "domain.changed";
    Pairs<DomainType> pairs = matching.domains;
    pairs.added().forEach(e -> added(kind, "added", Item.of(Item.Kind.DOMAIN, e.name())));
    pairs.removed().forEach(e -> removed(kind, "removed", Item.of(Item.Kind.DOMAIN, e.name())));
    for (Pair<DomainType> pair : pairs.both()) {
      DomainType a = pair.from();
      DomainType b = pair.to();
      Item former = Item.of(Item.Kind.DOMAIN, a.name());
      Item subject = Item.of(Item.Kind.DOMAIN, b.name());
      renamed(kind, former, subject);
      if (!matching.names.same(a.base(), b.base(), Map.of())) {
        compare(kind, former, subject, Property.BASE, a.base(), b.base());
      }
      compare(
          kind,
          former,
          subject,
          Property.NULLABILITY,
          a.nullability().name(),
          b.nullability().name());
      if (!same(a.defaultValue(), b.defaultValue())) {
        compare(
            changes, kind, former, subject, Property.DEFAULT, a.defaultValue(), b.defaultValue());
      }
      compare(changes, kind, former, subject, Property.COLLATION, a.collation(), b.collation());
      compare(changes, kind, former, subject, Property.COMMENT, a.comment(), b.comment());
      if (!sameChecks(a, b)) {
        compare(kind, former, subject, Property.CHECKS, checks(a), checks(b));
      }
    }
  }

  private boolean same(Optional<String> before, Optional<String> after) {
    return before.isPresent() == after.isPresent()
        && (before.isEmpty() || matching.names.same(before.get(), after.get(), Map.of()));
  }

  private boolean sameChecks(DomainType a, DomainType b) {
    return a.checks().size() == b.checks().size()
        && a.checks().stream()
            .allMatch(
                old ->
                    b.checks().stream()
                        .anyMatch(
                            now ->
                                old.name().equals(now.name())
                                    && old.validity() == now.validity()
                                    && matching.names.same(
                                        old.definition(), now.definition(), Map.of())));
  }

  private static String checks(DomainType domain) {
    return String.join(
        "; ", domain.checks().stream().map(each -> each.name() + " " + each.definition()).toList());
  }

  private void sequences() {
    String kind = "sequence.changed";
    Pairs<Sequence> pairs = matching.sequences;
    pairs.added().forEach(e -> added(kind, "added", Item.of(Item.Kind.SEQUENCE, e.name())));
    pairs.removed().forEach(e -> removed(kind, "removed", Item.of(Item.Kind.SEQUENCE, e.name())));
    for (Pair<Sequence> pair : pairs.both()) {
      Sequence a = pair.from();
      Sequence b = pair.to();
      Item former = Item.of(Item.Kind.SEQUENCE, a.name());
      Item subject = Item.of(Item.Kind.SEQUENCE, b.name());
      renamed(kind, former, subject);
      compare(kind, former, subject, Property.TYPE, a.type(), b.type());
      compare(kind, former, subject, Property.START, a.start(), b.start());
      compare(kind, former, subject, Property.INCREMENT, a.increment(), b.increment());
      compare(kind, former, subject, Property.MINIMUM, a.min(), b.min());
      compare(kind, former, subject, Property.MAXIMUM, a.max(), b.max());
      compare(kind, former, subject, Property.CACHE, a.cache(), b.cache());
      compare(kind, former, subject, Property.CYCLE, a.cycle().name(), b.cycle().name());
      compare(
          kind,
          former,
          subject,
          Property.PERSISTENCE,
          a.persistence().name(),
          b.persistence().name());
      Optional<String> owner = a.owner().map(this::renamedOwner);
      compare(
          changes, kind, former, subject, Property.OWNER, owner, b.owner().map(Differences::owner));
      compare(changes, kind, former, subject, Property.COMMENT, a.comment(), b.comment());
    }
  }

  private static String owner(Sequence.Owner owner) {
    return owner.table() + "." + owner.column() + " " + owner.bond();
  }

  private String renamedOwner(Sequence.Owner owner) {
    return matching
        .partner(owner.table())
        .map(
            pair ->
                owner(
                    new Sequence.Owner(
                        pair.to().name(),
                        matching
                            .renamedColumns(pair.from(), pair.to())
                            .getOrDefault(owner.column(), owner.column()),
                        owner.bond())))
        .orElseGet(() -> owner(owner));
  }

  private void indexes() {
    Set<ObjectName> made = new HashSet<>();
    matching.tables.added().forEach(table -> made.add(table.name()));
    Set<ObjectName> gone = new HashSet<>();
    matching.tables.removed().forEach(table -> gone.add(table.name()));
    new IndexDifferences(matching, changes).all(made, gone);
  }

  private void views() {
    String kind = "view.changed";
    Pairs<View> pairs = matching.views;
    pairs.added().forEach(e -> added(kind, "added", Item.of(Item.Kind.VIEW, e.name())));
    pairs.removed().forEach(e -> removed(kind, "removed", Item.of(Item.Kind.VIEW, e.name())));
    for (Pair<View> pair : pairs.both()) {
      View a = pair.from();
      View b = pair.to();
      Item former = Item.of(Item.Kind.VIEW, a.name());
      Item subject = Item.of(Item.Kind.VIEW, b.name());
      renamed(kind, former, subject);
      compare(kind, former, subject, Property.VIEW_KIND, a.kind().name(), b.kind().name());
      if (!matching.names.same(a.definition(), b.definition(), Map.of())) {
        compare(kind, former, subject, Property.DEFINITION, a.definition(), b.definition());
      }
      compare(
          kind,
          former,
          subject,
          Property.OPTIONS,
          String.join(", ", a.options()),
          String.join(", ", b.options()));
      compare(changes, kind, former, subject, Property.COMMENT, a.comment(), b.comment());
      compare(
          kind, former, subject, Property.COLUMN_COMMENTS, columnComments(a), columnComments(b));
    }
  }

  private static String columnComments(View view) {
    return String.join(
        "; ",
        view.columns().stream()
            .filter(column -> column.comment().isPresent())
            .map(column -> column.name() + ": " + column.comment().orElseThrow())
            .toList());
  }

  /** What is not modelled has no id here: its identity is its name. */
  private void others() {
    Pairs<Opaque> pairs =
        Pairs.by(from.others(), to.others(), Differences::othersKey, Differences::othersKey);
    pairs.added().forEach(each -> added(otherKind(each), "added", item(each)));
    pairs.removed().forEach(each -> removed(otherKind(each), "removed", item(each)));
    for (Pair<Opaque> pair : pairs.both()) {
      compare(
          otherKind(pair.to()),
          item(pair.from()),
          item(pair.to()),
          Property.DEFINITION,
          pair.from().definition().hex(),
          pair.to().definition().hex());
    }
  }

  private static List<String> othersKey(Opaque each) {
    return List.of(each.kind(), each.identity());
  }

  static Item item(Opaque each) {
    return new Item(Item.Kind.OTHER, new ObjectName("", each.identity()), each.kind());
  }

  static String otherKind(Opaque each) {
    return switch (each.kind()) {
      case "policy" -> "row-security.changed";
      case "extension" -> "extension.upgraded";
      default -> each.kind() + ".changed";
    };
  }
}
