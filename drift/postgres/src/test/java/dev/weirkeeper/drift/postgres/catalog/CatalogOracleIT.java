package dev.weirkeeper.drift.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.testkit.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The oracle says of the corpus' pairs what the corpus' own oracle said. */
class CatalogOracleIT {
  private static final long SEED = 20261130;
  private static final int SAMPLE = 40;

  @ParameterizedTest
  @ValueSource(ints = {Majors.OLD, Majors.NEW})
  void sees_the_classes_of_objects_that_differ(int major) throws Exception {
    Path folder = SchemaPair.folder();
    assumeTrue(Files.isDirectory(folder), "No corpus at " + folder + "; set -Dcorpus.dir");
    List<SchemaPair> pairs =
        new ArrayList<>(
            SchemaPair.read(folder).stream()
                .filter(pair -> pair.majors().contains(major))
                .toList());
    if (!Majors.whole()) {
      Collections.shuffle(pairs, new Random(SEED));
      pairs = pairs.subList(0, Math.min(SAMPLE, pairs.size()));
    }
    List<String> wrong = new ArrayList<>();
    try (LocalPostgres server = Majors.start(major);
        Workbench one = Workbench.open(server, "one");
        Workbench two = Workbench.open(server, "two")) {
      for (SchemaPair pair : pairs) {
        one.clear();
        one.script(pair.before());
        two.clear();
        two.script(pair.after());
        SortedSet<String> seen =
            classes(CatalogOracle.read(one.connection()), CatalogOracle.read(two.connection()));
        SortedSet<String> said = new TreeSet<>();
        pair.kinds().forEach(kind -> said.add(kind.split("\\.", 2)[0]));
        // Not named in the corpus' kinds of version 15, which it has none of.
        seen.remove("notnull_constraint");
        said.remove("notnull_constraint");
        if (!seen.equals(said)) {
          wrong.add(pair.id() + ": " + seen + " instead of " + said);
        }
      }
    }

    assertThat(wrong).as("pairs of seed " + SEED + " on " + major).isEmpty();
  }

  private static SortedSet<String> classes(CatalogOracle one, CatalogOracle two) {
    SortedSet<String> classes = new TreeSet<>();
    for (Map.Entry<String, ?> kind : one.objects().entrySet()) {
      if (!one.differences(two, kind.getKey()).isEmpty()) {
        classes.add(kind.getKey());
      }
    }
    return classes;
  }
}
