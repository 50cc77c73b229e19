package dev.weirkeeper.examples.server;

import dev.weirkeeper.DriftRate;
import dev.weirkeeper.QuietHours;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.taxonomy.Consumers;
import dev.weirkeeper.drift.taxonomy.Kind;
import dev.weirkeeper.drift.taxonomy.Taxonomy;
import java.time.DayOfWeek;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads a {@code tolerance} of the configuration: how much drift a table bears unasked. */
final class ToleranceReader {
  /** Beginnings of kinds of finding that are no change of the source. */
  private static final List<String> OF_ROWS = List.of("contract.", "target.");

  private ToleranceReader() {}

  /**
   * @param known the consumers that are registered
   */
  static Tolerance tolerance(Section of, Consumers known) {
    Tolerance tolerance =
        new Tolerance(
            of.choice("apply", Tolerance.STANDARD.apply()),
            of.has("ask") ? kinds(of) : Tolerance.STANDARD.ask(),
            of.choice("truncate", Tolerance.STANDARD.truncate()));
    if (tolerance.apply() == Verdict.BREAKING) {
      of.wrong("apply", "would let every change through unasked; say at most lossy");
    }
    Optional<Section> consumers = of.optional("consumers");
    if (consumers.isPresent()) {
      tolerance = consumers(consumers.get(), tolerance, known);
    }
    Optional<DriftRate> rate = of.optional("rate").flatMap(ToleranceReader::rate);
    if (rate.isPresent()) {
      tolerance = tolerance.within(rate.get());
    }
    List<QuietHours> quiet =
        of.sections("quiet-hours").stream().flatMap(hours -> quiet(hours).stream()).toList();
    tolerance = tolerance.quietIn(quiet.toArray(QuietHours[]::new));
    if (of.has("new-columns")) {
      tolerance = tolerance.newColumns(of.choice("new-columns", Tolerance.NewColumns.SHOWN));
    }
    of.done();
    return tolerance;
  }

  /** A kind that nothing is called would never be asked about, and nobody would notice. */
  private static Set<String> kinds(Section of) {
    Set<String> kinds = new TreeSet<>(of.texts("ask"));
    for (String kind : kinds) {
      if (!isKnown(kind)) {
        of.wrong(
            "ask",
            "are kinds of change like column.renamed, or beginnings like column. that end in a dot;"
                + " '"
                + kind
                + "' is none");
      }
    }
    return kinds;
  }

  private static boolean isKnown(String kind) {
    return OF_ROWS.stream().anyMatch(kind::startsWith)
        || Taxonomy.standard().kinds().stream()
            .map(Kind::id)
            .anyMatch(id -> kind.endsWith(".") ? id.startsWith(kind) : id.equals(kind));
  }

  private static Tolerance consumers(Section of, Tolerance tolerance, Consumers known) {
    Tolerance all = tolerance;
    for (String consumer : of.keys()) {
      if (known.registered().stream().noneMatch(each -> each.id().equals(consumer))) {
        of.wrong(
            consumer,
            "is no consumer: nobody would judge what changes are to it, and all would be asked"
                + " about; name it under consumers");
      }
      Verdict worst = of.choice(consumer, Verdict.COMPATIBLE);
      Tolerance before = all;
      all = ConfigReader.said(of, consumer, () -> before.bornBy(consumer, worst)).orElse(before);
    }
    return all;
  }

  private static Optional<DriftRate> rate(Section of) {
    long budget = of.number("budget", 0, 1_000_000, 20);
    Duration window = of.duration("window", Duration.ofDays(1));
    Duration coolDown = of.duration("cool-down", window);
    Map<Verdict, Long> weights = new EnumMap<>(Verdict.class);
    weights.putAll(DriftRate.STANDARD_WEIGHTS);
    of.optional("weights")
        .ifPresent(
            named -> {
              for (Verdict verdict : Verdict.values()) {
                String word = Section.shown(verdict);
                if (named.has(word)) {
                  weights.put(verdict, named.number(word, 0, 1_000_000, 0));
                }
              }
              named.done();
            });
    of.done();
    // What is wrong with one of them is said of the whole: they only fit together or do not.
    return ConfigReader.said(of, "budget", () -> new DriftRate(window, budget, weights, coolDown));
  }

  private static Optional<QuietHours> quiet(Section of) {
    String zone = of.required("zone", "Europe/Berlin");
    String from = of.required("from", "\"22:00\"");
    String to = of.required("to", "\"06:00\"");
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    if (of.has("days")) {
      for (String word : of.texts("days")) {
        day(word)
            .ifPresentOrElse(
                days::add,
                () ->
                    of.wrong(
                        "days",
                        "are days of the week like monday, and the hours begin on them; '"
                            + word
                            + "' is none"));
      }
    } else {
      days.addAll(EnumSet.allOf(DayOfWeek.class));
    }
    of.done();
    if (days.isEmpty() || !of.has("zone") || !of.has("from") || !of.has("to")) {
      return Optional.empty();
    }
    return ConfigReader.said(of, "zone", () -> new QuietHours(zone, days, from, to));
  }

  private static Optional<DayOfWeek> day(String word) {
    return Arrays.stream(DayOfWeek.values())
        .filter(day -> day.name().toLowerCase(Locale.ROOT).equals(word))
        .findFirst();
  }
}
