package dev.weirkeeper.contracts.duckdb;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Reads Parquet, CSV and JSON files, or a folder of them, as frames: for the memory engine and the
 * gate. A file that changes while it is read is an error at the end of the pass. Confined to one
 * thread.
 */
public final class DuckDbFiles implements FrameSource {
  private final DataFiles files;
  private final DatasetRef ref;
  private final OpenedFiles opened;
  private final ChunkFrames frames = new ChunkFrames();

  private DuckDbFiles(DataFiles files, DatasetRef ref, OpenedFiles opened) {
    this.files = files;
    this.ref = ref;
    this.opened = opened;
  }

  /**
   * @param dataset whose version is empty, or must be the one that is found
   * @param path a file or a folder
   * @throws IOException if it cannot be read, or is not in this version
   */
  public static DuckDbFiles open(DatasetRef dataset, Path path, DuckDbCaps caps)
      throws IOException {
    DataFiles files = DataFiles.of(requireNonNull(path, "path"));
    DatasetRef ref = in(dataset, files);
    return new DuckDbFiles(files, ref, new OpenedFiles(files, caps));
  }

  static DatasetRef in(DatasetRef dataset, DataFiles files) throws IOException {
    if (!dataset.version().isEmpty() && !dataset.version().equals(files.version())) {
      throw new IOException(
          dataset.asset()
              + " is not in the version that was asked for: it has changed; judge it anew");
    }
    return new DatasetRef(dataset.asset(), files.version());
  }

  @Override
  public DatasetRef ref() {
    return ref;
  }

  @Override
  public Fields fields() {
    return opened.source().fields();
  }

  @Override
  public Cursor open() throws IOException {
    StringJoiner columns = new StringJoiner(", ");
    for (Field field : fields().all()) {
      columns.add(frames.select(field, "t." + opened.source().dialect().name(field.name())));
    }
    files.requireUnchanged();
    Cursor rows =
        frames.open(
            opened.connection(),
            "SELECT " + columns + " FROM " + opened.source().relation() + " AS t",
            fields());
    return new Cursor() {
      @Override
      public Optional<Frame> next() throws IOException {
        Optional<Frame> frame = rows.next();
        if (frame.isEmpty()) {
          files.requireUnchanged();
        }
        return frame;
      }

      @Override
      public void close() throws IOException {
        rows.close();
      }
    };
  }

  @Override
  public void close() throws IOException {
    opened.close();
  }
}
