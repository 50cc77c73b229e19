package dev.weirkeeper.drift.profile.store;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.profile.ProfileDrift;
import dev.weirkeeper.drift.profile.ProfileWindow;
import dev.weirkeeper.spi.Detection;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What a host calls for each window: reads what is remembered, says what changed, and remembers the
 * window.
 *
 * <pre>{@code
 * ProfileWatch watch = new ProfileWatch(history, ProfileDrift.with(key), "feed-hourly");
 * Probe<List<Finding>> found = watch.see(orders, ProfileWindow.closed(from, until, profile));
 * }</pre>
 *
 * <p>Safe to share between threads; windows of one table come one after the other.
 */
public final class ProfileWatch {
  private final ProfileHistory history;
  private final ProfileDrift drift;
  private final String series;

  /**
   * @param series what kind of windows, see {@link ProfileHistory#read}
   */
  public ProfileWatch(ProfileHistory history, ProfileDrift drift, String series) {
    this.history = requireNonNull(history, "history");
    this.drift = requireNonNull(drift, "drift");
    this.series = requireNonNull(series, "series");
  }

  /**
   * What changed. Unknown if what is remembered cannot be read: nothing is concluded then, and
   * nothing overwritten.
   *
   * @throws IOException if the window cannot be remembered
   */
  public synchronized Probe<List<Finding>> see(Asset table, ProfileWindow window)
      throws IOException {
    Probe<Observation> known = history.read(table, series);
    if (known instanceof Probe.Unknown<Observation> unknown) {
      return new Probe.Unknown<>(unknown.why());
    }
    Observation current = window.observation(table, Optional.empty());
    Observation baseline =
        known instanceof Probe.Value<Observation> value
            ? value.value()
            : new Observation(table, current.at(), current.position(), List.of());
    Detection detection = drift.detect(baseline, current);
    if (!detection.nextBaseline().equals(baseline)) {
      history.write(series, detection.nextBaseline());
    }
    return new Probe.Value<>(detection.findings());
  }

  /**
   * Takes what was found in a window as meant.
   *
   * @throws IOException if it cannot be remembered
   * @throws IllegalStateException if nothing is remembered of the table, or nothing can be read
   */
  public synchronized void accept(Asset table, ProfileWindow window) throws IOException {
    if (!(history.read(table, series) instanceof Probe.Value<Observation> known)) {
      throw new IllegalStateException(
          "There is no history of " + table + " that can be read: there is nothing to accept");
    }
    history.write(
        series, drift.accepting(known.value(), window.observation(table, Optional.empty())));
  }
}
