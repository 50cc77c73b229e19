package dev.weirkeeper.contracts.duckdb;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.List;
import java.util.Optional;

/**
 * What the sandbox answers. Nothing in it is to be believed: the host bounds and marks it.
 *
 * @param message of DuckDB, where there are no rows
 */
record Reply(
    Kind kind, String message, List<String> columns, List<List<Optional<Value>>> rows, End end) {

  /** What the query came to. */
  enum Kind {
    ROWS,
    /** DuckDB did not understand the query or failed to run it. */
    ERROR,
    /** It is not exactly one SELECT. */
    NOT_ONE_SELECT,
    /** The copied rows could not be loaded. */
    NOT_LOADED,
    TOO_LONG,
    TOO_MUCH_MEMORY
  }

  /** Where the rows end. */
  enum End {
    /** Of the result. */
    RESULT,
    /** As many as were asked for. */
    LIMIT,
    /** The answer would have become too large. */
    SIZE
  }

  /**
   * The beginning of a value.
   *
   * @param length of the whole one in characters
   */
  record Value(String text, int length) {}

  static Reply without(Kind kind, String message) {
    return new Reply(kind, message, List.of(), List.of(), End.RESULT);
  }

  void write(DataOutputStream out) throws IOException {
    Wire.text(kind.name(), out);
    Wire.text(message, out);
    Wire.list(columns, Wire::text, out);
    Wire.list(
        rows,
        (row, to) ->
            Wire.list(
                row,
                (value, on) -> {
                  Wire.optional(value.map(Value::text), on);
                  on.writeInt(value.map(Value::length).orElse(0));
                },
                to),
        out);
    Wire.text(end.name(), out);
    out.flush();
  }

  static Reply read(DataInputStream in) throws IOException {
    return new Reply(
        constant(Kind.class, in),
        Wire.text(in),
        Wire.list(Wire::text, in),
        Wire.list(
            from ->
                Wire.list(
                    on -> {
                      Optional<String> text = Wire.optional(on);
                      int length = on.readInt();
                      return text.map(known -> new Value(known, length));
                    },
                    from),
            in),
        constant(End.class, in));
  }

  private static <E extends Enum<E>> E constant(Class<E> type, DataInputStream in)
      throws IOException {
    try {
      return Enum.valueOf(type, Wire.text(in));
    } catch (IllegalArgumentException e) {
      throw new StreamCorruptedException("There is no such " + type.getSimpleName());
    }
  }
}
