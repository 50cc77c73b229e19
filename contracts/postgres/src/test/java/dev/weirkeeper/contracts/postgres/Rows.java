package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Column;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Labels;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Type;
import dev.weirkeeper.Violation;
import dev.weirkeeper.spi.ChangeBuffer;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.RowJudge;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Transactions, batches and judges for tests. */
final class Rows {
  static final String FEED = "pg";
  static final Asset ITEMS = new Asset("shop", "public.items");

  /** id, name, note, price by attnum; the key is id. */
  static final Relation ITEMS_V1 =
      Relation.of(
          ITEMS,
          "16400",
          new RowIdentity.Key(List.of("1")),
          List.of(
              Column.of("1", "id", Type.of("int4")),
              Column.of("2", "name", Type.of("text")),
              Column.of("3", "note", Type.of("text")),
              Column.of("4", "price", Type.of("int4"))));

  static final String ITEMS_DDL =
      "CREATE TABLE public.items (id int PRIMARY KEY, name text, note text,"
          + " price int CHECK (price < 1000000))";

  /** A cell that was not sent because it did not change. */
  static final String UNCHANGED = new String("unchanged");

  /** A cell that was not sent at all. */
  static final String ABSENT = new String("absent");

  private Rows() {}

  static Position at(String text) {
    return new Position(FEED, text);
  }

  static TableState live(Relation relation) {
    return TableState.unseen(relation, "new").accepting(relation).in(TableState.Mode.LIVE);
  }

  static TableState paused(Relation relation) {
    return live(relation).paused("test");
  }

  static TableState loading(Relation relation) {
    return live(relation).loading(Load.begin(relation.asset()));
  }

  /** Rows named {@code bad…} are bad. */
  static Judges namesThatAreGood() {
    return new Judges() {
      @Override
      public Hash digest() {
        return Hash.of("names".getBytes(StandardCharsets.UTF_8));
      }

      @Override
      public RowJudge on(Relation relation) {
        return new RowJudge() {
          @Override
          public List<Violation> block(long rows) {
            return List.of();
          }

          @Override
          public Labels label(RowBatch batch) {
            Labels labels = new Labels();
            int name = relation.indexOf("2");
            for (int row = 0; row < batch.rows(); row++) {
              if (batch.op(row) != RowBatch.Op.DELETE
                  && name >= 0
                  && batch.after().isValue(row, name)
                  && batch.after().text(row, name).startsWith("bad")) {
                labels.add(row, new Violation("good-name", "the name must be good"));
              }
            }
            return labels;
          }
        };
      }
    };
  }

  /** Judges under which every row is good. */
  static Judges nothing() {
    return new Judges() {
      @Override
      public Hash digest() {
        return Hash.of("nothing".getBytes(StandardCharsets.UTF_8));
      }

      @Override
      public RowJudge on(Relation relation) {
        return new RowJudge() {
          @Override
          public List<Violation> block(long rows) {
            return List.of();
          }

          @Override
          public Labels label(RowBatch batch) {
            return Labels.none();
          }
        };
      }
    };
  }

  static Batch batch(String from, String to, List<TableState> states, Transaction... transactions) {
    return batch(from, to, states, namesThatAreGood(), List.of(), transactions);
  }

  static Batch batch(
      String from,
      String to,
      List<TableState> states,
      Judges judges,
      List<TableState> changed,
      Transaction... transactions) {
    return new Batch(
        at(from),
        at(to),
        List.of(transactions),
        states.stream().collect(java.util.stream.Collectors.toMap(TableState::relationId, s -> s)),
        changed,
        judges);
  }

  /** A transaction that is made change by change. */
  static final class Tx implements Transaction {
    private final String id;
    private final Origin origin;
    private final Position position;
    private final ChangeBuffer changes = ChangeBuffer.inMemory();
    private Optional<Load> load = Optional.empty();

    private Tx(String id, Origin origin, Position position) {
      this.id = id;
      this.origin = origin;
      this.position = position;
    }

    static Tx stream(String at) {
      return new Tx("tx:" + at, Origin.STREAM, Rows.at(at));
    }

    static Tx snapshot(String at, Load load) {
      Tx tx = new Tx("snapshot:" + at, Origin.SNAPSHOT, Rows.at(at));
      tx.load = Optional.of(load);
      return tx;
    }

    Tx insert(Relation relation, String... cells) {
      return add(relation, RowBatch.Op.INSERT, null, cells);
    }

    Tx read(Relation relation, String... cells) {
      return add(relation, RowBatch.Op.READ, null, cells);
    }

    Tx update(Relation relation, String... cells) {
      return add(relation, RowBatch.Op.UPDATE, null, cells);
    }

    /** An update that changed the key; the old image holds only the key, in the first cell. */
    Tx rekey(Relation relation, String oldKey, String... cells) {
      String[] before = keyImage(cells.length, oldKey);
      return add(relation, RowBatch.Op.UPDATE, before, cells);
    }

    Tx delete(Relation relation, String key) {
      String[] cells = keyImage(relation.columns().size(), key);
      return add(relation, RowBatch.Op.DELETE, null, cells);
    }

    private static String[] keyImage(int width, String key) {
      String[] cells = new String[width];
      Arrays.fill(cells, ABSENT);
      cells[0] = key;
      return cells;
    }

    Tx truncate(Relation relation) {
      try {
        changes.addTruncate(relation);
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Tx add(Relation relation, RowBatch.Op op, String[] before, String[] after) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(op.ordinal());
      if (before != null) {
        out.write('B');
        image(out, before);
      }
      out.write('A');
      image(out, after);
      try {
        changes.add(relation, out.toByteArray());
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void image(ByteArrayOutputStream out, String[] cells) {
      out.write(cells.length >> 8);
      out.write(cells.length);
      for (String cell : cells) {
        if (cell == null) {
          out.write('n');
        } else if (cell == UNCHANGED) {
          out.write('u');
        } else if (cell == ABSENT) {
          out.write('-');
        } else {
          byte[] bytes = cell.getBytes(StandardCharsets.UTF_8);
          out.write('t');
          for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(bytes.length >> shift);
          }
          out.writeBytes(bytes);
        }
      }
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public Origin origin() {
      return origin;
    }

    @Override
    public Position position() {
      return position;
    }

    @Override
    public Instant committedAt() {
      return Instant.EPOCH;
    }

    @Override
    public List<SchemaChange> schemaChanges() {
      return List.of();
    }

    @Override
    public Map<Relation, Long> rows() {
      return changes.rows();
    }

    @Override
    public List<Relation> truncated() {
      return changes.truncated();
    }

    @Override
    public Optional<Load> load() {
      return load;
    }

    @Override
    public Changes changes() {
      return changes.changes();
    }

    @Override
    public void close() {
      changes.close();
    }
  }
}
