package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.Labels;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowBatch.Op;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.Tuples.State;
import dev.weirkeeper.contracts.Form;
import java.util.Arrays;

/**
 * No two keys of a chunk end up with the same value; all events that carry such a value are bad.
 *
 * <p>Events of one key count once, with the last value; a key that is deleted or changed into
 * another counts no more. Without a key each event is a row of its own.
 *
 * @param key indexes of the key columns; empty if rows have no key
 */
record UniqueCheck(int column, Form form, int[] key, Check.Verdicts verdicts) implements Check {

  @Override
  public void label(RowBatch rows, Labels labels) {
    int count = rows.rows();
    if (count < 2 && key.length == 0) {
      return;
    }
    Tuples after = rows.after();
    Slots keys = new Slots(2 * count);
    int[] keyOf = new int[count];
    // Row whose cell holds the value that an event leaves its key with; -1 if none is known.
    int[] carrier = new int[count];
    int[] lastOfKey = new int[2 * count];
    Arrays.fill(lastOfKey, -1);
    for (int row = 0; row < count; row++) {
      int id = key.length == 0 ? row : keyId(rows, keys, after, row, row);
      int from = id;
      if (key.length > 0 && rows.op(row) == Op.UPDATE && rows.hasBefore(row)) {
        from = keyId(rows, keys, rows.before(), row, count + row);
      }
      keyOf[row] = id;
      carrier[row] = -1;
      State state = after.state(row, column);
      if (rows.op(row) != Op.DELETE) {
        if (state == State.VALUE) {
          carrier[row] = row;
        } else if (state == State.UNCHANGED) {
          carrier[row] = lastOfKey[from];
        }
        if (state != State.VALUE && state != State.NULL) {
          verdicts.notSent(rows, row, state, labels);
        }
      }
      lastOfKey[from] = -1;
      lastOfKey[id] = carrier[row];
    }
    boolean[] repeated = repeated(after, lastOfKey);
    for (int row = 0; row < count; row++) {
      if (carrier[row] >= 0 && repeated[keyOf[row]]) {
        int last = lastOfKey[keyOf[row]];
        if (carrier[row] == last || sameValue(after, carrier[row], last)) {
          verdicts.broken(rows, row, labels);
        }
      }
    }
  }

  /** For each key, whether the value that it ends up with is that of another key too. */
  private boolean[] repeated(Tuples after, int[] lastOfKey) {
    boolean[] repeated = new boolean[lastOfKey.length];
    Slots values = new Slots(lastOfKey.length / 2);
    for (int id = 0; id < lastOfKey.length; id++) {
      int row = lastOfKey[id];
      if (row < 0) {
        continue;
      }
      int offset = start(after, row);
      int hash = ByteSet.hash(after.data(), offset, end(after, row) - offset);
      int slot = values.first(hash);
      for (; values.used(slot); slot = values.next(slot)) {
        int other = values.at(slot);
        if (values.hashAt(slot) == hash && sameValue(after, lastOfKey[other], row)) {
          repeated[other] = true;
          repeated[id] = true;
          break;
        }
      }
      if (!values.used(slot)) {
        values.put(slot, hash, id);
      }
    }
    return repeated;
  }

  private int start(Tuples after, int row) {
    int offset = after.offset(row, column);
    boolean negativeZero =
        (form == Form.FLOAT || form == Form.DECIMAL)
            && end(after, row) - offset == 2
            && after.data()[offset] == '-'
            && after.data()[offset + 1] == '0';
    return negativeZero ? offset + 1 : offset;
  }

  private int end(Tuples after, int row) {
    int offset = after.offset(row, column);
    return offset + form.significant(after.data(), offset, after.length(row, column));
  }

  private boolean sameValue(Tuples after, int a, int b) {
    byte[] data = after.data();
    int startA = start(after, a);
    int startB = start(after, b);
    int length = end(after, a) - startA;
    return length == end(after, b) - startB && ByteSet.equal(data, startA, data, startB, length);
  }

  /** The key's number: that of the first image with it, as {@code place} gave it. */
  private int keyId(RowBatch rows, Slots keys, Tuples image, int row, int place) {
    int hash = 0;
    for (int part : key) {
      int length = Math.max(image.length(row, part), 0);
      hash = hash * 31 + ByteSet.hash(image.data(), image.offset(row, part), length);
    }
    int slot = keys.first(hash);
    for (; keys.used(slot); slot = keys.next(slot)) {
      int other = keys.at(slot);
      boolean old = other >= rows.rows();
      if (keys.hashAt(slot) == hash
          && sameKey(
              image, row, old ? rows.before() : rows.after(), old ? other - rows.rows() : other)) {
        return other;
      }
    }
    keys.put(slot, hash, place);
    return place;
  }

  private boolean sameKey(Tuples a, int rowA, Tuples b, int rowB) {
    for (int part : key) {
      int length = a.length(rowA, part);
      if (length != b.length(rowB, part)) {
        return false;
      }
      if (length > 0
          && !ByteSet.equal(
              a.data(), a.offset(rowA, part), b.data(), b.offset(rowB, part), length)) {
        return false;
      }
    }
    return true;
  }

  /** Open addressing from hashes to numbers; never full. */
  private static final class Slots {
    private final int[] hashes;

    /** Number and one, so that zero is free. */
    private final int[] numbers;

    Slots(int entries) {
      int size = Integer.highestOneBit(Math.max(entries, 1)) * 4;
      hashes = new int[size];
      numbers = new int[size];
    }

    int first(int hash) {
      return hash & (hashes.length - 1);
    }

    int next(int slot) {
      return (slot + 1) & (hashes.length - 1);
    }

    boolean used(int slot) {
      return numbers[slot] != 0;
    }

    int hashAt(int slot) {
      return hashes[slot];
    }

    int at(int slot) {
      return numbers[slot] - 1;
    }

    void put(int slot, int hash, int number) {
      hashes[slot] = hash;
      numbers[slot] = number + 1;
    }
  }
}
