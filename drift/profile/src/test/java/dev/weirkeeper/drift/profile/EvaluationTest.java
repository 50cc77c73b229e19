package dev.weirkeeper.drift.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Finding;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * How often the detector alarms where nothing changed, and how often it sees what did, on seeded
 * random series: 24 windows of 500 rows are learned, then windows are judged. Prints its figures.
 * More with {@code -DargLine="-Deval.learned=110 -Deval.series=6 -Deval.judged=60"}.
 */
class EvaluationTest {
  private static final long SEED = 20_261_130;
  private static final int LEARNED = Integer.getInteger("eval.learned", 24);
  private static final int ROWS = Integer.getInteger("eval.rows", 500);
  private static final int SERIES = Integer.getInteger("eval.series", 4);
  private static final int JUDGED = Integer.getInteger("eval.judged", 12);

  private static final String[] NAMES = {"Ana", "Benedikt", "Chu", "Dimitra", "Eve", "Farouk"};
  private static final String[] STATES = {"new", "paid", "packed", "shipped", "returned"};

  /** What makes the values of one window, and may differ from window to window. */
  @FunctionalInterface
  private interface Source {
    Supplier<String> window(Random random, int window);
  }

  private record Column(String type, Source source) {}

  private record Shift(Column column, Source after, String kind) {}

  private static String text(double number) {
    return Double.toString(Math.rint(number * 1e4) / 1e4);
  }

  private static Column number(double scale, double shift) {
    return new Column(
        "numeric",
        (random, window) -> () -> text(scale * Math.exp(3 + 0.8 * random.nextGaussian()) + shift));
  }

  /** The level of a window is itself random: days are not alike. */
  private static Column restless() {
    return new Column(
        "float8",
        (random, window) -> {
          double level = 50 + 3 * random.nextGaussian();
          return () -> text(level + 10 * random.nextGaussian());
        });
  }

  private static Column temperature(double scale, double shift) {
    return new Column(
        "float8",
        (random, window) -> {
          double day = 15 + random.nextGaussian();
          return () -> text(scale * (day + 6 * random.nextGaussian()) + shift);
        });
  }

  private static Column counts() {
    return new Column(
        "int4",
        (random, window) ->
            () -> {
              int count = 0;
              for (double p = random.nextDouble(); p > 0.14; p *= random.nextDouble()) {
                count++;
              }
              return String.valueOf(count);
            });
  }

  private static Column moments() {
    return new Column(
        "timestamptz",
        (random, window) ->
            () ->
                Series.START
                    .plus(window, ChronoUnit.HOURS)
                    .plusSeconds(random.nextInt(3600))
                    .toString());
  }

  private static Column states(double strange, String... others) {
    return new Column(
        "text",
        (random, window) ->
            () ->
                random.nextDouble() < strange
                    ? others[random.nextInt(others.length)]
                    : STATES[(int) (STATES.length * Math.pow(random.nextDouble(), 2))]);
  }

  /** Labels of which new ones keep turning up. */
  private static Column longTail() {
    return new Column(
        "text",
        (random, window) ->
            () -> "c" + (int) Math.min(150, Math.pow(1 - random.nextDouble(), -0.9)));
  }

  private static Column names() {
    return new Column(
        "varchar",
        (random, window) ->
            () ->
                NAMES[random.nextInt(NAMES.length)]
                    + " "
                    + NAMES[random.nextInt(NAMES.length)]
                    + random.nextInt(100_000));
  }

  private static Column dates(String form) {
    return new Column(
        "text",
        (random, window) ->
            () -> {
              LocalDate day = LocalDate.of(2026, 1, 1).plusDays(random.nextInt(3_000));
              return DateTimeFormatter.ofPattern(form, Locale.ROOT).format(day);
            });
  }

  private static Column keys(double repeated) {
    return new Column(
        "uuid",
        (random, window) ->
            () ->
                new UUID(7, random.nextDouble() < repeated ? random.nextInt(20) : random.nextLong())
                    .toString());
  }

  private static Column nullable(double rate) {
    return new Column(
        "int8",
        (random, window) -> {
          double today = rate * (0.8 + 0.4 * random.nextDouble());
          return () -> random.nextDouble() < today ? null : String.valueOf(random.nextInt(10_000));
        });
  }

  private static Column flags(double rate) {
    return new Column("bool", (random, window) -> () -> random.nextDouble() < rate ? "t" : "f");
  }

  private static Map<String, Column> stationary() {
    Map<String, Column> columns = new LinkedHashMap<>();
    columns.put("amounts", number(1, 0));
    columns.put("restless level", restless());
    columns.put("temperatures", temperature(1, 0));
    columns.put("counts", counts());
    columns.put("moments", moments());
    columns.put("states", states(0));
    columns.put("long tail of labels", longTail());
    columns.put("names", names());
    columns.put("dates as text", dates("dd/MM/yyyy"));
    columns.put("keys", keys(0));
    columns.put("nullable", nullable(0.05));
    columns.put("flags", flags(0.3));
    return columns;
  }

  private static Map<String, Shift> shifts() {
    Map<String, Shift> shifts = new LinkedHashMap<>();
    shifts.put("cents", new Shift(number(1, 0), number(100, 0).source, "semantic.unit"));
    shifts.put("thousands", new Shift(number(1, 0), number(0.001, 0).source, "semantic.unit"));
    shifts.put("minutes", new Shift(number(1, 0), number(60, 0).source, "semantic.unit"));
    shifts.put("pounds", new Shift(number(1, 0), number(1 / 0.4536, 0).source, "semantic.unit"));
    shifts.put("miles", new Shift(number(1, 0), number(1 / 1.609344, 0).source, "semantic.unit"));
    shifts.put(
        "fahrenheit", new Shift(temperature(1, 0), temperature(1.8, 32).source, "semantic.unit"));
    shifts.put(
        "kelvin", new Shift(temperature(1, 0), temperature(1, 273.15).source, "semantic.unit"));
    shifts.put(
        "new label, 1 %", new Shift(states(0), states(0.01, "refunded").source, "semantic.domain"));
    shifts.put(
        "typos, 1 %",
        new Shift(states(0), states(0.01, "Paid", "shiped", "packed ").source, "semantic.domain"));
    shifts.put(
        "dates turned",
        new Shift(dates("dd/MM/yyyy"), dates("MM/dd/yyyy").source, "semantic.format"));
    shifts.put(
        "dates by dash",
        new Shift(dates("dd/MM/yyyy"), dates("yyyy-MM-dd").source, "semantic.format"));
    shifts.put(
        "nulls doubled", new Shift(nullable(0.05), nullable(0.12).source, "semantic.null-rate"));
    shifts.put(
        "nulls tripled", new Shift(nullable(0.05), nullable(0.15).source, "semantic.null-rate"));
    shifts.put("keys repeat, 20 %", new Shift(keys(0), keys(0.2).source, "semantic.key"));
    shifts.put("flags turned", new Shift(flags(0.3), flags(0.7).source, "semantic.distribution"));
    return shifts;
  }

  private static Series learned(Column column, Random random) {
    Series series = Series.of(column.type);
    for (int i = 0; i < LEARNED; i++) {
      series.next(ROWS, column.source.window(random, i));
    }
    return series;
  }

  @Test
  void where_nothing_changes_there_are_few_alarms() {
    Map<String, Integer> alarms = new LinkedHashMap<>();
    List<String> seen = new ArrayList<>();
    stationary()
        .forEach(
            (name, column) -> {
              int found = 0;
              for (int s = 0; s < SERIES; s++) {
                Random random = new Random(SEED + 1_000L * s + name.hashCode());
                Series series = learned(column, random);
                for (int i = 0; i < JUDGED; i++) {
                  List<Finding> findings =
                      series.next(ROWS, column.source.window(random, LEARNED + i));
                  found += findings.isEmpty() ? 0 : 1;
                  findings.forEach(finding -> seen.add(name + ": " + finding.detail()));
                }
              }
              alarms.put(name, found);
            });

    int windows = alarms.size() * SERIES * JUDGED;
    int all = alarms.values().stream().mapToInt(Integer::intValue).sum();
    System.out.printf(
        "profile-drift, seed %d: %d false alarms in %d stationary windows (%.2f %%): %s%n",
        SEED, all, windows, 100.0 * all / windows, alarms);
    assertThat(all / (double) windows).as("%s", seen).isLessThanOrEqualTo(0.01);
    assertThat(alarms)
        .allSatisfy(
            (name, count) ->
                assertThat(count / (double) (SERIES * JUDGED)).as(name).isLessThanOrEqualTo(0.04));
  }

  @Test
  void what_changes_is_seen_and_called_by_its_kind() {
    Map<String, Integer> detected = new LinkedHashMap<>();
    Map<String, Integer> named = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    shifts()
        .forEach(
            (name, shift) -> {
              for (int s = 0; s < SERIES; s++) {
                Random random = new Random(SEED + 1_000L * s + name.hashCode());
                Series series = learned(shift.column, random);
                List<Finding> findings = series.next(ROWS, shift.after.window(random, LEARNED));
                boolean kind =
                    findings.stream().anyMatch(finding -> finding.kind().equals(shift.kind));
                detected.merge(name, kind ? 1 : 0, Integer::sum);
                if (shift.kind.equals("semantic.unit")) {
                  boolean unit =
                      findings.stream()
                          .map(finding -> finding.detail().as(ProfileDetail.class))
                          .anyMatch(
                              detail ->
                                  detail instanceof ProfileDetail.UnitChanged changed
                                      && changed.unit().isPresent());
                  named.merge(name, unit ? 1 : 0, Integer::sum);
                }
                if (!kind) {
                  others.add(
                      name
                          + ": "
                          + findings.stream().map(Finding::kind).collect(Collectors.toList()));
                }
              }
            });

    System.out.printf(
        "profile-drift, seed %d: of %d windows each, seen %s; units named %s; else %s%n",
        SEED, SERIES, detected, named, others);
    int all = detected.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(all / (double) (detected.size() * SERIES)).isGreaterThanOrEqualTo(0.95);
    assertThat(detected)
        .allSatisfy((name, count) -> assertThat(count).as(name).isGreaterThanOrEqualTo(SERIES / 4));
  }
}
