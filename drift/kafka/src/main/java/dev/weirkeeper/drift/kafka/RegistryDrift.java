package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/**
 * Says how the rules and the meaning of a subject of a schema registry changed, from what {@link
 * RegistryWatch} saw: another mode of compatibility ({@code registry.compatibility}), a new version
 * that breaks what the mode in force demands (the same kind, breaking), and an alias, a comment or
 * a logical type that a field lost or changed ({@code registry.meaning}). What a change of types
 * means for consumers is not said here. The next baseline is the old one; the host moves it.
 */
public final class RegistryDrift implements DriftDetector {
  private static final String ID = "registry-drift";
  private static final String COMPATIBILITY = "registry.compatibility";
  private static final String MEANING = "registry.meaning";

  /** Which mode is in force instead of which. */
  record ModeChanged(String subject, String from, String to) {}

  /**
   * What the newest version breaks.
   *
   * @param breaks what Avro's own rules of resolution say, by path
   */
  record Broken(
      String subject, String mode, String fromVersion, String toVersion, List<String> breaks) {
    Broken {
      breaks = List.copyOf(breaks);
    }
  }

  /** What a field meant and means; empty where nothing is said. */
  record MeaningChanged(
      String subject, String path, String what, Optional<String> from, Optional<String> to) {}

  @Override
  public String id() {
    return ID;
  }

  @Override
  public Detection detect(Observation baseline, Observation current) {
    Optional<Map<String, Probe<String>>> before = settings(baseline);
    Optional<Map<String, Probe<String>>> after = settings(current);
    if (before.isEmpty() || after.isEmpty()) {
      return new Detection(List.of(), baseline);
    }
    return new Detection(
        new Comparison(current.asset(), before.get(), after.get()).findings(), baseline);
  }

  /** The settings of a subject among an observation's facets. */
  private static Optional<Map<String, Probe<String>>> settings(Observation seen) {
    return seen.facets().stream()
        .filter(Facet.Settings.class::isInstance)
        .map(facet -> ((Facet.Settings) facet).values())
        .filter(values -> values.containsKey(RegistryWatch.SUBJECT))
        .findFirst();
  }

  private static Optional<String> value(Map<String, Probe<String>> of, String name) {
    return of.get(name) instanceof Probe.Value<String> known
        ? Optional.of(known.value())
        : Optional.empty();
  }

  /** Two looks at one subject. */
  private static final class Comparison {
    private final Asset asset;
    private final Map<String, Probe<String>> before;
    private final Map<String, Probe<String>> after;
    private final String subject;
    private final List<Finding> findings = new ArrayList<>();

    Comparison(Asset asset, Map<String, Probe<String>> before, Map<String, Probe<String>> after) {
      this.asset = asset;
      this.before = before;
      this.after = after;
      this.subject = value(after, RegistryWatch.SUBJECT).orElse("");
    }

    List<Finding> findings() {
      if (!value(before, RegistryWatch.SUBJECT).equals(value(after, RegistryWatch.SUBJECT))) {
        return List.of();
      }
      mode();
      Optional<String> was = value(before, RegistryWatch.SCHEMA);
      Optional<String> is = value(after, RegistryWatch.SCHEMA);
      boolean avro =
          value(before, RegistryWatch.KIND).filter("AVRO"::equals).isPresent()
              && value(after, RegistryWatch.KIND).filter("AVRO"::equals).isPresent();
      if (avro && was.isPresent() && is.isPresent() && !was.equals(is)) {
        try {
          Schema from = new Schema.Parser().parse(was.get());
          Schema to = new Schema.Parser().parse(is.get());
          versions(from, to);
          meaning("", from, to, 0);
        } catch (AvroRuntimeException e) {
          // Not a schema, so nothing can be said of it; who reads the records says so.
          return findings;
        }
      }
      return findings;
    }

    private void mode() {
      Optional<String> was = value(before, RegistryWatch.MODE);
      Optional<String> is = value(after, RegistryWatch.MODE);
      if (was.isEmpty() || is.isEmpty() || was.equals(is)) {
        return;
      }
      boolean loosened = !demands(is.get()).containsAll(demands(was.get()));
      add(
          COMPATIBILITY,
          "mode",
          loosened ? Verdict.COMPATIBLE : Verdict.METADATA,
          Set.of(Flag.GOVERNANCE),
          new ModeChanged(subject, was.get(), is.get()),
          was.get(),
          is.get());
    }

    private static Set<String> demands(String mode) {
      String name = mode.toUpperCase(Locale.ROOT);
      boolean transitive = name.endsWith("_TRANSITIVE");
      Set<String> demands = new java.util.TreeSet<>();
      if (name.startsWith("BACKWARD") || name.startsWith("FULL")) {
        demands.add("new reads old");
      }
      if (name.startsWith("FORWARD") || name.startsWith("FULL")) {
        demands.add("old reads new");
      }
      if (transitive) {
        demands.add("all versions");
      }
      return demands;
    }

    /**
     * Holds the newest version against what was demanded when it came, else against what is now.
     */
    private void versions(Schema from, Schema to) {
      String mode =
          value(before, RegistryWatch.MODE)
              .or(() -> value(after, RegistryWatch.MODE))
              .orElse("NONE");
      Set<String> demands = demands(mode);
      List<String> breaks = new ArrayList<>();
      if (demands.contains("new reads old")) {
        breaks.addAll(breaks("new reads old", to, from));
      }
      if (demands.contains("old reads new")) {
        breaks.addAll(breaks("old reads new", from, to));
      }
      if (!breaks.isEmpty()) {
        add(
            COMPATIBILITY,
            "version",
            Verdict.BREAKING,
            Set.of(Flag.GOVERNANCE),
            new Broken(
                subject,
                mode,
                value(before, RegistryWatch.VERSION).orElse(""),
                value(after, RegistryWatch.VERSION).orElse(""),
                breaks),
            mode + " " + value(before, RegistryWatch.VERSION) + " " + from,
            mode + " " + value(after, RegistryWatch.VERSION) + " " + to);
      }
    }

    private static List<String> breaks(String what, Schema reader, Schema writer) {
      return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
          .getResult()
          .getIncompatibilities()
          .stream()
          .map(each -> what + ": " + each.getType() + " at " + each.getLocation())
          .toList();
    }

    private void meaning(String path, Schema from, Schema to, int depth) {
      Schema was = present(from);
      Schema is = present(to);
      if (depth > 32 || was.getType() != Schema.Type.RECORD || is.getType() != Schema.Type.RECORD) {
        return;
      }
      for (Schema.Field field : was.getFields()) {
        Schema.Field same = is.getField(field.name());
        if (same == null) {
          continue;
        }
        String at = path.isEmpty() ? field.name() : path + "." + field.name();
        said(at, "doc", Optional.ofNullable(field.doc()), Optional.ofNullable(same.doc()));
        for (String alias : new java.util.TreeSet<>(field.aliases())) {
          if (!same.aliases().contains(alias)) {
            said(at, "alias", Optional.of(alias), Optional.empty());
          }
        }
        said(at, "logical type", type(field.schema()), type(same.schema()));
        meaning(at, field.schema(), same.schema(), depth + 1);
      }
    }

    private void said(String path, String what, Optional<String> was, Optional<String> is) {
      // What a comment or an alias adds takes nothing away.
      boolean gained = was.isEmpty() && !what.equals("logical type");
      if (was.equals(is) || gained) {
        return;
      }
      add(
          MEANING,
          what + " " + path,
          what.equals("doc") ? Verdict.METADATA : Verdict.SEMANTIC,
          Set.of(),
          new MeaningChanged(subject, path, what, was, is),
          was.orElse("") + " in " + value(before, RegistryWatch.SCHEMA).orElse(""),
          is.orElse("") + " in " + value(after, RegistryWatch.SCHEMA).orElse(""));
    }

    /** What the numbers of a field mean: a moment in milliseconds or in microseconds. */
    private static Optional<String> type(Schema schema) {
      Schema present = present(schema);
      Optional<String> noted = Optional.ofNullable(present.getProp("connect.name"));
      return noted.or(
          () ->
              Optional.ofNullable(present.getLogicalType())
                  .map(org.apache.avro.LogicalType::getName));
    }

    private static Schema present(Schema schema) {
      if (schema.getType() != Schema.Type.UNION) {
        return schema;
      }
      List<Schema> types = new ArrayList<>(schema.getTypes());
      types.removeIf(type -> type.getType() == Schema.Type.NULL);
      return types.size() == 1 ? types.get(0) : schema;
    }

    private void add(
        String kind,
        String about,
        Verdict verdict,
        Set<Flag> flags,
        Record detail,
        String from,
        String to) {
      findings.add(
          new Finding(
              ID,
              asset,
              kind,
              about,
              verdict,
              flags,
              Json.of(detail),
              Optional.of(Hash.of(Json.of(Map.of("is", from)))),
              Optional.of(Hash.of(Json.of(Map.of("is", to))))));
    }
  }
}
