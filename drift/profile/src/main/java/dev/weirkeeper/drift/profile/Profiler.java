package dev.weirkeeper.drift.profile;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Chunk;
import dev.weirkeeper.Column;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.spi.TableReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes in rows of one table, from a feed or from a {@link TableReader}, and says what they are
 * like. Of a feed it takes the new images of INSERT, UPDATE and READ; a value that was not sent is
 * unknown and counts neither as NULL nor as a value.
 *
 * <p>What the host's {@link Masking} hides stays hidden: redacted and nulled columns are left out,
 * of others that are masked only the numbers of values and of different ones are kept.
 *
 * <pre>{@code
 * Profiler hour = Profiler.of(orders, masking);
 * hour.add(transaction);
 * TableProfile profile = hour.profile();
 * }</pre>
 *
 * <p>Confined to one thread; hosts with several have one each and merge the profiles.
 */
public final class Profiler {
  private final Asset asset;
  private final @Nullable Masking masking;
  private final Map<String, ColumnSketch> sketches = new TreeMap<>();
  private final Map<String, String> names = new HashMap<>();

  /** Columns whose kind changed on the way. */
  private final Set<String> torn = new HashSet<>();

  private @Nullable Relation known;
  private @Nullable ColumnSketch[] inOrder = new ColumnSketch[0];
  private long rows;

  private Profiler(Asset asset, @Nullable Masking masking) {
    this.asset = requireNonNull(asset, "asset");
    this.masking = masking;
  }

  /**
   * For rows of a feed.
   *
   * @param masking what the host hides of the table
   */
  public static Profiler of(Asset asset, Masking masking) {
    return new Profiler(asset, requireNonNull(masking, "masking"));
  }

  /** For rows that a {@link TableReader} has masked already, and for no others. */
  public static Profiler ofMaskedRows(Asset asset) {
    return new Profiler(asset, null);
  }

  /** Takes in what a transaction holds of the table, reading it from its first change. */
  public void add(Transaction transaction) throws IOException {
    try (Transaction.Changes changes = transaction.changes()) {
      for (Optional<Chunk> next = changes.next(); next.isPresent(); next = changes.next()) {
        add(next.get());
      }
    }
  }

  /** Takes in what a chunk holds of the table, whatever else it holds. */
  public void add(Chunk chunk) {
    if (chunk instanceof Chunk.Rows some) {
      some.batches().stream()
          .filter(batch -> batch.relation().asset().equals(asset))
          .forEach(this::add);
    }
  }

  /**
   * @throws IllegalArgumentException if the rows are of another table
   * @throws IllegalStateException if the profiler does not know what is masked
   */
  public void add(RowBatch batch) {
    @Nullable ColumnSketch[] columns = columns(batch.relation());
    Tuples after = batch.after();
    for (int row = 0; row < batch.rows(); row++) {
      if (batch.op(row) == RowBatch.Op.DELETE) {
        continue;
      }
      rows++;
      for (int i = 0; i < columns.length; i++) {
        ColumnSketch column = columns[i];
        if (column == null) {
          continue;
        }
        Tuples.State state = after.state(row, i);
        if (state == Tuples.State.VALUE) {
          column.add(after.text(row, i));
        } else if (state == Tuples.State.NULL) {
          column.addNull();
        }
      }
    }
  }

  /** Takes in rows that a reader has masked already. */
  public void add(TableReader.Rows some) {
    List<TableReader.Field> fields = some.fields();
    @Nullable ColumnSketch[] columns = new ColumnSketch[fields.size()];
    for (int i = 0; i < columns.length; i++) {
      TableReader.Field field = fields.get(i);
      columns[i] = sketch(field.name(), field.name(), ValueKind.of(field.type()));
    }
    for (List<Optional<String>> row : some.values()) {
      rows++;
      for (int i = 0; i < columns.length; i++) {
        ColumnSketch column = columns[i];
        if (column != null) {
          row.get(i).ifPresentOrElse(column::add, column::addNull);
        }
      }
    }
  }

  /** What was taken in so far. */
  public TableProfile profile() {
    Map<String, ColumnProfile> columns = new TreeMap<>();
    sketches.forEach(
        (id, sketch) ->
            columns.put(id, new ColumnProfile(names.getOrDefault(id, id), sketch.copy())));
    return new TableProfile(rows, columns, torn);
  }

  private @Nullable ColumnSketch[] columns(Relation relation) {
    if (relation.equals(known)) {
      return inOrder;
    }
    if (!relation.asset().equals(asset)) {
      throw new IllegalArgumentException(
          "These are rows of " + relation.asset() + "; this profiler is for " + asset);
    }
    Handles handles = Handles.over(relation.columns().stream().map(Column::name).toList());
    @Nullable ColumnSketch[] columns = new ColumnSketch[relation.columns().size()];
    for (int i = 0; i < columns.length; i++) {
      Column column = relation.columns().get(i);
      Optional<ValueKind> kind = kind(column);
      columns[i] =
          kind.isEmpty() || !column.identified()
              ? null
              : sketch(column.id(), handles.shown(column.name()), kind.get());
    }
    known = relation;
    inOrder = columns;
    return columns;
  }

  /** What may be known of a column; empty if nothing. */
  private Optional<ValueKind> kind(Column column) {
    if (masking == null) {
      throw new IllegalStateException(
          "This profiler does not know what is masked in rows of a feed; make it with"
              + " Profiler.of(asset, masking)");
    }
    Mask mask = masking.of(asset, column.name());
    return switch (mask) {
      case NONE -> Optional.of(ValueKind.of(column.type().name()));
      case PARTIAL, HASH -> Optional.of(ValueKind.HIDDEN);
      case NULL, REDACT -> Optional.empty();
    };
  }

  private @Nullable ColumnSketch sketch(String id, String name, ValueKind kind) {
    ColumnSketch sketch = sketches.computeIfAbsent(id, unknown -> new ColumnSketch(kind));
    names.put(id, name);
    if (torn.contains(id) || sketch.kind != kind) {
      torn.add(id);
      return null;
    }
    return sketch;
  }
}
