package dev.weirkeeper.contracts.duckdb;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.sql.FrameReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBPreparedStatement;
import org.duckdb.DuckDBReadableVector;
import org.jspecify.annotations.Nullable;

/** Reads results of DuckDB a vector at a time, without an object for each value of JDBC. */
final class ChunkFrames implements FrameReader {

  @Override
  public String select(Field field, String column) {
    return switch (field.form()) {
      case INTEGER -> "CAST(" + column + " AS BIGINT)";
      case FLOAT -> "CAST(" + column + " AS DOUBLE)";
      case DECIMAL, TRUTH, TEXT -> column;
      case DATE ->
          "CASE WHEN ISFINITE("
              + column
              + ") THEN CAST("
              + column
              + " - DATE '1970-01-01' AS INTEGER) WHEN "
              + column
              + " > DATE '1970-01-01' THEN 2147483647 WHEN "
              + column
              + " IS NOT NULL THEN -2147483648 END";
      case TIMESTAMP -> micros("CAST(" + column + " AS TIMESTAMP)", "TIMESTAMP");
      case TIMESTAMP_WITH_ZONE -> micros(column, "TIMESTAMPTZ");
      case PADDED, UUID, EXACT, OTHER -> "CAST(" + column + " AS VARCHAR)";
    };
  }

  private static String micros(String column, String type) {
    return "CASE WHEN ISFINITE("
        + column
        + ") THEN EPOCH_US("
        + column
        + ") WHEN "
        + column
        + " > "
        + type
        + " '1970-01-01' THEN 9223372036854775807 WHEN "
        + column
        + " IS NOT NULL THEN CAST(-9223372036854775808 AS BIGINT) END";
  }

  @Override
  public FrameSource.Cursor open(Connection connection, String sql, Fields fields)
      throws IOException {
    try {
      DuckDBPreparedStatement statement = connection.unwrap(DuckDBConnection.class).prepare(sql);
      try {
        return new Reading(statement, statement.query(), fields);
      } catch (SQLException e) {
        statement.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new IOException("DuckDB cannot read the data: " + OpenedFiles.reason(e), e);
    }
  }

  /** Reads chunk after chunk. */
  private static final class Reading implements FrameSource.Cursor {
    private final DuckDBPreparedStatement statement;
    private final DuckDBChunkedResult result;
    private final Fields fields;

    Reading(DuckDBPreparedStatement statement, DuckDBChunkedResult result, Fields fields) {
      this.statement = statement;
      this.result = result;
      this.fields = fields;
    }

    @Override
    public Optional<Frame> next() throws IOException {
      try {
        while (result.nextChunk()) {
          DuckDBDataChunkReader chunk = result.chunk();
          int rows = Math.toIntExact(chunk.rowCount());
          if (rows > 0) {
            return Optional.of(frame(chunk, rows));
          }
        }
        return Optional.empty();
      } catch (RuntimeException e) {
        if (e.getCause() instanceof SQLException failure) {
          throw new IOException("DuckDB cannot read on: " + OpenedFiles.reason(failure), e);
        }
        throw new IOException("DuckDB cannot read on", e);
      }
    }

    private Frame frame(DuckDBDataChunkReader chunk, int rows) {
      List<Vec> columns = new ArrayList<>(fields.all().size());
      for (int i = 0; i < fields.all().size(); i++) {
        columns.add(vec(fields.all().get(i), chunk.vector(i), rows));
      }
      return new Frame(fields, rows, columns);
    }

    private static Vec vec(Field field, DuckDBReadableVector from, int rows) {
      return switch (field.form()) {
        case INTEGER -> new Vec.Longs(longs(from, rows), nulls(from, rows));
        case FLOAT -> new Vec.Doubles(doubles(from, rows), nulls(from, rows));
        case DECIMAL -> new Vec.Decimals(decimals(from, rows));
        case TRUTH -> new Vec.Truths(truths(from, rows), nulls(from, rows));
        case DATE -> new Vec.Days(ints(from, rows), nulls(from, rows));
        case TIMESTAMP ->
            new Vec.Micros(longs(from, rows), nulls(from, rows), Vec.Micros.Zone.LOCAL);
        case TIMESTAMP_WITH_ZONE ->
            new Vec.Micros(longs(from, rows), nulls(from, rows), Vec.Micros.Zone.UTC);
        case TEXT, PADDED, UUID, EXACT, OTHER -> new Vec.Texts(texts(from, rows));
      };
    }

    private static long[] nulls(DuckDBReadableVector from, int rows) {
      long[] nulls = {};
      for (int row = 0; row < rows; row++) {
        if (from.isNull(row)) {
          if (nulls.length == 0) {
            nulls = new long[(rows + 63) >> 6];
          }
          nulls[row >> 6] |= 1L << row;
        }
      }
      return nulls;
    }

    private static long[] longs(DuckDBReadableVector from, int rows) {
      long[] values = new long[rows];
      for (int row = 0; row < rows; row++) {
        values[row] = from.getLong(row, 0);
      }
      return values;
    }

    private static int[] ints(DuckDBReadableVector from, int rows) {
      int[] values = new int[rows];
      for (int row = 0; row < rows; row++) {
        values[row] = from.getInt(row, 0);
      }
      return values;
    }

    private static double[] doubles(DuckDBReadableVector from, int rows) {
      double[] values = new double[rows];
      for (int row = 0; row < rows; row++) {
        values[row] = from.getDouble(row, 0);
      }
      return values;
    }

    private static boolean[] truths(DuckDBReadableVector from, int rows) {
      boolean[] values = new boolean[rows];
      for (int row = 0; row < rows; row++) {
        values[row] = from.getBoolean(row, false);
      }
      return values;
    }

    private static @Nullable String[] texts(DuckDBReadableVector from, int rows) {
      @Nullable String[] values = new String[rows];
      for (int row = 0; row < rows; row++) {
        values[row] = from.isNull(row) ? null : from.getString(row);
      }
      return values;
    }

    private static @Nullable BigDecimal[] decimals(DuckDBReadableVector from, int rows) {
      @Nullable BigDecimal[] values = new BigDecimal[rows];
      for (int row = 0; row < rows; row++) {
        values[row] = from.isNull(row) ? null : decimal(from, row);
      }
      return values;
    }

    private static BigDecimal decimal(DuckDBReadableVector from, int row) {
      return switch (from.getType()) {
        case UBIGINT -> new BigDecimal(from.getUint64(row));
        case HUGEINT -> new BigDecimal(from.getHugeInt(row));
        case UHUGEINT -> new BigDecimal(from.getUHugeInt(row));
        default -> from.getBigDecimal(row);
      };
    }

    @Override
    public void close() throws IOException {
      try {
        try {
          result.close();
        } finally {
          statement.close();
        }
      } catch (SQLException e) {
        throw new IOException("DuckDB could not end a query: " + OpenedFiles.reason(e), e);
      }
    }
  }
}
