package dev.weirkeeper.contracts.delta;

import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.GateRefusedException;
import io.delta.kernel.Snapshot;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.types.ByteType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.TimestampNTZType;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Which partitions of a table the good rows of a batch belong to. */
final class Partitions {
  /** Each is one pass over the batch, and a file or more. */
  private static final int MOST = 200;

  private Partitions() {}

  /** One partition. */
  static final class One {
    private final List<Integer> places;
    private final List<Optional<Object>> wanted;
    private final Map<String, Literal> values;

    private One(List<Integer> places, List<Optional<Object>> wanted, Map<String, Literal> values) {
      this.places = places;
      this.wanted = wanted;
      this.values = values;
    }

    Map<String, Literal> values() {
      return values;
    }

    boolean has(Spool.Chunk chunk, int row) {
      return places.isEmpty() || tuple(chunk, places, row).equals(wanted);
    }
  }

  private static List<Optional<Object>> tuple(Spool.Chunk chunk, List<Integer> places, int row) {
    List<Optional<Object>> tuple = new ArrayList<>();
    for (int place : places) {
      tuple.add(place < 0 ? Optional.empty() : value(chunk.columns().get(place), row));
    }
    return tuple;
  }

  private static Optional<Object> value(Vec column, int row) {
    if (column.isNull(row)) {
      return Optional.empty();
    }
    if (column instanceof Vec.Micros micros) {
      return Optional.of(micros.values()[row]);
    }
    if (column instanceof Vec.Days days) {
      return Optional.of(days.values()[row]);
    }
    // The empty text and NULL are one partition in Delta.
    return column.value(row).filter(value -> !value.equals(""));
  }

  /** All partitions of rows that are not in quarantine; one without values if there are none. */
  static List<One> of(
      Snapshot snapshot, Map<String, Integer> places, Spool.Reader rows, BitSet quarantined)
      throws IOException, GateRefusedException {
    List<String> names = snapshot.getPartitionColumnNames();
    if (names.isEmpty()) {
      return List.of(new One(List.of(), List.of(), Map.of()));
    }
    List<String> declared = new ArrayList<>();
    for (String field : snapshot.getSchema().fieldNames()) {
      if (names.contains(field)) {
        declared.add(field);
      }
    }
    List<Integer> at = declared.stream().map(name -> places.getOrDefault(name, -1)).toList();
    Set<List<Optional<Object>>> tuples = new LinkedHashSet<>();
    for (Optional<Spool.Chunk> next = rows.next(); next.isPresent(); next = rows.next()) {
      Spool.Chunk chunk = next.get();
      for (int row = 0; row < chunk.rows(); row++) {
        if (quarantined.get(Math.toIntExact(chunk.first() + row))) {
          continue;
        }
        tuples.add(tuple(chunk, at, row));
        if (tuples.size() > MOST) {
          throw new GateRefusedException(
              "The batch has rows of more than "
                  + MOST
                  + " partitions; send it in parts, or partition the table by less");
        }
      }
    }
    List<One> all = new ArrayList<>();
    for (List<Optional<Object>> tuple : tuples) {
      Map<String, Literal> values = new TreeMap<>();
      for (int i = 0; i < declared.size(); i++) {
        DataType type = snapshot.getSchema().get(declared.get(i)).getDataType();
        values.put(
            declared.get(i),
            tuple.get(i).map(value -> literal(type, value)).orElse(Literal.ofNull(type)));
      }
      all.add(new One(at, tuple, values));
    }
    return all;
  }

  private static Literal literal(DataType type, Object value) {
    if (value instanceof Long whole) {
      if (type instanceof ByteType) {
        return Literal.ofByte(whole.byteValue());
      } else if (type instanceof ShortType) {
        return Literal.ofShort(whole.shortValue());
      } else if (type instanceof IntegerType) {
        return Literal.ofInt(whole.intValue());
      } else if (type instanceof LongType) {
        return Literal.ofLong(whole);
      }
      return type instanceof TimestampNTZType
          ? Literal.ofTimestampNtz(whole)
          : Literal.ofTimestamp(whole);
    } else if (value instanceof Integer day) {
      return Literal.ofDate(day);
    } else if (value instanceof Double number) {
      return type instanceof FloatType
          ? Literal.ofFloat(number.floatValue())
          : Literal.ofDouble(number);
    } else if (value instanceof BigDecimal number) {
      DecimalType decimal = (DecimalType) type;
      return Literal.ofDecimal(number, decimal.getPrecision(), decimal.getScale());
    } else if (value instanceof Boolean truth) {
      return Literal.ofBoolean(truth);
    }
    return Literal.ofString(value.toString());
  }
}
