package dev.weirkeeper.contracts.delta;

import dev.weirkeeper.Asset;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.TargetColumn;
import io.delta.kernel.Scan;
import io.delta.kernel.ScanBuilder;
import io.delta.kernel.Snapshot;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.engine.FileReadResult;
import io.delta.kernel.expressions.Predicate;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.internal.data.ScanStateRow;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Some columns of a Delta table at one version, read file after file. */
final class DeltaScan implements FrameSource {
  private final Engine engine;
  private final Snapshot snapshot;
  private final List<TargetColumn> columns;
  private final Optional<Predicate> skipping;
  private final Fields fields;

  /**
   * @param skipping lets files be skipped whose statistics show that no row of theirs answers TRUE;
   *     rows for which it is not TRUE may come all the same
   */
  DeltaScan(
      Engine engine, Snapshot snapshot, List<TargetColumn> columns, Optional<Predicate> skipping) {
    this.engine = engine;
    this.snapshot = snapshot;
    this.columns = columns;
    this.skipping = skipping;
    fields = DeltaTypes.fields(columns);
  }

  @Override
  public DatasetRef ref() {
    return new DatasetRef(
        new Asset("delta", snapshot.getPath()), Long.toString(snapshot.getVersion()));
  }

  @Override
  public Fields fields() {
    return fields;
  }

  @Override
  public void close() {
    // Cursors hold what there is to close.
  }

  @Override
  public Cursor open() {
    StructType wanted = new StructType();
    for (TargetColumn column : columns) {
      wanted = wanted.add(snapshot.getSchema().get(column.name()));
    }
    ScanBuilder builder = snapshot.getScanBuilder().withReadSchema(wanted);
    if (skipping.isPresent()) {
      builder = builder.withFilter(skipping.get());
    }
    return new Files(builder.build());
  }

  private final class Files implements Cursor {
    private final Row state;
    private final StructType physical;
    private final CloseableIterator<FilteredColumnarBatch> lists;
    private @Nullable CloseableIterator<Row> files;
    private @Nullable CloseableIterator<FilteredColumnarBatch> batches;

    Files(Scan scan) {
      state = scan.getScanState(engine);
      physical = ScanStateRow.getPhysicalDataReadSchema(state);
      lists = scan.getScanFiles(engine);
    }

    @Override
    public Optional<Frame> next() throws IOException {
      try {
        while (true) {
          CloseableIterator<FilteredColumnarBatch> open = batches;
          if (open != null) {
            if (open.hasNext()) {
              return Optional.of(frame(open.next()));
            }
            open.close();
            batches = null;
          }
          CloseableIterator<Row> list = files;
          if (list != null && list.hasNext()) {
            batches = read(list.next());
          } else if (lists.hasNext()) {
            if (list != null) {
              list.close();
            }
            files = lists.next().getRows();
          } else {
            return Optional.empty();
          }
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      } catch (RuntimeException e) {
        throw new IOException(
            "Cannot read "
                + snapshot.getPath()
                + " at version "
                + snapshot.getVersion()
                + "; look whether a file that its log names is gone or damaged",
            e);
      }
    }

    private CloseableIterator<FilteredColumnarBatch> read(Row file) throws IOException {
      CloseableIterator<ColumnarBatch> data =
          engine
              .getParquetHandler()
              .readParquetFiles(
                  Utils.singletonCloseableIterator(InternalScanFileUtils.getAddFileStatus(file)),
                  physical,
                  Optional.empty())
              .map(FileReadResult::getData);
      return Scan.transformPhysicalData(engine, state, file, data);
    }

    private Frame frame(FilteredColumnarBatch batch) {
      int[] rows = Columns.selected(batch);
      List<Vec> vecs = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        vecs.add(Columns.read(columns.get(i), batch.getData().getColumnVector(i), rows));
      }
      return new Frame(fields, rows.length, vecs);
    }

    @Override
    public void close() throws IOException {
      CloseableIterator<FilteredColumnarBatch> open = batches;
      if (open != null) {
        open.close();
      }
      CloseableIterator<Row> list = files;
      if (list != null) {
        list.close();
      }
      lists.close();
    }
  }
}
