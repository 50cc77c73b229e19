package dev.weirkeeper.contracts.memory;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.ValueTest;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.ContractValidator;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Evaluation;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.engine.RuleResult;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Judges data sets that can be read as frames, within the JVM. */
public final class MemoryValidator implements ContractValidator {

  /** Opens data sets. */
  @FunctionalInterface
  public interface Sources {
    /**
     * A frozen state of the data set; whoever opened it closes it.
     *
     * @throws IOException if it cannot be read, or is not known
     */
    FrameSource open(DatasetRef dataset) throws IOException;
  }

  private final Sources sources;
  private final RuleKinds kinds;
  private final BiFunction<String, Json, ValueTest> tests;
  private final Map<String, DatasetRef> tables;

  /** One that knows the kinds of rules and the tests of values that Weirkeeper brings. */
  public MemoryValidator(Sources sources) {
    this(sources, RuleKinds.standard(), ValueTests::of);
  }

  /**
   * @param tests as for {@link MemoryEngine}
   */
  public MemoryValidator(
      Sources sources, RuleKinds kinds, BiFunction<String, Json, ValueTest> tests) {
    this(sources, kinds, tests, Map.of());
  }

  private MemoryValidator(
      Sources sources,
      RuleKinds kinds,
      BiFunction<String, Json, ValueTest> tests,
      Map<String, DatasetRef> tables) {
    this.sources = requireNonNull(sources, "sources");
    this.kinds = requireNonNull(kinds, "kinds");
    this.tests = requireNonNull(tests, "tests");
    this.tables = Map.copyOf(tables);
  }

  /**
   * This one, which finds other tables that rules refer to.
   *
   * @param newTables data sets by the names under which rules know them
   */
  public MemoryValidator knowing(Map<String, DatasetRef> newTables) {
    return new MemoryValidator(sources, kinds, tests, newTables);
  }

  @Override
  public String id() {
    return "memory";
  }

  @Override
  public ContractReport validate(
      Contract contract, DatasetRef dataset, Options options, CallControl control)
      throws IOException {
    try (FrameSource source = sources.open(dataset)) {
      DatasetRef judged = source.ref();
      if (!dataset.version().isEmpty() && !dataset.version().equals(judged.version())) {
        throw new IOException(
            dataset.asset()
                + " is not in the version that was asked for: "
                + judged.version()
                + " instead of "
                + dataset.version());
      }
      return new ContractReport(
          contract,
          judged,
          id(),
          options,
          judge(contract, source, tables.entrySet().iterator(), Map.of(), options, control));
    }
  }

  /** Opens one table after the other, then judges. */
  private List<RuleResult> judge(
      Contract contract,
      FrameSource source,
      Iterator<Map.Entry<String, DatasetRef>> toOpen,
      Map<String, FrameSource> opened,
      Options options,
      CallControl control)
      throws IOException {
    if (toOpen.hasNext()) {
      Map.Entry<String, DatasetRef> next = toOpen.next();
      try (FrameSource table = sources.open(next.getValue())) {
        Map<String, FrameSource> more = new HashMap<>(opened);
        more.put(next.getKey(), table);
        return judge(contract, source, toOpen, more, options, control);
      }
    }
    try (MemoryEngine engine = new MemoryEngine(source, opened, tests, MemoryBudget.standard())) {
      return Evaluation.of(contract, kinds, engine, options, control);
    }
  }
}
