package dev.weirkeeper.contracts.delta;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.CellKind;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a batch on local disk, until it is known which of them are published. The file has no
 * name where the system allows it, so that a killed process leaves none. Confined to one thread.
 */
final class Spool implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  /**
   * Some rows in the types of the target's columns.
   *
   * @param first place of the first row in the batch
   * @param considered as in a labelled frame
   * @param broken as in a labelled frame
   * @param digests of rows that may go to quarantine, else empty text
   * @param untyped what did not fit its column, as JSON, else empty text
   */
  record Chunk(
      long first,
      int rows,
      List<Vec> columns,
      long[] considered,
      int[][] broken,
      String[] digests,
      String[] untyped) {
    boolean isBad(int row) {
      return broken[row].length > 0;
    }
  }

  private final Path path;
  private final FileChannel file;
  private final DataOutputStream out;
  private boolean named;

  Spool(Path folder) throws IOException {
    Files.createDirectories(folder);
    path = Files.createTempFile(folder, "weirkeeper-", ".spool");
    file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    named = true;
    try {
      Files.delete(path);
      named = false;
    } catch (IOException e) {
      // This system keeps open files: it goes when it is closed.
      named = Files.exists(path);
    }
    out = new DataOutputStream(new BufferedOutputStream(new ToChannel(), BUFFER));
  }

  private final class ToChannel extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
      while (buffer.hasRemaining()) {
        file.write(buffer);
      }
    }
  }

  private final class FromChannel extends InputStream {
    private long at;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 1 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int count = file.read(ByteBuffer.wrap(bytes, from, length), at);
      at += Math.max(count, 0);
      return count;
    }
  }

  void add(Chunk chunk) throws IOException {
    out.writeInt(chunk.rows());
    out.writeLong(chunk.first());
    out.writeInt(chunk.considered().length);
    for (long bits : chunk.considered()) {
      out.writeLong(bits);
    }
    for (int row = 0; row < chunk.rows(); row++) {
      int[] labels = chunk.broken()[row];
      out.writeInt(labels.length);
      for (int label : labels) {
        out.writeInt(label);
      }
      text(chunk.digests()[row]);
      text(chunk.untyped()[row]);
    }
    for (Vec column : chunk.columns()) {
      column(column, chunk.rows());
    }
  }

  private void text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private void column(Vec column, int rows) throws IOException {
    for (int row = 0; row < rows; row++) {
      boolean absent = column.isNull(row);
      out.writeBoolean(absent);
      if (absent) {
        continue;
      }
      if (column instanceof Vec.Longs longs) {
        out.writeLong(longs.values()[row]);
      } else if (column instanceof Vec.Micros micros) {
        out.writeLong(micros.values()[row]);
      } else if (column instanceof Vec.Doubles doubles) {
        out.writeDouble(doubles.values()[row]);
      } else if (column instanceof Vec.Truths truths) {
        out.writeBoolean(truths.values()[row]);
      } else if (column instanceof Vec.Days days) {
        out.writeInt(days.values()[row]);
      } else if (column instanceof Vec.Decimals decimals) {
        BigDecimal number = requireNonNull(decimals.values()[row]);
        byte[] unscaled = number.unscaledValue().toByteArray();
        out.writeInt(number.scale());
        out.writeInt(unscaled.length);
        out.write(unscaled);
      } else {
        text(requireNonNull(((Vec.Texts) column).values()[row]));
      }
    }
  }

  /** All chunks from the first one on; nothing is added while they are read. */
  Reader read(List<CellKind> kinds) throws IOException {
    out.flush();
    return new Reader(kinds);
  }

  /** Reads chunk after chunk. */
  final class Reader {
    private final List<CellKind> kinds;
    private final long size;
    private final FromChannel channel = new FromChannel();
    private final DataInputStream in =
        new DataInputStream(new BufferedInputStream(channel, BUFFER));
    private boolean ended;

    private Reader(List<CellKind> kinds) throws IOException {
      this.kinds = kinds;
      size = file.size();
      ended = size == 0;
    }

    Optional<Chunk> next() throws IOException {
      if (ended || (channel.at >= size && in.available() == 0)) {
        ended = true;
        return Optional.empty();
      }
      int rows = in.readInt();
      long first = in.readLong();
      long[] considered = new long[in.readInt()];
      for (int i = 0; i < considered.length; i++) {
        considered[i] = in.readLong();
      }
      int[][] broken = new int[rows][];
      String[] digests = new String[rows];
      String[] untyped = new String[rows];
      for (int row = 0; row < rows; row++) {
        broken[row] = new int[in.readInt()];
        for (int i = 0; i < broken[row].length; i++) {
          broken[row][i] = in.readInt();
        }
        digests[row] = text();
        untyped[row] = text();
      }
      List<Vec> columns = new ArrayList<>();
      for (CellKind kind : kinds) {
        columns.add(column(kind, rows));
      }
      return Optional.of(new Chunk(first, rows, columns, considered, broken, digests, untyped));
    }

    private String text() throws IOException {
      return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }

    private Vec column(CellKind kind, int rows) throws IOException {
      long[] nulls = new long[(rows + 63) / 64];
      switch (kind) {
        case INT8, INT16, INT32, INT64, TIMESTAMP, TIMESTAMP_WITH_ZONE -> {
          long[] longs = new long[rows];
          for (int row = 0; row < rows; row++) {
            if (isThere(row, nulls)) {
              longs[row] = in.readLong();
            }
          }
          return switch (kind) {
            case TIMESTAMP -> new Vec.Micros(longs, nulls, Vec.Micros.Zone.LOCAL);
            case TIMESTAMP_WITH_ZONE -> new Vec.Micros(longs, nulls, Vec.Micros.Zone.UTC);
            default -> new Vec.Longs(longs, nulls);
          };
        }
        case FLOAT32, FLOAT64 -> {
          double[] doubles = new double[rows];
          for (int row = 0; row < rows; row++) {
            if (isThere(row, nulls)) {
              doubles[row] = in.readDouble();
            }
          }
          return new Vec.Doubles(doubles, nulls);
        }
        case DECIMAL -> {
          @Nullable BigDecimal[] decimals = new BigDecimal[rows];
          for (int row = 0; row < rows; row++) {
            if (isThere(row, nulls)) {
              int scale = in.readInt();
              decimals[row] = new BigDecimal(new BigInteger(in.readNBytes(in.readInt())), scale);
            }
          }
          return new Vec.Decimals(decimals);
        }
        case TRUTH -> {
          boolean[] truths = new boolean[rows];
          for (int row = 0; row < rows; row++) {
            if (isThere(row, nulls)) {
              truths[row] = in.readBoolean();
            }
          }
          return new Vec.Truths(truths, nulls);
        }
        case DATE -> {
          int[] days = new int[rows];
          for (int row = 0; row < rows; row++) {
            if (isThere(row, nulls)) {
              days[row] = in.readInt();
            }
          }
          return new Vec.Days(days, nulls);
        }
        default -> {
          @Nullable String[] texts = new String[rows];
          for (int row = 0; row < rows; row++) {
            if (isThere(row, nulls)) {
              texts[row] = text();
            }
          }
          return new Vec.Texts(texts);
        }
      }
    }

    private boolean isThere(int row, long[] nulls) throws IOException {
      if (in.readBoolean()) {
        nulls[row >> 6] |= 1L << row;
        return false;
      }
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      if (named) {
        Files.deleteIfExists(path);
      }
    }
  }
}
