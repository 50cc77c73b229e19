package dev.weirkeeper.drift.profile;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Finding;
import dev.weirkeeper.FindingView;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the values of a table are like now and how that differs from what they used to be, as the
 * tool {@code drift_profile}. It reads rows through the host's {@link TableSampler}, bounded and
 * masked, and compares with the host's {@link ProfileBaselines}; it changes neither. Answers hold
 * counts, rates and distances, never values. Safe to share between threads.
 */
public final class ProfileTools implements ToolRegistry {
  public static final String PROFILE = "drift_profile";

  private static final int MOST_COLUMNS = 50;
  private static final int MOST_FINDINGS = 20;

  /**
   * Input of {@code drift_profile}.
   *
   * @param table with its schema, as {@code catalog_list_tables} names it
   * @param rows how many to look at, at most what the host allows
   */
  public record ProfileTable(String table, Optional<Integer> rows) {
    public ProfileTable {
      requireNonNull(table, "table");
      rows.filter(wanted -> wanted < 1)
          .ifPresent(
              wanted -> {
                throw new IllegalArgumentException("rows is at least 1");
              });
    }
  }

  /**
   * Answer of {@code drift_profile}.
   *
   * @param rows that were looked at
   * @param columns at most 50
   * @param findings where values changed their meaning; at most 20
   * @param notCompared why nothing could be compared, where that is so: no finding then says
   *     nothing
   */
  public record Answer(
      String table,
      long rows,
      List<ColumnView> columns,
      int columnsInAll,
      List<FindingView> findings,
      int findingsInAll,
      Optional<Outside> notCompared) {
    public Answer {
      columns = List.copyOf(columns);
      findings = List.copyOf(findings);
    }
  }

  /**
   * A column in numbers.
   *
   * @param distinct how many different values there are, within about 2 %
   * @param keyness different values per value
   * @param unplaced values that are no number or date where such are expected
   * @param labels how many different labels there are; absent if too many to be labels
   * @param shapes how many forms of text
   * @param windows of history
   */
  public record ColumnView(
      String column,
      ValueKind kind,
      long nulls,
      double nullRate,
      long distinct,
      Optional<Double> keyness,
      long unplaced,
      Optional<Integer> labels,
      int shapes,
      Comparability compared,
      int windows) {}

  private final String system;
  private final TableSampler sampler;
  private final ProfileBaselines baselines;
  private final ProfileDrift drift;

  /**
   * @param system the system of the tables that are read: {@code shop}
   * @param baselines of samples by the same reader
   */
  public ProfileTools(
      String system, TableSampler sampler, ProfileBaselines baselines, ProfileDrift drift) {
    this.system = requireNonNull(system, "system");
    this.sampler = requireNonNull(sampler, "sampler");
    this.baselines = requireNonNull(baselines, "baselines");
    this.drift = requireNonNull(drift, "drift");
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                PROFILE,
                "Says what the values of a table are like now, in numbers, and whether they changed"
                    + " their meaning: another unit, labels that were never there, another format,"
                    + " more NULLs, a key that repeats. It looks at a bounded sample of masked rows"
                    + " and compares it with earlier samples. For values use data_profile.",
                ProfileTable.class,
                Answer.class,
                (input, call) -> profile(input, call))
            .targeting(input -> new Asset(system, input.table())));
  }

  private Outcome profile(ProfileTable input, Tool.Call call) {
    Asset table = call.target();
    if (!table.system().equals(system)) {
      return new Outcome.Refused("Only tables of " + system + " are profiled here");
    }
    Probe<ProfileWindow> sample = sampler.sample(table, input.rows().orElse(sampler.rows()), call);
    if (sample instanceof Probe.Unknown<ProfileWindow> unknown) {
      return new Outcome.Refused("The table was not read: " + unknown.why());
    }
    ProfileWindow window =
        sample instanceof Probe.Value<ProfileWindow> value
            ? value.value()
            : ProfileWindow.closed(call.deadline(), call.deadline(), TableProfile.empty());
    return new Outcome.Done(Json.of(compared(table, window)), Outcome.Verification.NOT_NEEDED);
  }

  private Answer compared(Asset table, ProfileWindow window) {
    Probe<Observation> baseline = baselines.of(table);
    if (baseline instanceof Probe.Value<Observation> known) {
      List<Finding> findings =
          drift.detect(known.value(), window.observation(table, Optional.empty())).findings();
      return answer(
          table, window, drift.remembered(known.value(), window), findings, Optional.empty());
    }
    String why =
        baseline instanceof Probe.Unknown<Observation> unknown
            ? "the history could not be read: " + unknown.why()
            : "no sample of this table was taken before";
    return answer(table, window, Map.of(), List.of(), Optional.of(Outside.of(why)));
  }

  private Answer answer(
      Asset table,
      ProfileWindow window,
      Map<String, Integer> remembered,
      List<Finding> findings,
      Optional<Outside> notCompared) {
    Map<String, ColumnProfile> columns = window.profile().columns();
    return new Answer(
        Handles.qualified(table.name()),
        window.profile().rows(),
        columns.entrySet().stream()
            .limit(MOST_COLUMNS)
            .map(each -> view(each.getValue(), remembered.getOrDefault(each.getKey(), 0)))
            .toList(),
        columns.size(),
        findings.stream().limit(MOST_FINDINGS).map(FindingView::of).toList(),
        findings.size(),
        notCompared);
  }

  private ColumnView view(ColumnProfile column, int windows) {
    return new ColumnView(
        column.name(),
        column.kind(),
        column.nulls(),
        column.rows() == 0 ? 0 : (double) column.nulls() / column.rows(),
        Math.round(column.distinct()),
        column.keyness().isPresent()
            ? Optional.of(column.keyness().getAsDouble())
            : Optional.empty(),
        column.unplaced(),
        column.labelsAreMany()
                || column.kind() == ValueKind.NUMBER
                || column.kind() == ValueKind.INSTANT
            ? Optional.empty()
            : Optional.of(column.labels().size()),
        column.shapes().size(),
        drift.comparability(column.rows(), windows),
        windows);
  }
}
