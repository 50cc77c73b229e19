package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.Asset;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Vec;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows that a replay takes out of a quarantine, held by the transaction that publishes them. Rows
 * with values that their columns cannot hold stay where they are until somebody has mended them.
 */
final class SqlReplay implements FrameSource {
  private static final int CHUNK = 2048;

  private final GateConnection session;
  private final Connection connection;
  private final SqlQuarantine quarantine;
  private final String replaying;
  private final List<TargetColumn> columns;
  private final Fields fields;
  private final DatasetRef ref;
  private final long rows;
  private long digestsFrom;
  private List<String> digests = List.of();

  SqlReplay(SqlBatch batch, List<TargetColumn> there) throws SQLException, GateRefusedException {
    GateDialect dialect = batch.dialect();
    GatePlan plan = batch.plan();
    session = batch.session();
    connection = batch.connection();
    quarantine = batch.quarantine();
    replaying = batch.replaying();
    columns = plan.typings().stream().map(Typing::column).toList();
    fields = fields(columns);
    QuarantineFilter filter = plan.replay().orElseThrow().filter();
    quarantine.requirePlaces(connection, filter, there);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "UPDATE "
              + quarantine.table()
              + " SET wk_attempts = wk_attempts + 1, wk_replay = "
              + SqlNames.literal(batch.tag())
              + " WHERE "
              + SqlQuarantine.waiting(filter));
      statement.execute(
          dialect.createScratch()
              + " "
              + replaying
              + " AS SELECT row_number() OVER (ORDER BY wk_batch, wk_row_no) - 1 AS row_no,"
              + " wk_batch, wk_row_no, wk_digest, wk_copy, wk_attempts FROM "
              + quarantine.table()
              + " WHERE wk_replay = "
              + SqlNames.literal(batch.tag()));
    }
    dialect.analyze(connection, replaying);
    rows = SqlBatch.count(connection, "SELECT count(*) FROM " + replaying);
    long attempts =
        SqlBatch.count(
            connection, "SELECT CAST(coalesce(sum(wk_attempts), 0) AS bigint) FROM " + replaying);
    ref =
        new DatasetRef(
            new Asset(dialect.id(), quarantine.table()),
            "replay of " + rows + " rows, attempts " + attempts);
  }

  /** The columns of a target as those of an input. */
  static Fields fields(List<TargetColumn> columns) {
    return new Fields(
        columns.stream()
            .map(column -> new Field(column.name(), form(column.kind()), plain(column.type())))
            .toList());
  }

  /** Without the collation, of which rules know nothing. */
  private static String plain(String type) {
    int collation = type.indexOf(" COLLATE ");
    return collation < 0 ? type : type.substring(0, collation);
  }

  private static Form form(CellKind kind) {
    return switch (kind) {
      case INT8, INT16, INT32, INT64 -> Form.INTEGER;
      case FLOAT32, FLOAT64 -> Form.FLOAT;
      case DECIMAL -> Form.DECIMAL;
      case TEXT -> Form.TEXT;
      case TRUTH -> Form.TRUTH;
      case DATE -> Form.DATE;
      case TIMESTAMP -> Form.TIMESTAMP;
      case TIMESTAMP_WITH_ZONE -> Form.TIMESTAMP_WITH_ZONE;
      case UUID -> Form.UUID;
      case JSON, OTHER -> Form.OTHER;
    };
  }

  /** The stored digest of a row; rows are asked for in about their order. */
  String digest(long row) {
    if (row < digestsFrom || row >= digestsFrom + digests.size()) {
      throw new IllegalStateException("Row " + row + " was not read");
    }
    return digests.get((int) (row - digestsFrom));
  }

  @Override
  public DatasetRef ref() {
    return ref;
  }

  @Override
  public Fields fields() {
    return fields;
  }

  @Override
  public Cursor open() {
    return new Cursor() {
      private long next;

      @Override
      public Optional<Frame> next() throws IOException {
        if (next >= rows) {
          return Optional.empty();
        }
        try {
          Frame frame = read(next);
          next += frame.rows();
          return Optional.of(frame);
        } catch (SQLException e) {
          throw SqlGateTarget.withheld("Cannot read the quarantine", e);
        }
      }

      @Override
      public void close() {}
    };
  }

  private Frame read(long from) throws SQLException {
    int count = (int) Math.min(CHUNK, rows - from);
    session.settle();
    List<Reader> readers = new ArrayList<>();
    columns.forEach(column -> readers.add(new Reader(column.kind(), count)));
    List<String> read = new ArrayList<>();
    List<String> names = columns.stream().map(TargetColumn::name).toList();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT r.wk_digest, "
                    + SqlNames.of("q", names)
                    + " FROM "
                    + replaying
                    + " r JOIN "
                    + quarantine.table()
                    + " q ON q.wk_batch = r.wk_batch AND q.wk_row_no = r.wk_row_no"
                    + " WHERE r.row_no >= "
                    + from
                    + " AND r.row_no < "
                    + (from + count)
                    + " ORDER BY r.row_no")) {
      while (result.next()) {
        for (int i = 0; i < readers.size(); i++) {
          readers.get(i).read(result, i + 2, read.size());
        }
        read.add(result.getString(1));
      }
    }
    if (read.size() != count) {
      throw new SQLException("Rows of the replay are gone", "02000");
    }
    digestsFrom = from;
    digests = read;
    return new Frame(fields, count, readers.stream().map(Reader::vec).toList());
  }

  @Override
  public void close() {
    // The connection belongs to the write.
  }

  /** Reads one column into arrays. */
  private static final class Reader {
    private final CellKind kind;
    private final long[] nulls;
    private final long[] longs;
    private final double[] doubles;
    private final boolean[] truths;
    private final int[] days;
    private final @Nullable BigDecimal[] decimals;
    private final @Nullable String[] texts;

    Reader(CellKind kind, int count) {
      this.kind = kind;
      nulls = new long[(count + 63) / 64];
      longs = new long[count];
      doubles = new double[count];
      truths = new boolean[count];
      days = new int[count];
      decimals = new BigDecimal[count];
      texts = new String[count];
    }

    void read(ResultSet from, int column, int row) throws SQLException {
      switch (kind) {
        case INT8, INT16, INT32, INT64 -> longs[row] = from.getLong(column);
        case FLOAT32, FLOAT64 -> doubles[row] = from.getDouble(column);
        case TRUTH -> truths[row] = from.getBoolean(column);
        case DECIMAL -> decimals[row] = from.getBigDecimal(column);
        case DATE -> {
          LocalDate date = from.getObject(column, LocalDate.class);
          days[row] = date == null ? 0 : (int) date.toEpochDay();
        }
        case TIMESTAMP -> {
          LocalDateTime time = from.getObject(column, LocalDateTime.class);
          longs[row] = time == null ? 0 : micros(time.toInstant(ZoneOffset.UTC));
        }
        case TIMESTAMP_WITH_ZONE -> {
          OffsetDateTime time = from.getObject(column, OffsetDateTime.class);
          longs[row] = time == null ? 0 : micros(time.toInstant());
        }
        case TEXT, UUID, JSON, OTHER -> texts[row] = from.getString(column);
      }
      if (from.wasNull()) {
        nulls[row >> 6] |= 1L << row;
      }
    }

    private static long micros(Instant instant) {
      return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    Vec vec() {
      return switch (kind) {
        case INT8, INT16, INT32, INT64 -> new Vec.Longs(longs, nulls);
        case FLOAT32, FLOAT64 -> new Vec.Doubles(doubles, nulls);
        case TRUTH -> new Vec.Truths(truths, nulls);
        case DECIMAL -> new Vec.Decimals(decimals);
        case DATE -> new Vec.Days(days, nulls);
        case TIMESTAMP -> new Vec.Micros(longs, nulls, Vec.Micros.Zone.LOCAL);
        case TIMESTAMP_WITH_ZONE -> new Vec.Micros(longs, nulls, Vec.Micros.Zone.UTC);
        case TEXT, UUID, JSON, OTHER -> new Vec.Texts(texts);
      };
    }
  }
}
