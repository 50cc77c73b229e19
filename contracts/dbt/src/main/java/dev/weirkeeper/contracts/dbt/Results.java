package dev.weirkeeper.contracts.dbt;

import dev.weirkeeper.NamePattern;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts together what the artifacts say of tests, as far as the host lets them be seen. */
final class Results {
  private static final int MOST_TAGS = 10;
  private static final int LONGEST_ID = 300;

  private final Set<NamePattern> visible;
  private final Words words;

  /** Reads rows that a test found. */
  @FunctionalInterface
  interface Rows {
    Optional<Probe<TestReport.Samples>> of(RunResults.Result result, Manifest.Test test);
  }

  /**
   * All results of a run.
   *
   * @param tests the worst first
   */
  record All(TestReport.Run run, TestReport.Counts counts, List<TestReport.TestResult> tests) {
    All {
      tests = List.copyOf(tests);
    }
  }

  /**
   * @param visible names of the models whose tests may be run and seen
   */
  Results(Set<NamePattern> visible, Words words) {
    this.visible = visible;
    this.words = words;
  }

  All of(RunResults results, Optional<Manifest> manifest, Rows rows) {
    Optional<Lineage> lineage = manifest.map(Lineage::new);
    List<TestReport.TestResult> tests = new ArrayList<>();
    Map<TestReport.Status, Integer> counts = new EnumMap<>(TestReport.Status.class);
    int hidden = 0;
    List<RunResults.Result> sorted =
        results.results().stream()
            .sorted(
                Comparator.comparing(RunResults.Result::status)
                    .thenComparing(RunResults.Result::id))
            .toList();
    for (RunResults.Result result : sorted) {
      Optional<Manifest.Test> test = manifest.map(Manifest::tests).map(m -> m.get(result.id()));
      if (!isVisible(test, manifest)) {
        hidden++;
        continue;
      }
      counts.merge(result.status(), 1, Integer::sum);
      tests.add(result(result, test, manifest, lineage, rows));
    }
    return new All(run(results, manifest), counts(counts, tests.size(), hidden), tests);
  }

  private static TestReport.Counts counts(
      Map<TestReport.Status, Integer> by, int shown, int hidden) {
    return new TestReport.Counts(
        shown,
        by.getOrDefault(TestReport.Status.PASS, 0),
        by.getOrDefault(TestReport.Status.WARN, 0),
        by.getOrDefault(TestReport.Status.FAIL, 0),
        by.getOrDefault(TestReport.Status.ERROR, 0),
        by.getOrDefault(TestReport.Status.SKIPPED, 0),
        by.getOrDefault(TestReport.Status.OTHER, 0),
        hidden);
  }

  /**
   * Whether the host lets a test be run and seen: by the name of what it tests, or of all that it
   * reads where that is several things.
   */
  boolean isVisible(Optional<Manifest.Test> test, Optional<Manifest> manifest) {
    if (visible.contains(NamePattern.ALL)) {
      return true;
    }
    if (test.isEmpty() || manifest.isEmpty()) {
      return false;
    }
    List<String> names =
        manifest
            .get()
            .tested(test.get())
            .map(node -> List.of(node.name()))
            .orElseGet(
                () ->
                    test.get().dependsOn().stream()
                        .map(id -> id.substring(id.lastIndexOf('.') + 1))
                        .toList());
    return !names.isEmpty()
        && names.stream()
            .allMatch(name -> visible.stream().anyMatch(pattern -> pattern.matches(name)));
  }

  private TestReport.TestResult result(
      RunResults.Result result,
      Optional<Manifest.Test> test,
      Optional<Manifest> manifest,
      Optional<Lineage> lineage,
      Rows rows) {
    boolean bad = result.status() != TestReport.Status.PASS;
    Optional<Manifest.Node> node =
        test.flatMap(known -> manifest.flatMap(all -> all.tested(known)));
    List<String> subjects =
        node.map(tested -> List.of(tested.id()))
            .orElseGet(() -> test.map(Manifest.Test::dependsOn).orElse(List.of()));
    return new TestReport.TestResult(
        Outside.of(result.id(), LONGEST_ID),
        result.status(),
        test.flatMap(Manifest.Test::kind).map(Results::name),
        result.failures(),
        result.message().map(words::shown),
        node.map(
            tested ->
                new TestReport.Tested(
                    name(tested.id()),
                    name(tested.name()),
                    test.flatMap(Manifest.Test::column).map(Results::name))),
        test.map(Manifest.Test::tags).orElse(List.of()).stream()
            .limit(MOST_TAGS)
            .map(Results::name)
            .toList(),
        test.flatMap(Manifest.Test::severity).map(Results::name),
        bad ? test.flatMap(known -> rows.of(result, known)) : Optional.empty(),
        bad && !subjects.isEmpty()
            ? lineage.map(known -> known.below(subjects))
            : Optional.empty());
  }

  private static Outside name(String text) {
    return Outside.of(text, Lineage.LONGEST_NAME);
  }

  private static TestReport.Run run(RunResults results, Optional<Manifest> manifest) {
    Artifact.Metadata metadata = results.metadata();
    return new TestReport.Run(
        metadata.invocation(),
        results.command().map(Results::name),
        metadata.dbtVersion().map(Results::name),
        metadata.generatedAt(),
        version(metadata.schema(), Set.of(), RunResults.NEWEST),
        manifest.map(
            known -> version(known.metadata().schema(), Set.of(Manifest.FUSION), Manifest.NEWEST)),
        manifest
            .map(
                known ->
                    known.metadata().invocation().equals(metadata.invocation())
                        ? TestReport.Lineage.SAME_RUN
                        : TestReport.Lineage.OTHER_RUN)
            .orElse(TestReport.Lineage.NONE));
  }

  private static TestReport.Version version(int schema, Set<Integer> others, int newest) {
    return new TestReport.Version(
        schema,
        schema <= newest || others.contains(schema)
            ? TestReport.Reading.KNOWN
            : TestReport.Reading.BEST_EFFORT);
  }

  static Set<String> ids(RunResults results) {
    return results.results().stream().map(RunResults.Result::id).collect(Collectors.toSet());
  }
}
