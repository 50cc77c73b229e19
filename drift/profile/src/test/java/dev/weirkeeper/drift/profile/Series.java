package dev.weirkeeper.drift.profile;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Observation;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.TableReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** One column, window after window, under one detector. */
final class Series {
  static final Asset ORDERS = new Asset("shop", "public.orders");
  static final Masking OPEN = Masking.with(new byte[32]);
  static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
  static final ProfileKey KEY = ProfileKey.of(new byte[32]);

  private final ProfileDrift drift;
  private final String type;
  private Observation baseline = new Observation(ORDERS, START, Optional.empty(), List.of());
  private Instant from = START;

  Series(ProfileDrift drift, String type) {
    this.drift = drift;
    this.type = type;
  }

  static Series of(String type) {
    return new Series(ProfileDrift.with(KEY), type);
  }

  static TableReader.Rows rows(String type, List<Optional<String>> values) {
    return new TableReader.Rows(
        List.of(new TableReader.Field("x", type)),
        values.stream().map(List::of).toList(),
        TableReader.Extent.WHOLE);
  }

  static List<Optional<String>> values(int rows, Supplier<String> value) {
    List<Optional<String>> values = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      values.add(Optional.ofNullable(value.get()));
    }
    return values;
  }

  static TableProfile profile(String type, List<Optional<String>> values) {
    Profiler profiler = Profiler.ofMaskedRows(ORDERS);
    profiler.add(rows(type, values));
    return profiler.profile();
  }

  /** An hour with these values, as the detector takes it. */
  Observation hour(int rows, Supplier<String> value) {
    Instant until = from.plus(Duration.ofHours(1));
    return ProfileWindow.closed(from, until, profile(type, values(rows, value)))
        .observation(ORDERS, Optional.empty());
  }

  /** The next hour: what is found, and the history goes on. */
  List<Finding> next(int rows, Supplier<String> value) {
    return next(hour(rows, value));
  }

  List<Finding> next(Observation hour) {
    Detection detection = drift.detect(baseline, hour);
    baseline = detection.nextBaseline();
    from = from.plus(Duration.ofHours(1));
    return detection.findings();
  }

  /** Hours in which nothing is to be found. */
  Series learn(int hours, int rows, Supplier<String> value) {
    for (int i = 0; i < hours; i++) {
      List<Finding> found = next(rows, value);
      if (!found.isEmpty()) {
        throw new AssertionError("hour " + i + ": " + found);
      }
    }
    return this;
  }

  List<ProfileDetail> details(int rows, Supplier<String> value) {
    return next(rows, value).stream()
        .map(finding -> finding.detail().as(ProfileDetail.class))
        .toList();
  }

  void accept(Observation hour) {
    baseline = drift.accepting(baseline, hour);
    from = from.plus(Duration.ofHours(1));
  }

  Observation baseline() {
    return baseline;
  }
}
