package dev.weirkeeper.examples.cli;

import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.duckdb.DuckDbCaps;
import dev.weirkeeper.contracts.duckdb.DuckDbFiles;
import dev.weirkeeper.contracts.duckdb.DuckDbValidator;
import dev.weirkeeper.contracts.engine.ContractValidator;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.memory.MemoryValidator;
import dev.weirkeeper.contracts.sql.Limit;
import dev.weirkeeper.contracts.sql.SqlJudge;
import java.nio.file.Path;

/** What judges files here. A rule has the same meaning on both. */
enum Engines {
  /** Reads frames and judges them in this process; also tests that only Java makes. */
  MEMORY {
    @Override
    ContractValidator over(Path data, Limit limit) {
      return new MemoryValidator(dataset -> DuckDbFiles.open(dataset, data, DuckDbCaps.DEFAULT));
    }
  },
  /** Lets DuckDB answer; for files larger than the heap. */
  DUCKDB {
    @Override
    ContractValidator over(Path data, Limit limit) {
      return duckdb(data, limit);
    }
  };

  abstract ContractValidator over(Path data, Limit limit);

  static DuckDbValidator duckdb(Path data, Limit limit) {
    return new DuckDbValidator(
        dataset -> data,
        new SqlJudge(RuleKinds.standard(), ValueTests::of, limit),
        DuckDbCaps.DEFAULT);
  }
}
