package dev.weirkeeper.drift.postgres.catalog;

import dev.weirkeeper.drift.postgres.catalog.PairBench.Outcome;
import dev.weirkeeper.drift.postgres.catalog.PairBench.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What came of many pairs. */
final class PairTally {
  private final String name;
  private final List<Outcome> outcomes = new ArrayList<>();

  /**
   * @param name of the report that it leaves beside the tests' own
   */
  PairTally(String name) {
    this.name = name;
  }

  void add(Outcome outcome) {
    outcomes.add(outcome);
  }

  /** The figures of one part of the corpus, beside those of the no-ops. */
  Figures figures(SchemaPair.Part part) {
    List<Outcome> changes =
        outcomes.stream()
            .filter(outcome -> outcome.pair().sort() == SchemaPair.Sort.CHANGE)
            .filter(outcome -> part.holds(outcome.pair()))
            .toList();
    List<Outcome> alarms =
        outcomes.stream()
            .filter(outcome -> outcome.pair().sort() == SchemaPair.Sort.NO_OP)
            .filter(outcome -> outcome.statements() > 0 || outcome.verdict() == Verdict.FAILED)
            .toList();
    return new Figures(
        count(changes, Verdict.CONVERGED),
        count(changes, Verdict.REFUSED),
        count(changes, Verdict.FAILED),
        alarms.size(),
        changes.stream().filter(outcome -> !outcome.lost().isEmpty()).count());
  }

  /** Steps that did more than they declare, or would in a database in use. */
  List<String> undeclared() {
    return outcomes.stream()
        .flatMap(
            outcome ->
                Stream.concat(
                    outcome.undeclared().stream(),
                    outcome.online().broken().stream()
                        .map(each -> outcome.pair().id() + ": " + each)))
        .toList();
  }

  /** What plans for databases in use do that linters warn of, and say so: how often. */
  Map<String, Integer> warnings() {
    Map<String, Integer> all = new TreeMap<>();
    outcomes.forEach(
        outcome ->
            outcome.online().declared().forEach((rule, n) -> all.merge(rule, n, Integer::sum)));
    return all;
  }

  private static long count(List<Outcome> outcomes, Verdict verdict) {
    return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count();
  }

  /** Writes what did not converge, or lost rows, a line each. */
  void report() throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "pg-pairs"));
    Files.write(
        folder.resolve(name + ".txt"),
        outcomes.stream()
            .filter(
                outcome ->
                    outcome.verdict() != Verdict.CONVERGED
                        || !outcome.lost().isEmpty()
                        || !outcome.undeclared().isEmpty()
                        || outcome.pair().sort() == SchemaPair.Sort.NO_OP
                            && outcome.statements() > 0)
            .map(
                outcome ->
                    outcome.pair().id()
                        + " | "
                        + outcome.verdict()
                        + " | "
                        + outcome.why()
                        + (outcome.lost().isEmpty() ? "" : " | lost " + outcome.lost())
                        + (outcome.undeclared().isEmpty()
                            ? ""
                            : " | undeclared " + outcome.undeclared())
                        + " | "
                        + outcome.pair().kinds())
            .sorted()
            .toList());
  }

  /** What a suite prints and demands. */
  record Figures(long converged, long refused, long failed, long alarms, long lost) {
    double share() {
      long all = converged + refused + failed;
      return all == 0 ? 1 : (double) converged / all;
    }

    @Override
    public String toString() {
      return "converged %d, refused %d, failed %d, noop-alarms %d, seeds-lost %d"
          .formatted(converged, refused, failed, alarms, lost);
    }
  }
}
