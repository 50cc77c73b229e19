package dev.weirkeeper.drift.profile;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Says where values keep their type and change their meaning: another unit, labels that were never
 * there, another format, more NULLs, a key that repeats. The current observation carries a {@link
 * ProfileWindow}; the baseline carries what this detector remembers of the windows before it.
 *
 * <p>What is unusual is what the column itself never did. Each closed window is compared with the
 * one before it, and the distances are kept. From {@link Calibration#windows} windows on, a
 * distance is an alarm where it lies beyond the 99th percentile of the past ones with a margin, and
 * beyond what chance makes of so many rows: p-values alone would alarm at every window of a large
 * table, fixed thresholds at every Monday of a small one.
 *
 * <ul>
 *   <li>{@code semantic.unit}: numbers shifted, and the ratios of their quantiles from 5 to 95 %
 *       are one constant (median logarithm, median absolute deviation); or a scale of temperature
 *       explains them; or moments are counted in another power of 1000, which takes no history.
 *   <li>{@code semantic.distribution}: numbers shifted (Kolmogorov-Smirnov beyond the bound of
 *       Dvoretzky, Kiefer and Wolfowitz; Wasserstein-1 in standard deviations), or labels come in
 *       other proportions (Jensen-Shannon), and no unit explains it. Moments are compared by their
 *       age at the beginning of the window.
 *   <li>{@code semantic.domain}: more values with a label that was never seen than the unseen mass
 *       (Good 1953) explains; each label is said to be new or a variant of a known one.
 *   <li>{@code semantic.format}: other shapes, lengths, or order of day and month.
 *   <li>{@code semantic.null-rate}: the whole Wilson interval lies outside the rates of the past.
 *   <li>{@code semantic.key}: values of a key repeat, or the number of different values changed by
 *       more than a factor of two.
 * </ul>
 *
 * <p>A window that is open, has too few rows or is not later than the last one concludes nothing
 * and changes nothing. A column with a finding is not learned from: its history stays until {@link
 * #accepting} says that the change is meant. A column that is not there, or whose kind changed, is
 * a matter of the schema: the first keeps its history, the second begins a new one.
 *
 * <p>What it does not see: a shift that goes on slowly, each window within what is usual; a jump
 * while it is still learning; repeated values of a key below 6.5 % of them, the error of the
 * counter.
 *
 * <p>Findings hold numbers and commitments only. Baselines hold the last window and so values of
 * rows: they are for {@code dev.weirkeeper.drift.profile.store}, not for a log. Pure; safe to share
 * between threads.
 */
public final class ProfileDrift implements DriftDetector {
  /** The source of its findings. */
  public static final String ID = "profile-drift";

  /** Columns of a table and of its past that are remembered. */
  private static final int MOST_COLUMNS = 2_000;

  private final ProfileKey key;
  private final Calibration calibration;
  private final Season season;
  private final ZoneId zone;

  private ProfileDrift(ProfileKey key, Calibration calibration, Season season, ZoneId zone) {
    this.key = requireNonNull(key, "key");
    this.calibration = requireNonNull(calibration, "calibration");
    this.season = requireNonNull(season, "season");
    this.zone = requireNonNull(zone, "zone");
  }

  /** All windows alike, 20 of 200 rows before anything is concluded. */
  public static ProfileDrift with(ProfileKey key) {
    return new ProfileDrift(key, Calibration.STANDARD, Season.NONE, ZoneOffset.UTC);
  }

  public ProfileDrift calibratedBy(Calibration other) {
    return new ProfileDrift(key, other, season, zone);
  }

  /** Compares like with like: hours with the same hour, weekdays with the same weekday. */
  public ProfileDrift comparing(Season slots, ZoneId in) {
    return new ProfileDrift(key, calibration, slots, in);
  }

  @Override
  public String id() {
    return ID;
  }

  /**
   * @throws IllegalArgumentException if a facet of this module is damaged
   */
  @Override
  public Detection detect(Observation baseline, Observation current) {
    TableHistory history = TableHistory.in(baseline);
    Optional<ProfileWindow> window = usable(history, current);
    if (window.isEmpty()) {
      return new Detection(List.of(), baseline);
    }
    Optional<TableHistory.Slot> slot = history.slot(slot(window.get()));
    Map<String, ColumnHistory> columns =
        new TreeMap<>(slot.map(TableHistory.Slot::columns).orElse(Map.of()));
    List<Finding> findings = new ArrayList<>();
    window
        .get()
        .profile()
        .columns()
        .forEach(
            (id, column) -> {
              if (column.rows() >= calibration.rows()) {
                Step step = step(current.asset(), id, column, columns.get(id), window.get());
                findings.addAll(step.findings);
                columns.put(id, step.next);
              }
            });
    if (columns.size() > MOST_COLUMNS) {
      columns.keySet().retainAll(window.get().profile().columns().keySet());
    }
    return new Detection(findings, moved(baseline, current, history, window.get(), columns));
  }

  /**
   * The baseline after a person said that what was found in a window is meant: it goes on from this
   * window. Levels that changed are learned anew.
   */
  public Observation accepting(Observation baseline, Observation current) {
    TableHistory history = TableHistory.in(baseline);
    ProfileWindow window =
        ProfileWindow.in(current)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "There is nothing to accept: the observation carries no profile"));
    Map<String, ColumnHistory> columns =
        new TreeMap<>(history.slot(slot(window)).map(TableHistory.Slot::columns).orElse(Map.of()));
    Set<String> changed = new HashSet<>();
    detect(baseline, current).findings().forEach(finding -> changed.add(finding.subject()));
    window
        .profile()
        .columns()
        .forEach(
            (id, column) -> {
              ColumnHistory known = columns.get(id);
              if (known != null && changed.contains(id)) {
                columns.put(id, known.accepting(column, window.from()));
              }
            });
    return moved(baseline, current, history, window, columns);
  }

  /** How many windows are remembered of each column, among those that are like this one. */
  Map<String, Integer> remembered(Observation baseline, ProfileWindow window) {
    Map<String, Integer> windows = new TreeMap<>();
    TableHistory.in(baseline)
        .slot(slot(window))
        .ifPresent(
            slot -> slot.columns().forEach((id, column) -> windows.put(id, column.windows())));
    return windows;
  }

  /** Whether so many rows would be compared with so many windows. */
  Comparability comparability(long rows, int windows) {
    if (windows == 0) {
      return Comparability.NO_HISTORY;
    }
    if (rows < calibration.rows()) {
      return Comparability.TOO_FEW_ROWS;
    }
    return windows < calibration.windows() ? Comparability.LEARNING : Comparability.COMPARED;
  }

  /** What became of one column. */
  private record Step(List<Finding> findings, ColumnHistory next) {}

  private Optional<ProfileWindow> usable(TableHistory history, Observation current) {
    return ProfileWindow.in(current)
        .filter(window -> window.state() == ProfileWindow.State.CLOSED)
        .filter(window -> window.profile().rows() >= calibration.rows())
        .filter(
            window ->
                history
                    .slot(slot(window))
                    .map(slot -> window.until().isAfter(slot.until()))
                    .orElse(true));
  }

  private String slot(ProfileWindow window) {
    return season.slot(window.from(), zone);
  }

  private Step step(
      Asset asset,
      String id,
      ColumnProfile column,
      @Nullable ColumnHistory history,
      ProfileWindow window) {
    if (history == null || history.kind() != column.kind()) {
      return new Step(List.of(), ColumnHistory.begun(column, window.from(), calibration.rows()));
    }
    Comparison comparison =
        new Comparison(history, column.sketch(), window.from(), calibration.rows());
    Check check =
        new Check(
            id,
            column.name(),
            history,
            comparison,
            calibration,
            new ProfileDetail.Span(
                window.from(),
                window.until(),
                column.rows(),
                history.last().values + history.last().nulls,
                history.windows()));
    List<ProfileDetail> details = details(check);
    if (details.isEmpty()) {
      return new Step(List.of(), history.with(column, window.from(), comparison));
    }
    return new Step(
        details.stream().map(detail -> finding(asset, id, detail, history, column)).toList(),
        history);
  }

  private List<ProfileDetail> details(Check check) {
    List<ProfileDetail> details = new ArrayList<>();
    switch (check.history().kind()) {
      case NUMBER, INSTANT ->
          NumberChecks.epoch(check).or(() -> NumberChecks.numbers(check)).ifPresent(details::add);
      case FLAG -> TextChecks.proportions(check).ifPresent(details::add);
      case TEXT ->
          TextChecks.domain(check, key)
              .or(() -> TextChecks.format(check))
              .or(() -> TextChecks.proportions(check))
              .ifPresent(details::add);
      case HIDDEN -> {
        // Only counts are known of what is hidden.
      }
    }
    RateChecks.nulls(check).ifPresent(details::add);
    RateChecks.keys(check).ifPresent(details::add);
    return details;
  }

  private Finding finding(
      Asset asset, String id, ProfileDetail detail, ColumnHistory history, ColumnProfile column) {
    return new Finding(
        ID,
        asset,
        detail.kind(),
        id,
        Verdict.SEMANTIC,
        Set.of(),
        Json.of(detail),
        Optional.of(key.state(id, history.encoded())),
        Optional.of(key.state(id, stated(detail.span(), column))));
  }

  /** The state after: what the column is like, and over which window. */
  private static byte[] stated(ProfileDetail.Span span, ColumnProfile column) {
    ByteWriter out = new ByteWriter();
    out.text(span.from().toString());
    out.text(span.until().toString());
    column.write(out);
    return out.toBytes();
  }

  private Observation moved(
      Observation baseline,
      Observation current,
      TableHistory history,
      ProfileWindow window,
      Map<String, ColumnHistory> columns) {
    List<Facet> facets = new ArrayList<>(baseline.facets());
    facets.removeIf(
        facet ->
            facet instanceof Facet.Extension extension
                && extension.kind().equals(TableHistory.FACET));
    facets.add(history.with(slot(window), new TableHistory.Slot(window.until(), columns)).facet());
    return new Observation(current.asset(), current.at(), current.position(), facets);
  }
}
