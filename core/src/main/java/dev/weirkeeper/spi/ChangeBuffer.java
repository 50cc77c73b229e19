package dev.weirkeeper.spi;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Chunk;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowBatches;
import dev.weirkeeper.Transaction;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Collects the row changes of one transaction for a feed: in memory up to a bound, then in a file.
 * Read back in chunks over the stored bytes, as often as needed.
 *
 * <p>Each change is stored in a neutral form, which spool and quarantine keep too: operation (one
 * byte, its {@link RowBatch.Op} ordinal), then {@code B} and the old image if there is one, then
 * {@code A} and the new image. An image is its number of columns (16 bits, big-endian) and for each
 * column {@code n} (NULL), {@code u} (unchanged), {@code -} (absent) or {@code t}, a 32-bit length
 * and the bytes. This is the tuple form of PostgreSQL's logical replication protocol, so that a
 * feed of PostgreSQL copies and never parses (PostgreSQL documentation, "Logical Replication
 * Message Formats").
 *
 * <p>Not safe to share between threads.
 */
public final class ChangeBuffer implements AutoCloseable {
  private static final int SEGMENT = 1 << 20;
  private static final int MAX_ROWS = 8192;
  private static final byte TRUNCATE = 'T';
  private static final byte ROW = 'R';
  private static final RowBatch.Op[] OPS = RowBatch.Op.values();

  private final long memoryBound;
  private final long fileBound;
  private final Path folder;
  private final List<Relation> relations = new ArrayList<>();
  private final Map<Relation, Integer> indexes = new LinkedHashMap<>();
  private long[] counts = new long[4];
  private final List<Relation> truncated = new ArrayList<>();

  /** Full segments in memory, in order; once there is a file, only those before it. */
  private final List<Segment> segments = new ArrayList<>();

  private Segment current = new Segment();
  private long held;
  private @Nullable FileChannel file;
  private long fileLength;
  private long changes;
  private @Nullable Relation lastRelation;
  private int lastIndex;
  private boolean closed;

  private static final class Segment {
    byte[] data = new byte[4096];
    int length;
    int records;
  }

  /**
   * @param memoryBound bytes held in memory before a file is used
   * @param fileBound bytes that the file may take
   * @param folder where the file is made; it is removed at once from the folder, so that a killed
   *     process leaves none behind
   */
  public ChangeBuffer(long memoryBound, long fileBound, Path folder) {
    this.memoryBound = memoryBound;
    this.fileBound = fileBound;
    this.folder = requireNonNull(folder, "folder");
  }

  /** A buffer for what is small by nature: it never uses a file. */
  public static ChangeBuffer inMemory() {
    return new ChangeBuffer(Long.MAX_VALUE, 0, Path.of("."));
  }

  /**
   * Adds a change whose neutral form is {@code op} and the given bytes.
   *
   * @param images the images with their markers, as stored
   */
  @SuppressWarnings("EnumOrdinal") // the ordinal is the stored form: constants are never reordered
  public void add(Relation relation, RowBatch.Op op, byte[] images, int offset, int length)
      throws IOException {
    ensure(length + 10);
    begin(ROW, relation, length + 1);
    current.data[current.length++] = (byte) op.ordinal();
    System.arraycopy(images, offset, current.data, current.length, length);
    current.length += length;
    counts[lastIndex]++;
    finish();
  }

  /** Adds a change in the form that {@link RowBatch#encoded} gives. */
  @SuppressWarnings("EnumOrdinal")
  public void add(Relation relation, byte[] encoded) throws IOException {
    if (encoded.length == 0 || encoded[0] < 0 || encoded[0] >= OPS.length) {
      throw new IllegalArgumentException(
          "A stored change of " + relation.asset() + " has no known operation");
    }
    add(relation, OPS[encoded[0]], encoded, 1, encoded.length - 1);
  }

  public void addTruncate(Relation relation) throws IOException {
    ensure(9);
    begin(TRUNCATE, relation, 0);
    truncated.add(relation);
    finish();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The changes of this transaction were closed");
    }
  }

  @SuppressWarnings("ReferenceEquality") // a cache: the map behind indexOf compares by value
  private void begin(byte kind, Relation relation, int length) {
    if (relation != lastRelation) {
      lastIndex = indexOf(relation);
      lastRelation = relation;
    }
    current.data[current.length++] = kind;
    putInt(lastIndex);
    putInt(length);
  }

  private int indexOf(Relation relation) {
    Integer index = indexes.get(relation);
    if (index == null) {
      index = relations.size();
      relations.add(relation);
      indexes.put(relation, index);
      if (index == counts.length) {
        counts = Arrays.copyOf(counts, 2 * index);
      }
    }
    return index;
  }

  private void putInt(int value) {
    byte[] data = current.data;
    data[current.length++] = (byte) (value >> 24);
    data[current.length++] = (byte) (value >> 16);
    data[current.length++] = (byte) (value >> 8);
    data[current.length++] = (byte) value;
  }

  private void ensure(int more) {
    requireOpen();
    int needed = current.length + more;
    if (needed > current.data.length) {
      int size = Math.max(needed, (int) Math.min(2L * current.data.length, SEGMENT + 65_536L));
      byte[] larger = new byte[size];
      System.arraycopy(current.data, 0, larger, 0, current.length);
      current.data = larger;
    }
  }

  private void finish() throws IOException {
    changes++;
    current.records++;
    if (current.length >= SEGMENT || current.records >= MAX_ROWS) {
      rotate();
    }
  }

  private void rotate() throws IOException {
    if (file == null && held + current.length <= memoryBound) {
      held += current.length;
      segments.add(current);
      current = new Segment();
      return;
    }
    if (fileLength + current.length + 8 > fileBound) {
      throw new IOException(
          "A transaction needs more than the "
              + fileBound
              + " bytes that its spill file may take;"
              + " nothing of it was applied. Raise the bound, then start again");
    }
    try {
      spill();
    } catch (IOException e) {
      throw new IOException(
          "A transaction is larger than memory allows, and its spill file in "
              + folder
              + " cannot be written; nothing of it was applied. Make room there, then start again: "
              + e.getMessage(),
          e);
    }
    if (current.data.length > 2 * SEGMENT) {
      current.data = new byte[SEGMENT]; // One huge row must not hold memory for ever.
    }
    current.length = 0;
    current.records = 0;
  }

  private void spill() throws IOException {
    if (file == null) {
      Path path = Files.createTempFile(folder, "weirkeeper-", ".spill");
      try {
        file =
            FileChannel.open(
                path,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
      } finally {
        if (file == null) {
          Files.deleteIfExists(path);
        }
      }
    }
    writeFully(ByteBuffer.allocate(8).putInt(current.length).putInt(current.records).flip());
    writeFully(ByteBuffer.wrap(current.data, 0, current.length));
  }

  private void writeFully(ByteBuffer bytes) throws IOException {
    FileChannel channel = requireNonNull(file);
    while (bytes.hasRemaining()) {
      fileLength += channel.write(bytes, fileLength);
    }
  }

  public Map<Relation, Long> rows() {
    Map<Relation, Long> rows = new LinkedHashMap<>();
    for (int i = 0; i < relations.size(); i++) {
      if (counts[i] > 0) {
        rows.put(relations.get(i), counts[i]);
      }
    }
    return rows;
  }

  public List<Relation> truncated() {
    return List.copyOf(truncated);
  }

  /** Row changes and truncations so far. */
  public long size() {
    return changes;
  }

  public boolean spilled() {
    return file != null;
  }

  /**
   * Reads all changes from the first. Add no more while one is open.
   *
   * @throws IllegalStateException if the buffer is closed: it would look empty
   */
  public Transaction.Changes changes() {
    requireOpen();
    return new Reader();
  }

  @Override
  public void close() {
    closed = true;
    segments.clear();
    current = new Segment();
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException("The spill file could not be closed", e);
      } finally {
        file = null;
      }
    }
  }

  private final class Reader implements Transaction.Changes {
    private int segment;
    private long fileAt;
    private boolean currentRead;
    private @Nullable Segment open;
    private int at;
    private int left;
    private long ordinal;
    private final Segment fromFile = new Segment();
    private final RowBatches batches = new RowBatches();

    @Override
    public Optional<Chunk> next() throws IOException {
      while (left == 0) {
        if (!advance()) {
          return Optional.empty();
        }
      }
      Segment source = requireNonNull(open);
      if (source.data[at] == TRUNCATE) {
        Relation relation = relations.get(int32(source.data, at + 1));
        at += 9;
        left--;
        return Optional.of(new Chunk.Truncated(relation, ordinal++));
      }
      batches.start(source.data, left);
      while (left > 0 && source.data[at] == ROW) {
        Relation relation = relations.get(int32(source.data, at + 1));
        int length = int32(source.data, at + 5);
        batches.add(relation, ordinal++, at + 9, length);
        at += 9 + length;
        left--;
      }
      return Optional.of(new Chunk.Rows(batches.finish()));
    }

    private boolean advance() throws IOException {
      at = 0;
      if (segment < segments.size()) {
        open = segments.get(segment++);
      } else if (file != null && fileAt < fileLength) {
        readSegment();
        open = fromFile;
      } else if (!currentRead) {
        currentRead = true;
        open = current;
      } else {
        return false;
      }
      left = open.records;
      return true;
    }

    private void readSegment() throws IOException {
      ByteBuffer head = ByteBuffer.allocate(8);
      readFully(head);
      head.flip();
      fromFile.length = head.getInt();
      fromFile.records = head.getInt();
      if (fromFile.data.length < fromFile.length) {
        fromFile.data = new byte[fromFile.length];
      }
      readFully(ByteBuffer.wrap(fromFile.data, 0, fromFile.length));
    }

    private void readFully(ByteBuffer bytes) throws IOException {
      FileChannel channel = requireNonNull(file);
      while (bytes.hasRemaining()) {
        int read = channel.read(bytes, fileAt);
        if (read < 0) {
          throw new EOFException("The spill file ends too early");
        }
        fileAt += read;
      }
    }

    @Override
    public void close() {
      open = null;
      left = 0;
    }
  }

  private static int int32(byte[] data, int at) {
    return (data[at] & 0xff) << 24
        | (data[at + 1] & 0xff) << 16
        | (data[at + 2] & 0xff) << 8
        | (data[at + 3] & 0xff);
  }
}
