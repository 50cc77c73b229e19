package dev.weirkeeper.contracts.duckdb;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.ContractValidator;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleResult;
import dev.weirkeeper.contracts.sql.Explanation;
import dev.weirkeeper.contracts.sql.SqlJudge;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/**
 * Judges Parquet, CSV and JSON files, and folders of them, by DuckDB within this process. Each
 * validation has a DuckDB of its own that reaches nothing but its files. The version of a data set
 * is a digest of the names, sizes and times of its files; if that is another one afterwards, the
 * validation is an error.
 */
public final class DuckDbValidator implements ContractValidator {

  /** Says where a data set is: the host's business, never that of a contract or an agent. */
  @FunctionalInterface
  public interface Paths {
    /**
     * A file or a folder.
     *
     * @throws IOException if there is no such data set
     */
    Path of(DatasetRef dataset) throws IOException;
  }

  private final Paths paths;
  private final SqlJudge judge;
  private final DuckDbCaps caps;

  public DuckDbValidator(Paths paths, SqlJudge judge, DuckDbCaps caps) {
    this.paths = requireNonNull(paths, "paths");
    this.judge = requireNonNull(judge, "judge");
    this.caps = requireNonNull(caps, "caps");
  }

  @Override
  public String id() {
    return "duckdb";
  }

  @Override
  public ContractReport validate(
      Contract contract, DatasetRef dataset, Options options, CallControl control)
      throws IOException {
    DataFiles files = DataFiles.of(paths.of(dataset));
    DatasetRef judged = DuckDbFiles.in(dataset, files);
    try (OpenedFiles opened = new OpenedFiles(files, caps)) {
      List<RuleResult> results =
          judge.judge(
              contract,
              Jdbi.create(new OneConnection(opened.connection())),
              opened.source(),
              new ChunkFrames(),
              opened.cost(),
              Duration.ZERO,
              options,
              control);
      files.requireUnchanged();
      return new ContractReport(contract, judged, id(), options, results);
    }
  }

  /**
   * The SQL of a validation and what it costs, before anything runs.
   *
   * @throws IOException if the files cannot be looked at
   */
  public Explanation explain(Contract contract, DatasetRef dataset, Options options)
      throws IOException {
    DataFiles files = DataFiles.of(paths.of(dataset));
    DuckDbFiles.in(dataset, files);
    try (OpenedFiles opened = new OpenedFiles(files, caps)) {
      return judge.explain(contract, opened.source(), new ChunkFrames(), opened.cost(), options);
    }
  }
}
