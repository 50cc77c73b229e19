package dev.weirkeeper.drift.profile;

import dev.weirkeeper.Facet;
import dev.weirkeeper.Observation;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.testkit.DriftDetectorKit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Each observation carries its own window and what was remembered when it was seen. */
class ProfileDriftKitTest extends DriftDetectorKit {
  private static final List<Observation> HISTORY = seen();

  @Override
  protected DriftDetector detector() {
    return ProfileDrift.with(Series.KEY);
  }

  @Override
  protected List<Observation> history() {
    return HISTORY;
  }

  private static List<Observation> seen() {
    Random random = new Random(3);
    Series series = Series.of("numeric");
    series.learn(22, 400, () -> String.valueOf(100 + random.nextGaussian()));
    List<Observation> seen = new ArrayList<>();
    double unit = 1;
    for (int i = 0; i < 4; i++) {
      double now = unit;
      Observation hour =
          series.hour(400, () -> String.valueOf(now * (100 + random.nextGaussian())));
      series.accept(hour);
      seen.add(with(hour, series.baseline()));
      unit *= 10;
    }
    return seen;
  }

  private static Observation with(Observation hour, Observation baseline) {
    List<Facet> facets = new ArrayList<>(baseline.facets());
    facets.addAll(hour.facets());
    return new Observation(hour.asset(), hour.at(), hour.position(), facets);
  }
}
