package dev.weirkeeper.contracts.delta;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.DataWriteContext;
import io.delta.kernel.Operation;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.Transaction;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.exceptions.TableNotFoundException;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.hook.PostCommitHook;
import io.delta.kernel.internal.util.Utils;
import io.delta.kernel.transaction.UpdateTableTransactionBuilder;
import io.delta.kernel.utils.CloseableIterable;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.DataFileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One Delta table: its versions, and files that are written into its folder before they count. */
final class DeltaTable {
  private static final Logger LOG = LoggerFactory.getLogger(DeltaTable.class);
  static final String ENGINE_INFO = "weirkeeper-gate";

  private final Engine engine;
  private final String path;

  DeltaTable(Engine engine, String path) {
    this.engine = requireNonNull(engine, "engine");
    this.path = requireNonNull(path, "path");
  }

  Engine engine() {
    return engine;
  }

  String path() {
    return path;
  }

  /** The newest version; empty if there is no table. */
  Optional<Snapshot> find() throws IOException {
    try {
      return Optional.of(TableManager.loadSnapshot(path).build(engine));
    } catch (TableNotFoundException e) {
      return Optional.empty();
    } catch (KernelException e) {
      throw new IOException(
          "Delta Kernel does not read the table at " + path + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new IOException("Cannot read the log of the Delta table at " + path, e);
    }
  }

  Snapshot latest() throws IOException {
    return find()
        .orElseThrow(
            () ->
                new IOException(
                    "There is no Delta table at " + path + "; create it, or correct the path"));
  }

  /** Files of one partition that a commit can add; they count for nothing until then. */
  record Staged(Map<String, Literal> partition, List<DataFileStatus> files) {}

  /** Writes rows into files of the table's folder. */
  Staged stage(
      Row state, Map<String, Literal> partition, CloseableIterator<FilteredColumnarBatch> logical)
      throws IOException {
    try (CloseableIterator<FilteredColumnarBatch> physical =
        Transaction.transformLogicalData(engine, state, logical, partition)) {
      DataWriteContext context = Transaction.getWriteContext(engine, state, partition);
      List<DataFileStatus> files = new ArrayList<>();
      try (CloseableIterator<DataFileStatus> written =
          engine
              .getParquetHandler()
              .writeParquetFiles(
                  context.getTargetDirectory(), physical, context.getStatisticsColumns())) {
        while (written.hasNext()) {
          files.add(written.next());
        }
      } catch (IOException | RuntimeException e) {
        discard(files);
        throw e;
      }
      return new Staged(partition, files);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Deletes files that no commit has added. */
  void discard(List<DataFileStatus> files) {
    for (DataFileStatus file : files) {
      try {
        engine.getFileSystemClient().delete(file.getPath());
      } catch (IOException | RuntimeException e) {
        LOG.warn("A file that no commit names is left in {}; VACUUM removes it", path, e);
      }
    }
  }

  /** Appends staged files in one commit, which asks nobody who has written since. */
  TransactionCommitResult append(UpdateTableTransactionBuilder builder, List<Staged> staged)
      throws IOException {
    Transaction transaction = builder.build(engine);
    Row state = transaction.getTransactionState(engine);
    List<Row> actions = new ArrayList<>();
    for (Staged part : staged) {
      DataWriteContext context = Transaction.getWriteContext(engine, state, part.partition());
      try (CloseableIterator<Row> adds =
          Transaction.generateAppendActions(
              engine, state, Utils.toCloseableIterator(part.files().iterator()), context)) {
        while (adds.hasNext()) {
          actions.add(adds.next());
        }
      }
    }
    return transaction.commit(
        engine, CloseableIterable.inMemoryIterable(Utils.toCloseableIterator(actions.iterator())));
  }

  /** Writes checkpoints that are due. The commit stands, whatever comes of it. */
  void settle(TransactionCommitResult result) {
    for (PostCommitHook hook : result.getPostCommitHooks()) {
      if (hook.getType() != PostCommitHook.PostCommitHookType.CHECKPOINT) {
        continue;
      }
      try {
        hook.threadSafeInvoke(engine);
      } catch (IOException | RuntimeException e) {
        LOG.warn("No checkpoint of {} at version {}", path, result.getVersion(), e);
      }
    }
  }

  static UpdateTableTransactionBuilder writing(Snapshot snapshot, String about) {
    return snapshot.buildUpdateTableTransaction(ENGINE_INFO + " " + about, Operation.WRITE);
  }
}
