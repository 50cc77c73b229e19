package dev.weirkeeper.contracts.gx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.Asset;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Engine;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.memory.Frames;
import dev.weirkeeper.contracts.memory.MemoryBudget;
import dev.weirkeeper.contracts.memory.MemoryEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GxCorpusIT {

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"GX_PANDAS", "GX_SQL"})
  void the_memory_engine_answers_as_great_expectations_does(Mode mode) throws IOException {
    Path folder = GxCorpus.folder();
    assumeTrue(Files.isDirectory(folder), "No corpus at " + folder + "; set -Dcorpus.dir");

    List<GxCorpus.Tally> tallies = new GxCorpus("memory", mode, GxCorpusIT::open).run(folder);

    for (GxCorpus.Tally tally : tallies) {
      assertThat(tally.share())
          .as("%s in %s: %s", tally.form(), mode, String.join("\n", tally.differences()))
          .isGreaterThanOrEqualTo(0.99);
    }
  }

  private static Engine open(GxTable table, List<GxTable> beside) {
    Map<String, FrameSource> tables = new HashMap<>();
    beside.forEach(other -> tables.put(other.name(), source(other)));
    return new MemoryEngine(source(table), tables, ValueTests::of, MemoryBudget.standard());
  }

  private static FrameSource source(GxTable table) {
    return Frames.source(
        new DatasetRef(new Asset("memory", table.name()), "1"), table.fields(), table.rows(), 100);
  }
}
