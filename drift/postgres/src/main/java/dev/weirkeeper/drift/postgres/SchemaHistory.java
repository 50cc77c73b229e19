package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Type;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Follows the schema of the published relations along the log and finds out which column is which.
 *
 * <p>The log describes rows by names and types in the order of attribute numbers, but does not tell
 * the numbers. They come from a hint of the event trigger that says exactly the same ({@link
 * Evidence#LOGGED}), else from the live catalog, which may be ahead ({@link Evidence#CATALOG}).
 * What neither explains gets an id that starts with {@code ?}, so that nothing is guessed.
 *
 * <p>Confined to the thread of its feed.
 */
final class SchemaHistory {
  private static final int MAX_HINTS = 64;
  private static final int MAX_HINT_BYTES = 1 << 20;

  private final String system;
  private final Catalog catalog;
  private final DdlTrigger.State trigger;
  private final Map<Integer, Table> tables = new HashMap<>();
  private final Set<Table> touched = new LinkedHashSet<>();

  /** Tables of which a version may lie behind us that nothing in the log will name again. */
  private final Set<Table> doubtful = new LinkedHashSet<>();

  private long ignoredHints;
  private final Horizon horizon;

  private final Optional<Seal> seal;

  SchemaHistory(String system, Catalog catalog, DdlTrigger.State trigger, Optional<Seal> seal) {
    this.seal = seal;
    this.system = system;
    this.catalog = catalog;
    this.trigger = trigger;
    this.horizon = new Horizon(catalog);
  }

  /** Notes what is committed by now, so that looks at the catalog can be placed. */
  void noteHorizon() throws SQLException {
    horizon.note();
  }

  void began(int xid, long commit) {
    horizon.began(xid, commit);
  }

  void follow(Table table) {
    tables.put(table.oid, table);
    if (trigger == DdlTrigger.State.INSTALLED) {
      // An earlier stream may have died with a hint in hand.
      doubtful.add(table);
    }
  }

  @Nullable Table table(int oid) {
    return tables.get(oid);
  }

  Collection<Table> tables() {
    return tables.values();
  }

  Optional<Table> table(Asset asset) {
    return tables.values().stream().filter(t -> t.current.asset().equals(asset)).findFirst();
  }

  /** Hints that were malformed or contradict the catalog. */
  long ignoredHints() {
    return ignoredHints;
  }

  // ---- while a transaction is read

  /** Takes a Relation message of a table that is followed. */
  void described(Table table, WireRelation wire) throws SQLException {
    touched.add(table);
    boolean again = table.announced;
    table.announced = true;
    Set<String> known = new TreeSet<>(table.leftOut);
    table.current.columns().forEach(column -> known.add(column.id()));
    table.leftOut = Set.of();
    for (int i = table.hints.size() - 1; i >= 0; i--) {
      Table.Hint told = table.hints.get(i);
      Shape hint = told.shape();
      if (!hint.matches(wire)) {
        continue;
      }
      Optional<Shape> live = told.sealed() ? Optional.empty() : live(table);
      if (live.isPresent() && hint.contradictedBy(live.get())) {
        ignoredHints++;
        table.hints.subList(0, i + 1).clear();
        unresolved(table, wire, live);
        return;
      }
      table.hints.subList(0, i + 1).clear();
      become(table, hint.relation(system, table.publishes), Evidence.LOGGED);
      return;
    }
    boolean same = isDescribedBy(table.current, wire, table.publishes);
    boolean noted = trigger == DdlTrigger.State.INSTALLED;
    Optional<Shape> live = live(table);
    if (live.isPresent() && live.get().matches(wire)) {
      Relation relation = live.get().relation(system, table.publishes);
      if (same && (noted || !again) && moved(table.current, relation)) {
        // Dropped and added again at some time, and no hint says when: rows from before and after
        // look alike here.
        unresolved(table, wire, live);
      } else if (!same || again && !noted) {
        become(table, relation, placed(table, relation));
      }
    } else if (!same) {
      explain(table, wire, live);
    }
    live.ifPresent(
        shape -> {
          table.leftOut = leftOut(table.current, known, shape);
          table.lookedAt(shape);
        });
  }

  /**
   * Columns that the log does not describe any more and that the table still has: a publication
   * with a list of columns looks like columns that were dropped. Says nothing where some column is
   * not identified, for it may be one of them.
   */
  private static Set<String> leftOut(Relation described, Set<String> known, Shape live) {
    if (!described.columns().stream().allMatch(Column::identified)) {
      return Set.of();
    }
    Set<String> missing = new TreeSet<>();
    for (Shape.Attribute attribute : live.columns()) {
      String id = String.valueOf(attribute.num());
      if (known.contains(id) && described.column(id).isEmpty()) {
        missing.add(id);
      }
    }
    return missing;
  }

  /** Whether a look at the catalog may be ahead of the stream. */
  private Evidence placed(Table table, Relation live) throws SQLException {
    Relation known = table.current;
    List<String> changed = new ArrayList<>();
    boolean dated = live.asset().equals(known.asset()) && live.identity().equals(known.identity());
    for (Column column : live.columns()) {
      Optional<Column> before = known.column(column.id());
      if (!before.equals(Optional.of(column))) {
        changed.add(column.id());
        dated &= isDated(before, column);
      }
    }
    known.columns().stream()
        .map(Column::id)
        .filter(id -> live.column(id).isEmpty())
        .forEach(changed::add);
    return dated && !changed.isEmpty() && horizon.settles(oid(table), changed)
        ? Evidence.SETTLED
        : Evidence.CATALOG;
  }

  /**
   * Whether all that is new of a column is written where its transaction can be told: its name, its
   * type, whether it takes NULL. Labels, comments and defaults lie elsewhere and may be younger.
   */
  private static boolean isDated(Optional<Column> before, Column now) {
    Default value = now.defaultValue();
    boolean defaultTold =
        before.isPresent()
            ? before.get().defaultValue().equals(value)
            : value.kind() == Default.Kind.NONE || value.missing().isPresent();
    return defaultTold
        && now.comment().equals(before.flatMap(Column::comment))
        && now.type().labels().equals(before.map(was -> was.type().labels()).orElse(List.of()));
  }

  private void become(Table table, Relation relation, Evidence evidence) {
    Relation remembering = remembering(table, table.current, relation);
    if (!remembering.equals(table.current)) {
      table.become(remembering, evidence);
    }
  }

  /**
   * The newer version with what the catalog does not say of it any more: which value rows read that
   * are older than a column, for any rewrite of the table has the catalog forget it while such rows
   * may wait in a spool; and that a column was generated, so that rows have values in it.
   */
  private static Relation remembering(Table table, Relation older, Relation newer) {
    List<Column> columns =
        newer.columns().stream()
            .map(
                column -> {
                  Optional<Column> before = older.column(column.id());
                  Default now = column.defaultValue();
                  Optional<String> missing =
                      now.missing().or(() -> before.flatMap(was -> was.defaultValue().missing()));
                  boolean computed =
                      table.generated.contains(column.id())
                          && before
                              .filter(was -> was.defaultValue().kind() != Default.Kind.UNKNOWN)
                              .isEmpty();
                  return with(
                      column, new Default(computed ? Default.Kind.UNKNOWN : now.kind(), missing));
                })
            .toList();
    // To hash it again is half of what a change of schema costs.
    return columns.equals(newer.columns())
        ? newer
        : Relation.of(newer.asset(), newer.id(), newer.identity(), columns);
  }

  private static Column with(Column column, Default value) {
    return new Column(
        column.id(), column.name(), column.type(), column.nullability(), value, column.comment());
  }

  private static boolean moved(Relation known, Relation live) {
    return known.columns().stream()
        .anyMatch(
            column ->
                live.columnNamed(column.name())
                    .filter(now -> !now.id().equals(column.id()))
                    .isPresent());
  }

  private boolean isDescribedBy(Relation known, WireRelation wire, Publishes publishes)
      throws SQLException {
    if (known.columns().size() != wire.columns().size()
        || !known.asset().name().equals(wire.schema() + "." + wire.name())) {
      return false;
    }
    Set<String> key = new HashSet<>();
    for (int i = 0; i < known.columns().size(); i++) {
      Column column = known.columns().get(i);
      WireRelation.WireColumn described = wire.columns().get(i);
      Type type = typeOf(described);
      if (!column.identified()
          || !column.name().equals(described.name())
          || !column.type().name().equals(type.name())
          || !column.type().args().equals(type.args())) {
        return false;
      }
      if (described.key()) {
        key.add(column.id());
      }
    }
    return sameIdentity(known.identity(), wire.identity(), key, publishes);
  }

  private static boolean sameIdentity(
      RowIdentity known, char replicaIdentity, Set<String> key, Publishes publishes) {
    if (publishes == Publishes.INSERTS) {
      return known instanceof RowIdentity.None;
    }
    if (replicaIdentity == 'f') {
      // Every column is flagged: which of them are the key, the catalog has said.
      return !(known instanceof RowIdentity.None);
    }
    if (key.isEmpty()) {
      return known instanceof RowIdentity.None;
    }
    return known instanceof RowIdentity.Key columns && key.equals(Set.copyOf(columns.columnIds()));
  }

  /** The table as the catalog has it, which is not older than the transaction that is read. */
  private Optional<Shape> live(Table table) throws SQLException {
    horizon.reach();
    return catalog.relation(oid(table));
  }

  private Type typeOf(WireRelation.WireColumn column) throws SQLException {
    Optional<String> known = catalog.typeName(column.typeOid());
    if (known.isEmpty()) {
      // It may be as new as the transaction.
      horizon.reach();
      known = catalog.typeName(column.typeOid());
    }
    String name = known.orElse("oid:" + column.typeOid());
    return Type.of(name, TypeModifier.args(name, column.typeModifier()).toArray(Integer[]::new));
  }

  private void unresolved(Table table, WireRelation wire, Optional<Shape> live)
      throws SQLException {
    resolve(table, wire, live, Trust.UNMOVED_ONLY);
  }

  private void explain(Table table, WireRelation wire, Optional<Shape> live) throws SQLException {
    resolve(table, wire, live, Trust.KNOWN_AND_LIVE);
  }

  private enum Trust {
    KNOWN_AND_LIVE,
    /** Only columns that known version and catalog agree on. */
    UNMOVED_ONLY
  }

  /** Names the columns one by one, where the message as a whole is explained by nothing. */
  private void resolve(Table table, WireRelation wire, Optional<Shape> live, Trust trust)
      throws SQLException {
    int width = wire.columns().size();
    String[] ids = new String[width];
    boolean guessed = live.isEmpty();
    for (int i = 0; i < width; i++) {
      WireRelation.WireColumn column = wire.columns().get(i);
      Optional<Column> known = table.current.columnNamed(column.name()).filter(Column::identified);
      Optional<Shape.Attribute> now = live.flatMap(shape -> shape.named(column.name()));
      if (known.isPresent() && now.isPresent()) {
        if (known.get().id().equals(String.valueOf(now.get().num()))) {
          ids[i] = known.get().id();
        }
      } else if (trust == Trust.UNMOVED_ONLY) {
        ids[i] = null;
      } else if (now.isPresent() && now.get().oid() == column.typeOid()) {
        ids[i] = String.valueOf(now.get().num());
      } else if (known.isPresent()) {
        ids[i] = known.get().id();
        guessed = true;
      }
    }
    if (!ascending(ids)) {
      // The order contradicts the numbers, so some name has moved: trust none that could have.
      Arrays.fill(ids, null);
    }
    List<Column> columns = new ArrayList<>(width);
    Set<String> key = new LinkedHashSet<>();
    boolean unknown = false;
    for (int i = 0; i < width; i++) {
      WireRelation.WireColumn column = wire.columns().get(i);
      String id = ids[i] == null ? "?" + column.name() : ids[i];
      unknown |= ids[i] == null;
      columns.add(inherit(id, column, table.current, live));
      if (column.key()) {
        key.add(id);
      }
    }
    Relation relation =
        Relation.of(
            new Asset(system, wire.schema() + "." + wire.name()),
            table.current.id(),
            identity(table, wire, key, columns),
            columns);
    become(table, relation, guessed || unknown ? Evidence.RELATION : Evidence.CATALOG);
    if (unknown) {
      table.unresolved.add(new Table.Unresolved(wire, relation));
    }
  }

  private static boolean ascending(String[] ids) {
    int last = 0;
    for (String id : ids) {
      if (id != null) {
        int number = Integer.parseInt(id);
        if (number <= last) {
          return false;
        }
        last = number;
      }
    }
    return true;
  }

  private Column inherit(
      String id, WireRelation.WireColumn wire, Relation known, Optional<Shape> live)
      throws SQLException {
    Type type = typeOf(wire);
    Optional<Column> before = known.column(id);
    Optional<Column> now =
        live.flatMap(shape -> shape.named(wire.name()))
            .map(Shape.Attribute::column)
            .filter(column -> column.id().equals(id));
    Optional<Column> facts = before.isPresent() ? before : now;
    List<Type.Label> labels =
        facts
            .map(Column::type)
            .filter(old -> old.name().equals(type.name()))
            .map(Type::labels)
            .orElse(List.of());
    return new Column(
        id,
        wire.name(),
        new Type(type.name(), type.args(), labels),
        facts.map(Column::nullability).orElse(Nullability.UNKNOWN),
        facts.map(Column::defaultValue).orElse(Default.UNKNOWN),
        facts.flatMap(Column::comment));
  }

  private static RowIdentity identity(
      Table table, WireRelation wire, Set<String> key, List<Column> columns) {
    if (table.publishes == Publishes.INSERTS) {
      return new RowIdentity.None();
    }
    RowIdentity known = table.current.identity();
    if (wire.identity() == 'f') {
      boolean kept =
          known instanceof RowIdentity.Key old
              && columns.stream().map(Column::id).toList().containsAll(old.columnIds());
      return kept ? known : new RowIdentity.Whole();
    }
    if (key.isEmpty()) {
      return new RowIdentity.None();
    }
    boolean same = known instanceof RowIdentity.Key old && key.equals(Set.copyOf(old.columnIds()));
    return same ? known : new RowIdentity.Key(List.copyOf(key));
  }

  /** Takes a message of the event trigger, or one that looks like it. */
  void hinted(int xid, byte[] data, int at, int length) throws SQLException {
    try {
      if (length > MAX_HINT_BYTES) {
        throw new IllegalArgumentException("A hint of " + length + " bytes");
      }
      String text = new String(data, at, length, StandardCharsets.UTF_8);
      boolean sealed = Seal.isOn(text) && seal.isPresent();
      if (sealed) {
        text =
            seal.get()
                .opened(text, xid)
                .orElseThrow(() -> new IllegalArgumentException("The seal is broken"));
      } else if (Seal.isOn(text)) {
        text = Seal.opened(text);
      }
      DdlHint hint = DdlHint.parse(text);
      for (Shape shape : hint.defined()) {
        Table table = tables.get(Integer.parseUnsignedInt(shape.id()));
        if (table != null) {
          shape.relation(system, table.publishes);
          if (table.hints.size() == MAX_HINTS) {
            table.hints.remove(0);
          }
          table.hints.add(new Table.Hint(shape, sealed));
          table.hinted = true;
          touched.add(table);
        }
      }
      for (String id : hint.dropped()) {
        Table table = tables.get(Integer.parseUnsignedInt(id));
        if (table != null && !table.dropped) {
          if (live(table).isPresent()) {
            ignoredHints++;
          } else {
            table.dropped = true;
            touched.add(table);
          }
        }
      }
    } catch (IllegalArgumentException e) {
      // Forged or of another version: not ours to fail on, the log itself still tells the truth.
      ignoredHints++;
    }
  }

  // ---- at its end

  /**
   * Versions that were handed out unresolved and that a later hint of the same transaction
   * explains. Ask before {@link #finish}.
   */
  Map<Relation, Relation> explained() throws SQLException {
    Map<Relation, Relation> explained = new LinkedHashMap<>();
    for (Table table : touched) {
      for (Table.Unresolved open : table.unresolved) {
        for (Table.Hint told : table.hints) {
          Shape hint = told.shape();
          Optional<Shape> live =
              hint.matches(open.wire()) && !told.sealed() ? live(table) : Optional.empty();
          if (hint.matches(open.wire()) && (live.isEmpty() || !hint.contradictedBy(live.get()))) {
            Relation relation =
                remembering(table, open.relation(), hint.relation(system, table.publishes));
            explained.put(open.relation(), relation);
            if (table.current.equals(open.relation())) {
              table.become(relation, Evidence.LOGGED);
            }
          }
        }
      }
      table.unresolved.clear();
    }
    return explained;
  }

  /**
   * The schema changes of the transaction that ends here.
   *
   * <p>A hint that no row confirms is never taken for a change of a transaction that has rows of
   * its table. It is confirmed by a catalog that moves on, so whoever reads the transaction again
   * may not find it so: the rows would then be written under the version before the change, into a
   * table that was changed already.
   */
  List<SchemaChange> finish(int xid) throws SQLException {
    if (touched.isEmpty()) {
      return List.of();
    }
    List<SchemaChange> changes = new ArrayList<>();
    for (Table table : touched) {
      if (table.hinted && !table.hints.isEmpty()) {
        if (table.writtenIn == xid) {
          doubtful.add(table);
        } else {
          confirm(table);
        }
      }
      Relation before = table.before == null ? table.current : table.before;
      if (table.dropped) {
        changes.add(change(before, Optional.empty(), Evidence.LOGGED));
        tables.remove(table.oid);
      } else if (!before.equals(table.current)) {
        changes.add(
            new SchemaChange(
                before.asset(),
                before.id(),
                Optional.of(before),
                Optional.of(table.current),
                table.evidence,
                table.leftOut.isEmpty()
                    ? SchemaChange.Coverage.WHOLE
                    : SchemaChange.Coverage.PART));
      }
      table.before = null;
      table.hinted = false;
    }
    touched.clear();
    return changes;
  }

  /**
   * Believes the last hint, that no row has confirmed, if it is sealed or the catalog still says
   * the same.
   */
  private void confirm(Table table) throws SQLException {
    Table.Hint told = table.hints.get(table.hints.size() - 1);
    Shape last = told.shape();
    if (told.sealed()) {
      become(table, last.relation(system, table.publishes), Evidence.LOGGED);
      table.hints.clear();
      return;
    }
    Optional<Shape> live = live(table);
    if (live.isPresent() && live.get().equals(last)) {
      become(table, last.relation(system, table.publishes), Evidence.LOGGED);
      table.hints.clear();
    }
  }

  /**
   * Has the log name versions once more that may lie behind us unseen. Rows of an older version
   * cannot follow it there: whoever alters a table waits for all who write to it.
   */
  void repeatHints() throws SQLException {
    if (doubtful.isEmpty()) {
      return;
    }
    List<Table> asked =
        doubtful.stream()
            .filter(table -> tables.get(table.oid) == table)
            // Rows of a relation that the log describes otherwise than the catalog does come under
            // the log's description.
            .filter(table -> table.leftOut.isEmpty())
            .filter(table -> table.current.columns().stream().allMatch(Column::identified))
            .toList();
    doubtful.clear();
    Map<Long, Shape> live = catalog.relations(asked.stream().map(SchemaHistory::oid).toList());
    for (Table table : asked) {
      Shape shape = live.get(oid(table));
      if (shape != null) {
        table.lookedAt(shape);
      }
      if (shape != null
          && !written(shape.relation(system, table.publishes)).equals(written(table.current))) {
        catalog.writeHint(oid(table));
      }
    }
  }

  private static long oid(Table table) {
    return table.oid & 0xffffffffL;
  }

  /**
   * Has all tables compared with the catalog when there is nothing left to read: what no row and no
   * trigger tells comes into the log by that.
   */
  void doubtAll() {
    doubtful.addAll(tables.values());
  }

  /** What DDL writes of a version. What old rows read is left out: VACUUM FULL forgets it, too. */
  private static Relation written(Relation relation) {
    return Relation.of(
        relation.asset(),
        relation.id(),
        relation.identity(),
        relation.columns().stream()
            .map(
                column ->
                    new Column(
                        column.id(),
                        column.name(),
                        column.type(),
                        column.nullability(),
                        new Default(column.defaultValue().kind(), Optional.empty()),
                        column.comment()))
            .toList());
  }

  /** Takes a version that a snapshot read, as of the place where the stream stands now. */
  Optional<SchemaChange> adopt(Table table, Relation read) {
    Relation before = table.current;
    Relation relation = remembering(table, before, read);
    if (before.equals(relation)) {
      return Optional.empty();
    }
    table.become(relation, Evidence.CATALOG);
    table.before = null;
    return Optional.of(change(before, Optional.of(relation), Evidence.CATALOG));
  }

  private static SchemaChange change(Relation before, Optional<Relation> after, Evidence evidence) {
    return new SchemaChange(before.asset(), before.id(), Optional.of(before), after, evidence);
  }
}
