package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.RowBatch;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Transaction.Origin;
import dev.weirkeeper.Violation;
import dev.weirkeeper.contracts.postgres.TableRows.Event;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The net effect per key of a run of events in their order, and its application. What it does to
 * quarantine and ledger is kept aside until the database took the rows, so that a run that failed
 * leaves nothing behind.
 */
final class Net {
  static final String UNKNOWN_RULE = "unchanged-unknown";

  /** What is to be done to the row of one key. */
  private enum Kind {
    /** New: that it exists contradicts the source. */
    INSERT,
    /** As given, there or not. All cells are known. */
    UPSERT,
    /** Known cells are set. */
    UPDATE,
    DELETE,
    /** Came and went within the run. */
    NOTHING
  }

  /** Whether a row that is not there contradicts the source. */
  private enum Missing {
    REFUSED,
    ALLOWED
  }

  private static final class Effect {
    Kind kind;
    Missing missing;
    byte[][] cells;

    Effect(Kind kind, Missing missing, byte[][] cells) {
      this.kind = kind;
      this.missing = missing;
      this.cells = cells;
    }
  }

  /** An entry that was published after all. */
  private record Replayed(long entry, Optional<Key> key) {}

  /** An event that did not get through a second time. */
  private record Retry(List<Violation> violations, Optional<String> sqlState) {}

  private final TableRows rows;
  private final Quarantine quarantine;
  private final TargetTable table;
  private final boolean loading;

  private final Map<Key, Effect> effects = new LinkedHashMap<>();
  private final List<byte[][]> keyless = new ArrayList<>();

  /** Keys whose state in quarantine this run changed: their new entry, or none. */
  private final Map<Key, Optional<Quarantine.Entry>> open = new HashMap<>();

  /** What to tell the quarantine, in order. */
  private final List<Object> told = new ArrayList<>();

  private final Map<Long, Retry> retried = new LinkedHashMap<>();
  private final Map<Origin, long[]> counts = new HashMap<>();

  /** Rows that a load may take as met though the target keeps what it has. */
  private final Set<Key> kept = new LinkedHashSet<>();

  private final List<byte[][]> keptCells = new ArrayList<>();

  Net(TableRows rows) throws SQLException {
    this.rows = rows;
    this.quarantine = rows.quarantine();
    this.table = rows.target();
    this.loading = rows.loading();
  }

  void apply(List<Event> events) throws SQLException, RefusalException {
    if (!rows.keyless() && quarantine.mustAsk()) {
      List<Key> keys = new ArrayList<>(events.size());
      for (Event event : events) {
        rows.keyOf(event.images().after(), event.mapping()).ifPresent(keys::add);
      }
      quarantine.ask(keys);
    }
    for (Event event : events) {
      if (rows.keyless()) {
        addKeyless(event);
      } else {
        add(event);
      }
    }
    execute();
    tell();
  }

  private void count(Transaction transaction, int column) {
    counts.computeIfAbsent(transaction.origin(), origin -> new long[2])[column]++;
  }

  private void published(Event event) {
    count(event.transaction(), 0);
  }

  private void quarantined(Event event, Image image, Optional<Key> key) {
    count(event.transaction(), 1);
    Long entry = event.replays();
    if (entry != null) {
      retried.put(entry, new Retry(event.violations(), event.sqlState()));
      return;
    }
    Quarantine.Entry kept = event.entry(image, key);
    key.ifPresent(value -> open.put(value, Optional.of(kept)));
    told.add(kept);
  }

  private void addKeyless(Event event) throws RefusalException {
    Long entry = event.replays();
    if (entry != null && !rows.writer().openEntries().contains(entry)) {
      return;
    }
    if (event.op() == RowBatch.Op.UPDATE || event.op() == RowBatch.Op.DELETE) {
      throw new RefusalException(
          rows.asset(),
          "it has no key, so an update or delete cannot be applied; give the source table a"
              + " primary key");
    }
    Image after = event.images().after();
    if (!event.good()) {
      quarantined(event, after, Optional.empty());
      return;
    }
    keyless.add(event.mapping().inserted(after));
    if (entry != null) {
      told.add(new Replayed(entry, Optional.empty()));
    }
    published(event);
  }

  private void add(Event event) throws SQLException, RefusalException {
    Long entry = event.replays();
    if (entry != null && !rows.writer().openEntries().contains(entry)) {
      return;
    }
    Image.Both images = event.images();
    Image after = images.after();
    Image before = images.before();
    if (before != null && event.op() == RowBatch.Op.UPDATE) {
      after = after.over(before);
    }
    Mapping mapping = event.mapping();
    Key key = rows.keyOf(after, mapping).orElseThrow();
    if (entry != null && !isOpen(key)) {
      return;
    }
    if (event.op() == RowBatch.Op.DELETE) {
      delete(event, after, key);
      return;
    }
    Key oldKey = before == null ? key : oldKey(before, mapping, key);
    if (before != null && !oldKey.equals(key)) {
      rekey(event, after, key, before, oldKey);
    } else if (!event.good()) {
      hold(event, after, key);
    } else {
      put(event, after, key);
    }
  }

  /** The key of the old image. One that brings no key did not change it. */
  private Key oldKey(Image before, Mapping mapping, Key key) throws RefusalException {
    for (int column : mapping.key) {
      if (!Image.isValue(before.cell(column))) {
        return key;
      }
    }
    return rows.keyOf(before, mapping).orElse(key);
  }

  private void delete(Event event, Image image, Key key) throws SQLException {
    if (!event.good()) {
      quarantined(event, image, Optional.of(key));
      return;
    }
    remove(key, event.mapping().updated(image));
    settle(event, key);
    published(event);
  }

  /** A new or changed row that is published under the key it has. */
  private void put(Event event, Image image, Key key) throws SQLException, RefusalException {
    boolean update = event.op() == RowBatch.Op.UPDATE;
    if (!isOpen(key)) {
      byte[][] cells = update ? event.mapping().updated(image) : event.mapping().inserted(image);
      Kind kind =
          update
              ? loading && complete(cells) ? Kind.UPSERT : Kind.UPDATE
              : loading || event.op() == RowBatch.Op.READ ? Kind.UPSERT : Kind.INSERT;
      merge(key, kind, cells);
      published(event);
      return;
    }
    byte[][] cells = event.mapping().updated(image);
    if (update) {
      Event judged = event;
      if (event.replays() == null && older(cells, imageOf(key), event.mapping())) {
        judged = rows.judged(event, withKnown(image, cells, event.mapping()));
      }
      if (!judged.good()) {
        hold(judged, image, key);
        return;
      }
      inTarget(cells, key);
    }
    if (!fill(cells, event.mapping())) {
      Event unknown = event.good() ? unknown(event) : event;
      hold(unknown, image, key);
      return;
    }
    merge(key, Kind.UPSERT, cells);
    settle(event, key);
    published(event);
  }

  private static Event unknown(Event event) {
    return new Event(
        event.transaction(),
        event.mapping(),
        event.relation(),
        event.op(),
        event.ordinal(),
        event.encoded(),
        List.of(
            new Violation(
                UNKNOWN_RULE,
                "a value was not sent because it did not change, and the row is nowhere")),
        Optional.empty());
  }

  /** An event that must not be published: the target keeps the last good version. */
  private void hold(Event event, Image image, Key key) throws SQLException {
    Image newest =
        event.op() == RowBatch.Op.UPDATE && event.replays() == null && isOpen(key)
            ? image.over(imageOf(key))
            : image;
    if (rows.hasStale() && kept.add(key)) {
      keptCells.add(event.mapping().updated(image));
    }
    quarantined(event, newest, Optional.of(key));
  }

  /** A change of the key is the end of one row and the beginning of another. */
  private void rekey(Event event, Image image, Key key, Image before, Key oldKey)
      throws SQLException, RefusalException {
    Mapping mapping = event.mapping();
    byte[][] old = mapping.updated(before);
    Image whole = image;
    if (isOpen(oldKey)) {
      whole = whole.over(imageOf(oldKey));
    }
    byte[][] cells = mapping.updated(whole);
    boolean known = complete(cells) || inTarget(cells, oldKey, old);
    Image newest = withKnown(whole, cells, mapping);
    if (isOpen(oldKey)) {
      event = rows.judged(event, newest);
    }
    if (!known && !isOpen(oldKey) && !loading) {
      throw lacks(1, "changed the key of");
    }
    remove(oldKey, old);
    close(oldKey);
    if (!event.good() || !fill(cells, mapping)) {
      quarantined(event.good() ? unknown(event) : event, newest, Optional.of(key));
      return;
    }
    merge(key, isOpen(key) || loading ? Kind.UPSERT : Kind.INSERT, cells);
    settle(event, key);
    published(event);
  }

  /** The image with what was found out of it, in the terms of its own relation. */
  private static Image withKnown(Image image, byte[][] cells, Mapping mapping) {
    byte[][] own = image.cells().clone();
    for (int i = 0; i < cells.length; i++) {
      int source = mapping.source[i];
      if (source >= 0 && !Image.isKnown(own[source]) && Image.isKnown(cells[i])) {
        own[source] = cells[i];
      }
    }
    return new Image(image.relation(), own);
  }

  private static boolean complete(byte[][] cells) {
    for (byte[] cell : cells) {
      if (!Image.isKnown(cell)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Completes cells from the image in quarantine.
   *
   * @return whether it had any of them: no judge has let such a value pass yet
   */
  private static boolean older(byte[][] cells, Image older, Mapping mapping) {
    boolean found = false;
    for (int i = 0; i < cells.length; i++) {
      if (!Image.isKnown(cells[i])) {
        int index = older.relation().indexOf(mapping.accepted().columns().get(i).id());
        if (index >= 0 && Image.isKnown(older.cell(index))) {
          cells[i] = older.cell(index);
          found = true;
        }
      }
    }
    return found;
  }

  private boolean inTarget(byte[][] cells, Key key) throws SQLException, RefusalException {
    return inTarget(cells, key, cells);
  }

  /**
   * Completes cells from what the target has, or will have, under a key.
   *
   * @return whether all are known now
   */
  private boolean inTarget(byte[][] cells, Key key, byte[][] keyed)
      throws SQLException, RefusalException {
    Effect effect = effects.get(key);
    if (effect != null) {
      if (effect.kind == Kind.DELETE || effect.kind == Kind.NOTHING) {
        return complete(cells);
      }
      copyKnown(effect.cells, cells);
    }
    if (!complete(cells) && (effect == null || effect.kind == Kind.UPDATE)) {
      table.fetch(keyed).ifPresent(stored -> copyKnown(stored, cells));
    }
    return complete(cells);
  }

  private static void copyKnown(byte[][] from, byte[][] to) {
    for (int i = 0; i < to.length; i++) {
      if (!Image.isKnown(to[i]) && Image.isKnown(from[i])) {
        to[i] = from[i];
      }
    }
  }

  /**
   * Gives columns that the row's relation does not have what an inserted row would hold there.
   *
   * @return false if a value is UNCHANGED and was not found anywhere
   */
  private static boolean fill(byte[][] cells, Mapping mapping) {
    for (int i = 0; i < cells.length; i++) {
      if (cells[i] == Image.ABSENT) {
        cells[i] = mapping.fallback[i];
      } else if (cells[i] == Image.UNCHANGED) {
        return false;
      }
    }
    return true;
  }

  private boolean isOpen(Key key) throws SQLException {
    Optional<Quarantine.Entry> changed = open.get(key);
    return changed != null ? changed.isPresent() : quarantine.isOpen(key);
  }

  private Image imageOf(Key key) throws SQLException {
    Optional<Quarantine.Entry> changed = open.get(key);
    return changed != null && changed.isPresent() ? changed.get().image : quarantine.image(key);
  }

  /** The entry of the key is closed by an event that got through. */
  private void settle(Event event, Key key) throws SQLException {
    Long entry = event.replays();
    if (entry != null) {
      told.add(new Replayed(entry, Optional.of(key)));
      open.put(key, Optional.empty());
    } else {
      close(key);
    }
  }

  private void close(Key key) throws SQLException {
    if (isOpen(key)) {
      open.put(key, Optional.empty());
      told.add(key);
    }
  }

  private void merge(Key key, Kind kind, byte[][] cells) throws SQLException {
    Effect effect = effects.get(key);
    if (effect == null) {
      effects.put(key, new Effect(kind, loading ? Missing.ALLOWED : Missing.REFUSED, cells));
      return;
    }
    switch (effect.kind) {
      case INSERT, UPSERT, UPDATE -> {
        if (kind == Kind.INSERT) {
          throw contradiction();
        }
        if (kind == Kind.UPDATE) {
          copyKnown(effect.cells, cells);
        } else if (effect.kind == Kind.UPDATE && effect.missing == Missing.ALLOWED) {
          effect.kind = Kind.UPSERT;
        }
        effect.cells = cells;
      }
      case DELETE -> {
        if (kind == Kind.UPDATE) {
          throw contradiction();
        }
        effect.kind = effect.missing == Missing.REFUSED ? Kind.UPDATE : Kind.UPSERT;
        effect.cells = cells;
      }
      case NOTHING -> {
        if (kind == Kind.UPDATE) {
          throw contradiction();
        }
        effect.kind = kind;
        effect.cells = cells;
      }
    }
  }

  private void remove(Key key, byte[][] cells) throws SQLException {
    Effect effect = effects.get(key);
    Missing missing = loading || isOpen(key) ? Missing.ALLOWED : Missing.REFUSED;
    if (effect == null) {
      effects.put(key, new Effect(Kind.DELETE, missing, cells));
      return;
    }
    switch (effect.kind) {
      case INSERT -> effect.kind = Kind.NOTHING;
      case UPSERT -> {
        effect.kind = Kind.DELETE;
        effect.missing = Missing.ALLOWED;
      }
      case UPDATE -> effect.kind = Kind.DELETE;
      case DELETE, NOTHING -> {
        if (missing == Missing.REFUSED) {
          throw contradiction();
        }
      }
    }
  }

  /**
   * Two events of one key that do not follow from each other. Raised as the database would, so that
   * the run is split until it meets the row itself.
   */
  private static SQLException contradiction() {
    return new SQLException("Events of one key contradict each other", "21000");
  }

  private RefusalException lacks(long missing, String did) {
    return new RefusalException(
        rows.asset(),
        "the target lacks "
            + missing
            + " rows that the source "
            + did
            + "; it was changed by somebody else. Load the table again");
  }

  private void execute() throws SQLException, RefusalException {
    if (!keyless.isEmpty()) {
      table.insert(keyless);
    }
    List<byte[][]> deleted = new ArrayList<>();
    List<byte[][]> deletedIfThere = new ArrayList<>();
    List<byte[][]> inserted = new ArrayList<>();
    List<byte[][]> upserted = new ArrayList<>();
    Map<BitSet, List<byte[][]>> updated = new LinkedHashMap<>();
    Map<BitSet, List<byte[][]>> updatedIfThere = new LinkedHashMap<>();
    List<byte[][]> met = rows.hasStale() ? new ArrayList<>(keptCells) : List.of();
    for (Effect effect : effects.values()) {
      boolean must = effect.missing == Missing.REFUSED;
      switch (effect.kind) {
        case INSERT -> inserted.add(effect.cells);
        case UPSERT -> upserted.add(effect.cells);
        case UPDATE ->
            (must ? updated : updatedIfThere)
                .computeIfAbsent(known(effect.cells), mask -> new ArrayList<>())
                .add(effect.cells);
        case DELETE -> (must ? deleted : deletedIfThere).add(effect.cells);
        case NOTHING -> {}
      }
      if (rows.hasStale() && effect.kind != Kind.DELETE && effect.kind != Kind.NOTHING) {
        met.add(effect.cells);
      }
    }
    if (!deleted.isEmpty()) {
      long found = table.delete(deleted);
      if (found != deleted.size()) {
        throw lacks(deleted.size() - found, "deleted");
      }
    }
    if (!deletedIfThere.isEmpty()) {
      table.delete(deletedIfThere);
    }
    for (Map.Entry<BitSet, List<byte[][]>> group : updated.entrySet()) {
      long found = table.update(group.getKey(), group.getValue());
      if (found != group.getValue().size()) {
        throw lacks(group.getValue().size() - found, "updated");
      }
    }
    for (Map.Entry<BitSet, List<byte[][]>> group : updatedIfThere.entrySet()) {
      table.update(group.getKey(), group.getValue());
    }
    if (!inserted.isEmpty()) {
      table.insert(inserted);
    }
    if (!upserted.isEmpty()) {
      table.upsert(upserted);
    }
    if (!met.isEmpty()) {
      table.met(rows.id(), met);
    }
  }

  private static BitSet known(byte[][] cells) {
    BitSet known = new BitSet(cells.length);
    for (int i = 0; i < cells.length; i++) {
      if (Image.isKnown(cells[i])) {
        known.set(i);
      }
    }
    return known;
  }

  private void tell() throws SQLException {
    for (Object event : told) {
      if (event instanceof Key key) {
        quarantine.close(key);
      } else if (event instanceof Replayed replayed) {
        quarantine.replayed(replayed.entry, replayed.key);
      } else {
        quarantine.open((Quarantine.Entry) event);
      }
    }
    for (Map.Entry<Long, Retry> entry : retried.entrySet()) {
      quarantine.retried(entry.getKey(), entry.getValue().violations, entry.getValue().sqlState);
    }
    Ledger ledger = rows.writer().ledger();
    counts.forEach(
        (origin, n) -> {
          ledger.published(rows.asset(), rows.id(), origin, n[0]);
          ledger.quarantined(rows.asset(), rows.id(), origin, n[1]);
        });
  }
}
