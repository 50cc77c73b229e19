package dev.weirkeeper.drift;

import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Type;
import dev.weirkeeper.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Compares two versions of a relation by identity. What one side does not know is no change; a
 * column whose identity is unknown is never taken for another. Used once.
 */
final class SchemaDiff {

  /** By kind, then by subject with numbers in their order: the same whatever the columns' order. */
  private static final Comparator<RelationChange> ORDER =
      Comparator.comparing(RelationChange::kind)
          .thenComparing(change -> change.subject().length())
          .thenComparing(RelationChange::subject);

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private final Relation from;
  private final Relation to;
  private final Map<String, Column> fromById = new HashMap<>();
  private final Map<String, Column> fromByName = new HashMap<>();
  private final Map<String, Column> toById = new HashMap<>();
  private final List<RelationChange> changes = new ArrayList<>();

  private SchemaDiff(Relation from, Relation to) {
    this.from = from;
    this.to = to;
    from.columns().forEach(column -> fromById.put(column.id(), column));
    from.columns().forEach(column -> fromByName.put(column.name(), column));
    to.columns().forEach(column -> toById.put(column.id(), column));
  }

  /**
   * @param from empty where nothing was known before
   */
  static List<RelationChange> between(Optional<Relation> from, Relation to) {
    if (from.isEmpty()) {
      return firstSight(to);
    }
    if (!from.get().asset().system().equals(to.asset().system())) {
      throw new IllegalArgumentException(
          "Cannot compare "
              + from.get().asset()
              + " with "
              + to.asset()
              + ": they lie in different systems. Compare two versions of one relation");
    }
    if (from.get().equals(to)) {
      return List.of();
    }
    SchemaDiff diff = new SchemaDiff(from.get(), to);
    diff.table();
    diff.changes.sort(ORDER);
    return List.copyOf(diff.changes);
  }

  private static List<RelationChange> firstSight(Relation to) {
    SchemaDiff diff = new SchemaDiff(to, to);
    diff.add(
        ChangeKind.TABLE_ADDED,
        "",
        new DriftDetail.TableAdded(to.asset().name(), to.columns().size()));
    diff.unidentified();
    diff.torn();
    diff.changes.sort(ORDER);
    return List.copyOf(diff.changes);
  }

  private void add(ChangeKind kind, String subject, DriftDetail detail) {
    add(kind, subject, kind.verdict(), detail);
  }

  private void add(ChangeKind kind, String subject, Verdict verdict, DriftDetail detail) {
    changes.add(new RelationChange(kind, subject, kind.verdict().join(verdict), detail));
  }

  private void table() {
    String before = from.asset().name();
    String after = to.asset().name();
    if (!from.id().equals(to.id())) {
      add(ChangeKind.TABLE_SWAPPED, "", new DriftDetail.TableSwapped(after, from.id(), to.id()));
      return;
    }
    if (!schemaOf(before).equals(schemaOf(after))) {
      add(ChangeKind.TABLE_SCHEMA_CHANGED, "", new DriftDetail.TableRenamed(before, after));
    }
    if (!before
        .substring(schemaOf(before).length())
        .equals(after.substring(schemaOf(after).length()))) {
      add(ChangeKind.TABLE_RENAMED, "", new DriftDetail.TableRenamed(before, after));
    }
    identity();
    unidentified();
    addedAndRemoved();
    for (Column column : to.columns()) {
      survivor(column).ifPresent(former -> column(former, column));
    }
    enums();
  }

  /** The schema with its dot; empty for a name without one. */
  private static String schemaOf(String name) {
    return name.substring(0, name.indexOf('.') + 1);
  }

  private Optional<Column> survivor(Column now) {
    return now.identified() ? Optional.ofNullable(fromById.get(now.id())) : Optional.empty();
  }

  private void identity() {
    RowIdentity before = from.identity();
    RowIdentity after = to.identity();
    Set<String> keyBefore = keyIds(from);
    Set<String> keyAfter = keyIds(to);
    DriftDetail detail = new DriftDetail.KeyChanged(keyNames(from), keyNames(to));
    if (keyBefore.isEmpty() && keyAfter.isEmpty()) {
      if (!before.equals(after)) {
        add(
            after instanceof RowIdentity.Whole
                ? ChangeKind.ROW_IDENTITY_WHOLE
                : ChangeKind.ROW_IDENTITY_NONE,
            "",
            detail);
      }
    } else if (keyBefore.isEmpty()) {
      add(ChangeKind.KEY_ADDED, "", detail);
    } else if (keyAfter.isEmpty()) {
      add(ChangeKind.KEY_REMOVED, "", detail);
    } else if (!keyBefore.equals(keyAfter)) {
      add(ChangeKind.KEY_COLUMNS_CHANGED, "", detail);
    }
  }

  private static Set<String> keyIds(Relation relation) {
    return relation.identity() instanceof RowIdentity.Key key
        ? Set.copyOf(key.columnIds())
        : Set.of();
  }

  static List<String> keyNames(Relation relation) {
    if (!(relation.identity() instanceof RowIdentity.Key key)) {
      return List.of();
    }
    return key.columnIds().stream()
        .map(id -> relation.column(id).map(Column::name).orElse("?" + id))
        .toList();
  }

  private void unidentified() {
    Set<String> seen = new HashSet<>();
    for (Relation relation : List.of(from, to)) {
      for (Column column : relation.columns()) {
        if (!column.identified() && seen.add(column.id())) {
          add(
              ChangeKind.COLUMN_UNIDENTIFIED,
              column.id(),
              new DriftDetail.Unidentified(column.name()));
        }
      }
    }
  }

  /** Says nothing of either while a column without identity could be the one that is missing. */
  private void addedAndRemoved() {
    boolean known = changes.stream().noneMatch(c -> c.kind() == ChangeKind.COLUMN_UNIDENTIFIED);
    if (!known) {
      return;
    }
    Set<String> readded = new HashSet<>();
    long newest = from.columns().stream().mapToLong(SchemaDiff::number).max().orElse(-1);
    for (Column column : to.columns()) {
      if (fromById.containsKey(column.id())) {
        continue;
      }
      Optional<Column> namesake = Optional.ofNullable(fromByName.get(column.name()));
      if (namesake.isPresent() && !toById.containsKey(namesake.get().id())) {
        readded.add(namesake.get().id());
        add(
            ChangeKind.COLUMN_READDED,
            column.id(),
            removalOf(namesake.get()).verdict(),
            new DriftDetail.ColumnReadded(
                column.name(),
                namesake.get().id(),
                namesake.get().type().toString(),
                column.type().toString()));
      } else {
        added(column, namesake, newest);
      }
    }
    for (Column column : from.columns()) {
      if (!toById.containsKey(column.id()) && !readded.contains(column.id())) {
        add(
            removalOf(column),
            column.id(),
            new DriftDetail.ColumnRemoved(
                column.name(), column.type().toString(), column.nullability()));
      }
    }
  }

  private ChangeKind removalOf(Column column) {
    if (keyIds(from).contains(column.id())) {
      return ChangeKind.COLUMN_REMOVED_KEY;
    }
    return column.nullability() == Nullability.REQUIRED
        ? ChangeKind.COLUMN_REMOVED_REQUIRED
        : ChangeKind.COLUMN_REMOVED;
  }

  private void added(Column column, Optional<Column> namesake, long newest) {
    ChangeKind kind = additionOf(column, newest);
    Verdict verdict =
        column.nullability() == Nullability.REQUIRED ? Verdict.COMPATIBLE : Verdict.ADDITIVE;
    add(
        kind,
        column.id(),
        namesake.isPresent() ? Verdict.SEMANTIC : verdict,
        new DriftDetail.ColumnAdded(
            column.name(),
            column.type().toString(),
            column.nullability(),
            column.defaultValue(),
            namesake.map(Column::id)));
  }

  /**
   * What rows that are older than the column read. A constant default without a known value was set
   * later or its value went in a rewrite, so it says nothing; no more does an unknown default.
   *
   * @param newest number of the columns before: they grow and are never used again
   */
  private static ChangeKind additionOf(Column column, long newest) {
    if (column.defaultValue().kind() == Default.Kind.GENERATED) {
      return ChangeKind.COLUMN_ADDED_GENERATED;
    }
    long number = number(column);
    if (number >= 0 && number < newest) {
      return ChangeKind.COLUMN_APPEARED;
    }
    if (column.defaultValue().missing().isPresent()) {
      return ChangeKind.COLUMN_ADDED_FILLED;
    }
    if (column.defaultValue().kind() != Default.Kind.NONE) {
      return ChangeKind.COLUMN_ADDED_COMPUTED;
    }
    return column.nullability() == Nullability.REQUIRED
        ? ChangeKind.COLUMN_ADDED_REQUIRED
        : ChangeKind.COLUMN_ADDED;
  }

  /** The id as a number, -1 if it is none. */
  private static long number(Column column) {
    return NUMBER.matcher(column.id()).matches() ? Long.parseLong(column.id()) : -1;
  }

  private void column(Column before, Column after) {
    String id = after.id();
    String name = after.name();
    if (!before.name().equals(name)) {
      Optional<String> nameWasOf = Optional.ofNullable(fromByName.get(name)).map(Column::id);
      add(
          inCycle(after)
              ? ChangeKind.COLUMN_SWAP_RENAMED
              : nameWasOf.isPresent() ? ChangeKind.COLUMN_RENAMED_OVER : ChangeKind.COLUMN_RENAMED,
          id,
          new DriftDetail.ColumnRenamed(before.name(), name, nameWasOf));
    }
    TypeChange type = TypeChange.of(before.type(), after.type());
    if (type != TypeChange.SAME) {
      add(
          kindOf(type),
          id,
          new DriftDetail.TypeChanged(
              name, before.type().toString(), after.type().toString(), type));
    }
    nullability(before, after);
    defaultValue(before, after);
    if (described(before) && described(after) && !before.comment().equals(after.comment())) {
      add(
          ChangeKind.COLUMN_COMMENT_CHANGED,
          id,
          new DriftDetail.CommentChanged(name, before.comment(), after.comment()));
    }
  }

  /** Whether the names of this column and of others went round in a circle. */
  private boolean inCycle(Column start) {
    Column at = start;
    for (int i = 0; i < to.columns().size(); i++) {
      Column former = fromByName.get(at.name());
      Column next = former == null ? null : toById.get(former.id());
      if (next == null || next.equals(at)) {
        return false;
      }
      if (next.equals(start)) {
        return true;
      }
      at = next;
    }
    return false;
  }

  private static ChangeKind kindOf(TypeChange change) {
    return switch (change) {
      case SAME -> throw new IllegalArgumentException("The type did not change");
      case WIDENED -> ChangeKind.COLUMN_TYPE_WIDENED;
      case RERENDERED -> ChangeKind.COLUMN_TYPE_RERENDERED;
      case REINTERPRETED -> ChangeKind.COLUMN_TYPE_REINTERPRETED;
      case NARROWED -> ChangeKind.COLUMN_TYPE_NARROWED;
      case ROUNDED -> ChangeKind.COLUMN_TYPE_ROUNDED;
      case REPLACED -> ChangeKind.COLUMN_TYPE_REPLACED;
    };
  }

  private void nullability(Column before, Column after) {
    if (before.nullability() == after.nullability()
        || before.nullability() == Nullability.UNKNOWN
        || after.nullability() == Nullability.UNKNOWN) {
      return;
    }
    ChangeKind kind =
        after.nullability() == Nullability.REQUIRED
            ? ChangeKind.COLUMN_TIGHTENED
            : keyIds(from).contains(after.id()) || keyIds(to).contains(after.id())
                ? ChangeKind.KEY_COLUMN_RELAXED
                : ChangeKind.COLUMN_RELAXED;
    add(
        kind,
        after.id(),
        new DriftDetail.NullabilityChanged(
            after.name(), before.nullability(), after.nullability()));
  }

  /**
   * Compares what stands behind a column. The value that old rows read is left out: a rewrite of
   * the table forgets it and changes nothing.
   */
  private void defaultValue(Column before, Column after) {
    Default.Kind was = before.defaultValue().kind();
    Default.Kind is = after.defaultValue().kind();
    if (was == is || was == Default.Kind.UNKNOWN || is == Default.Kind.UNKNOWN) {
      return;
    }
    ChangeKind kind =
        is == Default.Kind.GENERATED
            ? ChangeKind.COLUMN_GENERATED_ADDED
            : was == Default.Kind.GENERATED
                ? ChangeKind.COLUMN_GENERATED_DROPPED
                : ChangeKind.COLUMN_DEFAULT_CHANGED;
    add(kind, after.id(), new DriftDetail.DefaultChanged(after.name(), was, is));
  }

  /** Whether more than identity, name and type is known: only then is no comment a fact. */
  private static boolean described(Column column) {
    return column.comment().isPresent()
        || column.nullability() != Nullability.UNKNOWN
        || column.defaultValue().kind() != Default.Kind.UNKNOWN;
  }

  /** Enum types are shared by columns: each is compared once, with the columns that have it. */
  private void enums() {
    record Pair(Type before, Type after, List<String> columns) {}
    Map<String, Pair> types = new TreeMap<>();
    for (Column after : to.columns()) {
      survivor(after)
          .map(Column::type)
          .filter(before -> TypeChange.sameEnum(before, after.type()))
          .filter(before -> TypeChange.of(before, after.type()) == TypeChange.SAME)
          .ifPresent(
              before ->
                  types
                      .computeIfAbsent(
                          TypeChange.elementName(before),
                          name -> new Pair(before, after.type(), new ArrayList<>()))
                      .columns()
                      .add(after.name()));
    }
    types.keySet().removeAll(torn());
    for (Pair type : types.values()) {
      type.columns().sort(null);
      labels(type.before(), type.after(), List.copyOf(type.columns()));
    }
  }

  /** Enum types on whose labels the columns of one version do not agree: no database has that. */
  private Set<String> torn() {
    Set<String> torn = new TreeSet<>();
    for (Relation relation : List.of(from, to)) {
      Map<String, List<Type.Label>> known = new HashMap<>();
      for (Column column : relation.columns()) {
        String name = TypeChange.elementName(column.type());
        List<Type.Label> labels = column.type().labels();
        if (!labels.equals(known.computeIfAbsent(name, key -> labels)) && torn.add(name)) {
          add(ChangeKind.ENUM_TORN, name, new DriftDetail.EnumTorn(name));
        }
      }
    }
    return torn;
  }

  private void labels(Type before, Type after, List<String> columns) {
    String name = TypeChange.elementName(after);
    if (!TypeChange.elementName(before).equals(name)) {
      add(
          ChangeKind.ENUM_RENAMED,
          TypeChange.elementName(before),
          new DriftDetail.EnumRenamed(TypeChange.elementName(before), name, columns));
    }
    List<String> was = ids(before);
    List<String> is = ids(after);
    for (Type.Label label : before.labels()) {
      if (!is.contains(label.id())) {
        add(
            ChangeKind.ENUM_LABEL_REMOVED,
            label.id(),
            new DriftDetail.LabelRemoved(name, label.name(), columns));
      }
    }
    int lastKept = -1;
    for (int i = 0; i < is.size(); i++) {
      lastKept = was.contains(is.get(i)) ? i : lastKept;
    }
    for (int i = 0; i < is.size(); i++) {
      Type.Label label = after.labels().get(i);
      int former = was.indexOf(label.id());
      if (former < 0) {
        Optional<String> previous =
            i == 0 ? Optional.empty() : Optional.of(after.labels().get(i - 1).name());
        add(
            i > lastKept ? ChangeKind.ENUM_LABEL_ADDED : ChangeKind.ENUM_LABEL_INSERTED,
            label.id(),
            new DriftDetail.LabelAdded(name, label.name(), previous, columns));
      } else if (!before.labels().get(former).name().equals(label.name())) {
        add(
            ChangeKind.ENUM_LABEL_RENAMED,
            label.id(),
            new DriftDetail.LabelRenamed(
                name, before.labels().get(former).name(), label.name(), columns));
      }
    }
    if (!was.stream()
        .filter(is::contains)
        .toList()
        .equals(is.stream().filter(was::contains).toList())) {
      add(
          ChangeKind.ENUM_LABELS_REORDERED,
          name,
          new DriftDetail.LabelsReordered(
              name, after.labels().stream().map(Type.Label::name).toList(), columns));
    }
  }

  private static List<String> ids(Type type) {
    return type.labels().stream().map(Type.Label::id).toList();
  }
}
